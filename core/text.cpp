// UTF-8, ASCII case, safe display, suggestions. See text.hpp.
#include "core/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <vector>

#include "core/byte_scan.hpp"
#include "core/check.hpp"
#include "core/limits.hpp"

namespace sentrail {
namespace {

// What a lead byte says of the sequence it opens: its length, and the range of the second byte,
// which alone excludes overlong forms, surrogates and what lies past U+10FFFF.
struct Lead {
  std::uint8_t size = 0;  // 0: not a lead byte
  unsigned char second_min = 0x80;
  unsigned char second_max = 0xbf;
};

constexpr Lead lead_of(unsigned char byte) noexcept {
  if (byte < 0x80) return {1};
  if (byte < 0xc2) return {0};
  if (byte < 0xe0) return {2};
  if (byte == 0xe0) return {3, 0xa0, 0xbf};
  if (byte == 0xed) return {3, 0x80, 0x9f};
  if (byte < 0xf0) return {3};
  if (byte == 0xf0) return {4, 0x90, 0xbf};
  if (byte < 0xf4) return {4};
  if (byte == 0xf4) return {4, 0x80, 0x8f};
  return {0};
}

constexpr char lower(char byte) noexcept {
  return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte;
}

struct Range {
  char32_t first;
  char32_t last;
};

// Cc, Cf, Co, Zl, Zp, Zs but U+0020, Default_Ignorable_Code_Point, noncharacters, and the braille
// blank (U+2800), which is a space to the eye. The test derives most of it from utf8proc again.
constexpr std::array<Range, 46> kInvisible = {{
    {0x0, 0x1f},        {0x7f, 0xa0},        {0xad, 0xad},       {0x34f, 0x34f},
    {0x600, 0x605},     {0x61c, 0x61c},      {0x6dd, 0x6dd},     {0x70f, 0x70f},
    {0x890, 0x891},     {0x8e2, 0x8e2},      {0x115f, 0x1160},   {0x1680, 0x1680},
    {0x17b4, 0x17b5},   {0x180b, 0x180f},    {0x2000, 0x200f},   {0x2028, 0x202f},
    {0x205f, 0x206f},   {0x2800, 0x2800},    {0x3000, 0x3000},   {0x3164, 0x3164},
    {0xe000, 0xf8ff},   {0xfdd0, 0xfdef},    {0xfe00, 0xfe0f},   {0xfeff, 0xfeff},
    {0xffa0, 0xffa0},   {0xfff0, 0xfffb},    {0xfffe, 0xffff},   {0x110bd, 0x110bd},
    {0x110cd, 0x110cd}, {0x13430, 0x1343f},  {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a},
    {0x1fffe, 0x1ffff}, {0x2fffe, 0x2ffff},  {0x3fffe, 0x3ffff}, {0x4fffe, 0x4ffff},
    {0x5fffe, 0x5ffff}, {0x6fffe, 0x6ffff},  {0x7fffe, 0x7ffff}, {0x8fffe, 0x8ffff},
    {0x9fffe, 0x9ffff}, {0xafffe, 0xaffff},  {0xbfffe, 0xbffff}, {0xcfffe, 0xcffff},
    {0xdfffe, 0xe0fff}, {0xefffe, 0x10ffff},
}};

// Appends `\x1b`.
void append_byte_escape(std::string& out, unsigned char byte) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += "\\x";
  out += kHex[byte >> 4u];
  out += kHex[byte & 15u];
}

// Appends `\u{202e}`.
void append_point_escape(std::string& out, char32_t code_point) {
  std::array<char, 8> digits{};
  const auto value = static_cast<std::uint32_t>(code_point);
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value, 16);
  SENTRAIL_CHECK(error == std::errc());
  out += "\\u{";
  out.append(digits.data(), end);
  out += '}';
}

}  // namespace

CodePoint decode_utf8(std::string_view text, std::size_t at) noexcept {
  SENTRAIL_CHECK(at < text.size());
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const Lead lead = lead_of(byte(at));
  const CodePoint bad{byte(at), 1, false};
  if (lead.size == 1) return {byte(at), 1, true};
  if (lead.size == 0 || text.size() - at < lead.size) return bad;
  if (byte(at + 1) < lead.second_min || byte(at + 1) > lead.second_max) return bad;
  char32_t value = byte(at) & (0x7fu >> lead.size);
  for (std::size_t i = 1; i < lead.size; ++i) {
    if ((byte(at + i) & 0xc0u) != 0x80u) return bad;
    value = (value << 6u) | (byte(at + i) & 0x3fu);
  }
  return {value, lead.size, true};
}

