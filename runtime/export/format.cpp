// One writer for each format. See format.hpp.
#include "runtime/export/format.hpp"

#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>
#include <functional>

#include "core/json_writer.hpp"
#include "wire/json.hpp"

namespace sentrail::exporting {
namespace {

constexpr std::array<std::string_view, 4> kNames = {"json_lines", "cloudevents", "ocsf", "otlp"};

std::string_view text_in(JsonValue leaf, std::string_view name) {
  const JsonValue value = leaf.find(name);
  return value.exists() && value.kind() == JsonKind::string ? value.text() : std::string_view();
}

// One entry, read.
struct Entry {
  std::string_view origin;
  const store::AuditRow& row;
  JsonValue leaf;

  // A member as text; empty if it is not there.
  [[nodiscard]] std::string_view text(std::string_view name) const { return text_in(leaf, name); }
  [[nodiscard]] std::int64_t time_ms() const {
    const JsonValue value = leaf.find("time_ms");
    std::int64_t out = 0;
    if (value.exists() && value.kind() == JsonKind::number) {
      static_cast<void>(
          std::from_chars(value.text().data(), value.text().data() + value.text().size(), out));
    }
    return out;
  }
  // What receivers tell duplicates by.
  [[nodiscard]] std::string id() const {
    return std::string(origin) + "/" + std::to_string(row.sequence);
  }
};

// `2026-01-02T03:04:05.678Z`. source: RFC 3339
std::string rfc3339(std::int64_t unix_ms) {
  std::int64_t seconds = unix_ms / 1000;
  std::int64_t rest = unix_ms % 1000;
  if (rest < 0) {
    rest += 1000;
    --seconds;
  }
  const auto time = static_cast<std::time_t>(seconds);
  std::tm parts{};
  ::gmtime_r(&time, &parts);
  std::array<char, 40> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  std::array<char, 8> fraction{};
  std::snprintf(fraction.data(), fraction.size(), ".%03dZ", static_cast<int>(rest));
  return std::string(text.data(), size) + fraction.data();
}

// A number so wide that texts of it sort as numbers do.
std::string sortable(std::uint64_t number) {
  std::array<char, 24> text{};
  std::snprintf(text.data(), text.size(), "%020llu", static_cast<unsigned long long>(number));
  return text.data();
}

void write_json_line(JsonWriter& json, const Entry& entry) {
  json.begin_object().key("id").string(entry.id());
  json.key("origin").string(entry.origin).key("seq").unsigned_integer(entry.row.sequence);
  json.key("entry").raw(entry.leaf).end_object();
}

void write_cloudevent(JsonWriter& json, const Entry& entry) {
  json.begin_object().key("specversion").string("1.0");
  json.key("id").string(entry.id()).key("source").string(entry.origin);
  json.key("type").string("sentrail.audit." + std::string(entry.text("kind")));
  json.key("time").string(rfc3339(entry.time_ms()));
  json.key("sequence").string(sortable(entry.row.sequence));
  if (!entry.text("correlation_id").empty())
    json.key("subject").string(entry.text("correlation_id"));
  json.key("datacontenttype").string("application/json");
  json.key("data").raw(entry.leaf).end_object();
}

// source: OCSF 1.8.0, severity_id
int ocsf_severity(std::string_view risk) {
  constexpr std::array<std::string_view, 4> kRisks = {"low", "medium", "high", "critical"};
  for (std::size_t i = 0; i < kRisks.size(); ++i) {
    if (risk == kRisks[i]) return static_cast<int>(i) + 2;
  }
  return 1;
}

void write_ocsf_metadata(JsonWriter& json, const Entry& entry) {
  json.key("metadata").begin_object().key("version").string("1.8.0");
  json.key("uid").string(entry.id()).key("sequence").unsigned_integer(entry.row.sequence);
  json.key("log_name").string(entry.origin);
  if (!entry.text("correlation_id").empty()) {
    json.key("correlation_uid").string(entry.text("correlation_id"));
  }
  json.key("product").begin_object().key("name").string("Sentrail");
  json.key("vendor_name").string("Sentrail").end_object().end_object();
}

// source: OCSF 1.8.0, class api_activity
void write_ocsf(JsonWriter& json, const Entry& entry) {
  constexpr int kClass = 6003;
  constexpr int kOther = 99;
  const std::string_view decision = entry.text("decision");
  const bool failed = decision == "block" || decision == "error";
  json.begin_object().key("category_uid").integer(6).key("class_uid").integer(kClass);
  json.key("activity_id").integer(kOther).key("activity_name").string(entry.text("kind"));
  json.key("type_uid").integer(kClass * 100 + kOther).key("time").integer(entry.time_ms());
  json.key("severity_id").integer(ocsf_severity(entry.text("risk")));
  json.key("status_id").integer(decision.empty() ? 0 : (failed ? 2 : 1));
  if (!decision.empty()) json.key("status_detail").string(decision);
  write_ocsf_metadata(json, entry);
  const std::string_view found = actor_of(entry.leaf);
  const std::string_view actor = found.empty() ? "sentraild" : found;
  json.key("actor").begin_object().key("app_uid").string(actor).end_object();
  json.key("src_endpoint").begin_object().key("uid").string(actor).end_object();
  const std::string_view action = entry.text("action");
  json.key("api").begin_object();
  json.key("operation").string(action.empty() ? entry.text("kind") : action);
  if (!entry.text("tool").empty()) {
    json.key("service").begin_object().key("name").string(entry.text("tool")).end_object();
  }
  if (!entry.text("correlation_id").empty()) {
    json.key("request").begin_object().key("uid").string(entry.text("correlation_id")).end_object();
  }
  json.end_object();
  json.key("unmapped").raw(entry.leaf).end_object();
}

void write_otlp_attribute(JsonWriter& json, std::string_view key, JsonValue value) {
  json.begin_object().key("key").string(key).key("value").begin_object();
  // 64-bit integers are texts in the JSON form of protocol buffers.
  json.key(value.kind() == JsonKind::number ? "intValue" : "stringValue").string(value.text());
  json.end_object().end_object();
}

void write_otlp_text(JsonWriter& json, std::string_view key, std::string_view value) {
  json.begin_object().key("key").string(key).key("value").begin_object();
  json.key("stringValue").string(value).end_object().end_object();
}

// source: OTLP, LogRecord; severity numbers of the logs data model
void write_otlp_record(JsonWriter& json, const Entry& entry) {
  const std::string_view decision = entry.text("decision");
  const bool warns = decision == "block" || decision == "error";
  json.begin_object().key("timeUnixNano").string(std::to_string(entry.time_ms()) + "000000");
  json.key("severityNumber")
      .integer(warns ? 13 : 9)
      .key("severityText")
      .string(warns ? "WARN" : "INFO");
  json.key("body").begin_object().key("stringValue").string(entry.row.leaf).end_object();
  json.key("attributes").begin_array();
  write_otlp_text(json, "log.record.uid", entry.id());
  JsonValue name = entry.leaf.first_child();
  for (std::size_t left = entry.leaf.size(); left > 0; --left) {
    const JsonValue value = name.next();
    if (value.kind() == JsonKind::string || value.kind() == JsonKind::number) {
      write_otlp_attribute(json, "sentrail." + std::string(name.text()), value);
    }
    if (left > 1) name = value.next();
  }
  json.end_array().end_object();
}

using Write = void (*)(JsonWriter& json, const Entry& entry);

Write writer_of(Format format) {
  switch (format) {
    case Format::json_lines:
      return &write_json_line;
    case Format::cloudevents:
      return &write_cloudevent;
    case Format::ocsf:
      return &write_ocsf;
    case Format::otlp:
      break;
  }
  return &write_otlp_record;
}

// Reads a leaf and writes its entry.
Status write_entry(JsonWriter& json, Format format, std::string_view origin,
                   const store::AuditRow& row) {
  const Result<JsonDocument> document = wire::parse_json(row.leaf);
  if (!document || document->empty() || document->root().kind() != JsonKind::object) {
    return fail(Errc::corrupt,
                "entry " + std::to_string(row.sequence) + " of the log is no JSON object");
  }
  writer_of(format)(json, Entry{origin, row, document->root()});
  return {};
}

Result<std::string> format_array(Format format, std::string_view origin,
                                 std::span<const store::AuditRow> rows) {
  std::string out;
  JsonWriter json(&out);
  json.begin_array();
  for (const store::AuditRow& row : rows) SENTRAIL_TRY(write_entry(json, format, origin, row));
  json.end_array();
  return out;
}

// source: OTLP, ExportLogsServiceRequest
Result<std::string> format_otlp(std::string_view origin, std::span<const store::AuditRow> rows) {
  std::string out;
  JsonWriter json(&out);
  json.begin_object().key("resourceLogs").begin_array().begin_object();
  json.key("resource").begin_object().key("attributes").begin_array();
  write_otlp_text(json, "service.name", "sentraild");
  write_otlp_text(json, "sentrail.origin", origin);
  json.end_array().end_object().key("scopeLogs").begin_array().begin_object();
  json.key("scope").begin_object().key("name").string("sentrail.audit").end_object();
  json.key("logRecords").begin_array();
  for (const store::AuditRow& row : rows) {
    SENTRAIL_TRY(write_entry(json, Format::otlp, origin, row));
  }
  json.end_array().end_object().end_array().end_object().end_array().end_object();
  return out;
}

}  // namespace

std::string_view name_of(Format format) noexcept {
  return kNames[static_cast<std::size_t>(format)];
}

std::optional<Format> format_named(std::string_view name) noexcept {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<Format>(i);
  }
  return std::nullopt;
}

