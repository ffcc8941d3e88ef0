// All candidates of a decision, those that it does not name included.
//
// Neighbours: approval.cpp and counted.cpp ask. Must not know: what is done with them.
#pragma once

#include <cstdint>

#include "core/decision.hpp"
#include "core/facts.hpp"
#include "runtime/decide/engine.hpp"

namespace sentrail::decide {

// Calls `visit(rule)` for every candidate in order. REQUIRES: `decision` is the engine's on these
// facts; scratch fits. cost: of a decision, where more rules were candidates than it names; never
// allocates.
template <class Visit>
void for_each_candidate(const LinearEngine& engine, const Decision& decision, const Facts& facts,
                        Scratch& scratch, Visit&& visit) {
  if (decision.candidate_count <= Decision::kCandidatesKept) {
    for (std::uint32_t i = 0; i < decision.candidate_count; ++i) visit(decision.candidates[i]);
    return;
  }
  scratch.forget();
  for (const TierRow& tier : engine.program().tiers) {
    Truth truth = Truth::f;
    for (std::uint32_t i = 0; i < tier.rules_count && truth != Truth::t; ++i) {
      truth = engine.condition(tier.rules_begin + i, facts, scratch);
      if (truth != Truth::f) visit(tier.rules_begin + i);
    }
  }
}

}  // namespace sentrail::decide
