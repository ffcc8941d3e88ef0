// The part of the configuration that says where the audit log is exported to.
//
// Neighbours: config.cpp calls these, exporters.hpp acts on it. Must not know: threads.
// source: docs/configuration.md, docs/exporters.md.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "runtime/export/format.hpp"
#include "wire/yaml.hpp"

namespace sentrail::server {

// How an exporter proves to a broker who it is.
enum class Sasl : std::uint8_t { none, plain, scram_sha_256, scram_sha_512 };

// A topic of Kafka.
struct KafkaConfig {
  std::string brokers;  // host:port, comma between; empty: not to Kafka
  std::string topic;
  bool tls = true;
  std::string ca_file;      // empty: the system's roots
  std::string certificate;  // of ours; empty: none
  std::string key;
  Sasl sasl = Sasl::none;
  std::string user;
  std::string password_file;

  friend bool operator==(const KafkaConfig&, const KafkaConfig&) = default;
};

// One exporter: to a file, to a URL, or to a topic of Kafka.
struct ExporterConfig {
  std::string name;  // its cursor's; of a-z, 0-9, `_` and `-`
  exporting::Format format = exporting::Format::json_lines;
  std::string file;            // empty: to `url`
  std::int64_t file_mb = 100;  // a longer file is put aside; 0: never
  std::int64_t files_kept = 10;
  std::string url;
  std::string token_file;        // a bearer token for `url`; empty: none
  bool private_address = false;  // `url` may lead into a private or loopback range
  KafkaConfig kafka;
  std::string origin;  // names this log to receivers; empty: sentrail/ and the gate's name

  friend bool operator==(const ExporterConfig&, const ExporterConfig&) = default;
};

// The scheme, host, port and path of a URL. fails: invalid_argument.
struct UrlParts {
  bool tls = false;
  std::string host;
  std::uint16_t port = 0;
  std::string target;
};
[[nodiscard]] Result<UrlParts> parse_url(std::string_view url);

// Reads the list. fails: invalid_argument with place and remedy.
[[nodiscard]] Result<std::vector<ExporterConfig>> read_exporter_list(const wire::YamlNode& node);
// The same on one line.
[[nodiscard]] std::string write_exporter_list(const std::vector<ExporterConfig>& exporters);

}  // namespace sentrail::server
