// Weighs tests and chooses clauses. See columns.hpp.
#include "runtime/decide/columns.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "runtime/decide/anchors.hpp"

namespace sentrail::decide {
namespace {

// Whether a pattern can be filed: it demands some text.
bool has_anchor(const BoundProgram& bound, std::uint32_t pattern) {
  return !anchors_of(bound.program, pattern).empty();
}

// Whether a list holds nothing but strings, and patterns that can be filed.
bool is_keyed(const BoundProgram& bound, const List& list) {
  const bool others = list.numbers_begin != list.numbers_end ||
                      list.ranges_begin != list.ranges_end || list.booleans != 0 || list.risks != 0;
  if (others || list.empty) return false;
  for (std::uint32_t i = list.patterns_begin; i < list.patterns_end; ++i) {
    if (!has_anchor(bound, bound.program.operands[i].index)) return false;
  }
  return true;
}

bool is_keyed(const BoundProgram& bound, std::uint32_t atom) {
  const Test& test = bound.tests[atom];
  if (bound.slots[test.slot].binder > 0) return false;
  switch (test.op) {
    case Op::symbol:
    case Op::symbols:
    case Op::risks:
    case Op::booleans:
      return true;
    case Op::pattern:
    case Op::element:
      return test.looked_up;
    case Op::list:
      return is_keyed(bound, bound.lists[test.a]);
    case Op::contains:
    case Op::starts_with:
    case Op::ends_with:
    case Op::search:
      return !bound.texts.of(atom).empty();
    default:
      return false;
  }
}

// How many literals of rules ask each test.
std::vector<std::uint32_t> askers_of(const BoundProgram& bound) {
  std::vector<std::uint32_t> askers(bound.tests.size());
  for (const NodeRow& node : bound.program.nodes) {
    if (static_cast<NodeKind>(node.kind) == NodeKind::literal) ++askers[node.atom];
  }
  return askers;
}

// The columns that some clauses use, as numbers.
class ColumnUse {
 public:
  ColumnUse(const BoundProgram& bound, const Demands& demands) : demands_(demands) {
    std::map<Column, std::uint32_t> numbers;
    by_atom_.resize(bound.tests.size());
    for (const std::uint32_t atom : demands.atoms) {
      if (!by_atom_[atom].empty()) continue;
      for_each_key(bound, atom, [&](const Column& column, std::uint32_t) {
        const auto [at, fresh] =
            numbers.try_emplace(column, static_cast<std::uint32_t>(kinds_.size()));
        if (fresh) kinds_.push_back(column.kind);
        std::vector<std::uint32_t>& of = by_atom_[atom];
        if (std::ranges::find(of, at->second) == of.end()) of.push_back(at->second);
      });
    }
  }

  [[nodiscard]] std::size_t count() const noexcept { return kinds_.size(); }
  [[nodiscard]] std::uint64_t cost(std::uint32_t column) const noexcept {
    return cost_of(kinds_[column]) * kAlways;
  }

  template <class Visit>
  void for_each(const Clause& clause, const Visit& visit) const {
    for (const std::uint32_t atom : demands_.of(clause)) {
      for (const std::uint32_t column : by_atom_[atom]) visit(column);
    }
  }
  [[nodiscard]] bool uses(const Clause& clause, std::uint32_t wanted) const {
    bool found = false;
    for_each(clause, [&](std::uint32_t column) { found = found || column == wanted; });
    return found;
  }

