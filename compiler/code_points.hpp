// UTF-8, one code point at a time, and which code points a reviewer cannot see.
//
// Neighbours: syntax/source_gate refuses the unseen, diag/ escapes them, source.cpp counts columns.
// Must not know: the language. Normalisation and IDNA are wire/'s; this is what reading needs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sentrail::compiler {

// One code point and its length in bytes. An invalid byte has length 1 and its own value.
struct CodePoint {
  char32_t value = 0;
  std::uint32_t length = 1;
  bool valid = true;
};

// Decodes the code point at `offset`, refusing overlong forms, surrogates and values past U+10FFFF.
// in: offset < text.size(). source: RFC 3629 §4.
[[nodiscard]] CodePoint decode_utf8(std::string_view text, std::size_t offset) noexcept;

// Appends a scalar value as UTF-8. in: not a surrogate, at most U+10FFFF.
void append_utf8(std::string& out, char32_t value);

// Tells C0, C1 and DEL, tab and newline among them.
[[nodiscard]] bool is_control(char32_t value) noexcept;

// Tells what shows nothing, reorders its neighbours or passes for a plain space: format characters,
// bidi controls, joiners, fillers, tags, variation selectors, every space but U+0020.
// source: Unicode 15 Default_Ignorable_Code_Point, White_Space, Cf; UTS #39 §5.
[[nodiscard]] bool is_invisible(char32_t value) noexcept;

// Estimates the terminal cells of a code point: 0, 1 or 2.
[[nodiscard]] int display_width(char32_t value) noexcept;

// Adds up the cells of a text as it is displayed by `escape_unseen`.
[[nodiscard]] std::size_t display_width(std::string_view text);

// Writes what cannot be seen as `\u{202e}`, an invalid byte as `\x{ff}`, newline and tab as `\n`
// and
// `\t`; all else stays.
[[nodiscard]] std::string escape_unseen(std::string_view text);

}  // namespace sentrail::compiler