std::string_view actor_of(JsonValue leaf) {
  const std::string_view key = text_in(leaf, "key_id");
  return key.empty() ? text_in(leaf, "workspace_id") : key;
}

Result<std::string> format_lines(Format format, std::string_view origin,
                                 std::span<const store::AuditRow> rows) {
  if (format == Format::otlp) {
    SENTRAIL_ASSIGN_OR_RETURN(std::string line, format_otlp(origin, rows));
    return line + "\n";
  }
  std::string out;
  for (const store::AuditRow& row : rows) {
    std::string line;
    JsonWriter json(&line);
    SENTRAIL_TRY(write_entry(json, format, origin, row));
    out.append(line).append("\n");
  }
  return out;
}

Result<Body> format_body(Format format, std::string_view origin,
                         std::span<const store::AuditRow> rows) {
  Body body;
  switch (format) {
    case Format::json_lines: {
      body.content_type = "application/x-ndjson";
      SENTRAIL_ASSIGN_OR_RETURN(body.bytes, format_lines(format, origin, rows));
      return body;
    }
    case Format::cloudevents:
      body.content_type = "application/cloudevents-batch+json; charset=utf-8";
      break;
    case Format::ocsf:
      body.content_type = "application/json";
      break;
    case Format::otlp: {
      body.content_type = "application/json";
      SENTRAIL_ASSIGN_OR_RETURN(body.bytes, format_otlp(origin, rows));
      return body;
    }
  }
  SENTRAIL_ASSIGN_OR_RETURN(body.bytes, format_array(format, origin, rows));
  return body;
}

}  // namespace sentrail::exporting
