// Files rules: gathers what each demands, sorts it, fills the tables. See table.hpp.
#include <algorithm>
#include <bit>
#include <utility>

#include "runtime/decide/table.hpp"

namespace sentrail::decide {
namespace {

// A rule filed under a value of a column; kEvery: under the column itself.
struct Filing {
  Column column;
  std::uint32_t value = 0;
  std::uint32_t rule = 0;

  friend auto operator<=>(const Filing&, const Filing&) = default;
};
constexpr std::uint32_t kEvery = 0xffffffff;

}  // namespace

RuleTable::RuleTable(const BoundProgram& bound) {
  const Demands demands = demands_of(bound.program, weights_of(bound));
  file(bound, demands, choose_clauses(bound, demands));
  report(bound);
}

void RuleTable::report(const BoundProgram& bound) {
  report_.columns = columns_.size();
  report_.linear_cost = bound.program.rules.size() * kStepCost * kAlways;
  report_.expected_cost += (report_.unfiled * kJudgeCost + kLookupsCost) * kAlways;
  for (const FiledColumn& one : columns_)
    report_.expected_cost += cost_of(one.column.kind) * kAlways;
  report_.bytes = places_.size() * sizeof(Place) + rules_.size() * sizeof(FiledRule);
  for (const AnchorIndex& one : anchors_) report_.bytes += one.bytes();
}

void RuleTable::file(const BoundProgram& bound, const Demands& demands,
                     std::span<const std::uint32_t> chosen) {
  std::vector<Filing> found;
  std::vector<std::uint32_t> unfiled;
  for (std::uint32_t rule = 0; rule < chosen.size(); ++rule) {
    if (chosen[rule] == kNoClause) {
      unfiled.push_back(rule);
      continue;
    }
    const Clause& clause = demands.clauses[chosen[rule]];
    if (demands.of(clause).empty()) {
      ++report_.never;
      continue;
    }
    ++report_.filed;
    report_.expected_cost += clause.weight * kJudgeCost;
    for (const std::uint32_t atom : demands.of(clause)) {
      for_each_key(bound, atom, [&](const Column& column, std::uint32_t value) {
        found.push_back({column, value, rule});
        found.push_back({column, kEvery, rule});
      });
    }
  }
  report_.unfiled = unfiled.size();
  std::ranges::sort(found);
  const auto twins = std::ranges::unique(found);
  found.erase(twins.begin(), twins.end());
  std::vector<Place> places;
  rules_.reserve(found.size() + unfiled.size());
  for (std::size_t i = 0; i < found.size();) {
    const Filing& first = found[i];
    if (columns_.empty() || columns_.back().column != first.column) {
      columns_.push_back({first.column, {}, 0});
    }
    RuleSpan span{static_cast<std::uint32_t>(rules_.size()), 0};
    for (; i < found.size() && found[i].column == first.column && found[i].value == first.value;
         ++i) {
      rules_.push_back({.rule = found[i].rule});
    }
    span.end = static_cast<std::uint32_t>(rules_.size());
    if (first.value == kEvery) {
      columns_.back().all = span;
    } else {
      places.push_back({{static_cast<std::uint32_t>(columns_.size() - 1), first.value}, span});
    }
  }
  unfiled_.begin = static_cast<std::uint32_t>(rules_.size());
  for (const std::uint32_t rule : unfiled) rules_.push_back({.rule = rule});
  unfiled_.end = static_cast<std::uint32_t>(rules_.size());
  add_checks(bound, demands, chosen);
  add_looked_up(bound, places);
  add_anchors(bound, places);
  add_places(places);
}

// Gives filed rules the least likely of their other demands that are one key of a column in use.
void RuleTable::add_checks(const BoundProgram& bound, const Demands& demands,
                           std::span<const std::uint32_t> chosen) {
  struct Check {
    std::uint64_t weight = 0;
    std::uint16_t mark = 0;
    std::uint8_t column = 0;

    auto operator<=>(const Check&) const = default;
  };
  std::vector<FiledRule> by_rule(chosen.size());
  std::vector<Check> checks;
  for (std::uint32_t rule = 0; rule < chosen.size(); ++rule) {
    checks.clear();
    for (std::uint32_t i = demands.rules[rule]; i < demands.rules[rule + 1]; ++i) {
      if (i == chosen[rule] || demands.of(demands.clauses[i]).size() != 1) continue;
      const std::uint32_t atom = demands.of(demands.clauses[i]).front();
      if (bound.tests[atom].op == Op::list) continue;  // its patterns may not be looked up
      std::vector<ColumnKey> keys;
      for_each_key(bound, atom, [&](const Column& column, std::uint32_t value) {
        const std::size_t number = number_of(column);
        const bool checked = number < std::min(columns_.size(), kCheckedColumns);
        keys.push_back(checked ? ColumnKey(static_cast<std::uint32_t>(number), value)
                               : ColumnKey());
      });
      if (keys.size() != 1 || keys.front() == ColumnKey()) continue;
      checks.push_back({demands.clauses[i].weight, ColumnKey::mark_of(keys.front().hash()),
                        static_cast<std::uint8_t>(keys.front().column())});
    }
    std::ranges::sort(checks);
    for (std::size_t i = 0; i < std::min<std::size_t>(checks.size(), 2); ++i) {
      by_rule[rule].marks[i] = checks[i].mark;
      by_rule[rule].columns[i] = checks[i].column;
    }
  }
  for (FiledRule& filed : rules_) {
    const std::uint32_t rule = filed.rule;
    filed = by_rule[rule];
    filed.rule = rule;
  }
}

// The number of a column in use; that of none, if it is not.
std::size_t RuleTable::number_of(const Column& column) const {
  const auto found = std::ranges::lower_bound(columns_, column, {}, &FiledColumn::column);
  const bool used = found != columns_.end() && found->column == column;
  return used ? static_cast<std::size_t>(found - columns_.begin()) : columns_.size();
}

// Notes the cells of all patterns and elements of the columns that look any up, so that those which
// are not found are known to fail.
void RuleTable::add_looked_up(const BoundProgram& bound, std::vector<Place>& places) const {
  // Those with rules ascend by key; the others follow, none twice: of twins one is looked up.
  const auto with_rules = static_cast<std::ptrdiff_t>(places.size());
  for (std::uint32_t atom = 0; atom < bound.tests.size(); ++atom) {
    const Test& test = bound.tests[atom];
    if (!test.looked_up) continue;
    const bool pattern = test.op == Op::pattern;
    const Column column{test.slot, pattern ? ColumnKind::pattern : ColumnKind::element};
    const std::size_t number = number_of(column);
    if (number == columns_.size()) continue;
    const std::uint32_t value = pattern ? test.a : bound.program.operands[test.a].index;
    const ColumnKey key(static_cast<std::uint32_t>(number), value);
    const std::uint32_t cell = bound.questions[atom].cell;
    const auto end = places.begin() + with_rules;
    const auto at = std::ranges::lower_bound(places.begin(), end, key.word, {},
                                             [](const Place& place) { return place.key.word; });
    if (at != end && at->key == key) {
      at->cell = cell;
    } else {
      places.push_back({key, {}, cell});
    }
  }
}

void RuleTable::add_anchors(const BoundProgram& bound, std::span<const Place> places) {
  std::vector<std::vector<std::uint32_t>> patterns(columns_.size());
  for (const Place& place : places) {
    patterns[place.key.column()].push_back(place.key.value());
  }
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i].column.kind != ColumnKind::pattern) continue;
    columns_[i].anchors = static_cast<std::uint32_t>(anchors_.size());
    anchors_.emplace_back(bound.program, patterns[i]);
  }
}

void RuleTable::add_places(std::span<const Place> places) {
  places_.resize(std::bit_ceil(std::max<std::size_t>(places.size() * 2, 2)));
  mask_ = places_.size() - 1;
  for (const Place& place : places) {
    std::uint64_t at = place.key.hash() & mask_;
    while (places_[at].key != ColumnKey()) at = (at + 1) & mask_;
    places_[at] = place;
  }
}

}  // namespace sentrail::decide
