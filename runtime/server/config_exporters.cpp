// Reading and writing the list of exporters. See config_exporters.hpp.
#include "runtime/server/config_exporters.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <utility>

#include "core/limits.hpp"
#include "core/text.hpp"

namespace sentrail::server {
namespace {

using wire::fail_at;
using wire::YamlEntry;
using wire::YamlKind;
using wire::YamlNode;

constexpr std::size_t kExportersMax = 8;
constexpr std::int64_t kFileMbMax = 1'000'000;
constexpr std::int64_t kFilesKeptMax = 10'000;

Status read_text(std::string& out, const YamlNode& node) {
  SENTRAIL_ASSIGN_OR_RETURN(out, wire::as_string(node));
  if (escape_display(out) != out) return fail_at(node, "invisible characters in a text");
  return {};
}

Status read_count(std::int64_t& out, const YamlNode& node, std::int64_t most) {
  SENTRAIL_ASSIGN_OR_RETURN(out, wire::as_int(node));
  if (out < 0 || out > most) return fail_at(node, "must be from 0 to " + std::to_string(most));
  return {};
}

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= limits::kNameBytesMax &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") == std::string_view::npos;
}

Status read_format(exporting::Format& out, const YamlNode& node) {
  std::string name;
  SENTRAIL_TRY(read_text(name, node));
  const auto format = exporting::format_named(name);
  if (!format) return fail_at(node, "must be json_lines, cloudevents, ocsf or otlp");
  out = *format;
  return {};
}

constexpr std::array<std::pair<std::string_view, Sasl>, 4> kSasl = {
    {{"none", Sasl::none},
     {"plain", Sasl::plain},
     {"scram-sha-256", Sasl::scram_sha_256},
     {"scram-sha-512", Sasl::scram_sha_512}}};

Status read_sasl(Sasl& out, const YamlNode& node) {
  std::string name;
  SENTRAIL_TRY(read_text(name, node));
  for (const auto& [known, sasl] : kSasl) {
    if (known == name) {
      out = sasl;
      return {};
    }
  }
  return fail_at(node, "must be none, plain, scram-sha-256 or scram-sha-512");
}

std::string_view name_of(Sasl sasl) {
  for (const auto& [name, known] : kSasl) {
    if (known == sasl) return name;
  }
  return "none";
}

// `host:port` with a comma between, as Kafka's clients take them.
bool are_brokers(std::string_view text) {
  constexpr std::string_view kLegal =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_[]:";
  while (true) {
    const std::string_view one = text.substr(0, text.find(','));
    const std::size_t colon = one.rfind(':');
    const bool has_port = colon != std::string_view::npos && colon > 0 && colon + 1 < one.size() &&
                          one.substr(colon + 1).find_first_not_of("0123456789") == one.npos;
    if (!has_port || one.find_first_not_of(kLegal) != one.npos) return false;
    if (one.size() == text.size()) return true;
    text.remove_prefix(one.size() + 1);
  }
}

// source: Kafka, org.apache.kafka.common.internals.Topic
bool is_topic(std::string_view text) {
  constexpr std::size_t kTopicBytesMax = 249;
  return !text.empty() && text.size() <= kTopicBytesMax && text != "." && text != ".." &&
         text.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == text.npos;
}

Status check_kafka(const KafkaConfig& kafka, const YamlNode& node) {
  if (!are_brokers(kafka.brokers)) {
    return fail_at(node,
                   "`kafka` needs `brokers`, such as \"b1.example.com:9093,b2.example.com:9093\"");
  }
  if (!is_topic(kafka.topic)) {
    return fail_at(node, "`kafka` needs a `topic` of a-z, A-Z, 0-9, `.`, `_` and `-`");
  }
  if (kafka.certificate.empty() != kafka.key.empty()) {
    return fail_at(node, "`kafka` needs both `certificate` and `key`, or neither");
  }
  if (!kafka.tls && !(kafka.ca_file + kafka.certificate).empty()) {
    return fail_at(node, "`kafka` has files for TLS and `tls: false`; drop one of them");
  }
  const bool named = !kafka.user.empty() && !kafka.password_file.empty();
  if (kafka.sasl != Sasl::none && !named) {
    return fail_at(node, "`sasl` needs `user` and `password_file`");
  }
  if (kafka.sasl == Sasl::none && !(kafka.user + kafka.password_file).empty()) {
    return fail_at(node,
                   "`user` and `password_file` need `sasl`: plain, scram-sha-256 or scram-sha-512");
  }
  if (kafka.sasl == Sasl::plain && !kafka.tls) {
    return fail_at(node, "`sasl: plain` without `tls` would send the password in clear");
  }
  return {};
}

Status read_kafka(KafkaConfig& out, const YamlNode& node) {
  if (node.kind != YamlKind::mapping) return fail_at(node, "`kafka` is `key: value` lines");
  const std::array<std::pair<std::string_view, std::string*>, 7> texts = {
      {{"brokers", &out.brokers},
       {"topic", &out.topic},
       {"ca_file", &out.ca_file},
       {"certificate", &out.certificate},
       {"key", &out.key},
       {"user", &out.user},
       {"password_file", &out.password_file}}};
  for (const YamlEntry& entry : node.entries) {
    const auto text =
        std::ranges::find_if(texts, [&entry](const auto& one) { return one.first == entry.key; });
    if (text != texts.end()) {
      SENTRAIL_TRY(read_text(*text->second, entry.value));
    } else if (entry.key == "tls") {
      SENTRAIL_ASSIGN_OR_RETURN(out.tls, wire::as_bool(entry.value));
    } else if (entry.key == "sasl") {
      SENTRAIL_TRY(read_sasl(out.sasl, entry.value));
    } else {
      return fail_at(entry, "unknown key `exporters.kafka." + escape_display(entry.key) + "`");
    }
  }
  return check_kafka(out, node);
}

Status read_member(ExporterConfig& out, const YamlEntry& entry) {
  const YamlNode& value = entry.value;
  if (entry.key == "name") return read_text(out.name, value);
  if (entry.key == "format") return read_format(out.format, value);
  if (entry.key == "file") return read_text(out.file, value);
  if (entry.key == "file_mb") return read_count(out.file_mb, value, kFileMbMax);
  if (entry.key == "files_kept") return read_count(out.files_kept, value, kFilesKeptMax);
  if (entry.key == "url") return read_text(out.url, value);
  if (entry.key == "token_file") return read_text(out.token_file, value);
  if (entry.key == "origin") return read_text(out.origin, value);
  if (entry.key == "private_address") {
    SENTRAIL_ASSIGN_OR_RETURN(out.private_address, wire::as_bool(value));
    return {};
  }
  if (entry.key == "kafka") return read_kafka(out.kafka, value);
  return fail_at(entry, "unknown key `exporters." + escape_display(entry.key) + "`");
}

Status check(const ExporterConfig& exporter, const YamlNode& node) {
  if (!is_name(exporter.name)) {
    return fail_at(node, "an exporter needs a `name` of a-z, 0-9, `_` and `-`");
  }
  const int places = (exporter.file.empty() ? 0 : 1) + (exporter.url.empty() ? 0 : 1) +
                     (exporter.kafka.brokers.empty() ? 0 : 1);
  if (places != 1) {
    return fail_at(node,
                   "the exporter `" + exporter.name + "` needs either `file`, `url` or `kafka`");
  }
  if (!exporter.kafka.brokers.empty() && exporter.format == exporting::Format::otlp) {
    return fail_at(node, "a topic takes an entry a message: json_lines, cloudevents or ocsf");
  }
  if (exporter.url.empty()) return {};
  const Result<UrlParts> url = parse_url(exporter.url);
  if (!url) return fail_at(node, url.error().message);
  if (!url->tls && !exporter.private_address) {
    return fail_at(node,
                   "a token and the log would leave in clear: use https, or, where something "
                   "else protects the way, `private_address: true`");
  }
  return {};
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char byte : text) {
    if (byte == '"' || byte == '\\') out += '\\';
    out += byte;
  }
  return out + '"';
}

