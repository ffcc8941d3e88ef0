// UTF-8 decoding and the tables of unseen and wide code points.
//
// Neighbours: code_points.hpp. Must not know: the language. The tables are short on purpose: they
// name blocks, not every assigned character, and err towards calling a code point unseen.
#include "compiler/code_points.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <iterator>

#include "core/check.hpp"

namespace sentrail::compiler {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

constexpr Range kInvisible[] = {
    {0x00A0, 0x00A0},   {0x00AD, 0x00AD},   {0x034F, 0x034F},   {0x0600, 0x0605},
    {0x061C, 0x061C},   {0x06DD, 0x06DD},   {0x070F, 0x070F},   {0x0890, 0x0891},
    {0x08E2, 0x08E2},   {0x115F, 0x1160},   {0x1680, 0x1680},   {0x17B4, 0x17B5},
    {0x180B, 0x180F},   {0x2000, 0x200F},   {0x2028, 0x202F},   {0x205F, 0x206F},
    {0x2800, 0x2800},   {0x3000, 0x3000},   {0x3164, 0x3164},   {0xFE00, 0xFE0F},
    {0xFEFF, 0xFEFF},   {0xFFA0, 0xFFA0},   {0xFFF0, 0xFFFB},   {0x110BD, 0x110BD},
    {0x110CD, 0x110CD}, {0x13430, 0x1343F}, {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A},
    {0xE0000, 0xE0FFF},
};

constexpr Range kWide[] = {
    {0x1100, 0x115E},   {0x2E80, 0x303E},   {0x3041, 0xA4CF},   {0xAC00, 0xD7A3},
    {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF01, 0xFF60},   {0xFFE0, 0xFFE6},
    {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD},
};

constexpr Range kCombining[] = {
    {0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x064B, 0x065F},
    {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x20D0, 0x20FF}, {0xFE20, 0xFE2F},
};

template <std::size_t N>
bool holds(const Range (&ranges)[N], char32_t value) noexcept {
  const Range* found = std::upper_bound(std::begin(ranges), std::end(ranges), value,
                                        [](char32_t v, const Range& r) { return v < r.first; });
  return found != std::begin(ranges) && value <= std::prev(found)->last;
}

std::string escaped(const char* format, unsigned value) {
  std::array<char, 16> buffer{};
  std::snprintf(buffer.data(), buffer.size(), format, value);
  return buffer.data();
}

}  // namespace

CodePoint decode_utf8(std::string_view text, std::size_t offset) noexcept {
  const auto byte_at = [&](std::size_t i) -> unsigned {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  const unsigned lead = byte_at(offset);
  const CodePoint invalid{static_cast<char32_t>(lead), 1, false};
  if (lead < 0x80) return {static_cast<char32_t>(lead), 1, true};
  const std::uint32_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4) return invalid;
  char32_t value = lead & (0xFFu >> (length + 1));
  for (std::uint32_t i = 1; i < length; ++i) {
    const unsigned next = byte_at(offset + i);
    if ((next & 0xC0u) != 0x80u) return invalid;
    value = (value << 6) | (next & 0x3Fu);
  }
  constexpr std::array<char32_t, 5> kLeast = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < kLeast[length] || surrogate || value > 0x10FFFF) return invalid;
  return {value, length, true};
}

void append_utf8(std::string& out, char32_t value) {
  SENTRAIL_CHECK(value <= 0x10FFFF && !(value >= 0xD800 && value <= 0xDFFF));
  const auto tail = [&](int shift) {
    out.push_back(static_cast<char>(0x80u | ((value >> shift) & 0x3Fu)));
  };
  if (value < 0x80) {
    out.push_back(static_cast<char>(value));
  } else if (value < 0x800) {
    out.push_back(static_cast<char>(0xC0u | (value >> 6)));
    tail(0);
  } else if (value < 0x10000) {
    out.push_back(static_cast<char>(0xE0u | (value >> 12)));
    tail(6);
    tail(0);
  } else {
    out.push_back(static_cast<char>(0xF0u | (value >> 18)));
    tail(12);
    tail(6);
    tail(0);
  }
}

bool is_control(char32_t value) noexcept {
  return value < 0x20 || (value >= 0x7F && value <= 0x9F);
}

bool is_invisible(char32_t value) noexcept {
  return holds(kInvisible, value);
}

int display_width(char32_t value) noexcept {
  if (holds(kCombining, value)) return 0;
  return holds(kWide, value) ? 2 : 1;
}

std::size_t display_width(std::string_view text) {
  const bool plain =
      std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
  if (plain) return text.size();
  const std::string shown = escape_unseen(text);
  std::size_t width = 0;
  for (std::size_t i = 0; i < shown.size();) {
    const CodePoint point = decode_utf8(shown, i);
    width += static_cast<std::size_t>(display_width(point.value));
    i += point.length;
  }
  return width;
}

std::string escape_unseen(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const CodePoint point = decode_utf8(text, i);
    if (!point.valid) {
      out += escaped("\\x{%02x}", static_cast<unsigned>(point.value));
    } else if (point.value == U'\n') {
      out += "\\n";
    } else if (point.value == U'\t') {
      out += "\\t";
    } else if (is_control(point.value) || is_invisible(point.value)) {
      out += escaped("\\u{%x}", static_cast<unsigned>(point.value));
    } else {
      out += text.substr(i, point.length);
    }
    i += point.length;
  }
  return out;
}

}  // namespace sentrail::compiler
