// Kleene's three truth values, ordered false < undecidable < true.
//
// Neighbours: decision.hpp, every evaluator. Must not know: tests, attributes.
// source: docs/language.md, Meaning; S. C. Kleene, Introduction to Metamathematics, §64.
#pragma once

#include <algorithm>
#include <cstdint>

namespace sentrail {

// The value of a test: certainly false, cannot be told, certainly true.
enum class Truth : std::uint8_t { f = 0, u = 1, t = 2 };

// Conjunction: the least.
[[nodiscard]] constexpr Truth both(Truth a, Truth b) noexcept {
  return std::min(a, b);
}

// Disjunction: the greatest.
[[nodiscard]] constexpr Truth either(Truth a, Truth b) noexcept {
  return std::max(a, b);
}

// Negation: swaps t and f, keeps u.
[[nodiscard]] constexpr Truth negate(Truth a) noexcept {
  return static_cast<Truth>(2 - static_cast<std::uint8_t>(a));
}

// The certain truth of a two-valued test.
[[nodiscard]] constexpr Truth certain(bool value) noexcept {
  return value ? Truth::t : Truth::f;
}

}  // namespace sentrail
