// Hexadecimal and base64. See encoding.hpp.
#include "core/encoding.hpp"

#include <array>
#include <string>

namespace sentrail {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kStandard =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrl =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::uint8_t kNoDigit = 0xff;

// Value of each character in an alphabet, or kNoDigit.
constexpr std::array<std::uint8_t, 256> values_of(std::string_view alphabet) noexcept {
  std::array<std::uint8_t, 256> values{};
  for (std::uint8_t& value : values) value = kNoDigit;
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    values[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}

constexpr auto kHexValues = values_of(kHexDigits);
constexpr auto kStandardValues = values_of(kStandard);
constexpr auto kUrlValues = values_of(kUrl);

std::string encode64(std::string_view bytes, std::string_view alphabet, bool pad) {
  std::string result;
  result.reserve((bytes.size() + 2) / 3 * 4);
  std::uint32_t bits = 0;
  unsigned pending = 0;  // bits not yet written
  for (const char byte : bytes) {
    bits = (bits << 8u) | static_cast<unsigned char>(byte);
    pending += 8;
    while (pending >= 6) {
      pending -= 6;
      result += alphabet[(bits >> pending) & 63u];
    }
  }
  if (pending > 0) result += alphabet[(bits << (6 - pending)) & 63u];
  while (pad && result.size() % 4 != 0) result += '=';
  return result;
}

Result<std::string> decode64(std::string_view digits, const std::array<std::uint8_t, 256>& values) {
  if (digits.size() % 4 == 1) return fail(Errc::invalid_argument, "base64 is cut short");
  std::string result;
  result.reserve(digits.size() / 4 * 3 + 2);
  std::uint32_t bits = 0;
  unsigned pending = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const std::uint8_t value = values[static_cast<unsigned char>(digits[i])];
    if (value == kNoDigit) {
      return fail(Errc::invalid_argument, "not a base64 digit at offset " + std::to_string(i));
    }
    bits = (bits << 6u) | value;
    pending += 6;
    if (pending < 8) continue;
    pending -= 8;
    result += static_cast<char>((bits >> pending) & 0xffu);
  }
  if ((bits & ((1u << pending) - 1)) != 0) {
    return fail(Errc::invalid_argument, "base64 ends in bits that no byte has");
  }
  return result;
}

}  // namespace

std::string hex_encode(std::string_view bytes) {
  std::string result(bytes.size() * 2, '0');
  char* at = result.data();
  for (const char byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    *at++ = kHexDigits[value >> 4u];
    *at++ = kHexDigits[value & 15u];
  }
  return result;
}

std::string hex_encode(std::span<const std::uint8_t> bytes) {
  return hex_encode(as_chars(bytes));
}

Result<std::string> hex_decode(std::string_view text) {
  if (text.size() % 2 != 0) {
    return fail(Errc::invalid_argument, "hexadecimal of odd length; each byte has two digits");
  }
  std::string result;
  result.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const std::uint8_t high = kHexValues[static_cast<unsigned char>(text[i])];
    const std::uint8_t low = kHexValues[static_cast<unsigned char>(text[i + 1])];
    if (high == kNoDigit || low == kNoDigit) {
      return fail(Errc::invalid_argument, "not a lower-case hexadecimal digit at offset " +
                                              std::to_string(high == kNoDigit ? i : i + 1));
    }
    result += static_cast<char>(high << 4u | low);
  }
  return result;
}

std::string base64_encode(std::string_view bytes) {
  return encode64(bytes, kStandard, true);
}

std::string base64_encode(std::span<const std::uint8_t> bytes) {
  return base64_encode(as_chars(bytes));
}

Result<std::string> base64_decode(std::string_view text) {
  if (text.size() % 4 != 0) {
    return fail(Errc::invalid_argument, "base64 whose length is no multiple of 4; pad it with `=`");
  }
  std::size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  return decode64(text.substr(0, text.size() - padding), kStandardValues);
}

std::string base64url_encode(std::string_view bytes) {
  return encode64(bytes, kUrl, false);
}

std::string base64url_encode(std::span<const std::uint8_t> bytes) {
  return base64url_encode(as_chars(bytes));
}

Result<std::string> base64url_decode(std::string_view text) {
  return decode64(text, kUrlValues);
}

}  // namespace sentrail
