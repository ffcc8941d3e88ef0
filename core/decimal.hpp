// Exact decimal numbers of up to 38 digits: how policy compares numbers by value.
//
// Neighbours: facts.hpp gives numbers as written; engines and checker compare them here. The oracle
// has its own and must not include this. Must not know: JSON's grammar beyond its numbers.
// source: docs/language.md, Meaning 13.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sentrail {

// ±coefficient × 10^exponent, normalised: no trailing zero in the coefficient, zero has exponent
// 0 and no sign. Equal values are therefore equal member by member.
struct Decimal {
  bool negative = false;
  std::int16_t exponent = 0;
  std::uint64_t high = 0;  // coefficient = high × 2^64 + low
  std::uint64_t low = 0;

  // Reads a number in JSON's grammar (RFC 8259 §6). Nothing if it is not one, or if, once
  // normalised, it has more than limits::kDecimalDigitsMax digits or an exponent past
  // ±kDecimalExponentMax. What is read depends on the value alone, not on its spelling.
  // cost: linear in the text; never allocates.
  [[nodiscard]] static std::optional<Decimal> parse(std::string_view text) noexcept;

  // The shortest JSON number with this value.
  [[nodiscard]] std::string to_string() const;

  friend bool operator==(const Decimal&, const Decimal&) = default;
};

// Orders by value. cost: constant; never allocates.
[[nodiscard]] std::strong_ordering compare(const Decimal& a, const Decimal& b) noexcept;

}  // namespace sentrail
