// The finite partition of all comparable numbers by the bounds that they are compared with.
//
// Neighbours: core/decimal.hpp (what is comparable), scalar_classes.cpp. Must not know: attributes.
// source: docs/language.md, section 6.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/decimal.hpp"

namespace sentrail::compiler::analysis {

// A number strictly between two, as short as there is; nothing if no number within the limits lies
// there. An end that is missing is infinite.
[[nodiscard]] std::optional<std::string> number_between(const std::optional<Decimal>& low,
                                                        const std::optional<Decimal>& high);

// The bounds, each a class, and the gaps between and beside them that hold a number.
class NumberClasses {
 public:
  // Takes the bounds in any order, repeated or not. REQUIRES: each is within the limits.
  explicit NumberClasses(std::vector<Decimal> bounds);

  struct Class {
    std::string witness;
    std::uint32_t place = 0;  // 2i + 1: at bound i; 2i: in the gap below it
  };
  // Ascending.
  [[nodiscard]] const std::vector<Class>& classes() const noexcept { return classes_; }
  // The place of a bound. REQUIRES: it is one.
  [[nodiscard]] std::uint32_t place_of(const Decimal& bound) const;

 private:
  std::vector<Decimal> bounds_;
  std::vector<Class> classes_;
};

}  // namespace sentrail::compiler::analysis
