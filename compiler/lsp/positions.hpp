// Places as LSP counts them (lines and code units from 0) and as we do (bytes).
//
// Neighbours: documents.hpp edits with it, every feature answers with it. Must not know: the
// language. source: Language Server Protocol 3.17, "Text Documents".
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace sentrail::compiler::lsp {

// What a character counts.
enum class Encoding : std::uint8_t { utf16, utf8 };

// A place between two characters.
struct Position {
  std::uint32_t line = 0;
  std::uint32_t character = 0;

  friend auto operator<=>(const Position&, const Position&) = default;
};
struct Range {
  Position start;
  Position end;

  friend bool operator==(const Range&, const Range&) = default;
};

// The code units of a text. cost: linear.
[[nodiscard]] std::uint32_t units_of(std::string_view text, Encoding encoding) noexcept;

// Where the lines of a text begin. Lines end with `\n`, `\r\n` or `\r`.
class LineIndex {
 public:
  // cost: linear.
  explicit LineIndex(std::string_view text);

  // The byte of a position. One behind the end of its line means the end, as LSP has it, one behind
  // the last line the end of the text, one within a character its beginning.
  // in: the text that the index was made of. cost: linear in the line.
  [[nodiscard]] std::uint32_t offset_of(std::string_view text, Position position,
                                        Encoding encoding) const noexcept;
  // The position of a byte; past the end it is that of the end.
  [[nodiscard]] Position position_of(std::string_view text, std::uint32_t offset,
                                     Encoding encoding) const noexcept;
  [[nodiscard]] std::uint32_t line_of(std::uint32_t offset) const noexcept;
  [[nodiscard]] std::uint32_t line_count() const noexcept {
    return static_cast<std::uint32_t>(begins_.size());
  }
  // Where a line begins. REQUIRES: line < line_count().
  [[nodiscard]] std::uint32_t begin_of(std::uint32_t line) const noexcept { return begins_[line]; }

 private:
  [[nodiscard]] std::string_view line_text(std::string_view text, std::uint32_t line) const;

  std::vector<std::uint32_t> begins_;
};

}  // namespace sentrail::compiler::lsp
