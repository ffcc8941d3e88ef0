// Every rule's condition evaluated whole, and put into words. See explain.hpp.
#include "runtime/decide/explain.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "core/time.hpp"
#include "runtime/decide/counted.hpp"
#include "runtime/decide/evaluate.hpp"
#include "runtime/decide/reason.hpp"
#include "runtime/decide/settled.hpp"

namespace sentrail::decide {
namespace {

std::span<const NodeRow> nodes_of(const Program& p, std::uint32_t rule) {
  return rule < p.rules.size() ? p.nodes : p.aside_nodes;
}

// What a rule's condition comes to, and the nodes of the tests that settle it, as they are written.
struct Settled {
  Truth truth = Truth::f;
  std::vector<std::uint32_t> leaves;  // indices into nodes_of(the rule)
};

Settled settled_of(const Engine& engine, std::uint32_t rule, const Facts& facts, Scratch& scratch) {
  const RuleRow& row = engine.program().written(rule);
  const ConditionNodes condition{
      nodes_of(engine.program(), rule)
          .subspan(row.condition_begin, row.condition_end - row.condition_begin),
      row.condition_begin};
  std::vector<NodeAnswer> answers(condition.nodes.size());
  answer_all(
      condition, [&](std::uint32_t atom) { return truth_of(engine.bound(), atom, facts, scratch); },
      answers);
  Settled settled{answers[0].truth, {}};
  settle(condition, answers,
         [&](std::uint32_t at) { settled.leaves.push_back(row.condition_begin + at); });
  std::ranges::sort(settled.leaves, {}, [&](std::uint32_t leaf) {
    return std::pair(condition.place(leaf - row.condition_begin), leaf);
  });
  return settled;
}

std::string shown_value(const Engine& engine, std::uint32_t slot, const Facts& facts,
                        const ObligationSet* hidden) {
  if (is_hidden(engine, slot, hidden)) return std::string(kHiddenValue);
  const Slot& row = engine.bound().slots[slot];
  const bool time = row.binder == 0 && row.attribute == AttributeId::time;
  if (!time) return show_value(fact_of(engine, slot, facts));
  const bool known = facts.now_ms != 0 && facts.now_ms != Facts{}.now_ms;
  return known ? format_rfc3339_ms(facts.now_ms) : "(unknown)";
}

TestAnswer answer_of(const Engine& engine, const NodeRow& node, Truth truth, const Facts& facts,
                     const ObligationSet* hidden) {
  const Program& p = engine.program();
  TestAnswer answer;
  answer.atom = node.atom;
  answer.negated = node.flag != 0;
  answer.truth = truth;
  answer.text = render_test(p, node.atom, answer.negated);
  answer.value = shown_value(engine, p.atoms[node.atom].slot, facts, hidden);
  answer.line = node.line;
  answer.column = node.column;
  return answer;
}

RuleAnswer explain_rule(const Engine& engine, std::uint32_t rule, const Facts& facts,
                        Scratch& scratch, const ObligationSet* hidden) {
  const Settled settled = settled_of(engine, rule, facts, scratch);
  RuleAnswer answer;
  answer.rule = rule;
  answer.truth = settled.truth;
  if (engine.bound().has_ended(rule, facts.now_ms)) {
    answer.ended = true;
    answer.truth = Truth::f;
    return answer;
  }
  for (const std::uint32_t leaf : settled.leaves) {
    // What settles a node has the node's truth, down to the leaves.
    answer.settled_by.push_back(
        answer_of(engine, nodes_of(engine.program(), rule)[leaf], answer.truth, facts, hidden));
  }
  return answer;
}

std::vector<LimitAnswer> limit_answers(const Engine& engine, const Decision& decision,
                                       const Facts& facts, Scratch& scratch) {
  LimitUses uses;
  limits_of(engine, decision, facts, scratch, uses);
  std::vector<LimitAnswer> answers;
  FullLimits full(decision);
  for (const LimitUse& use : uses.all()) {
    const LimitRow& row = engine.program().limits[use.limit];
    answers.push_back(
        {use.limit, render_limit(engine.program(), row), use.countable, !full.next(), use.amount});
  }
  return answers;
}

}  // namespace

Explanation explain(const Engine& engine, const Facts& facts, Scratch& scratch) {
  return explain(engine, engine.decide(facts, scratch), facts, scratch);
}

Explanation explain(const Engine& engine, const Decision& decision, const Facts& facts,
                    Scratch& scratch, const ObligationSet* hidden) {
  const Program& p = engine.program();
  Explanation explanation;
  explanation.decision = decision;
  explanation.rule = rule_name_of(p, explanation.decision.rule);
  explanation.reason =
      reason_of(engine, decision, facts, deciding_limit(engine, decision, facts, scratch), hidden);
  explanation.limits = limit_answers(engine, decision, facts, scratch);
  explanation.approval = approval_of(engine, decision, facts, scratch);
  scratch.forget();
  for (const TierRow& tier : p.tiers) {
    bool ended = false;
    for (std::uint32_t i = 0; i < tier.rules_count; ++i) {
      RuleAnswer answer = explain_rule(engine, tier.rules_begin + i, facts, scratch, hidden);
      answer.reached = !ended;
      answer.candidate = answer.reached && answer.truth != Truth::f;
      if (answer.candidate) explanation.candidates.push_back(answer.rule);
      ended = ended || answer.truth == Truth::t;
      explanation.rules.push_back(std::move(answer));
    }
  }
  for (auto rule = static_cast<std::uint32_t>(p.rules.size()); rule < p.written_count(); ++rule) {
    RuleAnswer answer = explain_rule(engine, rule, facts, scratch, hidden);
    answer.reached = true;
    explanation.asides.push_back(std::move(answer));
  }
  return explanation;
}

}  // namespace sentrail::decide