 private:
  const Demands& demands_;
  std::vector<std::vector<std::uint32_t>> by_atom_;
  std::vector<ColumnKind> kinds_;
};

// Whether one of a clause's tests is a regular expression.
bool searches(const BoundProgram& bound, const Demands& demands, const Clause& clause) {
  return std::ranges::any_of(
      demands.of(clause), [&](std::uint32_t atom) { return bound.tests[atom].op == Op::search; });
}

// What searching costs for a rule of whose texts nothing is looked up: as often as its other
// demands are met.
std::uint64_t search_cost_of(const BoundProgram& bound, const Demands& demands,
                             std::uint32_t rule) {
  std::uint64_t cost = kSearchCost * kAlways;
  for (std::uint32_t i = demands.rules[rule]; i < demands.rules[rule + 1]; ++i) {
    const Clause& clause = demands.clauses[i];
    if (!searches(bound, demands, clause)) cost = cost / kAlways * clause.weight;
  }
  return cost;
}

// The least likely clause of a rule that needs none of the columns given up.
std::uint32_t best_clause(const Demands& demands, const ColumnUse& use, std::uint32_t rule,
                          const std::vector<char>& given_up) {
  std::uint32_t best = kNoClause;
  for (std::uint32_t i = demands.rules[rule]; i < demands.rules[rule + 1]; ++i) {
    bool open = true;
    use.for_each(demands.clauses[i],
                 [&](std::uint32_t column) { open = open && given_up[column] == 0; });
    if (!open) continue;
    if (best == kNoClause || demands.clauses[i].weight < demands.clauses[best].weight) best = i;
  }
  return best;
}

// How likely it is that a value has the texts of a test by chance, because they are short.
std::uint64_t chance_of(const BoundProgram& bound, std::uint32_t atom) {
  std::uint64_t chance = 0;
  for (const std::uint32_t number : bound.texts.of(atom)) {
    const DemandedText& text = bound.texts[number];
    if (text.place != TextPlace::anywhere) continue;
    if (text.text.size() == 1) chance += kAlways / 2;
    if (text.text.size() == 2) chance += kAlways / 16;
  }
  return chance;
}

}  // namespace

std::uint64_t cost_of(ColumnKind kind) noexcept {
  switch (kind) {
    case ColumnKind::string:
      return 25;
    case ColumnKind::pattern:
      return 60;
    case ColumnKind::element:
      return 40;
    case ColumnKind::part:
      return 100;
    case ColumnKind::edge:
      return 35;
    case ColumnKind::risk:
    case ColumnKind::boolean:
      return 12;
  }
  return 0;
}

std::vector<std::uint64_t> weights_of(const BoundProgram& bound) {
  std::vector<char> keyed(bound.tests.size());
  std::map<Column, std::vector<std::uint32_t>> values;
  std::vector<std::uint64_t> words(bound.slots.size());  // of strings and patterns, by slot
  for (std::uint32_t atom = 0; atom < bound.tests.size(); ++atom) {
    keyed[atom] = is_keyed(bound, atom) ? 1 : 0;
    if (keyed[atom] == 0) continue;
    for_each_key(bound, atom, [&](const Column& column, std::uint32_t value) {
      values[column].push_back(value);
    });
  }
  for (auto& [column, all] : values) {
    std::ranges::sort(all);
    words[column.slot] += all.size() - std::ranges::unique(all).size();
  }
  const std::vector<std::uint32_t> askers = askers_of(bound);
  std::vector<std::uint64_t> weights(bound.tests.size(), kNoKey);
  for (std::uint32_t atom = 0; atom < bound.tests.size(); ++atom) {
    if (keyed[atom] == 0) continue;
    const Test& test = bound.tests[atom];
    std::uint64_t keys = 0;
    for_each_key(bound, atom, [&](const Column&, std::uint32_t) { ++keys; });
    if (keys == 0) continue;  // as `risk > critical`: never true, but it may be undecidable
    if (keys > kSharedKeysMax && askers[atom] > kSharedKeysMax) continue;
    std::uint64_t of = words[test.slot] + 1;
    if (test.op == Op::element) keys *= 2;  // a set has several
    if (test.op == Op::risks) of = 4;
    if (test.op == Op::booleans) of = 2;
    weights[atom] = std::min(keys * kAlways / of + chance_of(bound, atom), kAlways);
  }
  return weights;
}

std::vector<std::uint32_t> choose_clauses(const BoundProgram& bound, const Demands& demands) {
  const ColumnUse use(bound, demands);
  const auto rule_count = static_cast<std::uint32_t>(demands.rules.size() - 1);
  std::vector<char> given_up(use.count());
  std::vector<std::uint32_t> chosen(rule_count);
  std::vector<std::vector<std::uint32_t>> users(use.count());
  const auto add_users = [&](std::uint32_t clause, std::uint32_t rule) {
    use.for_each(demands.clauses[clause], [&](std::uint32_t column) {
      const bool known = !users[column].empty() && users[column].back() == rule;
      if (!known) users[column].push_back(rule);
    });
  };
  for (std::uint32_t rule = 0; rule < rule_count; ++rule) {
    chosen[rule] = best_clause(demands, use, rule, given_up);
    if (chosen[rule] == kNoClause) continue;
    add_users(chosen[rule], rule);
  }
  std::vector<std::uint32_t> order(use.count());
  for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::sort(order, {}, [&](std::uint32_t i) { return std::pair(users[i].size(), i); });
  for (const std::uint32_t column : order) {
    given_up[column] = 1;
    std::uint64_t added = 0;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> instead;
    for (const std::uint32_t rule : users[column]) {
      // It may have been moved already.
      if (chosen[rule] == kNoClause) continue;
      const Clause& now = demands.clauses[chosen[rule]];
      if (!use.uses(now, column)) continue;
      const std::uint32_t other = best_clause(demands, use, rule, given_up);
      const std::uint64_t weight = other == kNoClause ? kAlways : demands.clauses[other].weight;
      added += (weight - std::min(weight, now.weight)) * kJudgeCost;
      if (searches(bound, demands, now)) added += search_cost_of(bound, demands, rule);
      instead.emplace_back(rule, other);
      if (added >= use.cost(column)) break;
    }
    if (added >= use.cost(column)) {
      given_up[column] = 0;
      continue;
    }
    for (const auto& [rule, other] : instead) {
      chosen[rule] = other;
      if (other != kNoClause) add_users(other, rule);
    }
  }
  return chosen;
}

}  // namespace sentrail::decide
