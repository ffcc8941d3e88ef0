// Which operands each test takes: what verify(program) holds bundles to.
//
// Neighbours: program_verify.cpp, docs/bundle_format.md (the table of operands). Must not know:
// rows.
#pragma once

#include <cstddef>

#include "core/program.hpp"

namespace sentrail {

// Whether a test takes operands of a kind.
[[nodiscard]] constexpr bool allows(TestOp op, OperandKind kind) noexcept {
  const auto one_of = [kind](auto... kinds) { return ((kind == kinds) || ...); };
  using enum OperandKind;
  switch (op) {
    case TestOp::equal:
      return one_of(string, number, boolean, risk);
    case TestOp::less:
    case TestOp::less_equal:
    case TestOp::greater:
    case TestOp::greater_equal:
      return one_of(number, risk);
    case TestOp::in:
      return kind != regex && kind != quantifier;  // and a window alone: verify_windows
    case TestOp::matches:
      return kind == pattern;
    case TestOp::has:
      return one_of(string, number, boolean);
    case TestOp::contains:
    case TestOp::starts_with:
    case TestOp::ends_with:
      return kind == string;
    case TestOp::search:
      return kind == regex;
    case TestOp::any_element:
    case TestOp::every_element:
      return kind == quantifier;
    case TestOp::exists:
    case TestOp::is_type:
      return false;
  }
  return false;
}

// Whether a test takes so many operands.
[[nodiscard]] constexpr bool counts_fit(TestOp op, std::size_t operands) noexcept {
  if (op == TestOp::in) return true;
  return operands == (op == TestOp::exists || op == TestOp::is_type ? 0u : 1u);
}

// Whether the size of a value, which is a number, can be tested so.
[[nodiscard]] constexpr bool allows_size(TestOp op, OperandKind kind) noexcept {
  return op <= TestOp::in && (kind == OperandKind::number || kind == OperandKind::number_range);
}

}  // namespace sentrail
