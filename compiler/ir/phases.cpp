// Adds a test of the phase to rules and claims, and the last tier. See phases.hpp.
#include "compiler/ir/phases.hpp"

#include <algorithm>
#include <utility>

namespace sentrail::compiler::ir {
namespace {

ConditionId append(Policy& policy, ConditionKind kind, std::vector<ConditionId> children,
                   Span span) {
  Condition condition;
  condition.kind = kind;
  condition.children = std::move(children);
  condition.span = span;
  return policy.conditions.push_back(std::move(condition));
}

// `response exists`.
ConditionId append_answered(Policy& policy, Span span) {
  Condition condition;
  condition.kind = ConditionKind::atom;
  condition.atom.attribute = {AttributeId::response, {}};
  condition.atom.op = AtomOp::exists;
  condition.span = span;
  return policy.conditions.push_back(std::move(condition));
}

// Whether a condition is false of requests only because they have no answer.
bool asks_of_answer(const Condition& condition) {
  const bool asks = condition.kind == ConditionKind::atom || is_quantified(condition.kind);
  const AttributeRef& ref = condition.atom.attribute;
  return asks && ref.binder == 0 && is_of_answers(ref.attribute) &&
         ref.attribute != AttributeId::response;
}

// L5.4 says what is absent of a request; where all values are looked at it must be said again.
void guard_claims(Policy& policy) {
  std::vector<bool> claimed(policy.conditions.size(), false);
  for (const Proof& proof : policy.proofs) claimed[proof.when.value] = true;
  for (std::size_t i = claimed.size(); i-- > 0;) {
    if (!claimed[i]) continue;
    const Condition& condition = policy.conditions[ConditionId{static_cast<std::uint32_t>(i)}];
    for (const ConditionId child : condition.children) claimed[child.value] = true;
  }
  const auto before = std::exchange(policy.conditions, {});
  std::vector<ConditionId> places;
  const auto place = [&places](ConditionId& id) { id = places[id.value]; };
  for (Condition condition : before) {
    const bool guarded = claimed[places.size()] && asks_of_answer(condition);
    std::ranges::for_each(condition.children, place);
    const Span span = condition.span;
    ConditionId at = policy.conditions.push_back(std::move(condition));
    if (guarded) {
      const ConditionId answered = append_answered(policy, span);
      at = append(policy, ConditionKind::all, {answered, at}, span);
    }
    places.push_back(at);
  }
  for (Proof& proof : policy.proofs) place(proof.when);
  for (Tier& tier : policy.tiers) {
    for_each_written(tier, [&place](Rule& rule) {
      place(rule.when);
      if (rule.unless) place(*rule.unless);
    });
  }
}

void guard_rule(Policy& policy, Rule& rule) {
  if (rule.on_response) return;
  const Span span = policy.conditions[rule.when].span;
  const ConditionId request =
      append(policy, ConditionKind::not_, {append_answered(policy, span)}, span);
  if (policy.conditions[rule.when].kind == ConditionKind::always) {
    rule.when = request;
  } else {
    rule.when = append(policy, ConditionKind::all, {request, rule.when}, span);
  }
}

}  // namespace

bool judges_answers(const Policy& policy) {
  return std::ranges::any_of(policy.tiers, [](const Tier& tier) {
    bool found = tier.implied;
    for_each_written(tier, [&found](const Rule& rule) { found = found || rule.on_response; });
    return found;
  });
}

Policy with_phases(Policy policy, bool both) {
  const bool done = std::ranges::any_of(policy.tiers, &Tier::implied);
  if (done || (!both && !judges_answers(policy))) return policy;
  guard_claims(policy);
  for (Tier& tier : policy.tiers) {
    for_each_written(tier, [&policy](Rule& rule) { guard_rule(policy, rule); });
  }
  Tier last;
  last.name = kAnswersTier;
  last.implied = true;
  Rule& passes = last.rules.emplace_back();
  passes.name = kAnswersRule;
  passes.qualified_name = answers_rule_of(policy.name);
  passes.outcome = Outcome::allow;
  passes.when = append_answered(policy, {});
  passes.on_response = true;
  policy.tiers.push_back(std::move(last));
  return policy;
}

bool matches_every_request(const Policy& policy, const Rule& rule) {
  if (rule.unless || rule.until_ms || rule.on_response) return false;
  const Condition& condition = policy.conditions[rule.when];
  if (condition.kind != ConditionKind::not_) return condition.kind == ConditionKind::always;
  const Condition& inner = policy.conditions[condition.children[0]];
  return inner.kind == ConditionKind::atom && inner.atom.op == AtomOp::exists &&
         inner.atom.attribute.attribute == AttributeId::response;
}

std::string answers_rule_of(std::string_view policy) {
  return std::string(policy) + "." + std::string(kAnswersTier) + "." + std::string(kAnswersRule);
}

}  // namespace sentrail::compiler::ir
