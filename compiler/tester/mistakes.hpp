// Mistakes that someone could have made in a policy, each as a policy of its own.
//
// Neighbours: mutation.hpp asks whether the policy's tests notice them. Must not know: tests,
// engines, output. A mistake is made in the checked policy, so that nothing is read twice.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/ir/ir.hpp"

namespace sentrail::compiler {

// What was done wrong.
enum class MistakeKind : std::uint8_t {
  rule_left_out,
  outcome_changed,  // of a rule or the default, one step looser or stricter
  rules_swapped,    // with the next one of its tier, of another outcome
  unless_left_out,
  when_left_out,  // the only test of a condition
  part_left_out,  // of an `and` or `or`
  negated,        // a test or a quantifier
  quantifier_swapped,
  entry_left_out,   // of a list
  boundary_moved,   // `<` for `<=` and its like
  range_moved,      // an end of a range, by one unit of its last place
  pattern_changed,  // its last segment: `**` for another, `*` for `**`
  people_changed,   // of a quorum, by one
  seats_left_out,
  time_changed,
  obligation_left_out,
  limit_left_out,
  limit_changed,  // MOST by one unit, a key left out, or `else` one step looser
  window_moved,   // one end of it, by a minute
  end_moved,      // of a rule, by a day
};

// One of them. Of a named condition it is made in all its uses at once.
struct Mistake {
  MistakeKind kind = MistakeKind::rule_left_out;
  std::optional<std::size_t> rule;  // the first that it concerns, of rule_at(); or the default
  Span span;                        // a rule's, a test's, or the default's as the caller gave it
  bool of_test = false;             // the span is that of a test
  std::string what;                 // goes on from the rule or test: `is left out`
  std::vector<ir::ConditionId> conditions{};
  std::size_t at = 0;                                   // a child, operand, seat or obligation
  bool upper = false;                                   // of range_moved
  std::string text{};                                   // an operand's new text
  Outcome outcome = Outcome::block;                     // of outcome_changed
  std::optional<ir::Approval> approval = std::nullopt;  // of people, seats and time: the new one
  std::optional<ir::Limit> limit = std::nullopt;        // of limit_changed: the new one
  ir::AtomOp op = ir::AtomOp::exists;                   // of boundary_moved: the new one
  Window window{};                                      // of window_moved: the new one
  std::int64_t until_ms = 0;                            // of end_moved: the new one

  // Whether it is the same mistake in the same text, as another policy with that module has it.
  [[nodiscard]] bool is_same(const Mistake& other) const {
    return kind == other.kind && span == other.span && at == other.at && what == other.what;
  }
};

// A rule by its number: those of all tiers, then the `also` rules of all tiers. REQUIRES: there is
// one.
[[nodiscard]] const ir::Rule& rule_at(const ir::Policy& policy, std::size_t number);

// All mistakes of these kinds, rule by rule, `also` rules behind them, the default last; none in
// shadow rules, of which tests say nothing. The tool of an `on` clause stays as it is, and ends of
// rules do unless some test of the policy says its time. in: `default_span`, where the default is
// written. REQUIRES: policy.verify(). cost: linear in
// conditions and operands.
[[nodiscard]] std::vector<Mistake> mistakes_in(const ir::Policy& policy, const Sources& sources,
                                               Span default_span);

// The policy with one mistake. REQUIRES: the mistake is one of its own. out: a policy that
// verifies. cost: a copy.
[[nodiscard]] ir::Policy with_mistake(const ir::Policy& policy, const Mistake& mistake);

// One end of a range of numbers becomes another. REQUIRES: `range` is one.
void move_end(ir::Operand& range, bool upper, const std::string& end);

// Whether a test is the tool of an `on` clause, which names no attribute.
[[nodiscard]] bool is_of_on(const ir::Policy& policy, ir::ConditionId id, const Sources& sources);

// Whether a test is one end of a range of instants: one of several with the same text.
[[nodiscard]] bool is_end_of_range(const ir::Policy& policy, ir::ConditionId id);

// The text of a test, as its author wrote it, on one line and not too long; of an end of a range
// the comparison that it is.
[[nodiscard]] std::string text_of(Span span, const Sources& sources);
[[nodiscard]] std::string text_of(const ir::Policy& policy, ir::ConditionId id,
                                  const Sources& sources);

}  // namespace sentrail::compiler
