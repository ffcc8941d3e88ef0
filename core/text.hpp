// Text that people read and text that arrives: UTF-8, ASCII case, safe display, suggestions.
//
// Neighbours: json_writer.hpp, every message with a user's words in it. Must not know: Unicode's
// normal forms and host names (wire/unicode.hpp), or what is displayed where.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sentrail {

// One step through UTF-8. Where the bytes are bad, `valid` is false, `size` is 1 and `value` is
// that byte.
struct CodePoint {
  char32_t value = 0;
  std::uint8_t size = 0;
  bool valid = false;
};

// Reads the code point at `at`: shortest form, no surrogates, at most U+10FFFF. To iterate, add
// `size`. REQUIRES: at < text.size(). source: Unicode 15, table 3-7.
[[nodiscard]] CodePoint decode_utf8(std::string_view text, std::size_t at) noexcept;

// Whether all of `text` is UTF-8.
[[nodiscard]] bool is_valid_utf8(std::string_view text) noexcept;

// The offset of the first byte that is not UTF-8, if there is one.
[[nodiscard]] std::optional<std::size_t> find_invalid_utf8(std::string_view text) noexcept;

// How many code points `text` has; a bad byte counts as one.
[[nodiscard]] std::size_t count_code_points(std::string_view text) noexcept;

// Appends a code point as UTF-8. REQUIRES: a Unicode scalar value.
void append_utf8(std::string& out, char32_t code_point);

// `text` with A–Z lowered; other bytes stay.
[[nodiscard]] std::string to_lower_ascii(std::string_view text);

// Whether two texts are the same but for the case of A–Z. Most that are compared differ in length,
// which is seen without a call.
[[nodiscard]] bool equal_bytes_ignoring_ascii_case(const char* a, const char* b,
                                                   std::size_t size) noexcept;
[[nodiscard]] inline bool equal_ignoring_ascii_case(std::string_view a,
                                                    std::string_view b) noexcept {
  return a.size() == b.size() && equal_bytes_ignoring_ascii_case(a.data(), b.data(), a.size());
}

// Whether a reader cannot see a code point for what it is: controls, format characters (bidi,
// zero-width, tags), default ignorables, spaces other than U+0020, line separators, private use,
// noncharacters. source: Unicode 15.0, categories Cc Cf Co Zl Zp Zs, Default_Ignorable_Code_Point.
[[nodiscard]] bool is_invisible(char32_t code_point) noexcept;

// `text` for people's eyes: ASCII controls and bytes that are not UTF-8 become `\x1b`, other
// invisible code points `\u{202e}`; everything else stays, backslashes too (it is for reading, not
// for reading back). out: valid UTF-8 on one line.
[[nodiscard]] std::string escape_display(std::string_view text);

// `text`, or its first code points and `…`, at most `characters_max` in all.
[[nodiscard]] std::string cap_characters(std::string_view text, std::size_t characters_max);

// Fewest insertions, deletions, replacements of bytes and swaps of neighbours that turn `a` into
// `b`. cost: a.size() × b.size().
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

// For "did you mean": the candidate with the least edit distance to `name`, the earliest among
// equals; nothing when more than a third of the longer text would change, or when `name` is longer
// than a name may be. cost: edit_distance for each candidate.
[[nodiscard]] std::optional<std::string_view> closest(std::string_view name,
                                                      std::span<const std::string_view> candidates);

}  // namespace sentrail
