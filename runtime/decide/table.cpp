// Looks values up and has the rules judged that are found. See table.hpp.
#include "runtime/decide/table.hpp"

#include <algorithm>
#include <array>

#include "core/check.hpp"
#include "core/limits.hpp"
#include "runtime/decide/evaluate.hpp"
#include "runtime/decide/found.hpp"

namespace sentrail::decide {
namespace {

// Spans of rules that a decision keeps until it judges them.
constexpr std::size_t kSpansKept = 64;

// Rules that are sooner judged twice than looked for among the spans.
constexpr std::uint32_t kSmallSpan = 16;

// A value that has one segment again and again finds its patterns as often. With so many more finds
// than there are patterns, its rules are asked instead: whoever sends the value chooses it.
constexpr std::size_t kRepeatsMax = 64;

}  // namespace

// What is known of the tests under which the rules of a span are filed, as far as they are plain.
enum class Filed : std::uint8_t { holds, undecidable, unknown };

// Rules to be judged.
struct KeptSpan {
  RuleSpan rules;
  Filed filed;
};

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
  std::array<KeptSpan, kSpansKept> spans;  // NOLINT: written before it is read

  // A value may have one key again and again.
  [[nodiscard]] bool has(RuleSpan span) const noexcept {
    const auto kept = std::span(spans).first(span_count);
    return std::ranges::any_of(kept, [&](KeptSpan one) { return one.rules.begin == span.begin; });
  }

  // Keeps rules until everything has been looked up, because more is known of them then.
  void add(RuleSpan span, Filed filed) noexcept {
    const std::uint32_t size = span.end - span.begin;
    if (size > kSmallSpan && has(span)) return;
    if (span_count == kSpansKept) {
      overflowed = overflowed || size > 0;
      return;
    }
    spans.data()[span_count] = {span, filed};
    span_count += size > 0 ? 1 : 0;
  }

  // Notes what follows from a key that a value has.
  void take(const FoundKey& key) noexcept {
    scratch.mark(key.mark);
    scratch.set_cell(key.cell, key.value);
    add(key.rules, Filed::holds);
  }

  // Some tests of a column may be undecidable, or all of them are.
  void be_unsure(std::uint32_t column, Filed filed) noexcept {
    if (column < kCheckedColumns) unsure |= std::uint64_t{1} << column;
    add(table.columns_[column].all, filed);
  }

  // Whether a rule may match as far as what was looked up tells.
  [[nodiscard]] bool may_match(const FiledRule& filed) const noexcept {
    const auto met = [&](std::size_t i) noexcept {
      return scratch.is_marked(filed.marks[i]) || (unsure >> filed.columns[i] & 1) != 0;
    };
    if (!met(0) || !met(1)) return false;
    const Question question = filed.question;
    const std::uint32_t answer = value_of(linear.bound(), question.cell, facts, scratch);
    return answer == question.expected || answer == kUndecidable;
  }

  // The truth of a rule, which is looked up as far as it is plain. REQUIRES: may_match(rule).
  [[nodiscard]] Truth truth_of_rule(const FiledRule& rule, Filed filed) const noexcept {
    const bool settled = rule.plain && filed != Filed::unknown &&
                         scratch.is_marked(rule.marks[0]) && scratch.is_marked(rule.marks[1]);
    if (!settled) return linear.judge(rule.rule, facts, scratch);
    const bool holds = scratch.cell(rule.question.cell) == rule.question.expected;
    return holds && filed == Filed::holds ? Truth::t : Truth::u;
  }

  void judge_all() noexcept {
    scratch.mark(kAlwaysMarked);
    if (overflowed) {
      for (const FiledColumn& one : table.columns_) judge({one.all, Filed::unknown});
    } else {
      for (const KeptSpan span : std::span(spans).first(span_count)) judge(span);
    }
    judge({table.unfiled_, Filed::unknown});
  }

