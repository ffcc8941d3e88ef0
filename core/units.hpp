// What limits count in: millionths, so that sums of money are exact and adding never overflows.
//
// Neighbours: program.hpp has limits, compiler/check reads them, runtime/decide reads amounts and
// runtime/counters adds them up. The oracle has its own. Must not know: what is counted.
// source: docs/language.md, L14.4.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/decimal.hpp"
#include "core/limits.hpp"

namespace sentrail {

// One request, or one of what is added up.
inline constexpr std::int64_t kUnit = 1'000'000;
// What is larger counts as much: above every limit, and two of them still add up in 64 bits.
inline constexpr std::int64_t kUnitsMax = 4 * limits::kLimitMostMax * kUnit;

static_assert(kUnitsMax <= std::int64_t{1} << 62);

// A number in units, rounded up to whole ones and at most kUnitsMax; nothing if it is negative.
[[nodiscard]] std::optional<std::int64_t> units_of(const Decimal& number) noexcept;

// Whether units_of() gives the number itself.
[[nodiscard]] bool is_whole_units(const Decimal& number) noexcept;

// As units_of() adds: at most kUnitsMax. REQUIRES: 0 <= a, b <= kUnitsMax.
[[nodiscard]] constexpr std::int64_t add_units(std::int64_t a, std::int64_t b) noexcept {
  return a > kUnitsMax - b ? kUnitsMax : a + b;
}

// The shortest decimal number that is so many units. REQUIRES: units >= 0.
[[nodiscard]] std::string print_units(std::int64_t units);

}  // namespace sentrail
