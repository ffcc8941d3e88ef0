// Goals for the search of values. See tries.hpp.
#include "compiler/analysis/tries.hpp"

#include <utility>

#include "compiler/analysis/budgets.hpp"
#include "compiler/probe/search.hpp"

namespace sentrail::compiler::analysis {
namespace {

constexpr std::uint64_t kSeed = 1;  // the same answer for the same policy

}  // namespace

std::optional<oracle::Request> try_to_reach(const ir::Policy& policy, std::size_t rule) {
  probe::Search search(policy, {}, kSeed);
  const ir::Rule& asked = *search.rules()[rule].rule;
  probe::Goal goal;
  goal.wants.push_back({asked.when, true});
  if (asked.unless) goal.wants.push_back({*asked.unless, false});
  goal.reached = rule;
  return search.find(goal);
}

std::optional<oracle::Request> try_to_refute(const ir::Policy& policy, const ir::Proof& proof) {
  probe::Search search(policy, {}, kSeed);
  probe::Goal goal;
  goal.wants.push_back({proof.when, true});
  goal.deciding = true;
  std::size_t tries = 0;
  for (std::size_t i = 0; i < search.rules().size(); ++i) {
    if (effect_of(search.rules()[i].rule->outcome) != proof.never) continue;
    if (++tries > limits::kAnalysisCatchesMax) break;
    goal.rule = i;
    if (auto request = search.find(goal)) return request;
  }
  if (policy.default_effect != proof.never) return std::nullopt;
  goal.rule.reset();
  return search.find(goal);
}

}  // namespace sentrail::compiler::analysis
