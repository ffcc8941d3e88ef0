// The configuration file: a table of keys, each with the function that reads and the one that
// writes its value.
//
// Neighbours: config.hpp. Must not know: what the settings do.
#include "runtime/server/config.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <string_view>

#include "core/limits.hpp"
#include "core/names.hpp"
#include "core/text.hpp"
#include "crypto/note.hpp"
#include "runtime/http/address.hpp"
#include "runtime/server/config_approvals.hpp"
#include "wire/yaml.hpp"

namespace sentrail::server {
namespace {

using wire::fail_at;
using wire::YamlEntry;
using wire::YamlKind;
using wire::YamlNode;

constexpr std::int64_t kThreadsMax = limits::kIoThreadsMax;
constexpr std::int64_t kShutdownMsMax = 600'000;
constexpr std::int64_t kDeadlineMsMin = 1'000;
constexpr std::int64_t kExecuteByMsMax = limits::kDayMs;
constexpr std::int64_t kDaysMax = 3'650;
constexpr std::int64_t kRequestsMbMax = 1'000'000;

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char byte : text) {
    if (byte == '"' || byte == '\\') out += '\\';
    out += byte;
  }
  return out + '"';
}

// Names and paths stand in messages and logs: what a reader cannot see does not belong in them.
Result<std::string> plain_text(const YamlNode& node) {
  SENTRAIL_ASSIGN_OR_RETURN(std::string text, wire::as_string(node));
  if (escape_display(text) != text) return fail_at(node, "invisible characters in a text");
  return text;
}

// --- one reader and one writer for each type of setting --------------------------------------

template <std::string Config::* Member>
Status read_text(Config& config, const YamlNode& node) {
  SENTRAIL_ASSIGN_OR_RETURN(config.*Member, plain_text(node));
  return {};
}

template <std::string Config::* Member>
std::string write_text(const Config& config) {
  return quoted(config.*Member);
}

template <bool Config::* Member>
Status read_flag(Config& config, const YamlNode& node) {
  SENTRAIL_ASSIGN_OR_RETURN(config.*Member, wire::as_bool(node));
  return {};
}

template <bool Config::* Member>
std::string write_flag(const Config& config) {
  return config.*Member ? "true" : "false";
}

template <auto Member, std::int64_t Least, std::int64_t Most>
Status read_number(Config& config, const YamlNode& node) {
  SENTRAIL_ASSIGN_OR_RETURN(const std::int64_t number, wire::as_int(node));
  if (number < Least || number > Most) {
    return fail_at(node, "must be from " + std::to_string(Least) + " to " + std::to_string(Most));
  }
  config.*Member = static_cast<std::remove_reference_t<decltype(config.*Member)>>(number);
  return {};
}

template <auto Member>
std::string write_number(const Config& config) {
  return std::to_string(config.*Member);
}

Result<ListenAddress> parse_listen(const YamlNode& node) {
  SENTRAIL_ASSIGN_OR_RETURN(const std::string text, wire::as_string(node));
  ListenAddress out;
  const std::size_t colon = text.rfind(':');
  if (colon != std::string::npos) {
    std::string_view address = std::string_view(text).substr(0, colon);
    const bool bracketed = address.starts_with('[') && address.ends_with(']');
    if (bracketed) address = address.substr(1, address.size() - 2);
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + colon + 1, end, out.port);
    const Result<http::IpAddress> parsed = http::parse_address(address);
    if (error == std::errc() && stop == end && parsed && parsed->is_v6 == bracketed) {
      out.address = address;
      return out;
    }
  }
  return fail_at(node,
                 "must be an IP address and a port, such as 127.0.0.1:8080 or \"[::1]:8080\"");
}

std::string shown(const ListenAddress& listen) {
  const bool v6 = listen.address.find(':') != std::string::npos;
  return (v6 ? "[" + listen.address + "]" : listen.address) + ":" + std::to_string(listen.port);
}

Status read_exporters(Config& config, const YamlNode& node) {
  SENTRAIL_ASSIGN_OR_RETURN(config.exporters, read_exporter_list(node));
  return {};
}

std::string write_exporters(const Config& config) {
  return write_exporter_list(config.exporters);
}

