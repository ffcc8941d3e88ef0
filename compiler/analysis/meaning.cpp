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
    const ir::Condition& condition = policy.conditions[id];
    const bool asked =
        condition.kind == ir::ConditionKind::atom && condition.atom.attribute.binder == 0;
    sets_.push_back(asked ? space.find_sets(condition.atom) : nullptr);
    std::vector<Banks> below;
    for (const ir::ConditionId child : condition.children) {
      below.push_back(conditions_[child.value]);
    }
    // Nobody asks for what stands within a quantifier.
    conditions_.push_back(within[i] ? Banks{kTrue, kTrue} : banks_of(id, below, std::nullopt));
  }
}

void Meaning::number_rules(std::span<const std::uint32_t> blocks) {
  for (std::size_t t = 0; t < policy_->tiers.size(); ++t) add_tier(policy_->tiers[t], t, blocks);
  joined_ = negation_of(lifted());
  for (const Effect effect : {Effect::allow, Effect::require_approval, Effect::block}) {
    std::vector<Node> ways;
    if (policy_->default_effect >= effect) ways.push_back(joined_);
    for (const Stretch& stretch : stretches_) {
      std::vector<Node> candidates;
      for (const auto& [outcome, candidate] : stretch.candidates) {
        if (outcome && *outcome >= effect) candidates.push_back(candidate);
      }
      ways.push_back(circuit_.all({stretch.own_before, circuit_.any(candidates)}));
    }
    at_least_.push_back(effect == Effect::allow ? kTrue : circuit_.any(ways));
  }
}

const Elements* Meaning::elements_of(ir::ConditionId id) const {
  const ir::Condition& condition = policy_->conditions[id];
  return ir::is_quantified(condition.kind) ? space_.elements_of(*policy_, id)
                                           : space_.elements_of(condition.atom);
}

Quantified Meaning::quantified(std::optional<DimensionId> no_absence) {
  return {*policy_, space_, circuit_,
          [this, no_absence](ir::ConditionId id) { return banks_of_atom(id, no_absence); }};
}

Banks Meaning::banks_of_quantifier(ir::ConditionId id, std::optional<DimensionId> no_absence) {
  if (const Elements* elements = elements_of(id)) {
    return quantified(no_absence).banks_of(id, *elements, elements->list == no_absence);
  }
  const AtomSets& sets = space_.sets_of_quantifier(*policy_, id);
  return {circuit_.leaf(sets.dimension, sets.possible),
          circuit_.leaf(sets.dimension, sets.certain)};
}

Banks Meaning::banks_of_atom(ir::ConditionId id, std::optional<DimensionId> no_absence) {
  if (const Elements* elements = elements_of(id)) {
    return quantified(no_absence)
        .banks_of(policy_->conditions[id].atom, *elements, elements->list == no_absence);
  }
  const AtomSets& sets = *sets_of(id);
  Banks banks{circuit_.leaf(sets.dimension, sets.possible),
              circuit_.leaf(sets.dimension, sets.certain)};
  if (!no_absence || policy_->conditions[id].atom.op == ir::AtomOp::exists) return banks;
  // Of an element or a size, the absence of what has it counts.
  const Dimension& dimension = space_[sets.dimension];
  if (dimension.kind == DimensionKind::equality)
    return without_absence(banks, dimension, *no_absence);
  const bool own = sets.dimension == *no_absence;
  const bool of_its =
      dimension.kind == DimensionKind::element || dimension.kind == DimensionKind::size;
  if (!own && (!of_its || dimension.parent != no_absence)) return banks;
  const std::optional<std::uint32_t> absent = space_.absent_class(*no_absence);
  if (!absent) return banks;
  Bits only(space_[*no_absence].classes);
  only.set(*absent);
  banks.may = circuit_.any({banks.may, circuit_.leaf(*no_absence, space_.intern(std::move(only)))});
  return banks;
}

// What is absent, taken for unreadable, may equal whatever is not absent.
Banks Meaning::without_absence(Banks banks, const Dimension& equality, DimensionId no_absence) {
  if (std::ranges::find(equality.compared, no_absence) == equality.compared.end()) return banks;
  const DimensionId other = equality.compared[equality.compared[0] == no_absence ? 1 : 0];
  const auto absent = [&](DimensionId id) {
    Bits only(space_[id].classes);
    if (const std::optional<std::uint32_t> one = space_.absent_class(id)) only.set(*one);
    return circuit_.leaf(id, space_.intern(std::move(only)));
  };
  const Node open = circuit_.all({absent(no_absence), negation_of(absent(other))});
  banks.may = circuit_.any({banks.may, open});
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
      return banks_of_atom(id, no_absence);
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
  return banks_of_quantifier(id, no_absence);
}