std::string write_kafka(const KafkaConfig& kafka) {
  std::string out = "{brokers: " + quoted(kafka.brokers) + ", topic: " + quoted(kafka.topic) +
                    ", tls: " + (kafka.tls ? "true" : "false");
  if (kafka.tls) {
    out += ", ca_file: " + quoted(kafka.ca_file) + ", certificate: " + quoted(kafka.certificate) +
           ", key: " + quoted(kafka.key);
  }
  out += ", sasl: " + quoted(name_of(kafka.sasl));
  if (kafka.sasl != Sasl::none) {
    out += ", user: " + quoted(kafka.user) + ", password_file: " + quoted(kafka.password_file);
  }
  return out + "}";
}

}  // namespace

Result<UrlParts> parse_url(std::string_view url) {
  UrlParts out;
  out.tls = url.starts_with("https://");
  if (!out.tls && !url.starts_with("http://")) {
    return fail(Errc::invalid_argument, "a url must begin with https:// or http://");
  }
  url.remove_prefix(out.tls ? 8 : 7);
  const std::size_t slash = url.find('/');
  std::string_view place = url.substr(0, slash);
  out.target = slash == std::string_view::npos ? "/" : std::string(url.substr(slash));
  out.port = out.tls ? 443 : 80;
  const std::size_t colon = place.rfind(':');
  if (colon != std::string_view::npos) {
    const std::string_view digits = place.substr(colon + 1);
    const char* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, out.port);
    if (error != std::errc() || stop != end || out.port == 0) {
      return fail(Errc::invalid_argument, "the url has no valid port");
    }
    place = place.substr(0, colon);
  }
  out.host = place;
  constexpr std::string_view kLegal =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-";
  const bool target_is_legal = std::all_of(out.target.begin(), out.target.end(), [](char byte) {
    return byte > ' ' && byte < 0x7f && byte != '#';
  });
  if (out.host.empty() || out.host.find_first_not_of(kLegal) != std::string::npos ||
      !target_is_legal) {
    return fail(Errc::invalid_argument, "the url has no valid host or path");
  }
  return out;
}