Status read_listen(Config& config, const YamlNode& node) {
  SENTRAIL_ASSIGN_OR_RETURN(config.listen, parse_listen(node));
  return {};
}

std::string write_listen(const Config& config) {
  return quoted(shown(config.listen));
}

Status read_tls_listen(Config& config, const YamlNode& node) {
  config.tls_listen = {};
  if (node.kind == YamlKind::scalar && !node.plain && node.text.empty()) return {};
  SENTRAIL_ASSIGN_OR_RETURN(config.tls_listen, parse_listen(node));
  return {};
}

std::string write_tls_listen(const Config& config) {
  return config.tls_listen.address.empty() ? quoted("") : quoted(shown(config.tls_listen));
}

Result<std::string> parse_url(const YamlNode& node) {
  SENTRAIL_ASSIGN_OR_RETURN(std::string url, wire::as_string(node));
  while (url.ends_with('/')) url.pop_back();
  const std::size_t scheme = url.starts_with("http://") ? 7 : url.starts_with("https://") ? 8 : 0;
  // It is written into headers and bodies as it is.
  const bool clean = std::all_of(url.begin(), url.end(), [](char byte) {
    return byte > ' ' && byte < 0x7f &&
           std::string_view("\"<>\\^`{|}?#").find(byte) == std::string_view::npos;
  });
  if (!url.empty() && (scheme == 0 || url.size() == scheme || !clean)) {
    return fail_at(node, "must be a URL without query, such as https://gate.example.com");
  }
  return url;
}

Status read_public_url(Config& config, const YamlNode& node) {
  SENTRAIL_ASSIGN_OR_RETURN(config.public_url, parse_url(node));
  return {};
}

Status read_witness_url(Config& config, const YamlNode& node) {
  SENTRAIL_ASSIGN_OR_RETURN(config.witness_url, parse_url(node));
  return {};
}

Status read_witness_key(Config& config, const YamlNode& node) {
  SENTRAIL_ASSIGN_OR_RETURN(config.witness_key, plain_text(node));
  if (config.witness_key.empty()) return {};
  const auto parsed = crypto::CosignatureVerifier::parse(config.witness_key);
  if (!parsed) return fail_at(node, parsed.error().message);
  return {};
}

Status read_origin(Config& config, const YamlNode& node) {
  SENTRAIL_ASSIGN_OR_RETURN(config.audit_origin, plain_text(node));
  if (config.audit_origin.empty() || crypto::is_note_key_name(config.audit_origin)) return {};
  return fail_at(node, "must be a name without spaces and `+`, such as audit.example.com/gate");
}

Status read_trust(Config& config, const YamlNode& node) {
  if (node.kind != YamlKind::sequence) return fail_at(node, "must be a list of verifier keys");
  config.trust.clear();
  for (const YamlNode& item : node.items) {
    SENTRAIL_ASSIGN_OR_RETURN(const std::string key, wire::as_string(item));
    if (const auto parsed = crypto::NoteVerifier::parse(key); !parsed) {
      return fail_at(item, "not a verifier key, as in a .pub file of `sentrailc keygen`: " +
                               parsed.error().message);
    }
    config.trust.push_back(key);
  }
  return {};
}

std::string write_trust(const Config& config) {
  std::string out = "[";
  for (const std::string& key : config.trust) out += (out.size() > 1 ? ", " : "") + quoted(key);
  return out + "]";
}

Status read_log_level(Config& config, const YamlNode& node) {
  SENTRAIL_ASSIGN_OR_RETURN(const std::string name, wire::as_string(node));
  const Result<http::LogLevel> level = parse_log_level(name);
  if (!level) return fail_at(node, level.error().message);
  config.log_level = *level;
  return {};
}

std::string write_log_level(const Config& config) {
  return std::string(name_of(config.log_level));
}

Status read_log_format(Config& config, const YamlNode& node) {
  SENTRAIL_ASSIGN_OR_RETURN(const std::string name, wire::as_string(node));
  if (name != "logfmt" && name != "json") return fail_at(node, "must be logfmt or json");
  config.log_format = name == "json" ? LogFormat::json : LogFormat::logfmt;
  return {};
}

