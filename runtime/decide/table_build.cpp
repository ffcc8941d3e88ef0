// Files rules: gathers what each demands, sorts it, fills the tables. See table.hpp.
#include <algorithm>
#include <array>
#include <utility>

#include "core/decision.hpp"
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

// A column's number and a value of it: a symbol, a pattern, a risk, a boolean.
struct ColumnKey {
  std::uint32_t column = kNoRow;
  std::uint32_t value = kNoRow;

  friend auto operator<=>(const ColumnKey&, const ColumnKey&) = default;
};

// A key under way. One that several state has what any of them says.
struct Draft {
  ColumnKey key;
  RuleSpan rules{};
  std::uint32_t cell = kNoRow;
};

}  // namespace

class RuleTable::Builder {
 public:
  Builder(const BoundProgram& bound, const Demands& demands, RuleTable& table)
      : bound_(bound), demands_(demands), table_(table), searched_(bound.slots.size()) {
    for (const Test& test : bound.tests) {
      if (test.op == Op::search) searched_[test.slot] = true;
    }
  }

  void file(std::span<const std::uint32_t> chosen) {
    std::vector<Filing> filings;
    std::vector<std::uint32_t> unfiled;
    for (std::uint32_t rule = 0; rule < chosen.size(); ++rule) {
      if (chosen[rule] == kNoClause) {
        unfiled.push_back(rule);
      } else {
        add_filings(rule, demands_.clauses[chosen[rule]], filings);
      }
    }
    table_.report_.unfiled = unfiled.size();
    add_spans(filings);
    table_.unfiled_.begin = rule_count();
    for (const std::uint32_t rule : unfiled) table_.rules_.emplace_back().rule = rule;
    table_.unfiled_.end = rule_count();
    add_checks(chosen);
    add_cells();
    add_keys();
  }

 private:
  [[nodiscard]] std::uint32_t rule_count() const {
    return static_cast<std::uint32_t>(table_.rules_.size());
  }

  void add_filings(std::uint32_t rule, const Clause& clause, std::vector<Filing>& filings) {
    if (demands_.of(clause).empty()) {
      ++table_.report_.never;
      return;
    }
    ++table_.report_.filed;
    table_.report_.expected_cost += clause.weight * kJudgeCost;
    for (const std::uint32_t atom : demands_.of(clause)) {
      for_each_key(bound_, atom, [&](const Column& column, std::uint32_t value) {
        filings.push_back({column, value, rule});
        filings.push_back({column, kEvery, rule});
      });
    }
  }

  // Makes the columns, and lays rules of one value side by side.
  void add_spans(std::vector<Filing>& filings) {
    std::ranges::sort(filings);
    const auto twins = std::ranges::unique(filings);
    filings.erase(twins.begin(), twins.end());
    std::vector<FiledColumn>& columns = table_.columns_;
    for (std::size_t i = 0; i < filings.size();) {
      const Filing& first = filings[i];
      if (columns.empty() || columns.back().column != first.column) {
        columns.push_back({.column = first.column});
      }
      RuleSpan span{rule_count(), 0};
      for (; i < filings.size() && filings[i].column == first.column &&
             filings[i].value == first.value;
           ++i) {
        table_.rules_.emplace_back().rule = filings[i].rule;
      }
      span.end = rule_count();
      if (first.value == kEvery) {
        columns.back().all = span;
      } else {
        const auto number = static_cast<std::uint32_t>(columns.size() - 1);
        drafts_.push_back({.key = {number, first.value}, .rules = span});
      }
    }
  }

  // The number of a column in use; kNoRow, if it is not.
  [[nodiscard]] std::uint32_t number_of(const Column& column) const {
    const auto& columns = table_.columns_;
    const auto found = std::ranges::lower_bound(columns, column, {}, &FiledColumn::column);
    const bool used = found != columns.end() && found->column == column;
    return used ? static_cast<std::uint32_t>(found - columns.begin()) : kNoRow;
  }

  // The one key that a clause demands, if its column is in use and checked.
  [[nodiscard]] std::optional<ColumnKey> only_key(const Clause& clause) const {
    if (demands_.of(clause).size() != 1) return std::nullopt;
    const std::uint32_t atom = demands_.of(clause).front();
    // Not all patterns of a list may be looked up.
    if (bound_.tests[atom].op == Op::list) return std::nullopt;
    std::vector<ColumnKey> keys;
    for_each_key(bound_, atom, [&](const Column& column, std::uint32_t value) {
      keys.push_back({number_of(column), value});
    });
    if (keys.size() != 1 || keys.front().column >= kCheckedColumns) return std::nullopt;
    return keys.front();
  }

  // The question that a clause comes to, if a symbol answers it.
  [[nodiscard]] std::optional<Question> only_question(const Clause& clause) const {
    if (demands_.of(clause).size() != 1) return std::nullopt;
    const std::uint32_t atom = demands_.of(clause).front();
    if (bound_.tests[atom].op != Op::symbol) return std::nullopt;
    return bound_.questions[atom];
  }

