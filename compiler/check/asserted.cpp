// Evaluates conditions with claims taken for true and all else for false. See asserted.hpp.
#include "compiler/check/asserted.hpp"

#include <algorithm>

namespace sentrail::compiler::checking {
namespace {

Reach reach_of(const ir::Condition& condition, const std::vector<Reach>& before) {
  const auto child = [&](ir::ConditionId id) { return before[id.value]; };
  Reach reach;
  for (const ir::ConditionId id : condition.children) reach.claims |= child(id).claims;
  switch (condition.kind) {
    case ir::ConditionKind::always:
      return {true, false, false};
    case ir::ConditionKind::atom: {
      // Who chooses one of two values chooses whether they are the same.
      const auto& other = condition.atom.other;
      const bool claim = row_of(condition.atom.attribute.attribute).trust == Trust::asserted ||
                         (other && row_of(other->attribute).trust == Trust::asserted);
      return {claim, claim, claim};
    }
    case ir::ConditionKind::not_: {
      const Reach inner = child(condition.children[0]);
      return {inner.false_by_claims, inner.true_by_claims, inner.claims};
    }
    // What is so of elements is as true as the list.
    case ir::ConditionKind::some_element:
    case ir::ConditionKind::every_element: {
      const Trust trust = row_of(condition.atom.attribute.attribute).trust;
      const bool claim = trust == Trust::asserted;
      return {claim, claim, claim || reach.claims};
    }
    case ir::ConditionKind::all:
    case ir::ConditionKind::any:
      break;
  }
  const bool all = condition.kind == ir::ConditionKind::all;
  const auto each_true = [&](ir::ConditionId id) { return child(id).true_by_claims; };
  const auto each_false = [&](ir::ConditionId id) { return child(id).false_by_claims; };
  const auto& children = condition.children;
  reach.true_by_claims =
      all ? std::ranges::all_of(children, each_true) : std::ranges::any_of(children, each_true);
  reach.false_by_claims =
      all ? std::ranges::any_of(children, each_false) : std::ranges::all_of(children, each_false);
  return reach;
}

}  // namespace

std::vector<Reach> reaches_of(const ir::Policy& policy) {
  std::vector<Reach> reaches;
  reaches.reserve(policy.conditions.size());
  for (const ir::Condition& condition : policy.conditions) {
    reaches.push_back(reach_of(condition, reaches));
  }
  return reaches;
}

bool rests_on_claims(const std::vector<Reach>& reaches, const ir::Rule& rule) {
  const Reach when = reaches.at(rule.when.value);
  if (!rule.unless) return when.claims && when.true_by_claims;
  const Reach unless = reaches.at(rule.unless->value);
  return (when.claims || unless.claims) && when.true_by_claims && unless.false_by_claims;
}

}  // namespace sentrail::compiler::checking
