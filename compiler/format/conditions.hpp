// Conditions, and the tests that they join.
//
// Neighbours: clauses.hpp below, format.cpp above. Must not know: which declaration a condition
// is of.
#pragma once

#include <cstddef>
#include <string_view>

#include "compiler/format/clauses.hpp"

namespace sentrail::compiler {

// What a formatter of declarations builds on.
class ConditionLayout : protected ClauseLayout {
 protected:
  using ClauseLayout::ClauseLayout;

  // A line for what stands at `offset`, behind the comments before it.
  void next_line(std::size_t offset);
  // Where the first test of a condition begins, brackets and `not` left out.
  [[nodiscard]] std::size_t leaf_of(ExprId id) const;
  // Whether it is joined of parts, which it indents itself.
  [[nodiscard]] static bool is_joined(const Expr& expr);
  // Recursion is bounded by limits::kNestingMax.
  void condition(ExprId id);
  // The path of a test or a given value, with what it counts.
  void left_side(const Path& path);
  // `[a, b]`, a window or one literal.
  void value(const Operand& operand);

 private:
  // `any x in body.list: `.
  void quantifier(const Quantifier& node);
  // An operand has parentheses exactly if it is itself joined by `and` or `or`.
  void operand(ExprId id);
  // `not` takes one test: a second `not` needs parentheses as well.
  void negated(ExprId id);
  void test(const Test& node);
  // `NAME` or `NAME(a, b)`, on one line but for long lists.
  void use(const Expr& expr);
  [[nodiscard]] std::string_view operator_of(const Test& node) const;
};

}  // namespace sentrail::compiler