std::optional<std::size_t> find_invalid_utf8(std::string_view text) noexcept {
  for (std::size_t at = ascii_run(text); at < text.size();) {
    const CodePoint point = decode_utf8(text, at);
    if (!point.valid) return at;
    at += point.size;
    at += ascii_run(text.substr(at));
  }
  return std::nullopt;
}

bool is_valid_utf8(std::string_view text) noexcept {
  return !find_invalid_utf8(text).has_value();
}

std::size_t count_code_points(std::string_view text) noexcept {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); at += decode_utf8(text, at).size) ++count;
  return count;
}

void append_utf8(std::string& out, char32_t code_point) {
  SENTRAIL_CHECK(code_point <= 0x10ffff && (code_point < 0xd800 || code_point > 0xdfff));
  const auto push = [&out](char32_t byte) { out += static_cast<char>(byte); };
  if (code_point < 0x80) {
    push(code_point);
    return;
  }
  if (code_point < 0x800) {
    push(0xc0u | (code_point >> 6u));
  } else {
    if (code_point < 0x10000) {
      push(0xe0u | (code_point >> 12u));
    } else {
      push(0xf0u | (code_point >> 18u));
      push(0x80u | ((code_point >> 12u) & 0x3fu));
    }
    push(0x80u | ((code_point >> 6u) & 0x3fu));
  }
  push(0x80u | (code_point & 0x3fu));
}

std::string to_lower_ascii(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), lower);
  return result;
}

bool equal_bytes_ignoring_ascii_case(const char* a, const char* b, std::size_t size) noexcept {
  const auto same_at = [a, b](std::size_t at) {
    std::uint64_t x = 0;
    std::uint64_t y = 0;
    std::memcpy(&x, a + at, sizeof(x));
    std::memcpy(&y, b + at, sizeof(y));
    return bytes_in_words::lower(x) == bytes_in_words::lower(y);
  };
  constexpr std::size_t kWord = sizeof(std::uint64_t);
  std::size_t at = 0;
  for (; size - at >= kWord; at += kWord) {
    if (!same_at(at)) return false;
  }
  if (at != 0) return at == size || same_at(size - kWord);
  return std::equal(a, a + size, b, [](char x, char y) { return lower(x) == lower(y); });
}

bool is_invisible(char32_t code_point) noexcept {
  const auto* const range =
      std::lower_bound(kInvisible.begin(), kInvisible.end(), code_point,
                       [](const Range& each, char32_t value) { return each.last < value; });
  return range != kInvisible.end() && range->first <= code_point;
}

std::string escape_display(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    if (const std::size_t visible = visible_ascii_run(text.substr(at)); visible != 0) {
      result.append(text.data() + at, visible);
      at += visible;
      continue;
    }
    const CodePoint point = decode_utf8(text, at);
    if (!point.valid || (point.size == 1 && is_invisible(point.value))) {
      append_byte_escape(result, static_cast<unsigned char>(point.value));
    } else if (is_invisible(point.value)) {
      append_point_escape(result, point.value);
    } else {
      result.append(text.substr(at, point.size));
    }
    at += point.size;
  }
  return result;
}

std::string cap_characters(std::string_view text, std::size_t characters_max) {
  if (text.size() <= characters_max) return std::string(text);
  std::size_t at = 0;
  std::size_t kept_end = 0;  // end of the first characters_max - 1 characters
  for (std::size_t count = 0; at < text.size(); ++count) {
    if (count == characters_max) {
      return characters_max == 0 ? std::string() : std::string(text.substr(0, kept_end)) + "…";
    }
    kept_end = at;
    at += decode_utf8(text, at).size;
  }
  return std::string(text);
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  const std::size_t width = b.size() + 1;
  std::vector<std::size_t> before(width);
  std::vector<std::size_t> above(width);
  std::vector<std::size_t> row(width);
  for (std::size_t j = 0; j < width; ++j) above[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j < width; ++j) {
      const std::size_t replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, replaced});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, above);
    std::swap(above, row);
  }
  return above[b.size()];
}

std::optional<std::string_view> closest(std::string_view name,
                                        std::span<const std::string_view> candidates) {
  if (name.size() > limits::kNameBytesMax) return std::nullopt;
  std::optional<std::string_view> best;
  std::size_t best_distance = 0;
  for (const std::string_view candidate : candidates) {
    const std::size_t longer = std::max(name.size(), candidate.size());
    const std::size_t shorter = std::min(name.size(), candidate.size());
    if ((longer - shorter) * 3 > longer) continue;
    const std::size_t distance = edit_distance(name, candidate);
    if (distance * 3 > longer || (best && distance >= best_distance)) continue;
    best = candidate;
    best_distance = distance;
  }
  return best;
}

}  // namespace sentrail
