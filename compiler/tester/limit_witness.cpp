// See limit_witness.hpp.
#include "compiler/tester/limit_witness.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "compiler/analysis/diff.hpp"
#include "compiler/analysis/full_limits.hpp"
#include "core/units.hpp"

namespace sentrail::compiler {
namespace {

using ir::ConditionKind;

// The policy with limits that all have room, but for one rule, which answers so.
ir::Policy answering(const ir::Policy& policy, std::size_t number, Outcome answer) {
  ir::Policy out = policy;
  for (ir::Tier& tier : out.tiers) {
    tier.shadows.clear();
    for (ir::Rule& rule : tier.rules) {
      rule.limits.clear();
      if (number-- != 0) continue;
      if (rule.outcome != answer) rule.approval = {};
      rule.outcome = answer;
    }
  }
  return out;
}

// The policy whose rule answers so only where a key is no text: a rule before it says that.
ir::Policy answering_without(const ir::Policy& policy, std::size_t number,
                             const ir::AttributeRef& key, Outcome answer) {
  const ir::Rule& asked = rule_at(policy, number);
  ir::Policy out = answering(policy, number, asked.outcome);
  ir::Condition text{ConditionKind::atom, {}, {}, {}, asked.span};
  text.atom.attribute = key;
  text.atom.op = ir::AtomOp::is_type;
  const auto next = [&out] {
    return ir::ConditionId{static_cast<std::uint32_t>(out.conditions.size())};
  };
  const ir::ConditionId is_text = next();
  out.conditions.push_back(text);
  const ir::ConditionId is_none = next();
  out.conditions.push_back({ConditionKind::not_, {}, {}, {is_text}, asked.span});
  const ir::ConditionId both = next();
  out.conditions.push_back({ConditionKind::all, {}, {}, {asked.when, is_none}, asked.span});
  for (ir::Tier& tier : out.tiers) {
    if (number >= tier.rules.size()) {
      number -= tier.rules.size();
      continue;
    }
    ir::Rule before = tier.rules[number];
    before.name += "_without";
    before.qualified_name += "_without";
    before.when = both;
    before.outcome = answer;
    before.approval = {};
    tier.rules.insert(tier.rules.begin() + static_cast<std::ptrdiff_t>(number), before);
    break;
  }
  return out;
}

std::optional<ir::AttributeRef> key_left_out(const ir::Limit& before, const ir::Limit& after) {
  for (const ir::AttributeRef& key : before.keys) {
    if (std::ranges::find(after.keys, key) == after.keys.end()) return key;
  }
  return std::nullopt;
}

// Whether a limit makes no difference beside another of its rule.
bool is_needless(const ir::Policy& policy, std::size_t number, std::size_t at) {
  const ir::Rule& rule = rule_at(policy, number);
  return std::ranges::any_of(analysis::vacuous_limits(policy), [&](const auto& one) {
    return one.rule == &rule && one.limit == &rule.limits[at] && one.other != nullptr;
  });
}

// The two policies whose difference is all that the mistake can make.
analysis::Difference difference_of(const ir::Policy& policy, const Mistake& mistake) {
  const std::size_t number = *mistake.rule;
  const ir::Rule& rule = rule_at(policy, number);
  const ir::Limit& limit = rule.limits[mistake.at];
  if (mistake.limit && mistake.limit->otherwise != limit.otherwise) {
    return analysis::diff(
        answering(policy, number, static_cast<Outcome>(limit.otherwise)),
        answering(policy, number, static_cast<Outcome>(mistake.limit->otherwise)));
  }
  // An `else` that asks changes whom others ask too, which is no effect. Where even a block would
  // change nothing, all is blocked anyway.
  const Outcome told = Outcome::block;
  const ir::Policy room = answering(policy, number, rule.outcome);
  const auto key = mistake.limit ? key_left_out(limit, *mistake.limit) : std::nullopt;
  if (key) return analysis::diff(answering_without(policy, number, *key, told), room);
  return analysis::diff(answering(policy, number, told), room);
}

// Tries of one request: what the limit has to hold for it to be the last that it, or the limit of
// the mistake, has room for, and the first that it has none for.
void add_situations(const ir::Rule& rule, const Mistake& mistake, const oracle::Request& request,
                    std::vector<Situation>& out) {
  const ir::Limit& limit = rule.limits[mistake.at];
  std::vector<std::int64_t> held;
  if (const auto amount = charge_of(limit, request)) {
    const std::int64_t after = mistake.limit ? mistake.limit->most : limit.most;
    held = {std::max(limit.most, after) - *amount, limit.most - *amount + step_of(limit),
            limit.most - *amount + 1};
  }
  for (const std::int64_t amount : held) {
    if (amount < 0 || amount > limits::kLimitMostMax * kUnit) continue;
    Situation one{request, {}};
    if (amount > 0) one.used.push_back({rule.qualified_name, mistake.at, amount});
    out.push_back(std::move(one));
  }
  out.push_back({request, {}});
}

}  // namespace

LimitTold tell_limits_apart(const ir::Policy& policy, const Mistake& mistake) {
  LimitTold told;
  ir::Policy mutant = with_mistake(policy, mistake);
  if (is_needless(policy, *mistake.rule, mistake.at) &&
      (!mistake.limit || is_needless(mutant, *mistake.rule, mistake.at))) {
    told.same = true;
    return told;
  }
  const ir::Rule& rule = rule_at(policy, *mistake.rule);
  // What the limit of the mistake does not count by need not be there.
  const ir::Rule& counted = rule_at(mutant, *mistake.rule);
  const bool fewer_keys = mistake.limit && key_left_out(rule.limits[mistake.at], *mistake.limit);
  for (const analysis::ChangeGroup& group : difference_of(policy, mistake).groups) {
    if (told.why.empty()) told.why = group.why;
    for (const analysis::Change& change : group.changes) {
      const oracle::Request& found = change.before.request;
      add_situations(rule, mistake, countable(fewer_keys ? counted : rule, found), told.situations);
      add_situations(rule, mistake, found, told.situations);
    }
  }
  told.same = told.situations.empty() && told.why.empty();
  return told;
}

Situation with_all_full(const ir::Rule& rule, const oracle::Request& request) {
  Situation full{countable(rule, request), {}};
  for (std::size_t i = 0; i < rule.limits.size(); ++i) {
    full.used.push_back({rule.qualified_name, i, rule.limits[i].most});
  }
  return full;
}

std::optional<Situation> at_the_end_of(const ir::Rule& rule, std::size_t limit, bool beside,
                                       const oracle::Request& request) {
  Situation end{countable(rule, request), {}};
  const ir::Limit& asked = rule.limits[limit];
  const auto amount = charge_of(asked, end.request);
  if (!amount) return std::nullopt;
  const std::int64_t held = asked.most - *amount + (beside ? step_of(asked) : 0);
  if (held < 0 || held > limits::kLimitMostMax * kUnit) return std::nullopt;
  if (held > 0) end.used.push_back({rule.qualified_name, limit, held});
  return end;
}

}  // namespace sentrail::compiler