  // What a rule is checked for before it is judged.
  struct Checks {
    Question question;
    std::array<ColumnKey, 2> keys;
    bool plain = false;  // nothing else is asked of the rule
  };

  // Whether a rule is a conjunction of tests each of which is a clause of it, and never ends.
  [[nodiscard]] bool is_conjunction(std::uint32_t rule) const {
    if (!bound_.ends.empty() && bound_.ends[rule] != BoundProgram::kNoEnd) return false;
    const std::span<const NodeRow> nodes = bound_.program.nodes;
    const std::uint32_t begin = bound_.program.rules[rule].condition_begin;
    std::size_t tests = 0;
    for (std::uint32_t i = begin; i < nodes[begin].end; ++i) {
      const auto kind = static_cast<NodeKind>(nodes[i].kind);
      if (kind == NodeKind::all) continue;
      if (kind != NodeKind::literal || nodes[i].flag != 0) return false;
      ++tests;
    }
    return tests == demands_.rules[rule + 1] - demands_.rules[rule];
  }

  // Whether a clause is one test, and holds if what it is looked up by is found.
  [[nodiscard]] bool is_settled(const Clause& clause) const {
    if (demands_.of(clause).size() != 1) return false;
    const Op op = bound_.tests[demands_.of(clause).front()].op;
    return op != Op::search && op != Op::list;
  }

  // The least likely of a rule's demands that it is not filed under: one question, two keys.
  [[nodiscard]] Checks checks_of(std::uint32_t rule, std::uint32_t chosen) const {
    std::vector<std::uint32_t> others;
    for (std::uint32_t i = demands_.rules[rule]; i < demands_.rules[rule + 1]; ++i) {
      if (i != chosen) others.push_back(i);
    }
    std::ranges::sort(others, {},
                      [&](std::uint32_t i) { return std::pair(demands_.clauses[i].weight, i); });
    Checks checks{.question = {always_holds(), kHolds}, .keys = {}};
    std::size_t keys = 0;
    bool asked = false;
    bool all = chosen != kNoClause && is_settled(demands_.clauses[chosen]) && is_conjunction(rule);
    for (const std::uint32_t i : others) {
      const Clause& clause = demands_.clauses[i];
      const std::optional<ColumnKey> key = only_key(clause);
      const std::optional<Question> question = only_question(clause);
      if (key && keys < checks.keys.size()) {
        checks.keys[keys++] = *key;
      } else if (question && !std::exchange(asked, true)) {
        checks.question = *question;
      } else {
        all = false;
      }
      all = all && is_settled(clause);
    }
    checks.plain = all;
    return checks;
  }

  // Gives filed rules their checks, and each key that is demanded a mark.
  void add_checks(std::span<const std::uint32_t> chosen) {
    std::vector<Checks> by_rule;
    by_rule.reserve(chosen.size());
    for (std::uint32_t rule = 0; rule < chosen.size(); ++rule) {
      for (const ColumnKey& key : by_rule.emplace_back(checks_of(rule, chosen[rule])).keys) {
        if (key == ColumnKey()) continue;
        demanded_.push_back(key);
        drafts_.push_back({.key = key});
      }
    }
    std::ranges::sort(demanded_);
    const auto twins = std::ranges::unique(demanded_);
    demanded_.erase(twins.begin(), twins.end());
    for (FiledRule& filed : table_.rules_) {
      const Checks& checks = by_rule[filed.rule];
      filed.question = checks.question;
      // Marks that several keys share do not settle anything.
      filed.plain = checks.plain && demanded_.size() <= kAlwaysMarked;
      for (std::size_t i = 0; i < checks.keys.size(); ++i) {
        if (checks.keys[i] == ColumnKey()) continue;
        filed.marks[i] = mark_of(checks.keys[i]);
        filed.columns[i] = static_cast<std::uint8_t>(checks.keys[i].column);
      }
    }
  }

  // Where more keys are demanded than there are marks, some share one, which only makes a check say
  // `perhaps`.
  [[nodiscard]] std::uint16_t mark_of(const ColumnKey& key) const {
    const auto at = std::ranges::lower_bound(demanded_, key);
    if (at == demanded_.end() || *at != key) return kAlwaysMarked;
    return static_cast<std::uint16_t>((at - demanded_.begin()) % kAlwaysMarked);
  }

  // Under what a test that is looked up alone is found: its column, and the value there.
  [[nodiscard]] std::pair<Column, std::uint32_t> place_of(std::uint32_t atom) const {
    std::pair<Column, std::uint32_t> place;
    for_each_key(bound_, atom,
                 [&](const Column& column, std::uint32_t value) { place = {column, value}; });
    return place;
  }

