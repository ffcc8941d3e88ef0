// The rules that had a say in a decision, found again; also as if a shadow rule were one of them.
//
// Neighbours: engine.hpp decides; approval.cpp, obligations.cpp and answer.cpp look at candidates.
// Must not know: what is looked for in them. source: docs/language.md, L8.3 and L15.9.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "core/decision.hpp"
#include "core/facts.hpp"
#include "core/truth.hpp"
#include "runtime/decide/engine.hpp"

namespace sentrail::decide {

// Calls meet(tier, rule, truth) for each rule that is reached, in the order of tiers and rules.
// `shadow`, the number of a shadow rule or kNoRow, is met at its place.
// REQUIRES: scratch fits, and forgotten since the facts last changed. cost: of a decision.
template <class Meet>
void walk_rules(const Engine& engine, std::uint32_t shadow, const Facts& facts, Scratch& scratch,
                const Meet& meet) noexcept {
  const Program& p = engine.program();
  for (std::uint32_t t = 0; t < p.tiers.size(); ++t) {
    const TierRow& tier = p.tiers[t];
    std::uint32_t place = kNoRow;
    if (shadow != kNoRow && p.asides[shadow - p.rules.size()].tier == t) {
      place = p.asides[shadow - p.rules.size()].before;
    }
    Truth truth = Truth::f;
    for (std::uint32_t i = 0; i <= tier.rules_count && truth != Truth::t; ++i) {
      if (i == place) {
        truth = engine.condition(shadow, facts, scratch);
        meet(tier, shadow, truth);
      }
      if (truth == Truth::t || i == tier.rules_count) break;
      truth = engine.condition(tier.rules_begin + i, facts, scratch);
      meet(tier, tier.rules_begin + i, truth);
    }
  }
}

// Calls visit(rule) for each candidate of a decision on these facts.
// REQUIRES: scratch fits. cost: of a decision, where more rules were candidates than it names.
template <class Visit>
void for_each_candidate(const Engine& engine, const Decision& decision, std::uint32_t shadow,
                        const Facts& facts, Scratch& scratch, const Visit& visit) noexcept {
  if (decision.candidate_count <= Decision::kCandidatesKept) {
    for (std::uint32_t i = 0; i < decision.candidate_count; ++i) visit(decision.candidates[i]);
    return;
  }
  scratch.forget();
  walk_rules(engine, shadow, facts, scratch,
             [&visit](const TierRow&, std::uint32_t rule, Truth truth) {
               if (truth != Truth::f) visit(rule);
             });
}

}  // namespace sentrail::decide
