// What engines find in a request, candidate by candidate, and the decision that follows.
//
// Neighbours: linear.cpp and table.cpp find, in the order of tiers and rules. Must not know: how.
// source: docs/language.md, L8.4 to L8.10.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/decision.hpp"
#include "core/program.hpp"

namespace sentrail::decide {

// The candidates of one request so far.
struct Found {
  const Program& program;
  Decision decision{};
  // The first candidate of each effect.
  std::array<std::uint32_t, 3> first{Decision::kByDefault, Decision::kByDefault,
                                     Decision::kByDefault};
  bool default_lifted = false;

  // Counts a candidate; tells whether it is a `pass`.
  bool add(std::uint32_t rule) noexcept {
    if (decision.candidate_count < Decision::kCandidatesKept) {
      decision.candidates[decision.candidate_count] = rule;
    }
    ++decision.candidate_count;
    const std::uint32_t outcome = program.rules[rule].outcome;
    if (outcome == static_cast<std::uint32_t>(Outcome::pass)) return true;
    if (first[outcome] == Decision::kByDefault) first[outcome] = rule;
    return false;
  }

  // Counts a candidate that may match, and goes on. `perhaps_ended`: a `pass` may have ended the
  // tier.
  void add_undecided(std::uint32_t rule, bool& perhaps_ended) noexcept {
    decision.undecidable = true;
    if (add(rule)) perhaps_ended = true;
  }

  // Counts the candidate that certainly matches and ends its tier. The default yields only to a
  // rule that is certainly reached.
  void add_certain(std::uint32_t rule, bool guard, bool perhaps_ended) noexcept {
    const bool passed = add(rule);
    if (!passed && !guard && !perhaps_ended) default_lifted = true;
  }

  // Joins all candidates, and the default where it counts.
  void conclude() noexcept {
    decision.default_joined = !default_lifted;
    decision.effect = decision.default_joined ? program.default_effect() : Effect::allow;
    for (const Effect effect : {Effect::allow, Effect::require_approval, Effect::block}) {
      const bool found = first[static_cast<std::size_t>(effect)] != Decision::kByDefault;
      if (found) decision.effect = stricter(decision.effect, effect);
    }
    decision.rule = first[static_cast<std::size_t>(decision.effect)];
  }
};

}  // namespace sentrail::decide