Result<std::vector<ExporterConfig>> read_exporter_list(const YamlNode& node) {
  if (node.kind != YamlKind::sequence) return fail_at(node, "must be a list");
  if (node.items.size() > kExportersMax) {
    return fail_at(node, "at most " + std::to_string(kExportersMax) + " exporters");
  }
  std::vector<ExporterConfig> out;
  std::set<std::string> names;
  for (const YamlNode& item : node.items) {
    if (item.kind != YamlKind::mapping) return fail_at(item, "an exporter is `key: value` lines");
    ExporterConfig& exporter = out.emplace_back();
    for (const YamlEntry& entry : item.entries) SENTRAIL_TRY(read_member(exporter, entry));
    SENTRAIL_TRY(check(exporter, item));
    if (!names.insert(exporter.name).second) {
      return fail_at(item, "two exporters are called `" + exporter.name + "`");
    }
  }
  return out;
}

std::string write_exporter_list(const std::vector<ExporterConfig>& exporters) {
  std::string out;
  for (const ExporterConfig& one : exporters) {
    out.append(out.empty() ? "{" : ", {");
    out += "name: " + quoted(one.name) + ", format: " + quoted(name_of(one.format));
    if (!one.file.empty()) {
      out += ", file: " + quoted(one.file) + ", file_mb: " + std::to_string(one.file_mb) +
             ", files_kept: " + std::to_string(one.files_kept);
    } else if (!one.kafka.brokers.empty()) {
      out += ", kafka: " + write_kafka(one.kafka);
    } else {
      out += ", url: " + quoted(one.url) + ", token_file: " + quoted(one.token_file) +
             ", private_address: " + (one.private_address ? "true" : "false");
    }
    out += ", origin: " + quoted(one.origin) + "}";
  }
  return "[" + out + "]";
}

}  // namespace sentrail::server