std::string write_log_format(const Config& config) {
  return config.log_format == LogFormat::json ? "json" : "logfmt";
}

Status read_reason(Config& config, const YamlNode& node) {
  SENTRAIL_ASSIGN_OR_RETURN(config.reasons.asked, read_reasons_asked(node));
  return {};
}

std::string write_reason(const Config& config) {
  return std::string(name_of(config.reasons.asked));
}

Status read_reason_characters(Config& config, const YamlNode& node) {
  SENTRAIL_ASSIGN_OR_RETURN(const std::int64_t number, wire::as_int(node));
  if (number < 1 || number > limits::kVoteReasonCharactersMax) {
    return fail_at(node, "must be from 1 to " + std::to_string(limits::kVoteReasonCharactersMax));
  }
  config.reasons.characters_min = static_cast<std::size_t>(number);
  return {};
}

std::string write_reason_characters(const Config& config) {
  return std::to_string(config.reasons.characters_min);
}

Status read_escalate(Config& config, const YamlNode& node) {
  SENTRAIL_ASSIGN_OR_RETURN(config.escalations, read_escalations(node));
  return {};
}

Status read_break_glass(Config& config, const YamlNode& node) {
  SENTRAIL_ASSIGN_OR_RETURN(config.break_glass_group, wire::as_string(node));
  if (config.break_glass_group.empty() || is_group_name(config.break_glass_group)) return {};
  return fail_at(node, "must be the name of a group, or \"\" for none");
}

std::string write_escalate(const Config& config) {
  return write_escalations(config.escalations);
}

// --- the table -------------------------------------------------------------------------------

struct Setting {
  std::string_view key;
  Status (*read)(Config&, const YamlNode&);
  std::string (*write)(const Config&);
};

// Keys of one section stand together.
constexpr std::array kSettings = {
    Setting{"listen", read_listen, write_listen},
    Setting{"insecure_listen", read_flag<&Config::insecure_listen>,
            write_flag<&Config::insecure_listen>},
    Setting{"public_url", read_public_url, write_text<&Config::public_url>},
    Setting{"threads", read_number<&Config::threads, 1, kThreadsMax>,
            write_number<&Config::threads>},
    Setting{"shutdown_ms", read_number<&Config::shutdown_ms, 0, kShutdownMsMax>,
            write_number<&Config::shutdown_ms>},
    Setting{"data", read_text<&Config::data>, write_text<&Config::data>},
    Setting{"tls.listen", read_tls_listen, write_tls_listen},
    Setting{"tls.certificate", read_text<&Config::tls_certificate>,
            write_text<&Config::tls_certificate>},
    Setting{"tls.key", read_text<&Config::tls_key>, write_text<&Config::tls_key>},
    Setting{"tls.client_ca", read_text<&Config::tls_client_ca>, write_text<&Config::tls_client_ca>},
    Setting{"policy.bundle", read_text<&Config::bundle>, write_text<&Config::bundle>},
    Setting{"policy.trust", read_trust, write_trust},
    Setting{"policy.signatures", read_number<&Config::signatures, 1, limits::kNoteSignaturesMax>,
            write_number<&Config::signatures>},
    Setting{"policy.allow_unsigned", read_flag<&Config::allow_unsigned>,
            write_flag<&Config::allow_unsigned>},
    Setting{"upstream.ca_file", read_text<&Config::upstream_ca_file>,
            write_text<&Config::upstream_ca_file>},
    Setting{"upstream.first_byte_ms",
            read_number<&Config::upstream_first_byte_ms, kDeadlineMsMin,
                        limits::kUpstreamFirstByteMsMax>,
            write_number<&Config::upstream_first_byte_ms>},
    Setting{"audit.durable_reads", read_flag<&Config::durable_reads>,
            write_flag<&Config::durable_reads>},
    Setting{"audit.origin", read_origin, write_text<&Config::audit_origin>},
    Setting{"audit.signer", read_text<&Config::audit_signer>, write_text<&Config::audit_signer>},
    Setting{"audit.witness_url", read_witness_url, write_text<&Config::witness_url>},
    Setting{"audit.witness_key", read_witness_key, write_text<&Config::witness_key>},
    Setting{"audit.retention_days", read_number<&Config::audit_days, 0, kDaysMax>,
            write_number<&Config::audit_days>},
    Setting{"log.level", read_log_level, write_log_level},
    Setting{"log.format", read_log_format, write_log_format},
    Setting{"log.requests", read_flag<&Config::log_requests>, write_flag<&Config::log_requests>},
    Setting{"approvals.decide_by_ms",
            read_number<&Config::decide_by_ms, kDeadlineMsMin, limits::kWithinMsMax>,
            write_number<&Config::decide_by_ms>},
    Setting{"approvals.execute_by_ms",
            read_number<&Config::execute_by_ms, kDeadlineMsMin, kExecuteByMsMax>,
            write_number<&Config::execute_by_ms>},
    Setting{"approvals.reason", read_reason, write_reason},
    Setting{"approvals.reason_characters", read_reason_characters, write_reason_characters},
    Setting{"approvals.escalate", read_escalate, write_escalate},
    Setting{"approvals.break_glass_group", read_break_glass,
            write_text<&Config::break_glass_group>},
    Setting{"approvals.retention_days", read_number<&Config::calls_days, 0, kDaysMax>,
            write_number<&Config::calls_days>},
    Setting{"keys.expire_days", read_number<&Config::key_days, 1, kDaysMax>,
            write_number<&Config::key_days>},
    Setting{"requests.sample", read_number<&Config::requests_sample, 0, 1'000>,
            write_number<&Config::requests_sample>},
    Setting{"requests.retention_days", read_number<&Config::requests_days, 1, kDaysMax>,
            write_number<&Config::requests_days>},
    Setting{"requests.max_mb", read_number<&Config::requests_mb, 8, kRequestsMbMax>,
            write_number<&Config::requests_mb>},
    Setting{"exporters", read_exporters, write_exporters},
};

