// Makes one mistake in a copy of a policy. See mistakes.hpp.
#include <utility>

#include "compiler/tester/mistakes.hpp"

namespace sentrail::compiler {
namespace {

using ir::Condition;
using ir::ConditionId;
using ir::ConditionKind;

// Makes one mistake in a copy.
class Maker {
 public:
  Maker(ir::Policy policy, const Mistake& mistake)
      : policy_(std::move(policy)), mistake_(mistake) {}

  ir::Policy run() && {
    if (mistake_.of_test) {
      // From the last, so that numbers of those before it stay as they are.
      for (std::size_t i = mistake_.conditions.size(); i-- > 0;) test(mistake_.conditions[i]);
    } else if (mistake_.rule) {
      rule(*mistake_.rule);
    } else if (mistake_.approval) {
      policy_.default_approval = *mistake_.approval;
    } else {
      policy_.default_effect = *effect_of(mistake_.outcome);
      policy_.default_approval = {};
    }
    return std::move(policy_);
  }

 private:
  void rule(std::size_t number) {
    for (ir::Tier& tier : policy_.tiers) {
      if (number < tier.rules.size()) return rule(tier, tier.rules, number);
      number -= tier.rules.size();
    }
    for (ir::Tier& tier : policy_.tiers) {
      if (number < tier.alsos.size()) return rule(tier, tier.alsos, number);
      number -= tier.alsos.size();
    }
  }

  void rule(ir::Tier& tier, std::vector<ir::Rule>& rules, std::size_t number) {
    ir::Rule& rule = rules[number];
    switch (mistake_.kind) {
      case MistakeKind::rule_left_out:
        rules.erase(rules.begin() + static_cast<std::ptrdiff_t>(number));
        for (ir::Shadow& shadow : tier.shadows) {
          if (&rules == &tier.rules && shadow.before > number) --shadow.before;
        }
        break;
      case MistakeKind::obligation_left_out:
        rule.obligations.erase(rule.obligations.begin() + static_cast<std::ptrdiff_t>(mistake_.at));
        break;
      case MistakeKind::outcome_changed:
        rule.outcome = mistake_.outcome;
        rule.approval = {};
        // What blocks has no limits.
        if (rule.outcome == Outcome::block) rule.limits.clear();
        break;
      case MistakeKind::limit_left_out:
        rule.limits.erase(rule.limits.begin() + static_cast<std::ptrdiff_t>(mistake_.at));
        break;
      case MistakeKind::limit_changed:
        rule.limits[mistake_.at] = *mistake_.limit;
        break;
      case MistakeKind::end_moved:
        rule.until_ms = mistake_.until_ms;
        break;
      case MistakeKind::rules_swapped:
        std::swap(rule, rules[number + 1]);
        break;
      case MistakeKind::unless_left_out:
        rule.unless.reset();
        break;
      default:
        rule.approval = *mistake_.approval;
        break;
    }
  }

  void test(ConditionId id) {
    Condition& condition = policy_.conditions[id];
    const auto at = static_cast<std::ptrdiff_t>(mistake_.at);
    std::vector<ir::Operand>& operands = condition.atom.operands;
    switch (mistake_.kind) {
      case MistakeKind::when_left_out:
        drop(id);
        break;
      case MistakeKind::part_left_out:
        drop(condition.children[mistake_.at]);
        condition.children.erase(condition.children.begin() + at);
        if (condition.children.size() == 1) point_to(id, condition.children.front());
        break;
      case MistakeKind::negated:
        negate(id);
        break;
      case MistakeKind::quantifier_swapped:
        condition.kind = condition.kind == ConditionKind::some_element
                             ? ConditionKind::every_element
                             : ConditionKind::some_element;
        break;
      case MistakeKind::entry_left_out:
        operands.erase(operands.begin() + at);
        break;
      case MistakeKind::boundary_moved:
        condition.atom.op = mistake_.op;
        break;
      case MistakeKind::range_moved:
        move_end(operands[mistake_.at], mistake_.upper, mistake_.text);
        break;
      case MistakeKind::window_moved:
        operands[mistake_.at].window = mistake_.window;
        break;
      default:
        operands[mistake_.at].text = mistake_.text;
        break;
    }
  }

  template <class Change>
  void change_references(Change change) {
    for (std::uint32_t i = 0; i < policy_.conditions.size(); ++i) {
      for (ConditionId& child : policy_.conditions[ConditionId{i}].children) change(child);
    }
    for (ir::Tier& tier : policy_.tiers) {
      ir::for_each_written(tier, [&change](ir::Rule& rule) {
        change(rule.when);
        if (rule.unless) change(*rule.unless);
      });
    }
    for (ir::Proof& proof : policy_.proofs) change(proof.when);
  }

  // What nobody asks any more asks nothing: an element without its quantifier would be no policy.
  void drop(ConditionId top) {
    std::vector<ConditionId> left = {top};
    while (!left.empty()) {
      Condition& condition = policy_.conditions[left.back()];
      left.pop_back();
      left.insert(left.end(), condition.children.begin(), condition.children.end());
      condition = {ConditionKind::always, {}, {}, {}, condition.span};
    }
  }

  // Who pointed at `old` points at `now`; `old` becomes a condition that nobody asks.
  void point_to(ConditionId old, ConditionId now) {
    const Span span = policy_.conditions[old].span;
    policy_.conditions[old] = {ConditionKind::always, {}, {}, {}, span};
    change_references([&](ConditionId& id) {
      if (id == old) id = now;
    });
  }

  // Puts a `not` behind a condition: children stand before parents.
  void negate(ConditionId negated) {
    change_references([&](ConditionId& id) {
      if (id >= negated) ++id.value;
    });
    IdVector<ir::ConditionTag, Condition> conditions;
    for (std::uint32_t i = 0; i < policy_.conditions.size(); ++i) {
      Condition& condition = policy_.conditions[ConditionId{i}];
      const Span span = condition.span;
      conditions.push_back(std::move(condition));
      if (ConditionId{i} == negated) {
        conditions.push_back({ConditionKind::not_, {}, {}, {negated}, span});
      }
    }
    policy_.conditions = std::move(conditions);
  }

  ir::Policy policy_;
  const Mistake& mistake_;
};

}  // namespace

ir::Policy with_mistake(const ir::Policy& policy, const Mistake& mistake) {
  return Maker(policy, mistake).run();
}

}  // namespace sentrail::compiler