  // Notes the cells of all patterns, elements and parts of the columns that look any up, so that
  // those which are not found are known to fail. Of twins one is looked up.
  void add_cells() {
    for (std::uint32_t atom = 0; atom < bound_.tests.size(); ++atom) {
      if (!bound_.tests[atom].looked_up) continue;
      const auto [column, value] = place_of(atom);
      const std::uint32_t number = number_of(column);
      if (number == kNoRow) continue;
      drafts_.push_back({.key = {number, value}, .cell = bound_.questions[atom].cell});
    }
  }

  // Makes keys of the drafts, column by column, and what finds them.
  void add_keys() {
    add_small_values();
    std::ranges::sort(drafts_, {}, &Draft::key);
    std::vector<std::uint32_t> values;
    std::size_t at = 0;
    for (std::uint32_t number = 0; number < table_.columns_.size(); ++number) {
      FiledColumn& column = table_.columns_[number];
      column.keys_begin = static_cast<std::uint32_t>(table_.keys_.size());
      values.clear();
      while (at < drafts_.size() && drafts_[at].key.column == number) {
        const ColumnKey key = drafts_[at].key;
        FoundKey found{.cell = always_holds(), .mark = mark_of(key)};
        for (; at < drafts_.size() && drafts_[at].key == key; ++at) {
          const Draft& draft = drafts_[at];
          if (draft.rules.begin != draft.rules.end) found.rules = draft.rules;
          if (draft.cell != kNoRow) found.cell = draft.cell;
        }
        if (column.column.kind == ColumnKind::string) {
          found.cell = column.column.slot;
          found.value = key.value;
        }
        table_.keys_.push_back(found);
        values.push_back(key.value);
      }
      add_index(column, values);
    }
  }

  [[nodiscard]] std::uint32_t always_holds() const {
    return static_cast<std::uint32_t>(bound_.cell_count() - 1);
  }

  // Risks and booleans are found by their number: all of them have a key.
  void add_small_values() {
    for (std::uint32_t number = 0; number < table_.columns_.size(); ++number) {
      const ColumnKind kind = table_.columns_[number].column.kind;
      const std::uint32_t values = kind == ColumnKind::risk      ? 4
                                   : kind == ColumnKind::boolean ? 2
                                                                 : 0;
      for (std::uint32_t value = 0; value < values; ++value) {
        drafts_.push_back({.key = {number, value}});
      }
    }
  }

  void add_index(FiledColumn& column, std::span<const std::uint32_t> values) {
    switch (column.column.kind) {
      case ColumnKind::string:
      case ColumnKind::element:
        column.index = static_cast<std::uint32_t>(table_.symbols_.size());
        table_.symbols_.emplace_back(bound_.program, values);
        break;
      case ColumnKind::pattern:
        column.index = static_cast<std::uint32_t>(table_.anchors_.size());
        table_.anchors_.emplace_back(bound_.program, values);
        break;
      case ColumnKind::part:
      case ColumnKind::edge:
        column.index = static_cast<std::uint32_t>(table_.texts_.size());
        add_texts(column.column, values);
        break;
      case ColumnKind::risk:
      case ColumnKind::boolean:
        break;
    }
  }

  void add_texts(const Column& column, std::span<const std::uint32_t> values) {
    std::vector<const DemandedText*> texts;
    for (const std::uint32_t value : values) texts.push_back(&bound_.texts[value]);
    FiledTexts& filed = table_.texts_.emplace_back(FiledTexts{.finder = TextFinder(texts)});
    filed.found_begin = outputs_;
    outputs_ += static_cast<std::uint32_t>(filed.finder.outputs());
    filed.has_regexes = searched_[column.slot];
  }

  const BoundProgram& bound_;
  const Demands& demands_;
  RuleTable& table_;
  std::vector<bool> searched_;  // slots that regular expressions are asked of
  std::uint32_t outputs_ = 0;   // of the texts so far
  std::vector<Draft> drafts_;
  std::vector<ColumnKey> demanded_;  // by some rule's check, ascending
};

RuleTable::RuleTable(const BoundProgram& bound) {
  const Demands demands = demands_of(bound.program, weights_of(bound));
  Builder(bound, demands, *this).file(choose_clauses(bound, demands));
  report(bound);
}

void RuleTable::report(const BoundProgram& bound) {
  report_.columns = columns_.size();
  report_.linear_cost = bound.program.rules.size() * kStepCost * kAlways;
  report_.expected_cost += (report_.unfiled * kJudgeCost + kLookupsCost) * kAlways;
  for (const FiledColumn& one : columns_) {
    report_.expected_cost += cost_of(one.column.kind) * kAlways;
  }
  report_.bytes = keys_.size() * sizeof(FoundKey) + rules_.size() * sizeof(FiledRule);
  for (const SymbolTable& one : symbols_) report_.bytes += one.bytes();
  for (const AnchorIndex& one : anchors_) report_.bytes += one.bytes();
  for (const FiledTexts& one : texts_) report_.bytes += one.finder.bytes();
}

}  // namespace sentrail::decide