  // Judges the rules of a span that could still matter: in each tier those before the first that
  // certainly matches.
  void judge(KeptSpan span) noexcept {
    const FiledRule* at = table.rules_.data() + span.rules.begin;
    const FiledRule* const end = table.rules_.data() + span.rules.end;
    std::size_t tier = 0;
    for (; at != end; ++at) {
      if (!may_match(*at)) continue;
      const std::vector<Tier>& tiers = linear.bound().tiers;
      const std::uint32_t rule = at->rule;
      while (rule >= tiers.data()[tier].rules_end) ++tier;
      std::uint32_t& first = scratch.first_certain(tier);
      if (rule >= first) {
        if (tier + 1 == tiers.size()) return;
        at = std::ranges::lower_bound(at, end, tiers[tier].rules_end, {}, &FiledRule::rule) - 1;
        continue;
      }
      const Truth truth = truth_of_rule(*at, span.filed);
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

[[gnu::flatten]] Decision RuleTable::decide(const LinearEngine& linear, const Facts& facts,
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

// Finds the rules that are filed under a column's value. Those filed under it at all, if some test
// of the column may be undecidable.
void RuleTable::visit(std::uint32_t column, Search& search) const noexcept {
  const FiledColumn& filed = columns_.data()[column];
  SlotState& state = search.scratch.slot(filed.column.slot);
  const FactKind kind = state.fact.kind;
  if (kind == FactKind::absent) return;
  switch (filed.column.kind) {
    case ColumnKind::string:
      if (kind == FactKind::string) return visit_string(filed, search);
      break;
    case ColumnKind::pattern:
      if (kind == FactKind::string) return visit_patterns(column, search);
      break;
    case ColumnKind::element:
      if (kind == FactKind::string_set || kind == FactKind::array) {
        return visit_elements(column, search);
      }
      break;
    case ColumnKind::part:
    case ColumnKind::edge:
      if (kind == FactKind::string) return visit_texts(column, search);
      break;
    case ColumnKind::risk:
      if (const std::optional<Risk> risk = risk_of(state)) {
        return search.take(keys_[filed.keys_begin + static_cast<std::uint32_t>(*risk)]);
      }
      break;
    case ColumnKind::boolean:
      if (kind == FactKind::boolean) {
        return search.take(keys_[filed.keys_begin + (state.fact.boolean ? 1 : 0)]);
      }
      break;
  }
  // No test of the column can compare such a value.
  search.be_unsure(column, Filed::undecidable);
}

void RuleTable::visit_string(const FiledColumn& filed, Search& search) const noexcept {
  const SlotState& state = search.scratch.slot(filed.column.slot);
  const std::uint32_t key = symbols_.data()[filed.index].find(state.fact.text);
  if (key != SymbolTable::kNone) search.take(keys_.data()[filed.keys_begin + key]);
}

void RuleTable::visit_patterns(std::uint32_t column, Search& search) const noexcept {
  const FiledColumn& filed = columns_.data()[column];
  const BoundProgram& bound = search.linear.bound();
  SlotState& state = search.scratch.slot(filed.column.slot);
  if (!is_matchable_once(state, bound.slots.data()[filed.column.slot].separator)) {
    return search.be_unsure(column, Filed::undecidable);
  }
  const AnchorIndex& anchors = anchors_.data()[filed.index];
  const FoundKey* const keys = keys_.data() + filed.keys_begin;
  std::size_t left = anchors.size() + kRepeatsMax;
  const auto visit_one = [&](FoundPattern found) noexcept {
    if (left == 0) return false;
    --left;
    if (bound.patterns.matches(found.pattern, state.matched)) search.take(keys[found.place]);
    return true;
  };
  const bool all = anchors.find(state.matched, visit_one);
  if (!all) return search.be_unsure(column, Filed::unknown);
  state.sifted |= SlotState::kPatterns;
}

void RuleTable::visit_elements(std::uint32_t column, Search& search) const noexcept {
  const FiledColumn& filed = columns_.data()[column];
  const SymbolTable& symbols = symbols_.data()[filed.index];
  SlotState& state = search.scratch.slot(filed.column.slot);
  const bool set = state.fact.kind == FactKind::string_set;
  const std::size_t size = set ? state.fact.set.size() : state.fact.json.size();
  if (size > limits::kListElementsMax) return search.be_unsure(column, Filed::undecidable);
  JsonValue element = set ? JsonValue() : state.fact.json.first_child();
  for (std::size_t i = 0; i < size; ++i) {
    if (!set && i > 0) element = element.next();
    // What is no string may be compared with one: undecidable.
    if (!set && element.kind() != JsonKind::string) {
      return search.be_unsure(column, Filed::unknown);
    }
    const std::uint32_t key = symbols.find(set ? state.fact.set[i] : element.text());
    if (key != SymbolTable::kNone) search.take(keys_.data()[filed.keys_begin + key]);
  }
  state.sifted |= SlotState::kElements;
}

void RuleTable::visit_texts(std::uint32_t column, Search& search) const noexcept {
  const FiledColumn& filed = columns_.data()[column];
  const FiledTexts& texts = texts_.data()[filed.index];
  SlotState& state = search.scratch.slot(filed.column.slot);
  const std::string_view value = state.fact.text;
  if (texts.has_regexes && !RegexSet::is_searchable(value)) {
    return search.be_unsure(column, Filed::unknown);
  }
  struct Seen {
    Scratch& scratch;
    std::uint32_t begin;

    [[nodiscard]] bool has(std::uint32_t output) const noexcept {
      return scratch.has_found(begin + output);
    }
    void add(std::uint32_t output) const noexcept { scratch.find(begin + output); }
  };
  const Seen seen{search.scratch, texts.found_begin};
  const FoundKey* const keys = keys_.data() + filed.keys_begin;
  const bool all =
      texts.finder.find(value, seen, [&](std::uint32_t text) noexcept { search.take(keys[text]); });
  if (!all) return search.be_unsure(column, Filed::unknown);
  const bool parts = filed.column.kind == ColumnKind::part;
  state.sifted |= parts ? SlotState::kParts : SlotState::kEdges;
}

}  // namespace sentrail::decide
