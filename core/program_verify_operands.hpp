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
      return one_of(string, number, boolean, risk, network);
    case TestOp::less:
    case TestOp::less_equal:
    case TestOp::greater:
    case TestOp::greater_equal:
      return one_of(number, risk, instant);
    case TestOp::in:
      // A window alone, networks alone: verify_windows, verify_networks.
      return one_of(string, number, number_range, boolean, risk, pattern, window, network);
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
    case TestOp::same:
      return kind == peer;  // and one with which it may be compared: verify_peers
    case TestOp::exists:
    case TestOp::is_type:
      return false;
  }
  return false;
}

// How many rows, or values, there are that operands of a kind can name.
[[nodiscard]] inline std::size_t rows_named_by(const Program& p, OperandKind kind) noexcept {
  switch (kind) {
    case OperandKind::string:
      return p.symbols.size();
    case OperandKind::number:
    case OperandKind::number_range:
      return p.numbers.size();
    case OperandKind::boolean:
      return 2;
    case OperandKind::risk:
      return static_cast<std::size_t>(Risk::critical) + 1;
    case OperandKind::pattern:
      return p.patterns.size();
    case OperandKind::regex:
      return p.regexes.size();
    case OperandKind::quantifier:
      return p.quantifiers.size();
    case OperandKind::window:
      return p.windows.size();
    case OperandKind::network:
      return p.networks.size();
    case OperandKind::instant:
      return p.instants.size();
    case OperandKind::peer:
      return p.peers.size();
  }
  return 0;
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
