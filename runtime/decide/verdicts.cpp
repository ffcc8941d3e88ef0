// What settles each candidate, as bits. See verdicts.hpp.
#include "runtime/decide/verdicts.hpp"

#include <algorithm>

#include "runtime/decide/evaluate.hpp"
#include "runtime/decide/settled.hpp"

namespace sentrail::decide {

Verdicts verdicts_of(const Engine& engine, const Decision& decision, const Facts& facts,
                     Scratch& scratch) noexcept {
  const Program& p = engine.program();
  Verdicts out;
  out.count = std::min<std::size_t>(decision.candidate_count, Decision::kCandidatesKept);
  for (std::size_t i = 0; i < out.count; ++i) {
    Verdict& verdict = out.kept[i];
    verdict.rule = decision.candidates[i];
    const RuleRow& rule = p.rules[verdict.rule];
    const ConditionNodes condition{
        std::span<const NodeRow>(p.nodes).subspan(rule.condition_begin,
                                                  rule.condition_end - rule.condition_begin),
        rule.condition_begin};
    verdict.too_large = condition.nodes.size() > kVerdictNodes;
    if (verdict.too_large) {
      verdict.truth = engine.condition(verdict.rule, facts, scratch);
      continue;
    }
    std::array<NodeAnswer, kVerdictNodes> room;
    const std::span<NodeAnswer> answers = std::span(room).first(condition.nodes.size());
    answer_all(
        condition,
        [&](std::uint32_t atom) { return truth_of(engine.bound(), atom, facts, scratch); },
        answers);
    verdict.truth = answers[0].truth;
    settle(condition, answers,
           [&](std::uint32_t at) { verdict.settled_by |= std::uint64_t{1} << at; });
  }
  return out;
}

}  // namespace sentrail::decide