// Everything below a rule's condition, children first; what stands within quantifiers where it is
// `within` and known.
std::vector<ir::ConditionId> Meaning::below(const ir::Rule& rule, bool within) const {
  std::set<ir::ConditionId> found;
  std::vector<ir::ConditionId> left = {rule.when};
  if (rule.unless) left.push_back(*rule.unless);
  while (!left.empty()) {
    const ir::ConditionId id = left.back();
    left.pop_back();
    if (!found.insert(id).second) continue;
    const ir::Condition& condition = policy_->conditions[id];
    if (ir::is_quantified(condition.kind) && (!within || elements_of(id) == nullptr)) continue;
    left.insert(left.end(), condition.children.begin(), condition.children.end());
  }
  return {found.begin(), found.end()};
}

Banks Meaning::without_absence(const ir::Rule& rule, DimensionId dimension) {
  std::map<ir::ConditionId, Banks> banks;
  for (const ir::ConditionId id : below(rule, false)) {
    const ir::Condition& condition = policy_->conditions[id];
    std::vector<Banks> children;
    if (!is_quantified(condition.kind)) {
      for (const ir::ConditionId child : condition.children) children.push_back(banks.at(child));
    }
    banks.emplace(id, banks_of(id, children, dimension));
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
  for (const ir::ConditionId id : below(rule, true)) {
    const ir::Condition& condition = policy_->conditions[id];
    if (const Elements* elements = elements_of(id)) found.insert(elements->list);
    if (condition.kind != ir::ConditionKind::atom || sets_of(id) == nullptr) continue;
    if (condition.atom.op == ir::AtomOp::exists) continue;
    const Dimension& dimension = space_[sets_of(id)->dimension];
    const bool of_its =
        dimension.kind == DimensionKind::element || dimension.kind == DimensionKind::size;
    if (dimension.kind == DimensionKind::value) found.insert(sets_of(id)->dimension);
    if (of_its) found.insert(*dimension.parent);
    found.insert(dimension.compared.begin(), dimension.compared.end());
  }
  return {found.begin(), found.end()};
}

// An `allow` that has ended matches nothing. source: L8.13, L16.7.
void Meaning::mind_end(const ir::Rule& rule, Banks& condition) {
  if (rule.outcome != Outcome::allow || !rule.until_ms) return;
  const AtomSets& before = space_.before_end(*rule.until_ms);
  condition.may = circuit_.all({condition.may, circuit_.leaf(before.dimension, before.possible)});
  condition.must = circuit_.all({condition.must, circuit_.leaf(before.dimension, before.certain)});
}

Banks Meaning::condition(const ir::Rule& rule) {
  Banks whole = condition(rule.when);
  if (rule.unless) {
    const Banks unless = condition(*rule.unless);
    whole.may = circuit_.all({whole.may, negation_of(unless.must)});
    whole.must = circuit_.all({whole.must, negation_of(unless.may)});
  }
  mind_end(rule, whole);
  return whole;
}

// source: L8.2, L8.3. "No rule before" is two chains, own rules and others, so that the others'
// formulas do not mention the own ones.
void Meaning::add_tier(const ir::Tier& tier, std::size_t number,
                       std::span<const std::uint32_t> blocks) {
  Stretch start;
  start.guard = tier.guard;
  start.has_pass = std::any_of(tier.rules.begin(), tier.rules.end(),
                               [](const ir::Rule& rule) { return rule.outcome == Outcome::pass; });
  Node before = kTrue;
  Node no_pass = kTrue;
  std::optional<std::uint32_t> last;
  for (const ir::Rule& rule : tier.rules) {
    const std::uint32_t block = blocks[rules_.size()];
    const bool own = block == kOwnBlock;
    if (own || block != last) stretches_.push_back(start);
    last = block;
    Stretch& stretch = stretches_.back();
    RuleMeaning one;
    one.rule = &rule;
    one.tier = number;
    one.condition = condition(rule);
    const Node candidate = circuit_.all({before, one.condition.may});
    one.before = circuit_.all({start.own_before, before});
    one.candidate = circuit_.all({start.own_before, candidate});
    stretch.candidates.emplace_back(effect_of(rule.outcome), candidate);
    const bool pass = rule.outcome == Outcome::pass;
    if (!pass) {
      stretch.lifting.push_back(stretch.has_pass
                                    ? circuit_.all({before, one.condition.must, no_pass})
                                    : one.condition.must);
    }
    Node& chain = own ? start.own_before : before;
    chain = circuit_.all({chain, negation_of(one.condition.must)});
    Node& passes = own ? start.own_no_pass : no_pass;
    if (pass) passes = circuit_.all({passes, negation_of(own ? one.candidate : candidate)});
    rules_.push_back(one);
  }
}

// source: L8.5, L8.6. Without a `pass` in the tier, whichever rule is certain first does it. Where
// a rule is looked at, so were those before it, and own ones need not be said again for a `pass`.
Node Meaning::lifted() {
  std::vector<Node> ways;
  for (const Stretch& stretch : stretches_) {
    if (stretch.guard) continue;
    const Node some = circuit_.any(stretch.lifting);
    ways.push_back(stretch.has_pass ? circuit_.all({stretch.own_before, stretch.own_no_pass, some})
                                    : some);
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
