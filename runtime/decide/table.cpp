// Files rules, looks values up, has what is found judged. See table.hpp.
#include "runtime/decide/table.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <map>
#include <utility>

#include "core/check.hpp"
#include "core/limits.hpp"
#include "runtime/decide/evaluate.hpp"
#include "runtime/decide/found.hpp"

namespace sentrail::decide {
namespace {

// Rules filed under a value of a column; kEvery: under the column itself.
struct Filing {
  std::uint32_t column = 0;
  std::uint32_t value = 0;
  std::uint32_t rule = 0;

  friend auto operator<=>(const Filing&, const Filing&) = default;
};
constexpr std::uint32_t kEvery = 0xffffffff;

// Spans of rules that a decision keeps until it judges them.
constexpr std::size_t kSpansKept = 64;

// Columns that rules are checked against: a word has a bit for each.
constexpr std::size_t kCheckedColumns = 64;

// The mark of a key: several may share one, which only makes a check say `perhaps`.
constexpr std::uint16_t mark_of(std::uint64_t mixed_key) noexcept {
  return static_cast<std::uint16_t>((mixed_key >> 32) % FiledRule::kNoMark);
}

constexpr std::uint64_t key_of(std::uint32_t column, std::uint32_t value) noexcept {
  return std::uint64_t{column} << 32 | value;
}

constexpr std::uint64_t mixed(std::uint64_t key) noexcept {
  key *= 0x9e3779b97f4a7c15u;
  return key ^ key >> 32;
}

}  // namespace

RuleTable::RuleTable(const BoundProgram& bound) {
  const Demands demands = demands_of(bound.program, weights_of(bound));
  const std::vector<std::uint32_t> chosen = choose_clauses(bound, demands);
  file(bound, demands, chosen);
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
  std::vector<std::pair<Column, Filing>> found;
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
        found.push_back({column, {0, value, rule}});
        found.push_back({column, {0, kEvery, rule}});
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
    const auto& [column, filing] = found[i];
    if (columns_.empty() || columns_.back().column != column) columns_.push_back({column, {}, 0});
    RuleSpan span{static_cast<std::uint32_t>(rules_.size()), 0};
    for (; i < found.size() && found[i].first == column && found[i].second.value == filing.value;
         ++i) {
      rules_.push_back({.rule = found[i].second.rule});
    }
    span.end = static_cast<std::uint32_t>(rules_.size());
    if (filing.value == kEvery) {
      columns_.back().all = span;
    } else {
      places.push_back(
          {key_of(static_cast<std::uint32_t>(columns_.size() - 1), filing.value), span, kNoRow});
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
      std::vector<std::uint64_t> keys;
      for_each_key(bound, atom, [&](const Column& column, std::uint32_t value) {
        const std::size_t number = number_of(column);
        const bool checked = number < std::min(columns_.size(), kCheckedColumns);
        keys.push_back(checked ? key_of(static_cast<std::uint32_t>(number), value) : kNoKey);
      });
      if (keys.size() != 1 || keys.front() == kNoKey) continue;
      checks.push_back({demands.clauses[i].weight, mark_of(mixed(keys.front())),
                        static_cast<std::uint8_t>(keys.front() >> 32)});
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
  std::map<std::uint64_t, std::size_t> by_key;
  for (std::size_t i = 0; i < places.size(); ++i) by_key.emplace(places[i].key, i);
  for (std::uint32_t atom = 0; atom < bound.tests.size(); ++atom) {
    const Test& test = bound.tests[atom];
    if (!test.looked_up) continue;
    const bool pattern = test.op == Op::pattern;
    const Column column{test.slot, pattern ? ColumnKind::pattern : ColumnKind::element};
    const auto found = std::ranges::lower_bound(columns_, column, {}, &FiledColumn::column);
    if (found == columns_.end() || found->column != column) continue;
    const std::uint32_t value = pattern ? test.a : bound.program.operands[test.a].index;
    const std::uint64_t key = key_of(static_cast<std::uint32_t>(found - columns_.begin()), value);
    const auto [at, fresh] = by_key.try_emplace(key, places.size());
    if (fresh) places.push_back({key, {}, kNoRow});
    places[at->second].cell = bound.questions[atom].cell;
  }
}

void RuleTable::add_anchors(const BoundProgram& bound, std::span<const Place> places) {
  std::vector<std::vector<std::uint32_t>> patterns(columns_.size());
  for (const Place& place : places) {
    patterns[place.key >> 32].push_back(static_cast<std::uint32_t>(place.key));
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
    std::uint64_t at = mixed(place.key) & mask_;
    while (places_[at].key != kNoKey) at = (at + 1) & mask_;
    places_[at] = place;
  }
}

// One decision under way.
struct RuleTable::Search {
  Search(const RuleTable& of, const LinearEngine& judges, const Facts& asked,
         Scratch& room) noexcept
      : table(of), linear(judges), facts(asked), scratch(room) {}

  const RuleTable& table;
  const LinearEngine& linear;
  const Facts& facts;
  Scratch& scratch;
  bool undecided = false;
  bool overflowed = false;
  std::uint32_t span_count = 0;
  std::uint64_t unsure = 0;                // columns of whose tests some may be undecidable
  std::array<std::uint64_t, 16> marks{};   // of the keys that were found
  std::array<RuleSpan, kSpansKept> spans;  // NOLINT: written before it is read

  // Keeps rules until everything has been looked up, because more is known of them then.
  void add(RuleSpan span) noexcept {
    if (span.begin == span.end) return;
    overflowed = overflowed || span_count == kSpansKept;
    if (!overflowed) spans[span_count++] = span;
  }

  void mark(std::uint16_t one) noexcept { marks[one / 64] |= std::uint64_t{1} << one % 64; }

  void be_unsure(std::uint32_t column) noexcept {
    if (column < kCheckedColumns) unsure |= std::uint64_t{1} << column;
    add(table.columns_[column].all);
  }

  // Whether a rule may match as far as what was looked up tells.
  [[nodiscard]] bool may_match(const FiledRule& filed) const noexcept {
    const auto met = [&](std::size_t i) noexcept {
      return marks[filed.marks[i] / 64] >> filed.marks[i] % 64 | unsure >> filed.columns[i];
    };
    return (met(0) & met(1) & 1) != 0;
  }

  void judge_all() noexcept {
    mark(FiledRule::kNoMark);
    if (overflowed) {
      for (const FiledColumn& one : table.columns_) judge(one.all);
    } else {
      for (std::uint32_t i = 0; i < span_count; ++i) judge(spans[i]);
    }
    judge(table.unfiled_);
  }

  // Judges the rules of a span that could still matter: in each tier those before the first that
  // certainly matches.
  void judge(RuleSpan span) noexcept {
    const std::span<const Tier> tiers = linear.bound().tiers;
    const FiledRule* at = table.rules_.data() + span.begin;
    const FiledRule* const end = table.rules_.data() + span.end;
    std::size_t tier = 0;
    for (; at != end; ++at) {
      if (!may_match(*at)) continue;
      const std::uint32_t rule = at->rule;
      while (rule >= tiers[tier].rules_end) ++tier;
      std::uint32_t& first = scratch.first_certain(tier);
      if (rule >= first) {
        if (tier + 1 == tiers.size()) return;
        at = std::ranges::lower_bound(at, end, tiers[tier].rules_end, {}, &FiledRule::rule) - 1;
        continue;
      }
      const Truth truth = linear.judge(rule, facts, scratch);
      if (truth == Truth::t) {
        first = rule;
      } else if (truth == Truth::u) {
        scratch.add_undecided(rule);
        undecided = true;
      }
    }
  }

  // What follows from all that was judged.
  [[nodiscard]] Decision decision() noexcept {
    const BoundProgram& bound = linear.bound();
    Found found{.program = bound.program};
    for (std::size_t t = 0; t < bound.tiers.size(); ++t) {
      const Tier& tier = bound.tiers[t];
      const std::uint32_t first = scratch.first_certain(t);
      bool perhaps_ended = false;
      if (undecided) {
        scratch.take_undecided(tier.rules_begin, first, [&](std::uint32_t rule) noexcept {
          found.add_undecided(rule, perhaps_ended);
        });
      }
      if (first != tier.rules_end) found.add_certain(first, tier.guard, perhaps_ended);
    }
    if (undecided) scratch.forget_undecided();
    found.conclude();
    return found.decision;
  }
};

Decision RuleTable::decide(const LinearEngine& linear, const Facts& facts,
                           Scratch& scratch) const noexcept {
  const BoundProgram& bound = linear.bound();
  SENTRAIL_CHECK_NOTE(scratch.fits(bound), "Scratch::fit was not called for this engine");
  scratch.forget();
  for (std::size_t t = 0; t < bound.tiers.size(); ++t) {
    scratch.first_certain(t) = bound.tiers[t].rules_end;
  }
  // All values first, so that the processor waits for their memory once and not one by one.
  for (const FiledColumn& one : columns_) {
    const SlotState& state = state_of(bound, one.column.slot, facts, scratch);
    if (state.fact.kind == FactKind::string) __builtin_prefetch(state.fact.text.data());
  }
  Search search(*this, linear, facts, scratch);
  for (std::uint32_t i = 0; i < columns_.size(); ++i) visit(i, search);
  search.judge_all();
  return search.decision();
}

// Notes that a value's tests hold, and finds the rules that are filed under it.
void RuleTable::visit_value(std::uint32_t column, std::uint32_t value,
                            Search& search) const noexcept {
  const std::uint64_t key = key_of(column, value);
  const std::uint64_t hash = mixed(key);
  search.mark(mark_of(hash));
  const Place* const places = places_.data();
  for (std::uint64_t at = hash & mask_; places[at].key != kNoKey; at = (at + 1) & mask_) {
    if (places[at].key != key) continue;
    if (places[at].cell != kNoRow) search.scratch.set_cell(places[at].cell, kHolds);
    return search.add(places[at].rules);
  }
}

// Finds the rules that are filed under a column's value. Those filed under it at all, if some test
// of the column may be undecidable.
void RuleTable::visit(std::uint32_t column, Search& search) const noexcept {
  const FiledColumn& filed = columns_[column];
  SlotState& state = search.scratch.slot(filed.column.slot);
  const FactKind kind = state.fact.kind;
  if (kind == FactKind::absent) return;
  switch (filed.column.kind) {
    case ColumnKind::string:
      if (kind == FactKind::string) return visit_string(column, search);
      break;
    case ColumnKind::pattern:
      if (kind == FactKind::string) return visit_patterns(column, search);
      break;
    case ColumnKind::element:
      if (kind == FactKind::string_set || kind == FactKind::array) {
        return visit_elements(column, search);
      }
      break;
    case ColumnKind::risk:
      if (const std::optional<Risk> risk = risk_of(state)) {
        return visit_value(column, static_cast<std::uint32_t>(*risk), search);
      }
      break;
    case ColumnKind::boolean:
      if (kind == FactKind::boolean) {
        return visit_value(column, state.fact.boolean ? 1 : 0, search);
      }
      break;
  }
  search.be_unsure(column);
}

void RuleTable::visit_string(std::uint32_t column, Search& search) const noexcept {
  const std::uint32_t symbol =
      value_of(search.linear.bound(), columns_[column].column.slot, search.facts, search.scratch);
  if (symbol != kNoSymbol) visit_value(column, symbol, search);
}

void RuleTable::visit_patterns(std::uint32_t column, Search& search) const noexcept {
  const FiledColumn& filed = columns_[column];
  const BoundProgram& bound = search.linear.bound();
  SlotState& state = search.scratch.slot(filed.column.slot);
  if (!is_matchable_once(state, bound.slots[filed.column.slot].separator)) {
    return search.be_unsure(column);
  }
  anchors_[filed.anchors].find(state.fact.text, state.head, [&](std::uint32_t pattern) noexcept {
    if (bound.patterns.matches(pattern, state.fact.text)) visit_value(column, pattern, search);
  });
  state.patterns_sifted = true;
}

void RuleTable::visit_elements(std::uint32_t column, Search& search) const noexcept {
  const SymbolTable& symbols = search.linear.bound().symbols;
  SlotState& state = search.scratch.slot(columns_[column].column.slot);
  const bool set = state.fact.kind == FactKind::string_set;
  const std::size_t size = set ? state.fact.set.size() : state.fact.json.size();
  if (size > limits::kListElementsMax) return search.be_unsure(column);
  JsonValue element = set ? JsonValue() : state.fact.json.first_child();
  for (std::size_t i = 0; i < size; ++i) {
    if (!set && i > 0) element = element.next();
    // What is no string may be compared with one: undecidable.
    if (!set && element.kind() != JsonKind::string) return search.be_unsure(column);
    const std::uint32_t symbol = symbols.find(set ? state.fact.set[i] : element.text());
    if (symbol != SymbolTable::kNone) visit_value(column, symbol, search);
  }
  state.elements_sifted = true;
}

}  // namespace sentrail::decide