bool is_section(std::string_view key) {
  return std::any_of(kSettings.begin(), kSettings.end(), [&](const Setting& setting) {
    return setting.key.starts_with(key) && setting.key.substr(key.size()).starts_with('.');
  });
}

tl::unexpected<Error> unknown_key(const YamlEntry& entry, const std::string& key) {
  std::vector<std::string_view> known = config_keys();
  const auto close = closest(key, known);
  return fail_at(entry, "unknown key `" + escape_display(key) + "`" +
                            (close ? "; did you mean `" + std::string(*close) + "`?" : ""));
}

Status read_entry(Config& config, const std::string& key, const YamlEntry& entry) {
  for (const Setting& setting : kSettings) {
    if (setting.key != key) continue;
    const Status read = setting.read(config, entry.value);
    if (!read) return fail(read.error().code, read.error().message + " (`" + key + "`)");
    return {};
  }
  if (!is_section(key)) return unknown_key(entry, key);
  if (entry.value.kind != YamlKind::mapping) {
    return fail_at(entry, "`" + key + "` is a section: its keys go below it, indented");
  }
  for (const YamlEntry& member : entry.value.entries) {
    SENTRAIL_TRY(read_entry(config, key + "." + member.key, member));
  }
  return {};
}

bool is_loopback(const ListenAddress& listen) {
  const Result<http::IpAddress> address = http::parse_address(listen.address);
  return address && http::classify_address(*address) == http::AddressClass::loopback;
}

// Whether as many signers as are needed are trusted at all.
Status check_signers(const Config& config) {
  if (config.trust.empty() && !config.allow_unsigned) {
    return fail(Errc::invalid_argument,
                "name the signers of bundles in `policy.trust`, or write "
                "`policy.allow_unsigned: true` to accept bundles that nobody signed");
  }
  if (config.signatures == 1) return {};
  if (config.allow_unsigned) {
    return fail(Errc::invalid_argument,
                "`policy.signatures` asks for more than one, `policy.allow_unsigned` for none; "
                "drop one of them");
  }
  std::set<std::string_view> names;
  for (const std::string& key : config.trust) {
    names.insert(std::string_view(key).substr(0, key.find('+')));
  }
  if (names.size() < config.signatures) {
    return fail(Errc::invalid_argument,
                "`policy.signatures` is " + std::to_string(config.signatures) +
                    ", but `policy.trust` names only " + std::to_string(names.size()) +
                    " signers; keys of one name are one signer");
  }
  return {};
}

