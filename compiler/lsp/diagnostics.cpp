// Findings of a check as the editor shows them. See features.hpp.
#include <algorithm>
#include <string>
#include <utility>

#include "compiler/lsp/features.hpp"

namespace sentrail::compiler::lsp {
namespace {

constexpr int kError = 1;
constexpr int kWarning = 2;
constexpr int kInformation = 3;

int severity_of(Severity severity) {
  switch (severity) {
    case Severity::error:
      return kError;
    case Severity::warning:
      return kWarning;
    case Severity::note:
      return kInformation;
  }
  return kInformation;
}

// What a list or rule that nothing needs is shown as: faded.
bool is_unnecessary(DiagnosticKind kind) {
  return kind == DiagnosticKind::unused_list || kind == DiagnosticKind::unused_condition ||
         kind == DiagnosticKind::never_reached || kind == DiagnosticKind::repeated_entry;
}

// A finding about a text as a whole.
std::string plain_finding(int severity, std::string_view message) {
  std::string out;
  JsonWriter json(&out);
  json.begin_object().key("range");
  write(json, Range{});
  json.key("severity").integer(severity).key("source").string("sentrail");
  json.key("message").string(message).end_object();
  return out;
}

void add(const DiagnosticSink& sink, const Sources& sources, const Documents& documents,
         const Client& client, Findings& findings) {
  Places places(sources, documents, client.encoding);
  for (const Diagnostic& diagnostic : sink.sorted()) {
    const std::string path = places.path(diagnostic.span);
    if (path.starts_with("sentrail/")) continue;  // a catalog of the program's own
    std::string out;
    JsonWriter json(&out);
    write_diagnostic(json, diagnostic, places, client);
    std::vector<std::string>& all = findings[path];
    if (std::ranges::find(all, out) == all.end()) all.push_back(std::move(out));
  }
}

}  // namespace

void write_diagnostic(JsonWriter& json, const Diagnostic& diagnostic, Places& places,
                      const Client& client) {
  const KindRow& row = row_of(diagnostic.kind);
  json.begin_object().key("range");
  write(json, places.range(diagnostic.span));
  json.key("severity").integer(severity_of(diagnostic.severity()));
  json.key("code").string(row.code).key("codeDescription").begin_object();
  json.key("href").string("sentrail-explain:/" + std::string(row.code) + ".md").end_object();
  json.key("source").string("sentrail");
  std::string message = diagnostic.message;
  if (!diagnostic.help.empty()) message += "\nhelp: " + diagnostic.help;
  if (!client.related_information) {
    for (const DiagnosticNote& note : diagnostic.notes) message += "\nnote: " + note.message;
  }
  json.key("message").string(message);
  if (is_unnecessary(diagnostic.kind)) json.key("tags").begin_array().integer(1).end_array();
  if (client.related_information && !diagnostic.notes.empty()) {
    json.key("relatedInformation").begin_array();
    for (const DiagnosticNote& note : diagnostic.notes) {
      json.begin_object().key("location");
      write(json, places.location(note.span));
      json.key("message").string(note.message).end_object();
    }
    json.end_array();
  }
  json.end_object();
}

void add_findings(const Unit& unit, const Documents& documents, const Client& client,
                  Findings& findings) {
  for (const LinkedFile& one : unit.files) findings[one.file->path];
  add(unit.findings(), unit.loaded.sources, documents, client, findings);
  if (unit.catalogs) {
    add(unit.catalogs->sink, unit.catalogs->sources, documents, client, findings);
  }
  if (unit.failure) findings[unit.root].push_back(plain_finding(kError, unit.failure->message));
  if (const std::size_t more = unit.findings().dropped_count(); more > 0) {
    findings[unit.root].push_back(
        plain_finding(kInformation, "there are " + std::to_string(more) + " more findings"));
  }
}

}  // namespace sentrail::compiler::lsp
