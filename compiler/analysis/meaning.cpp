// Section 8 of the language page, sentence by sentence. See meaning.hpp.
#include "compiler/analysis/meaning.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace sentrail::compiler::analysis {

Meaning::Meaning(const ir::Policy& policy, Space& space, Circuit& circuit)
    : policy_(&policy), space_(space), circuit_(circuit) {
  conditions_.reserve(policy.conditions.size());
  const std::vector<bool> within = policy.within_quantifiers();
  for (std::uint32_t i = 0; i < within.size(); ++i) {
    const ir::ConditionId id{i};
    std::vector<Banks> below;
    for (const ir::ConditionId child : policy.conditions[id].children) {
      below.push_back(conditions_[child.value]);
    }
    // Nobody asks for what stands within a quantifier.
    conditions_.push_back(within[i] ? Banks{kTrue, kTrue} : banks_of(id, below, std::nullopt));
  }
  for (std::size_t t = 0; t < policy.tiers.size(); ++t) {
    Node before = kTrue;
    for (const ir::Rule& rule : policy.tiers[t].rules) add_rule(rule, t, before);
  }
  const Node joined = negation_of(lifted());
  for (const Effect effect : {Effect::allow, Effect::require_approval, Effect::block}) {
    std::vector<Node> ways;
    if (policy.default_effect >= effect) ways.push_back(joined);
    for (const RuleMeaning& one : rules_) {
      const std::optional<Effect> outcome = effect_of(one.rule->outcome);
      if (outcome && *outcome >= effect) ways.push_back(one.candidate);
    }
    at_least_.push_back(effect == Effect::allow ? kTrue : circuit.any(ways));
  }
}

Banks Meaning::banks_of(const ir::Atom& atom, std::optional<DimensionId> no_absence) {
  const AtomSets& sets = space_.sets_of(atom);
  Banks banks{circuit_.leaf(sets.dimension, sets.possible),
              circuit_.leaf(sets.dimension, sets.certain)};
  if (!no_absence || atom.op == ir::AtomOp::exists) return banks;
  // Of an element, its list's absence counts.
  const Dimension& dimension = space_[sets.dimension];
  const bool own = sets.dimension == *no_absence;
  if (!own && (dimension.kind != DimensionKind::element || dimension.parent != no_absence)) {
    return banks;
  }
  const std::optional<std::uint32_t> absent = space_.absent_class(*no_absence);
  if (!absent) return banks;
  Bits only(space_[*no_absence].classes);
  only.set(*absent);
  banks.may = circuit_.any({banks.may, circuit_.leaf(*no_absence, space_.intern(std::move(only)))});
  return banks;
}

// source: L8.1.
Banks Meaning::banks_of(ir::ConditionId id, std::span<const Banks> below,
                        std::optional<DimensionId> no_absence) {
  const ir::Condition& condition = policy_->conditions[id];
  std::vector<Node> may;
  std::vector<Node> must;
  for (const Banks& child : below) {
    may.push_back(child.may);
    must.push_back(child.must);
  }
  switch (condition.kind) {
    case ir::ConditionKind::always:
      return {kTrue, kTrue};
    case ir::ConditionKind::atom:
      return banks_of(condition.atom, no_absence);
    case ir::ConditionKind::not_:
      return {negation_of(must.at(0)), negation_of(may.at(0))};
    case ir::ConditionKind::all:
      return {circuit_.all(may), circuit_.all(must)};
    case ir::ConditionKind::any:
      return {circuit_.any(may), circuit_.any(must)};
    case ir::ConditionKind::some_element:
    case ir::ConditionKind::every_element:
      break;
  }
  const AtomSets& sets = space_.sets_of_quantifier(*policy_, id);
  return {circuit_.leaf(sets.dimension, sets.possible),
          circuit_.leaf(sets.dimension, sets.certain)};
}

// Everything below a rule's condition but what stands within quantifiers, children first.
std::vector<ir::ConditionId> Meaning::below(const ir::Rule& rule) const {
  std::set<ir::ConditionId> found;
  std::vector<ir::ConditionId> left = {rule.when};
  if (rule.unless) left.push_back(*rule.unless);
  while (!left.empty()) {
    const ir::ConditionId id = left.back();
    left.pop_back();
    if (!found.insert(id).second) continue;
    const ir::Condition& condition = policy_->conditions[id];
    if (is_quantified(condition.kind)) continue;
    left.insert(left.end(), condition.children.begin(), condition.children.end());
  }
  return {found.begin(), found.end()};
}