// What no single key can tell.
Status check_together(const Config& config) {
  if (config.tls_certificate.empty() != config.tls_key.empty()) {
    return fail(Errc::invalid_argument, "tls needs both `tls.certificate` and `tls.key`");
  }
  const bool wants_tls = !config.tls_listen.address.empty() || !config.tls_client_ca.empty();
  if (wants_tls && config.tls_certificate.empty()) {
    return fail(Errc::invalid_argument,
                "`tls.listen` and `tls.client_ca` need `tls.certificate` and `tls.key`");
  }
  SENTRAIL_TRY(check_signers(config));
  const bool everywhere = config.listen.address == "0.0.0.0" || config.listen.address == "::";
  if (everywhere && config.public_url.empty()) {
    return fail(Errc::invalid_argument,
                "`listen` is every address of this machine: say in `public_url` what clients call");
  }
  const bool plain = config.tls_certificate.empty() || !config.tls_listen.address.empty();
  if (plain && !is_loopback(config.listen) && !config.insecure_listen) {
    return fail(Errc::invalid_argument,
                "`listen` would take keys and passphrases in clear from other machines: name "
                "`tls.certificate` and `tls.key`, listen on 127.0.0.1, or, where something else "
                "protects the way, write `insecure_listen: true`");
  }
  if (config.witness_url.empty() != config.witness_key.empty()) {
    return fail(Errc::invalid_argument,
                "a witness needs both `audit.witness_url` and `audit.witness_key`");
  }
  if (config.data.empty()) return fail(Errc::invalid_argument, "`data` must name a folder");
  return {};
}

Result<Config> read_all(std::string_view text) {
  SENTRAIL_ASSIGN_OR_RETURN(const YamlNode root, wire::parse_yaml(text));
  if (root.kind != YamlKind::mapping) {
    return fail(Errc::invalid_argument, "a configuration is `key: value` lines");
  }
  Config config;
  for (const YamlEntry& entry : root.entries) {
    if (entry.key.find('.') != std::string::npos) return unknown_key(entry, entry.key);
    SENTRAIL_TRY(read_entry(config, entry.key, entry));
  }
  SENTRAIL_TRY(check_together(config));
  return config;
}

}  // namespace

Result<Config> parse_config(std::string_view text, std::string_view name) {
  Result<Config> config = read_all(text);
  if (!config) {
    return fail(config.error().code, std::string(name) + ": " + config.error().message);
  }
  return config;
}

std::string dump_config(const Config& config) {
  std::string out;
  std::string_view section;
  for (const Setting& setting : kSettings) {
    const std::size_t dot = setting.key.find('.');
    if (dot == std::string_view::npos) {
      out += std::string(setting.key) + ": " + setting.write(config) + "\n";
      continue;
    }
    if (setting.key.substr(0, dot) != section) {
      section = setting.key.substr(0, dot);
      out += std::string(section) + ":\n";
    }
    out += "  " + std::string(setting.key.substr(dot + 1)) + ": " + setting.write(config) + "\n";
  }
  return out;
}

Config with_paths_in(Config config, const std::string& folder) {
  for (std::string* path :
       {&config.data, &config.bundle, &config.tls_certificate, &config.tls_key,
        &config.tls_client_ca, &config.upstream_ca_file, &config.audit_signer}) {
    if (!path->empty() && !path->starts_with('/')) *path = folder + "/" + *path;
  }
  for (ExporterConfig& exporter : config.exporters) {
    KafkaConfig& kafka = exporter.kafka;
    for (std::string* path : {&exporter.file, &exporter.token_file, &kafka.ca_file,
                              &kafka.certificate, &kafka.key, &kafka.password_file}) {
      if (!path->empty() && !path->starts_with('/')) *path = folder + "/" + *path;
    }
  }
  return config;
}

std::string url_of(bool tls, const ListenAddress& address) {
  return (tls ? "https://" : "http://") + shown(address);
}

std::vector<std::string_view> config_keys() {
  std::vector<std::string_view> keys;
  for (const Setting& setting : kSettings) keys.push_back(setting.key);
  return keys;
}

}  // namespace sentrail::server
