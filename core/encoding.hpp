// Bytes as text: hexadecimal and base64, one spelling for every value.
//
// Neighbours: crypto/ (digests, keys, signatures), bundles, tokens. Must not know: what the bytes
// are. Decoders accept exactly what the encoder writes, so equal bytes have equal texts and a
// signed text cannot be respelled.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace sentrail {

// The same bytes as characters. The result borrows.
[[nodiscard]] inline std::string_view as_chars(std::span<const std::uint8_t> bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Lower-case hexadecimal, two digits a byte.
[[nodiscard]] std::string hex_encode(std::string_view bytes);
[[nodiscard]] std::string hex_encode(std::span<const std::uint8_t> bytes);

// fails: invalid_argument on odd length, capitals or other characters.
[[nodiscard]] Result<std::string> hex_decode(std::string_view text);

// Base64 with the standard alphabet and padding. source: RFC 4648 §4.
[[nodiscard]] std::string base64_encode(std::string_view bytes);
[[nodiscard]] std::string base64_encode(std::span<const std::uint8_t> bytes);

// fails: invalid_argument on white space, missing padding, stray bits, other characters.
[[nodiscard]] Result<std::string> base64_decode(std::string_view text);

// Base64 with `-` and `_`, without padding. source: RFC 4648 §5.
[[nodiscard]] std::string base64url_encode(std::string_view bytes);
[[nodiscard]] std::string base64url_encode(std::span<const std::uint8_t> bytes);

// fails: invalid_argument on padding, stray bits, other characters.
[[nodiscard]] Result<std::string> base64url_decode(std::string_view text);

}  // namespace sentrail
