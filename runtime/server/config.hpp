// The configuration of sentraild: a strict YAML file, every default said, every mistake with its
// line.
//
// Neighbours: wire/yaml.hpp reads the text, daemon.hpp acts on it. Must not know: sockets. Unknown
// keys are refused: a misspelt limit must not become a missing limit.
// source: docs/configuration.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/limits.hpp"
#include "core/result.hpp"
#include "runtime/approvals/reasons.hpp"
#include "runtime/http/handler.hpp"
#include "runtime/server/config_exporters.hpp"
#include "runtime/server/log.hpp"

namespace sentrail::server {

// An address to listen on. An empty one listens nowhere.
struct ListenAddress {
  std::string address;     // numeric; IPv6 without brackets
  std::uint16_t port = 0;  // 0: any free one

  friend bool operator==(const ListenAddress&, const ListenAddress&) = default;
};

// What sentraild runs with. Paths are as written, relative to the file's folder.
struct Config {
  // Where to listen, and what clients call it.
  ListenAddress listen = {"127.0.0.1", 8080};
  bool insecure_listen = false;  // plain HTTP on `listen` although it is no loopback address
  std::string public_url;        // no final `/`; empty: made of where it listens
  std::size_t threads = 2;
  std::int64_t shutdown_ms = limits::kShutdownMsDefault;

  // TLS: on `tls_listen` if that is set, else on `listen`.
  ListenAddress tls_listen;
  std::string tls_certificate;  // empty: none
  std::string tls_key;
  std::string tls_client_ca;  // only clients with a certificate of these CAs are let in

  std::string data = "data";  // store, master key, last good bundle

  std::string bundle;              // empty: only what `sentrail policy push` sent
  std::vector<std::string> trust;  // verifier keys of those whose bundles are accepted
  std::size_t signatures = 1;      // how many of them must have signed; one name is one signer
  bool allow_unsigned = false;

  std::string upstream_ca_file;  // trusted beside the system's roots
  std::int64_t upstream_first_byte_ms = limits::kUpstreamFirstByteMsDefault;

  bool durable_reads = false;   // declared reads wait for their entry too
  std::string audit_origin;     // the log's name; empty: its key's, or one by chance
  std::string audit_signer;     // folder of the log's key; empty: `signer` in the data folder
  std::string witness_url;      // where checkpoints are cosigned; empty: nowhere
  std::string witness_key;      // verifier key of that witness
  std::int64_t audit_days = 0;  // so old entries keep their leaf alone; 0: none
  http::LogLevel log_level = http::LogLevel::info;
  LogFormat log_format = LogFormat::logfmt;
  bool log_requests = true;
  std::int64_t decide_by_ms = limits::kDecideByMsDefault;
  std::int64_t execute_by_ms = limits::kExecuteByMsDefault;
  std::int64_t requests_sample = 0;            // of a thousand requests so many are recorded
  std::int64_t requests_days = 30;             // for so long
  std::int64_t requests_mb = 1024;             // and so much
  approvals::ReasonRule reasons;               // asked of whoever decides
  std::vector<store::Escalation> escalations;  // whom to ask when nobody decides
  std::int64_t calls_days = 0;                 // so old calls keep no bytes; 0: none
  std::string break_glass_group;  // told of every emergency grant; empty: there are none
  std::int64_t key_days = limits::kKeyLifeMsDefault / limits::kDayMs;

  std::vector<ExporterConfig> exporters;

  friend bool operator==(const Config&, const Config&) = default;
};

// Reads a configuration. `name` stands in messages: `sentrail.yaml: line 7, column 3: …`.
// fails: invalid_argument or limit_exceeded with file, place and remedy.
[[nodiscard]] Result<Config> parse_config(std::string_view text, std::string_view name);

// The effective configuration in the same form, defaults included: parse_config() reads it back as
// the same. It holds no secret.
[[nodiscard]] std::string dump_config(const Config& config);

// The same with every relative path made relative to `folder`.
[[nodiscard]] Config with_paths_in(Config config, const std::string& folder);

// The URL of an address, for people and clients: `http://127.0.0.1:8080`.
[[nodiscard]] std::string url_of(bool tls, const ListenAddress& address);

// All keys, dotted, in the order of dump_config(); docs/configuration.md has a row for each.
[[nodiscard]] std::vector<std::string_view> config_keys();

}  // namespace sentrail::server
