// Under what rules can be filed: the columns, what a test is worth in one, and which of its clauses
// each rule is filed under.
//
// Neighbours: demands.hpp (the clauses of rules), table.hpp (files them). Must not know: values.
// source: docs/engine.md.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "runtime/decide/bound.hpp"
#include "runtime/decide/demands.hpp"

namespace sentrail::decide {

// How a value is looked up. Parts are texts anywhere in a string, edges those at its head or tail.
enum class ColumnKind : std::uint8_t { string, pattern, element, part, edge, risk, boolean };

// One way of looking up one attribute or member.
struct Column {
  std::uint32_t slot = 0;
  ColumnKind kind = ColumnKind::string;

  friend auto operator<=>(const Column&, const Column&) = default;
};

// Calls visit(column, value) for everything that a test is filed under: symbols, patterns,
// elements, texts, bits of risks, booleans. REQUIRES: its weight is not kNoKey.
template <class Visit>
void for_each_key(const BoundProgram& bound, std::uint32_t atom, const Visit& visit) {
  const Test& test = bound.tests[atom];
  const auto operands = [&](std::uint32_t begin, std::uint32_t end, ColumnKind kind) {
    for (std::uint32_t i = begin; i < end; ++i) {
      visit(Column{test.slot, kind}, bound.program.operands[i].index);
    }
  };
  const auto bits = [&](ColumnKind kind) {
    for (std::uint32_t i = 0; i < 4; ++i) {
      if ((test.a >> i & 1) != 0) visit(Column{test.slot, kind}, i);
    }
  };
  switch (test.op) {
    case Op::symbol:
      visit(Column{test.slot, ColumnKind::string}, test.a);
      break;
    case Op::symbols:
      operands(test.a, test.b, ColumnKind::string);
      break;
    case Op::pattern:
      visit(Column{test.slot, ColumnKind::pattern}, test.a);
      break;
    case Op::list: {
      const List& list = bound.lists[test.a];
      operands(list.strings_begin, list.strings_end, ColumnKind::string);
      operands(list.patterns_begin, list.patterns_end, ColumnKind::pattern);
      break;
    }
    case Op::element:
      operands(test.a, test.a + 1, ColumnKind::element);
      break;
    case Op::contains:
    case Op::starts_with:
    case Op::ends_with:
    case Op::search:
      for (const std::uint32_t text : bound.texts.of(atom)) {
        const bool anywhere = bound.texts[text].place == TextPlace::anywhere;
        visit(Column{test.slot, anywhere ? ColumnKind::part : ColumnKind::edge}, text);
      }
      break;
    case Op::risks:
      bits(ColumnKind::risk);
      break;
    case Op::booleans:
      bits(ColumnKind::boolean);
      break;
    default:
      break;
  }
}

// Keys of a test that more rules than this ask: a long list that many rules name would otherwise be
// filed once for each of its entries and rules, so that tables grow as their product.
inline constexpr std::uint64_t kSharedKeysMax = 64;

// How likely it is that each test holds, as far as the policy's own words tell: a string that is
// one of many that are tested is a rare one. kNoKey for tests that nothing can be filed under.
[[nodiscard]] std::vector<std::uint64_t> weights_of(const BoundProgram& bound);

// The committed model, in parts of kAlways of about a nanosecond: integers, so that the same policy
// always gives the same tables.
inline constexpr std::uint64_t kJudgeCost = 8;     // one rule, its tests mostly known
inline constexpr std::uint64_t kSearchCost = 400;  // a regular expression on a short text
inline constexpr std::uint64_t kStepCost = 5;      // one rule of the linear engine
inline constexpr std::uint64_t kLookupsCost = 30;  // whatever is looked up
[[nodiscard]] std::uint64_t cost_of(ColumnKind kind) noexcept;

// Stands for a clause where a rule has none.
inline constexpr std::uint32_t kNoClause = 0xffffffff;

// Under which of its clauses each rule is filed: the least likely, unless giving up a column that
// few rules need costs less than looking it up. cost: linear in the clauses' tests, but for
// sorting.
[[nodiscard]] std::vector<std::uint32_t> choose_clauses(const BoundProgram& bound,
                                                        const Demands& demands);

}  // namespace sentrail::decide
