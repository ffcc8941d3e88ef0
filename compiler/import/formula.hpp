// Conditions on their way into the language: and, or, not, tests, and what is not known.
//
// Neighbours: the readers of foreign policies build formulas, write.hpp prints them. Must not know:
// any source format. A part of a source condition that the language cannot say is an `unknown`: it
// may be true or false. A formula with unknowns is bounded from below (what certainly holds) or
// from above (what may hold), and the reader picks the bound that cannot loosen its rule. source:
// docs/importers.md, Bounds.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/syntax/ast.hpp"

namespace sentrail::compiler::import_ {

// What kind of value a test must have before it, or none: with another kind it is undecidable.
enum class ValueKind : std::uint8_t { any, string, number, boolean, list, object };

// One positive test of the language: the negative spellings belong to the writer.
struct FormulaTest {
  std::string path;  // as written
  bool sized = false;
  TestOp op = TestOp::exists;
  std::vector<std::string> operands;  // as written; the type's name for `is`
  bool bracketed = false;
  ValueKind kind = ValueKind::any;  // what the value must be for an answer

  friend bool operator==(const FormulaTest&, const FormulaTest&) = default;
};

struct Formula;
// Formulas never change, so that parts are shared.
using FormulaRef = std::shared_ptr<const Formula>;

// The kinds of formula. `not_` has one child, `and_` and `or_` two or more, others none.
enum class FormulaKind : std::uint8_t { never, always, unknown, test, not_, and_, or_ };
struct Formula {
  FormulaKind kind = FormulaKind::never;
  FormulaTest test;    // test
  std::string reason;  // unknown: why, in words that continue a rule's name
  std::vector<FormulaRef> children;
  std::uint32_t size = 1;   // nodes when written out as a tree; saturates
  std::uint32_t depth = 1;  // of the tree
};

// Builds the constants.
[[nodiscard]] FormulaRef never();
[[nodiscard]] FormulaRef always();
// Builds what may be true or false.
[[nodiscard]] FormulaRef unknown(std::string reason);
// Builds one test.
[[nodiscard]] FormulaRef test_of(FormulaTest test);
// Tells whether the path is there.
[[nodiscard]] FormulaRef exists(std::string path);
// Tells whether the value of the path is of that kind.
[[nodiscard]] FormulaRef is_kind(std::string path, ValueKind kind);
// Joins, with constants folded and nested joins of the same kind flattened.
[[nodiscard]] FormulaRef both(std::vector<FormulaRef> parts);
[[nodiscard]] FormulaRef either(std::vector<FormulaRef> parts);
[[nodiscard]] FormulaRef negation(const FormulaRef& formula);
// Builds what has two documented readings, of which the source does not say which it means: both
// hold, or, for that reason, one of them.
[[nodiscard]] FormulaRef ambiguous(const FormulaRef& one, const FormulaRef& other,
                                   const std::string& reason);

// Whether nothing in it is unknown.
[[nodiscard]] bool is_exact(const FormulaRef& formula);
// The reasons of its unknowns, each once, in order.
[[nodiscard]] std::vector<std::string> reasons_of(const FormulaRef& formula);

// Which way an undecidable condition tips a rule: an `allow` that is undecidable does not allow, a
// `block` blocks; what is neither keeps its truth.
enum class Leaning : std::uint8_t { none, allow, block };

// Replaces unknowns by what makes the formula smaller (`lower`) or greater (`upper`), pushes `not`
// to the tests and drops parts that others imply. out: no unknown; `not_` above tests only.
// REQUIRES: fits(formula).
[[nodiscard]] FormulaRef lower_bound(const FormulaRef& formula, Leaning leaning);
[[nodiscard]] FormulaRef upper_bound(const FormulaRef& formula, Leaning leaning);

// Whether the formula is small enough to be written as one rule.
[[nodiscard]] bool fits(const FormulaRef& formula);

// The condition as the language writes it. REQUIRES: a bound, and neither constant but `always`.
[[nodiscard]] std::string write_condition(const FormulaRef& formula);

}  // namespace sentrail::compiler::import_
