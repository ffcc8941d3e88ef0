// SARIF 2.1.0 logs. See reports.hpp.
//
// Findings are written as they come, the log around them at the end. A file's name becomes a URI
// reference: relative as it was given, or `file:` where it is absolute.
#include <string>
#include <string_view>

#include "compiler/code_points.hpp"
#include "compiler/diag/explain.hpp"
#include "compiler/diag/reports.hpp"
#include "core/json_writer.hpp"

namespace sentrail::compiler {
namespace {

constexpr const char* kSchema =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

std::string uri_of(std::string_view name) {
  constexpr std::string_view kPlain = "-._~/!$&'()*+,;=@";
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out = name.starts_with('/') ? "file://" : "";
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (letter || kPlain.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += '%';
      out += kDigits[byte >> 4u];
      out += kDigits[byte & 15u];
    }
  }
  return out;
}

std::string_view level_of(Severity severity) {
  return name_of(severity);  // SARIF has the same three names
}

void write_message(JsonWriter& json, std::string_view key, std::string_view text) {
  json.key(key).begin_object().key("text").string(text).end_object();
}

void write_artifact(JsonWriter& json, std::string_view name) {
  json.key("artifactLocation").begin_object().key("uri").string(uri_of(name)).end_object();
}

void write_region(JsonWriter& json, std::string_view key, Span span, const Source& source) {
  const LineColumn begin = source.locate(span.begin);
  const LineColumn end = source.locate(span.end);
  json.key(key).begin_object();
  json.key("startLine").unsigned_integer(begin.line);
  json.key("startColumn").unsigned_integer(begin.column);
  json.key("endLine").unsigned_integer(end.line);
  json.key("endColumn").unsigned_integer(end.column);
  json.end_object();
}

void write_physical(JsonWriter& json, Span span, const Sources& sources) {
  const Source& source = sources[span.source];
  json.key("physicalLocation").begin_object();
  write_artifact(json, source.name());
  write_region(json, "region", span, source);
  json.end_object();
}

void write_notes(JsonWriter& json, const Diagnostic& diagnostic, const Sources& sources) {
  if (diagnostic.notes.empty()) return;
  json.key("relatedLocations").begin_array();
  for (std::size_t i = 0; i < diagnostic.notes.size(); ++i) {
    const DiagnosticNote& note = diagnostic.notes[i];
    json.begin_object().key("id").unsigned_integer(i);
    write_physical(json, note.span, sources);
    write_message(json, "message", escape_unseen(note.message));
    json.end_object();
  }
  json.end_array();
}

// One change of an artifact for each source that the fix touches.
void write_fix(JsonWriter& json, const Fix& fix, const Sources& sources) {
  json.key("fixes").begin_array().begin_object();
  write_message(json, "description", escape_unseen(fix.title));
  json.key("artifactChanges").begin_array();
  for (std::size_t i = 0; i < fix.edits.size();) {
    const SourceId id = fix.edits[i].span.source;
    json.begin_object();
    write_artifact(json, sources[id].name());
    json.key("replacements").begin_array();
    for (; i < fix.edits.size() && fix.edits[i].span.source == id; ++i) {
      json.begin_object();
      write_region(json, "deletedRegion", fix.edits[i].span, sources[id]);
      write_message(json, "insertedContent", fix.edits[i].text);
      json.end_object();
    }
    json.end_array().end_object();
  }
  json.end_array().end_object().end_array();
}

void write_rules(JsonWriter& json) {
  json.key("rules").begin_array();
  for (std::size_t i = 0; i < all_diagnostic_kinds().size(); ++i) {
    const auto kind = static_cast<DiagnosticKind>(i);
    const KindRow& row = row_of(kind);
    json.begin_object().key("id").string(row.code).key("name").string(row.name);
    write_message(json, "shortDescription", row.summary);
    write_message(json, "help", "`sentrailc explain-code " + std::string(row.code) + "` says more");
    json.key("defaultConfiguration").begin_object();
    json.key("level").string(level_of(row.severity)).end_object();
    json.end_object();
  }
  json.end_array();
}

void write_texts(JsonWriter& json, const std::vector<std::string>& texts) {
  json.begin_array();
  for (const std::string& text : texts) json.written(text);
  json.end_array();
}

}  // namespace

void SarifLog::add(const Diagnostic& diagnostic, const Sources& sources) {
  std::string message = escape_unseen(diagnostic.message);
  if (!diagnostic.help.empty()) message += "; " + escape_unseen(diagnostic.help);
  std::string out;
  JsonWriter json(&out);
  json.begin_object();
  json.key("ruleId").string(row_of(diagnostic.kind).code);
  json.key("ruleIndex").unsigned_integer(static_cast<std::size_t>(diagnostic.kind));
  json.key("level").string(level_of(diagnostic.severity()));
  write_message(json, "message", message);
  json.key("locations").begin_array().begin_object();
  write_physical(json, diagnostic.span, sources);
  json.end_object().end_array();
  write_notes(json, diagnostic, sources);
  if (diagnostic.fix) write_fix(json, *diagnostic.fix, sources);
  json.end_object();
  results_.push_back(std::move(out));
}

void SarifLog::add_answer(std::string_view text) {
  std::string out;
  JsonWriter json(&out);
  json.begin_object().key("kind").string("informational").key("level").string("none");
  write_message(json, "message", escape_unseen(text));
  json.end_object();
  results_.push_back(std::move(out));
}

void SarifLog::add_failure(std::string_view message) {
  std::string out;
  JsonWriter json(&out);
  json.begin_object().key("level").string("error");
  write_message(json, "message", escape_unseen(message));
  json.end_object();
  failures_.push_back(std::move(out));
}

std::string SarifLog::finish(std::string_view version, int exit_code) const {
  std::string out;
  JsonWriter json(&out);
  json.begin_object().key("$schema").string(kSchema).key("version").string("2.1.0");
  json.key("runs").begin_array().begin_object();
  json.key("tool").begin_object().key("driver").begin_object();
  json.key("name").string("sentrailc").key("version").string(version);
  write_rules(json);
  json.end_object().end_object();
  json.key("columnKind").string("unicodeCodePoints");
  json.key("invocations").begin_array().begin_object();
  json.key("executionSuccessful").boolean(failures_.empty());
  json.key("exitCode").integer(exit_code);
  if (!failures_.empty()) {
    json.key("toolExecutionNotifications");
    write_texts(json, failures_);
  }
  json.end_object().end_array();
  json.key("results");
  write_texts(json, results_);
  json.end_object().end_array().end_object();
  return out + "\n";
}

}  // namespace sentrail::compiler
