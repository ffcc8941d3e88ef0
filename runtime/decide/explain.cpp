// Evaluates conditions from their leaves up, then walks down to what settled them. See explain.hpp.
#include "runtime/decide/explain.hpp"

#include <algorithm>
#include <span>
#include <tuple>
#include <utility>

#include "core/time.hpp"
#include "runtime/decide/counted.hpp"
#include "runtime/decide/evaluate.hpp"
#include "runtime/decide/reason.hpp"

namespace sentrail::decide {
namespace {

std::span<const NodeRow> nodes_of(const Program& p, std::uint32_t rule) {
  return rule < p.rules.size() ? p.nodes : p.aside_nodes;
}

// The truths of one rule's nodes.
class Condition {
 public:
  Condition(const Engine& engine, std::uint32_t rule, const Facts& facts, Scratch& scratch);

  [[nodiscard]] Truth truth() const { return truth_at(begin_); }
  // The leaves that settle it.
  [[nodiscard]] std::vector<std::uint32_t> settling_leaves() const;

 private:
  [[nodiscard]] Truth truth_at(std::uint32_t node) const { return truths_[node - begin_]; }
  [[nodiscard]] std::vector<std::uint32_t> children(std::uint32_t node) const;
  [[nodiscard]] std::vector<std::uint32_t> settling_children(std::uint32_t node) const;

  std::span<const NodeRow> nodes_;
  std::uint32_t begin_;
  std::vector<Truth> truths_;
};

Condition::Condition(const Engine& engine, std::uint32_t rule, const Facts& facts, Scratch& scratch)
    : nodes_(nodes_of(engine.program(), rule)),
      begin_(engine.program().written(rule).condition_begin) {
  truths_.resize(engine.program().written(rule).condition_end - begin_);
  for (std::size_t i = truths_.size(); i-- > 0;) {
    const auto index = static_cast<std::uint32_t>(begin_ + i);
    const NodeRow& node = nodes_[index];
    switch (static_cast<NodeKind>(node.kind)) {
      case NodeKind::constant:
        truths_[i] = certain(node.flag != 0);
        break;
      case NodeKind::literal: {
        const Truth truth = truth_of(engine.bound(), node.atom, facts, scratch);
        truths_[i] = node.flag != 0 ? negate(truth) : truth;
        break;
      }
      case NodeKind::all:
        truths_[i] = Truth::t;
        for (const std::uint32_t child : children(index)) {
          truths_[i] = both(truths_[i], truth_at(child));
        }
        break;
      case NodeKind::any:
        truths_[i] = Truth::f;
        for (const std::uint32_t child : children(index)) {
          truths_[i] = either(truths_[i], truth_at(child));
        }
        break;
    }
  }
}

// In the order in which they are written.
std::vector<std::uint32_t> Condition::children(std::uint32_t node) const {
  std::vector<std::uint32_t> found;
  for (std::uint32_t child = node + 1; child < nodes_[node].end; child = nodes_[child].end) {
    found.push_back(child);
  }
  std::stable_sort(found.begin(), found.end(), [this](std::uint32_t a, std::uint32_t b) {
    return std::pair(nodes_[a].line, nodes_[a].column) <
           std::pair(nodes_[b].line, nodes_[b].column);
  });
  return found;
}

std::vector<std::uint32_t> Condition::settling_children(std::uint32_t node) const {
  const bool all = static_cast<NodeKind>(nodes_[node].kind) == NodeKind::all;
  const Truth truth = truth_at(node);
  std::vector<std::uint32_t> found;
  for (const std::uint32_t child : children(node)) {
    if (truth_at(child) == truth) found.push_back(child);
  }
  // One false test settles an `and`, one true test an `or`.
  if (truth == (all ? Truth::f : Truth::t)) found.resize(1);
  return found;
}

std::vector<std::uint32_t> Condition::settling_leaves() const {
  std::vector<std::uint32_t> leaves;
  std::vector<std::uint32_t> open = {begin_};
  while (!open.empty()) {
    const std::uint32_t node = open.back();
    open.pop_back();
    const auto kind = static_cast<NodeKind>(nodes_[node].kind);
    if (kind == NodeKind::literal) leaves.push_back(node);
    if (kind != NodeKind::all && kind != NodeKind::any) continue;
    for (const std::uint32_t child : settling_children(node)) open.push_back(child);
  }
  std::sort(leaves.begin(), leaves.end(), [this](std::uint32_t a, std::uint32_t b) {
    const auto key = [this](std::uint32_t n) {
      return std::tuple(nodes_[n].line, nodes_[n].column, n);
    };
    return key(a) < key(b);
  });
  return leaves;
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
  const Condition condition(engine, rule, facts, scratch);
  RuleAnswer answer;
  answer.rule = rule;
  answer.truth = condition.truth();
  if (engine.bound().has_ended(rule, facts.now_ms)) {
    answer.ended = true;
    answer.truth = Truth::f;
    return answer;
  }
  for (const std::uint32_t leaf : condition.settling_leaves()) {
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
