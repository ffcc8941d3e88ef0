// Joins actions, and walks again with shadow rules in their places. See answer.hpp.
#include "runtime/decide/answer.hpp"

#include <array>
#include <utility>

#include "core/check.hpp"
#include "runtime/decide/candidates.hpp"
#include "runtime/decide/joined.hpp"

namespace sentrail::decide {

bool same(const Answer& a, const Answer& b) {
  return a.effect == b.effect && a.approval == b.approval && a.obligations == b.obligations;
}

Answer answer_of(const Engine& engine, std::span<const Decision> decisions,
                 std::span<const Facts* const> facts, Scratch& scratch, std::uint32_t shadow) {
  SENTRAIL_CHECK(decisions.size() == facts.size());
  Answer answer;
  answer.action = strictest(decisions);
  answer.effect = decisions[answer.action].effect;
  answer.rule = decisions[answer.action].rule;
  for (std::size_t i = 0; i < decisions.size(); ++i) {
    const Duties duties = duties_of(engine, decisions[i], *facts[i], scratch, shadow);
    answer.obligations.join(duties.all);
    if (duties.impossible == kNoRow || answer.effect == Effect::block) continue;
    answer.effect = Effect::block;
    answer.action = i;
    answer.impossible = duties.impossible;
    answer.rule = duties.obliging_rule;
  }
  if (answer.effect != Effect::require_approval) return answer;
  answer.approval.emplace();
  for (std::size_t i = 0; i < decisions.size(); ++i) {
    const auto asked = approval_of(engine, decisions[i], *facts[i], scratch, shadow);
    if (asked) answer.approval->join(*asked);
  }
  return answer;
}

Decision decide_with(const Engine& engine, std::uint32_t shadow, const Facts& facts,
                     Scratch& scratch) noexcept {
  const Program& p = engine.program();
  Decision decision;
  decision.default_joined = true;
  decision.effect = Effect::allow;
  std::array<std::uint32_t, 3> first{Decision::kByDefault, Decision::kByDefault,
                                     Decision::kByDefault};
  const TierRow* tier = nullptr;
  bool perhaps_ended = false;  // by a `pass` that may match
  scratch.forget();
  walk_rules(engine, shadow, facts, scratch,
             [&](const TierRow& in, std::uint32_t rule, Truth truth) noexcept {
               if (tier != &in) perhaps_ended = false;
               tier = &in;
               if (truth == Truth::f) return;
               if (decision.candidate_count < Decision::kCandidatesKept) {
                 decision.candidates[decision.candidate_count] = rule;
               }
               ++decision.candidate_count;
               decision.undecidable = decision.undecidable || truth == Truth::u;
               const auto outcome = static_cast<Outcome>(p.written(rule).outcome);
               const std::optional<Effect> effect = effect_of(outcome);
               if (!effect) {
                 perhaps_ended = true;
                 return;
               }
               std::uint32_t& found = first[static_cast<std::size_t>(*effect)];
               if (found == Decision::kByDefault) found = rule;
               decision.effect = stricter(decision.effect, *effect);
               const bool lifts = truth == Truth::t && in.guard == 0 && !perhaps_ended;
               if (lifts) decision.default_joined = false;
             });
  if (decision.default_joined) decision.effect = stricter(decision.effect, p.default_effect());
  decision.rule = first[static_cast<std::size_t>(decision.effect)];
  return decision;
}

std::string impossible_reason(const Program& program, std::uint32_t obligation) {
  return "`" + render_obligation(program, obligation) +
         "` cannot be carried out: its value cannot be read";
}

}  // namespace sentrail::decide
