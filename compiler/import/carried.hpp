// A foreign condition in our terms: when it is true, and when it can be evaluated at all.
//
// Neighbours: cel.cpp and cedar.cpp build these, the readers make rules of them. Must not know:
// either language. Both languages have errors where ours has absence and undecidable: `value` says
// what the condition is where it has a value, `defined` says where it has one.
// source: docs/importers.md, Errors.
#pragma once

#include <string>

#include "compiler/import/attributes.hpp"
#include "compiler/import/formula.hpp"

namespace sentrail::compiler::import_ {

// A condition.
struct Carried {
  FormulaRef value;
  FormulaRef defined;
};

// What has a value always.
[[nodiscard]] inline Carried total(FormulaRef value) {
  return {std::move(value), always()};
}

// What is not known to be true, nor to have a value.
[[nodiscard]] inline Carried lost(const std::string& reason) {
  const FormulaRef both_ways = unknown(reason);
  return {both_ways, both_ways};
}

// A test that has a value where `defined` holds; where there is no such test, nothing is known.
[[nodiscard]] inline Carried tested(FormulaRef value, FormulaRef defined) {
  if (value->kind == FormulaKind::unknown) return {value, value};
  return {std::move(value), std::move(defined)};
}

// When it is certainly true: it has a value, and that is true.
[[nodiscard]] inline FormulaRef when_true(const Carried& carried) {
  return both({carried.defined, carried.value});
}

// The negation has a value where the condition has one.
[[nodiscard]] inline Carried negated(const Carried& carried) {
  return {negation(carried.value), carried.defined};
}

// A value of an expression that is no condition. `reason` says of `unknown` why.
enum class TermKind : std::uint8_t { unknown, constant, constants, place, size, root };
struct Term {
  TermKind kind = TermKind::unknown;
  std::string text;                 // unknown: the reason; root: the variable
  std::vector<Constant> constants;  // constant: one; constants: any number
  Place place;                      // place, size
};

}  // namespace sentrail::compiler::import_
