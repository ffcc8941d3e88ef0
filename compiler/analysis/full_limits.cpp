// See full_limits.hpp.
#include "compiler/analysis/full_limits.hpp"

#include "compiler/oracle/answer.hpp"
#include "core/decision.hpp"

namespace sentrail::compiler::analysis {
namespace {

// Whether two limits count the same.
bool counts_alike(const ir::Limit& a, const ir::Limit& b) {
  return a.amount == b.amount && a.per_ms == b.per_ms && a.keys == b.keys;
}

// Whether whoever meets `a` has met `b`, which answers the same or block.
bool follows(const ir::Limit& a, const ir::Limit& b) {
  const bool as_strict =
      b.otherwise == Effect::block || (b.otherwise == a.otherwise && b.approval == a.approval);
  return counts_alike(a, b) && b.most <= a.most && as_strict;
}

}  // namespace

bool answers_of_limits(const ir::Policy& policy, Effect effect) {
  for (const ir::Tier& tier : policy.tiers) {
    for (const ir::Rule& rule : tier.rules) {
      for (const ir::Limit& limit : rule.limits) {
        if (limit.otherwise == effect) return true;
      }
    }
  }
  return false;
}

ir::Policy with_full_limits(const ir::Policy& policy, Effect effect) {
  ir::Policy out = policy;
  for (ir::Tier& tier : out.tiers) {
    for (ir::Rule& rule : tier.rules) {
      std::optional<Effect> answer = effect_of(rule.outcome);
      for (const ir::Limit& limit : rule.limits) {
        if (limit.otherwise == effect) answer = effect;
      }
      rule.limits.clear();
      if (!answer || static_cast<Outcome>(*answer) == rule.outcome) continue;
      rule.outcome = static_cast<Outcome>(*answer);
      rule.approval = {};
    }
  }
  return out;
}

bool may_answer(const ir::Policy& policy, const oracle::Request& request, Effect effect) {
  oracle::Used used;
  std::size_t number = 0;
  for (const ir::Tier& tier : policy.tiers) {
    for (const ir::Rule& rule : tier.rules) {
      for (std::size_t i = 0; i < rule.limits.size(); ++i) {
        const ir::Limit& limit = rule.limits[i];
        if (limit.otherwise == effect) used[{number, i}] = std::to_string(limit.most + 1);
      }
      ++number;
    }
  }
  return oracle::answer(policy, request, used).effect == effect;
}

std::vector<VacuousLimit> vacuous_limits(const ir::Policy& policy) {
  std::vector<VacuousLimit> found;
  const auto add = [&found](const ir::Rule& rule) {
    for (const ir::Limit& limit : rule.limits) {
      if (limit.most == 0) found.push_back({&rule, &limit, nullptr});
      for (const ir::Limit& other : rule.limits) {
        // Of two that say the same the second is one too many.
        const bool twins = follows(limit, other) && follows(other, limit);
        if (&other == &limit || !follows(limit, other) || (twins && &limit < &other)) continue;
        if (limit.most > 0) found.push_back({&rule, &limit, &other});
        break;
      }
    }
  };
  for (const ir::Tier& tier : policy.tiers) ir::for_each_written(tier, add);
  return found;
}

}  // namespace sentrail::compiler::analysis
