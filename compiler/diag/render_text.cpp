// Diagnostics as text for people: place, message, source line, caret, notes, help.
//
// Neighbours: diagnostic.hpp; driver and tests print the result. Must not know: phases, terminals
// (the caller decides about colour). Source text is never shown raw: what cannot be seen is
// escaped, so that a bidi control cannot rearrange its own diagnostic.
#include <algorithm>
#include <string>

#include "compiler/code_points.hpp"
#include "compiler/diag/diagnostic.hpp"

namespace sentrail::compiler {
namespace {

// Bytes shown before and after a place in a long line.
constexpr std::size_t kBytesBefore = 60;
constexpr std::size_t kBytesShown = 120;

class Painter {
 public:
  explicit Painter(bool colour) : colour_(colour) {}

  std::string paint(const char* code, std::string text) const {
    return colour_ ? std::string("\x1b[") + code + "m" + std::move(text) + "\x1b[0m" : text;
  }
  static const char* code_of(Severity severity) {
    switch (severity) {
      case Severity::error:
        return "1;31";
      case Severity::warning:
        return "1;33";
      case Severity::note:
        return "1;36";
    }
    return "0";
  }

 private:
  bool colour_;
};

std::string place_of(Span span, const Sources& sources) {
  const Source& source = sources[span.source];
  const LineColumn place = source.locate(span.begin);
  return escape_unseen(source.name()) + ":" + std::to_string(place.line) + ":" +
         std::to_string(place.column) + ": ";
}

// Moves left to the first byte of a code point; stays where three bytes lead to none, because the
// text is not UTF-8 there.
std::size_t align(std::string_view text, std::size_t at) {
  for (std::size_t back = 0; back <= 3 && back <= at && at < text.size(); ++back) {
    if ((static_cast<unsigned char>(text[at - back]) & 0xC0u) != 0x80u) return at - back;
  }
  return at;
}

// The line of a span with the span underlined; a long line is cut around it.
std::string excerpt(Span span, const Sources& sources, const Painter& painter) {
  const Source& source = sources[span.source];
  const std::string_view line = source.line_at(span.begin);
  const auto line_begin = static_cast<std::size_t>(line.data() - source.text().data());
  const std::size_t at = std::min<std::size_t>(span.begin - line_begin, line.size());
  const std::size_t first =
      line.size() <= kBytesShown || at <= kBytesBefore ? 0 : align(line, at - kBytesBefore);
  const std::size_t last = align(line, std::min(line.size(), first + kBytesShown));
  const std::size_t end = std::clamp<std::size_t>(span.end - line_begin, at, last);

  std::string before = escape_unseen(line.substr(first, at - first));
  const std::string marked = escape_unseen(line.substr(at, end - at));
  std::string after = escape_unseen(line.substr(end, last - end));
  if (first > 0) before.insert(0, "…");
  if (last < line.size()) after += "…";

  const std::string number = std::to_string(source.locate(span.begin).line);
  const std::string gutter(number.size() + 1, ' ');
  const std::size_t width = std::max<std::size_t>(1, display_width(marked));
  std::string result = painter.paint("2", number + " | ") + before + marked + after + "\n";
  result += painter.paint("2", gutter + "| ") + std::string(display_width(before), ' ') +
            painter.paint("1;32", "^" + std::string(width - 1, '~')) + "\n";
  return result;
}

}  // namespace

std::string render_text(const Diagnostic& diagnostic, const Sources& sources, bool colour) {
  const Painter painter(colour);
  const KindRow& row = row_of(diagnostic.kind);
  std::string label(name_of(row.severity));
  label += "[" + std::string(row.code) + "]: ";
  std::string out = painter.paint("1", place_of(diagnostic.span, sources)) +
                    painter.paint(Painter::code_of(row.severity), std::move(label)) +
                    escape_unseen(diagnostic.message) + "\n" +
                    excerpt(diagnostic.span, sources, painter);
  for (const DiagnosticNote& note : diagnostic.notes) {
    out += painter.paint("1", place_of(note.span, sources)) +
           painter.paint(Painter::code_of(Severity::note), "note: ") + escape_unseen(note.message) +
           "\n" + excerpt(note.span, sources, painter);
  }
  if (!diagnostic.help.empty()) {
    out += painter.paint("1;36", "help: ") + escape_unseen(diagnostic.help) + "\n";
  }
  return out;
}

}  // namespace sentrail::compiler