Banks Meaning::without_absence(const ir::Rule& rule, DimensionId dimension) {
  std::map<ir::ConditionId, Banks> banks;
  for (const ir::ConditionId id : below(rule)) {
    const ir::Condition& condition = policy_->conditions[id];
    std::vector<Banks> children;
    if (!is_quantified(condition.kind)) {
      for (const ir::ConditionId child : condition.children) children.push_back(banks.at(child));
    }
    banks.emplace(id, condition.kind == ir::ConditionKind::atom || !children.empty()
                          ? banks_of(id, children, dimension)
                          : conditions_[id.value]);
  }
  Banks whole = banks.at(rule.when);
  if (rule.unless) {
    const Banks& unless = banks.at(*rule.unless);
    whole.may = circuit_.all({whole.may, negation_of(unless.must)});
    whole.must = circuit_.all({whole.must, negation_of(unless.may)});
  }
  mind_end(rule, whole);
  return whole;
}

std::vector<DimensionId> Meaning::tested_by(const ir::Rule& rule) const {
  std::set<DimensionId> found;
  for (const ir::ConditionId id : below(rule)) {
    const ir::Condition& condition = policy_->conditions[id];
    if (condition.kind != ir::ConditionKind::atom) continue;
    if (condition.atom.op == ir::AtomOp::exists) continue;
    const DimensionId dimension = space_.sets_of(condition.atom).dimension;
    if (space_[dimension].kind == DimensionKind::value) found.insert(dimension);
    if (space_[dimension].kind == DimensionKind::element) found.insert(*space_[dimension].parent);
  }
  return {found.begin(), found.end()};
}

// An `allow` that has ended matches nothing. source: L8.13, L16.7.
void Meaning::mind_end(const ir::Rule& rule, Banks& condition) {
  if (rule.outcome != Outcome::allow || !rule.until_ms) return;
  const std::optional<AtomSets> before = space_.before_end(*rule.until_ms);
  if (!before) return;
  const Node leaf = circuit_.leaf(before->dimension, before->certain);
  condition.may = circuit_.all({condition.may, leaf});
  condition.must = circuit_.all({condition.must, leaf});
}

// source: L8.2, L8.3.
void Meaning::add_rule(const ir::Rule& rule, std::size_t tier, Node& before) {
  RuleMeaning one;
  one.rule = &rule;
  one.tier = tier;
  one.condition = condition(rule.when);
  if (rule.unless) {
    const Banks unless = condition(*rule.unless);
    one.condition.may = circuit_.all({one.condition.may, negation_of(unless.must)});
    one.condition.must = circuit_.all({one.condition.must, negation_of(unless.may)});
  }
  mind_end(rule, one.condition);
  one.before = before;
  one.candidate = circuit_.all({before, one.condition.may});
  one.fires = circuit_.all({before, one.condition.must});
  before = circuit_.all({before, negation_of(one.condition.must)});
  rules_.push_back(one);
}

// source: L8.5, L8.6.
Node Meaning::lifted() {
  std::vector<Node> ways;
  Node no_pass = kTrue;
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    const RuleMeaning& one = rules_[i];
    if (i == 0 || rules_[i - 1].tier != one.tier) no_pass = kTrue;
    if (policy_->tiers[one.tier].guard) continue;
    if (one.rule->outcome == Outcome::pass) {
      no_pass = circuit_.all({no_pass, negation_of(one.candidate)});
    } else {
      ways.push_back(circuit_.all({one.fires, no_pass}));
    }
  }
  return circuit_.any(ways);
}

Node Meaning::effect_is(Effect effect) {
  if (effect == Effect::block) return at_least(Effect::block);
  const auto next = static_cast<Effect>(static_cast<int>(effect) + 1);
  return circuit_.all({at_least(effect), negation_of(at_least(next))});
}

// source: L8.7.
void Meaning::number_deciders() {
  std::array<Node, 3> none_before = {kTrue, kTrue, kTrue};
  for (const RuleMeaning& one : rules_) {
    const std::optional<Effect> outcome = effect_of(one.rule->outcome);
    if (!outcome) {
      deciders_.push_back(kFalse);
      continue;
    }
    Node& none = none_before[static_cast<std::size_t>(*outcome)];
    deciders_.push_back(circuit_.all({one.candidate, effect_is(*outcome), none}));
    none = circuit_.all({none, negation_of(one.candidate)});
  }
  const Effect effect = policy_->default_effect;
  deciders_.push_back(
      circuit_.all({effect_is(effect), none_before[static_cast<std::size_t>(effect)]}));
}

Node Meaning::decided_by(std::optional<std::size_t> rule) {
  if (deciders_.empty()) number_deciders();
  return deciders_.at(rule.value_or(rules_.size()));
}

}  // namespace sentrail::compiler::analysis
