// 16-byte identifiers as everyone writes them.
//
// Neighbours: crypto/random.hpp makes them; store keys and API fields hold them. Must not know:
// where the bytes come from.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace sentrail {

// An identifier of 16 bytes, in the order in which it is written. Default: the nil UUID.
// source: RFC 9562.
struct Uuid {
  std::array<std::uint8_t, 16> bytes{};

  friend auto operator<=>(const Uuid&, const Uuid&) = default;
};

// A UUID as text, without a string of its own.
class UuidText {
 public:
  static constexpr std::size_t kSize = 36;
  // Writes the text.
  explicit UuidText(const Uuid& uuid) noexcept;
  // Valid as long as this.
  [[nodiscard]] std::string_view view() const noexcept { return {text_.data(), kSize}; }

 private:
  std::array<char, kSize> text_{};
};

// `123e4567-e89b-42d3-a456-426614174000`: lower case, five groups.
[[nodiscard]] std::string format_uuid(const Uuid& uuid);

// Reads what format_uuid writes, in either case (RFC 9562 §4). Versions are not looked at.
// fails: invalid_argument for anything else: braces, `urn:uuid:`, missing hyphens.
[[nodiscard]] Result<Uuid> parse_uuid(std::string_view text);

}  // namespace sentrail
