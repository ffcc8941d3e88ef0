// Conditions by Kleene's tables, tiers by first match, the default by L8.5. See oracle.hpp.
#include "compiler/oracle/oracle.hpp"

#include <algorithm>

#include "compiler/oracle/atom.hpp"
#include "compiler/oracle/clock.hpp"
#include "core/check.hpp"
#include "core/limits.hpp"

namespace sentrail::compiler::oracle {
namespace {

// The truth of one condition, with the elements that the quantifiers around it look at.
Truth evaluate_of(const IdVector<ir::ConditionTag, ir::Condition>& conditions, ir::ConditionId id,
                  const Request& request, const Elements& elements) {
  const ir::Condition& condition = conditions[id];
  const auto child = [&](ir::ConditionId one) {
    return evaluate_of(conditions, one, request, elements);
  };
  Truth truth = Truth::t;
  switch (condition.kind) {
    case ir::ConditionKind::always:
      return Truth::t;
    case ir::ConditionKind::atom:
      return evaluate(condition.atom, request, elements);
    case ir::ConditionKind::not_:
      return negate(child(condition.children.at(0)));
    case ir::ConditionKind::all:
      for (const ir::ConditionId one : condition.children) truth = both(truth, child(one));
      return truth;
    case ir::ConditionKind::any:
      truth = Truth::f;
      for (const ir::ConditionId one : condition.children) truth = either(truth, child(one));
      return truth;
    case ir::ConditionKind::some_element:
    case ir::ConditionKind::every_element:
      break;
  }
  // L5.15.
  Value made;
  const Value& list = look_up(request, condition.atom.attribute, elements, made);
  if (list.kind == ValueKind::absent) return Truth::f;
  if (list.kind != ValueKind::list) return Truth::u;
  const std::size_t most = elements.empty() ? limits::kListElementsMax : limits::kInnerElementsMax;
  if (list.elements.size() > most) return Truth::u;
  const bool some = condition.kind == ir::ConditionKind::some_element;
  truth = some ? Truth::f : Truth::t;
  for (const Value& element : list.elements) {
    Elements inner = elements;
    inner.push_back(&element);
    const Truth one = evaluate_of(conditions, condition.children.at(0), request, inner);
    truth = some ? either(truth, one) : both(truth, one);
  }
  return truth;
}

// Truths of the conditions up to `last`; children come before parents, so one pass is enough.
std::vector<Truth> evaluate_up_to(const ir::Policy& policy, std::size_t last,
                                  const Request& request) {
  const std::vector<bool> within = policy.within_quantifiers();
  std::vector<Truth> truths;
  for (std::uint32_t i = 0; i <= last; ++i) {
    const ir::Condition& condition = policy.conditions[ir::ConditionId{i}];
    Truth truth = Truth::t;
    switch (condition.kind) {
      case ir::ConditionKind::always:
        break;
      case ir::ConditionKind::atom:
        // Within quantifiers a test has no truth of its own; nobody asks for it.
        if (!within.at(i)) truth = evaluate(condition.atom, request, {});
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
      case ir::ConditionKind::some_element:
      case ir::ConditionKind::every_element:
        if (condition.atom.attribute.binder == 0 && !within.at(i)) {
          truth = evaluate_of(policy.conditions, ir::ConditionId{i}, request, {});
        }
        break;
    }
    truths.push_back(truth);
  }
  return truths;
}

}  // namespace

Truth evaluate(const ir::Policy& policy, ir::ConditionId id, const Request& request) {
  return evaluate_of(policy.conditions, id, request, {});
}

Truth evaluate(const ir::Count& count, const Request& request) {
  return evaluate_of(count.conditions, count.root(), request, {});
}

namespace {

std::vector<Truth> truths_of(const ir::Policy& policy, const Request& request) {
  if (policy.conditions.empty()) return {};
  return evaluate_up_to(policy, policy.conditions.size() - 1, request);
}

Truth truth_of(const ir::Rule& rule, const std::vector<Truth>& conditions, const Request& request) {
  Truth truth = conditions.at(rule.when.value);
  if (rule.unless) truth = both(truth, negate(conditions.at(rule.unless->value)));
  // L8.13.
  const bool ended = rule.until_ms && instant_of(request) >= *rule.until_ms;
  return ended && rule.outcome == Outcome::allow ? Truth::f : truth;
}

}  // namespace

std::vector<Truth> evaluate_rules(const ir::Policy& policy, const Request& request) {
  const std::vector<Truth> conditions = truths_of(policy, request);
  std::vector<Truth> rules;
  for (const ir::Tier& tier : policy.tiers) {
    for (const ir::Rule& rule : tier.rules) rules.push_back(truth_of(rule, conditions, request));
  }
  return rules;
}

std::vector<ir::Obligation> obligations_of(const ir::Policy& policy, const Decision& decision,
                                           const Request& request) {
  std::vector<ir::Obligation> all;
  const auto add = [&all](const ir::Rule& rule) {
    for (const ir::Obligation& one : rule.obligations) {
      if (std::find(all.begin(), all.end(), one) == all.end()) all.push_back(one);
    }
  };
  const std::vector<Truth> conditions = truths_of(policy, request);
  std::size_t index = 0;
  for (const ir::Tier& tier : policy.tiers) {
    for (const ir::Rule& rule : tier.rules) {
      const bool candidate = std::find(decision.candidates.begin(), decision.candidates.end(),
                                       index++) != decision.candidates.end();
      if (candidate) add(rule);
    }
    for (const ir::Rule& also : tier.alsos) {
      if (truth_of(also, conditions, request) != Truth::f) add(also);
    }
  }
  std::sort(all.begin(), all.end(), ir::comes_before);
  return all;
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

Approval join(const Approval& a, const Approval& b) {
  Approval both = a;
  both.quorums.insert(both.quorums.end(), b.quorums.begin(), b.quorums.end());
  std::sort(both.quorums.begin(), both.quorums.end());
  both.quorums.erase(std::unique(both.quorums.begin(), both.quorums.end()), both.quorums.end());
  if (!a.within_ms || (b.within_ms && *b.within_ms < *a.within_ms)) both.within_ms = b.within_ms;
  both.usual_time = a.usual_time || b.usual_time;
  return both;
}

std::optional<Approval> approval_of(const ir::Policy& policy, const Decision& decision) {
  if (decision.effect != Effect::require_approval) return std::nullopt;
  Approval all;
  const auto add = [&all](const ir::Approval& one) {
    all = join(all, {{one.seats}, one.within_ms, !one.within_ms.has_value()});
  };
  std::size_t index = 0;
  for (const ir::Tier& tier : policy.tiers) {
    for (const ir::Rule& rule : tier.rules) {
      const bool candidate = std::find(decision.candidates.begin(), decision.candidates.end(),
                                       index++) != decision.candidates.end();
      if (candidate && rule.outcome == Outcome::require_approval) add(rule.approval);
    }
  }
  if (decision.default_joined && policy.default_effect == Effect::require_approval) {
    add(policy.default_approval);
  }
  return all;
}

Decision decide(const ir::Policy& policy, const Request& request) {
  return join(policy, evaluate_rules(policy, request));
}

}  // namespace sentrail::compiler::oracle
