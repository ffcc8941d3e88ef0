// See answer.hpp.
#include "compiler/oracle/answer.hpp"

#include "compiler/oracle/atom.hpp"

namespace sentrail::compiler::oracle {
namespace {

// What limits hold when a shadow rule, whose number was `shadow`, is the rule `place`.
Used moved(const Used& used, std::size_t rules, std::size_t shadow, std::size_t place) {
  Used out;
  for (const auto& [id, held] : used) {
    const auto& [rule, limit] = id;
    if (rule == shadow) out[{place, limit}] = held;
    if (rule < rules) out[{rule < place ? rule : rule + 1, limit}] = held;
  }
  return out;
}

}  // namespace

Answer answer(const ir::Policy& policy, const Request& request, const Used& used) {
  const Decision plain = decide(policy, request);
  const Full full = full_limits(policy, plain, request, used);
  const Decision decision = with_full(policy, plain, full);
  Answer answer;
  answer.effect = decision.effect;
  answer.obligations = obligations_of(policy, decision, request);
  for (const ir::Obligation& one : answer.obligations) {
    // L15.6.
    if (!one.path || look_up(request, *one.path, {}).kind != ValueKind::unreadable) continue;
    answer.effect = Effect::block;
  }
  if (answer.effect == decision.effect) answer.approval = approval_of(policy, decision, full);
  return answer;
}

std::vector<ShadowAnswer> shadows_of(const ir::Policy& policy, const Request& request,
                                     const Used& used) {
  ir::Policy bare = policy;
  std::size_t rules = 0;
  for (ir::Tier& tier : bare.tiers) {
    tier.shadows.clear();
    rules += tier.rules.size();
  }
  const Answer live = answer(bare, request, used);
  std::vector<ShadowAnswer> differing;
  std::size_t begin = 0;       // the number of the tier's first rule
  std::size_t number = rules;  // of the `also` or shadow rule
  for (std::size_t t = 0; t < policy.tiers.size(); ++t) {
    number += policy.tiers[t].alsos.size();
    for (const ir::Shadow& shadow : policy.tiers[t].shadows) {
      ir::Policy alone = bare;
      std::vector<ir::Rule>& tier = alone.tiers[t].rules;
      tier.insert(tier.begin() + static_cast<std::ptrdiff_t>(shadow.before), shadow.rule);
      const Used held = moved(used, rules, number++, begin + shadow.before);
      Answer changed = answer(alone, request, held);
      if (changed != live) differing.push_back({shadow.rule.qualified_name, std::move(changed)});
    }
    begin += policy.tiers[t].rules.size();
  }
  return differing;
}

}  // namespace sentrail::compiler::oracle
