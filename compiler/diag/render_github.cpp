// Annotations of GitHub's workflows. See reports.hpp.
//
// A message ends with its line and properties with `,` or `::`, so these are percent-encoded.
#include <string>
#include <string_view>

#include "compiler/code_points.hpp"
#include "compiler/diag/reports.hpp"

namespace sentrail::compiler {
namespace {

std::string encoded(std::string_view text, std::string_view specials) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (specials.find(c) == std::string_view::npos) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kDigits[byte >> 4u];
    out += kDigits[byte & 15u];
  }
  return out;
}

std::string encoded_message(std::string_view text) {
  return encoded(text, "%\r\n");
}

std::string encoded_property(std::string_view text) {
  return encoded(text, "%\r\n:,");
}

std::string_view level_of(Severity severity) {
  return severity == Severity::note ? "notice" : name_of(severity);
}

// GitHub takes columns only within one line.
std::string place(Span span, const Sources& sources) {
  const Source& source = sources[span.source];
  const LineColumn begin = source.locate(span.begin);
  const LineColumn end = source.locate(span.end);
  std::string out = "file=" + encoded_property(escape_unseen(source.name())) +
                    ",line=" + std::to_string(begin.line) + ",endLine=" + std::to_string(end.line);
  if (begin.line == end.line) {
    out += ",col=" + std::to_string(begin.column) + ",endColumn=" + std::to_string(end.column);
  }
  return out;
}

}  // namespace

std::string render_github(const Diagnostic& diagnostic, const Sources& sources) {
  const KindRow& row = row_of(diagnostic.kind);
  std::string message = escape_unseen(diagnostic.message);
  for (const DiagnosticNote& note : diagnostic.notes) {
    const Source& source = sources[note.span.source];
    const LineColumn at = source.locate(note.span.begin);
    message += "\n" + escape_unseen(source.name()) + ":" + std::to_string(at.line) + ":" +
               std::to_string(at.column) + ": " + escape_unseen(note.message);
  }
  if (!diagnostic.help.empty()) message += "\nhelp: " + escape_unseen(diagnostic.help);
  std::string out = "::" + std::string(level_of(row.severity)) + " ";
  out += place(diagnostic.span, sources);
  out += ",title=" + encoded_property(std::string(row.code) + " " + std::string(row.name));
  return out + "::" + encoded_message(message) + "\n";
}

std::string github_annotation(std::string_view level, std::string_view title,
                              std::string_view message) {
  return "::" + std::string(level) + " title=" + encoded_property(escape_unseen(title)) +
         "::" + encoded_message(message) + "\n";
}

}  // namespace sentrail::compiler
