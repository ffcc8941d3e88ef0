// Size, lines, UTF-8 and unseen characters of policy text.
//
// Neighbours: source_gate.hpp. Must not know: the language.
#include "compiler/syntax/source_gate.hpp"

#include <array>
#include <cstdio>
#include <string>
#include <string_view>

#include "compiler/code_points.hpp"
#include "core/limits.hpp"

namespace sentrail::compiler {
namespace {

class Gate {
 public:
  Gate(SourceId source, std::string_view text, DiagnosticSink& sink)
      : source_(source), text_(text), sink_(sink) {}

  bool pass() {
    if (text_.size() > limits::kSourceBytesMax) {
      report(DiagnosticKind::source_too_large, 0, 0,
             "the file has " + std::to_string(text_.size()) + " bytes, at most " +
                 std::to_string(limits::kSourceBytesMax) + " are read",
             "split it: a policy can import lists and catalogs");
      return false;
    }
    for (std::size_t at = 0; at < text_.size() && found_ < limits::kDiagnosticsMax;) {
      at += look_at(at);
    }
    if (found_ < limits::kDiagnosticsMax) end_line(text_.size());
    return found_ == 0;
  }

 private:
  // Judges the code point at `at` and returns its length.
  std::size_t look_at(std::size_t at) {
    const auto byte = static_cast<unsigned char>(text_[at]);
    if (byte >= 0x20 && byte < 0x7F) return 1;
    if (byte == '\n') {
      end_line(at);
      line_begin_ = at + 1;
      line_kinds_ = 0;
      return 1;
    }
    const bool line_end = byte == '\r' && at + 1 < text_.size() && text_[at + 1] == '\n';
    if (byte == '\t' || line_end) return 1;
    const CodePoint point = decode_utf8(text_, at);
    if (!point.valid) {
      report(DiagnosticKind::invalid_utf8, at, at + 1, "this byte is not UTF-8",
             "save the file as UTF-8");
    } else if (point.value == 0xFEFF && at == 0) {
      report(DiagnosticKind::byte_order_mark, at, at + point.length,
             "the file begins with a byte order mark",
             Help::write("save it as UTF-8 without one", ""));
    } else if (is_control(point.value)) {
      report(DiagnosticKind::control_character, at, at + point.length,
             "control character " + code_of(point.value), in_string(point.value));
    } else if (is_invisible(point.value)) {
      report(DiagnosticKind::invisible_character, at, at + point.length,
             code_of(point.value) + " cannot be seen or changes the order of what can",
             in_string(point.value));
    }
    return point.length;
  }

  void end_line(std::size_t end) {
    if (end - line_begin_ <= limits::kSourceLineBytesMax) return;
    const std::size_t at = line_begin_ + limits::kSourceLineBytesMax;
    report(DiagnosticKind::line_too_long, at, at,
           "the line has " + std::to_string(end - line_begin_) + " bytes, at most " +
               std::to_string(limits::kSourceLineBytesMax) + " are read",
           "break it: newlines are free outside strings");
  }

  static std::string code_of(char32_t value) {
    std::array<char, 16> buffer{};
    std::snprintf(buffer.data(), buffer.size(), "U+%04X", static_cast<unsigned>(value));
    return buffer.data();
  }

  static std::string in_string(char32_t value) {
    std::array<char, 64> buffer{};
    std::snprintf(buffer.data(), buffer.size(), "take it away; in a string write `\\u{%x}`",
                  static_cast<unsigned>(value));
    return buffer.data();
  }

  // Reports unless this line already has one of the kind.
  void report(DiagnosticKind kind, std::size_t begin, std::size_t end, std::string message,
              Help help) {
    const auto bit = std::uint64_t{1} << (static_cast<unsigned>(kind) % 64);
    if ((line_kinds_ & bit) != 0) return;
    line_kinds_ |= bit;
    ++found_;
    const Span span{source_, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
    sink_.report(diagnose(kind, span, std::move(message), std::move(help), {}, ""));
  }

  SourceId source_;
  std::string_view text_;
  DiagnosticSink& sink_;
  std::size_t line_begin_ = 0;
  std::uint64_t line_kinds_ = 0;  // kinds reported on this line, by bit
  std::size_t found_ = 0;
};

}  // namespace

bool pass_source_gate(SourceId id, const Sources& sources, DiagnosticSink& sink) {
  return Gate(id, sources[id].text(), sink).pass();
}

}  // namespace sentrail::compiler
