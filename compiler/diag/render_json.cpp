// Diagnostics as JSON objects for machines.
//
// Neighbours: diagnostic.hpp; driver puts the objects into its reports. Must not know: phases.
// Unseen characters leave as \u escapes, invalid bytes as U+FFFD: the output is ASCII-safe JSON.
#include <array>
#include <cstdio>
#include <string>
#include <string_view>

#include "compiler/code_points.hpp"
#include "compiler/diag/diagnostic.hpp"

namespace sentrail::compiler {
namespace {

void append_unit(std::string& out, unsigned unit) {
  std::array<char, 8> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "\\u%04x", unit & 0xFFFFu);
  out += buffer.data();
}

void append_escaped(std::string& out, char32_t value) {
  if (value < 0x10000) {
    append_unit(out, static_cast<unsigned>(value));
    return;
  }
  const auto rest = static_cast<unsigned>(value - 0x10000);
  append_unit(out, 0xD800u + (rest >> 10));
  append_unit(out, 0xDC00u + (rest & 0x3FFu));
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size();) {
    const CodePoint point = decode_utf8(text, i);
    if (!point.valid) {
      append_escaped(out, 0xFFFD);
    } else if (point.value == U'"' || point.value == U'\\') {
      out += '\\';
      out += static_cast<char>(point.value);
    } else if (is_control(point.value) || is_invisible(point.value)) {
      append_escaped(out, point.value);
    } else {
      out += text.substr(i, point.length);
    }
    i += point.length;
  }
  return out + "\"";
}

std::string place_members(Span span, const Sources& sources) {
  const Source& source = sources[span.source];
  const LineColumn begin = source.locate(span.begin);
  const LineColumn end = source.locate(span.end);
  return "\"file\":" + quoted(source.name()) + ",\"line\":" + std::to_string(begin.line) +
         ",\"column\":" + std::to_string(begin.column) +
         ",\"endLine\":" + std::to_string(end.line) +
         ",\"endColumn\":" + std::to_string(end.column);
}

std::string fix_members(const Fix& fix, const Sources& sources) {
  std::string out = "\"title\":" + quoted(fix.title) + ",\"edits\":[";
  for (std::size_t i = 0; i < fix.edits.size(); ++i) {
    const Edit& edit = fix.edits[i];
    if (i > 0) out += ",";
    out += "{" + place_members(edit.span, sources) + ",\"text\":" + quoted(edit.text) + "}";
  }
  return out + "]";
}

}  // namespace

std::string render_json(const Diagnostic& diagnostic, const Sources& sources) {
  const KindRow& row = row_of(diagnostic.kind);
  std::string out = "{\"kind\":" + quoted(row.name) + ",\"code\":" + quoted(row.code) +
                    ",\"severity\":" + quoted(name_of(row.severity)) +
                    ",\"message\":" + quoted(diagnostic.message) + "," +
                    place_members(diagnostic.span, sources) + ",\"notes\":[";
  for (std::size_t i = 0; i < diagnostic.notes.size(); ++i) {
    const DiagnosticNote& note = diagnostic.notes[i];
    if (i > 0) out += ",";
    out += "{\"message\":" + quoted(note.message) + "," + place_members(note.span, sources) + "}";
  }
  out += "],\"help\":" + quoted(diagnostic.help);
  if (diagnostic.fix) out += ",\"fix\":{" + fix_members(*diagnostic.fix, sources) + "}";
  return out + "}";
}

}  // namespace sentrail::compiler
