// Conditions by Kleene's tables, tiers by first match, the default by L8.5. See oracle.hpp.
#include "compiler/oracle/oracle.hpp"

#include "compiler/oracle/atom.hpp"
#include "core/check.hpp"

namespace sentrail::compiler::oracle {
namespace {

// Truths of the conditions up to `last`; children come before parents, so one pass is enough.
std::vector<Truth> evaluate_up_to(const ir::Policy& policy, std::size_t last,
                                  const Request& request) {
  std::vector<Truth> truths;
  for (std::uint32_t i = 0; i <= last; ++i) {
    const ir::Condition& condition = policy.conditions[ir::ConditionId{i}];
    Truth truth = Truth::t;
    switch (condition.kind) {
      case ir::ConditionKind::always:
        break;
      case ir::ConditionKind::atom:
        truth = evaluate(condition.atom, request);
        break;
      case ir::ConditionKind::not_:
        truth = negate(truths.at(condition.children.at(0).value));
        break;
      case ir::ConditionKind::all:
        for (const ir::ConditionId id : condition.children)
          truth = both(truth, truths.at(id.value));
        break;
      case ir::ConditionKind::any:
        truth = Truth::f;
        for (const ir::ConditionId id : condition.children) {
          truth = either(truth, truths.at(id.value));
        }
        break;
    }
    truths.push_back(truth);
  }
  return truths;
}

}  // namespace

Truth evaluate(const ir::Policy& policy, ir::ConditionId id, const Request& request) {
  return evaluate_up_to(policy, id.value, request).back();
}

std::vector<Truth> evaluate_rules(const ir::Policy& policy, const Request& request) {
  std::vector<Truth> conditions;
  if (!policy.conditions.empty()) {
    conditions = evaluate_up_to(policy, policy.conditions.size() - 1, request);
  }
  std::vector<Truth> rules;
  for (const ir::Tier& tier : policy.tiers) {
    for (const ir::Rule& rule : tier.rules) {
      Truth truth = conditions.at(rule.when.value);
      if (rule.unless) truth = both(truth, negate(conditions.at(rule.unless->value)));
      rules.push_back(truth);
    }
  }
  return rules;
}

Decision join(const ir::Policy& policy, std::span<const Truth> rules) {
  Decision decision;
  decision.default_joined = true;
  decision.effect =
      Effect::allow;  // the loosest: every candidate and the default can only raise it
  std::vector<Outcome> outcomes;
  for (const ir::Tier& tier : policy.tiers) {
    bool ended = false;          // by a certain match
    bool perhaps_ended = false;  // by a `pass` that may match
    for (const ir::Rule& rule : tier.rules) {
      const std::size_t index = outcomes.size();
      outcomes.push_back(rule.outcome);
      const Truth truth = rules[index];
      if (ended || truth == Truth::f) continue;
      decision.candidates.push_back(index);
      if (truth == Truth::u) decision.undecidable = true;
      if (truth == Truth::t) ended = true;
      if (const std::optional<Effect> effect = effect_of(rule.outcome)) {
        decision.effect = stricter(decision.effect, *effect);
        // L8.5: the match is certain only if no `pass` before it may have ended the tier.
        if (truth == Truth::t && !tier.guard && !perhaps_ended) decision.default_joined = false;
      } else {
        perhaps_ended = true;
      }
    }
  }
  SENTRAIL_CHECK(rules.size() == outcomes.size());
  if (decision.default_joined) decision.effect = stricter(decision.effect, policy.default_effect);
  for (const std::size_t index : decision.candidates) {
    if (effect_of(outcomes[index]) == decision.effect) {
      decision.rule = index;
      break;
    }
  }
  return decision;
}

Decision decide(const ir::Policy& policy, const Request& request) {
  return join(policy, evaluate_rules(policy, request));
}

}  // namespace sentrail::compiler::oracle
