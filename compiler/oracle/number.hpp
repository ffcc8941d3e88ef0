// Exact decimal numbers as strings of digits: slow, and plain to see.
//
// Neighbours: atom.cpp compares with it. Must not know: core/decimal.hpp, which it checks.
// source: docs/language.md, L6.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sentrail::compiler::oracle {

// ±digits × 10^exponent; digits begin and end with another digit than 0, and are empty for zero.
struct Number {
  bool negative = false;
  std::string digits;
  long long exponent = 0;
};

// Reads a JSON number; nothing if it is not one or is past the limits of L6.2.
[[nodiscard]] std::optional<Number> number_of(std::string_view text);

// Compares by value: less than, equal to or greater than 0 as `a` is to `b`.
[[nodiscard]] int compare(const Number& a, const Number& b);

}  // namespace sentrail::compiler::oracle
