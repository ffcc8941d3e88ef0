// Escapes of JSON strings. See json_string.hpp.
#include "wire/json_string.hpp"

#include <cstdint>
#include <optional>

#include "core/byte_scan.hpp"
#include "core/text.hpp"

namespace sentrail::wire {
namespace {

// What a one-letter escape stands for, or NUL if there is no such escape.
constexpr char short_escape(char letter) noexcept {
  switch (letter) {
    case '"':
      return '"';
    case '\\':
      return '\\';
    case '/':
      return '/';
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return '\0';
  }
}

constexpr int hex_value(char digit) noexcept {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

// Four hexadecimal digits.
std::optional<char32_t> code_unit(const char* at, const char* end) noexcept {
  if (end - at < 4) return std::nullopt;
  char32_t value = 0;
  for (int i = 0; i < 4; ++i) {
    const int digit = hex_value(at[i]);
    if (digit < 0) return std::nullopt;
    value = value << 4u | static_cast<char32_t>(digit);
  }
  return value;
}

// From behind `\u`; both halves of a pair at once.
const char* decode_unicode_escape(const char* at, const char* end, std::string& out) {
  const auto first = code_unit(at, end);
  if (!first) return nullptr;
  at += 4;
  if (*first < 0xd800 || *first > 0xdfff) {
    append_utf8(out, *first);
    return at;
  }
  if (*first > 0xdbff || end - at < 6 || at[0] != '\\' || at[1] != 'u') return nullptr;
  const auto second = code_unit(at + 2, end);
  if (!second || *second < 0xdc00 || *second > 0xdfff) return nullptr;
  append_utf8(out, 0x10000 + ((*first - 0xd800) << 10u) + (*second - 0xdc00));
  return at + 6;
}

}  // namespace

const char* decode_json_string(const char* at, const char* end, std::string& out) {
  while (true) {
    const std::size_t plain = json_plain_run({at, static_cast<std::size_t>(end - at)});
    out.append(at, plain);
    at += plain;
    if (at == end) return nullptr;
    if (*at == '"') return at + 1;
    if (*at != '\\' || end - at < 2) return nullptr;
    if (at[1] == 'u') {
      at = decode_unicode_escape(at + 2, end, out);
      if (at == nullptr) return nullptr;
      continue;
    }
    const char decoded = short_escape(at[1]);
    if (decoded == '\0') return nullptr;
    out += decoded;
    at += 2;
  }
}

}  // namespace sentrail::wire
