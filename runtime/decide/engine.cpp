// First match along each tier's chain; three values only where a test could not be decided. See
// engine.hpp.
#include "runtime/decide/engine.hpp"

#include <algorithm>
#include <array>

#include "core/check.hpp"
#include "core/limits.hpp"
#include "runtime/decide/evaluate.hpp"
#include "runtime/decide/tree.hpp"

namespace sentrail::decide {

// What has been found so far.
struct LinearEngine::Walk {
  const Program& program;
  const Facts& facts;
  Scratch& scratch;
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
};

Decision LinearEngine::decide(const Facts& facts, Scratch& scratch) const noexcept {
  SENTRAIL_CHECK_NOTE(scratch.fits(bound_), "Scratch::fit was not called for this engine");
  scratch.forget();
  Walk walk{.program = bound_.program, .facts = facts, .scratch = scratch};
  for (const Tier& tier : bound_.tiers) walk_tier(tier, walk);
  conclude(walk);
  return walk.decision;
}

void LinearEngine::walk_tier(const Tier& tier, Walk& walk) const noexcept {
  bool perhaps_ended = false;  // by a `pass` that may match
  std::uint32_t at = tier.entry;
  const Code* const codes = bound_.codes.data();
  for (;;) {
    if (at >= kMatched) {
      if (at == kEndOfTier || !bound_.has_ended(at - kMatched, walk.facts.now_ms)) break;
      at = entry_after(at - kMatched, tier);
      continue;
    }
    const Code& code = codes[at];
    std::uint64_t value = walk.scratch.cell(code.question.cell);
    if (value > kUndecidable) [[unlikely]] {
      value = find_out(bound_, code.question.cell, walk.facts, walk.scratch);
    }
    if (value == code.question.expected) {
      at = code.on_equal;
    } else if (value != kUndecidable) [[likely]] {
      at = code.on_other;
    } else {
      at = resume(at, tier, walk, perhaps_ended);
    }
  }
  if (at == kEndOfTier) return;
  const bool passed = walk.add(at - kMatched);
  // The default yields only to a rule that is certainly reached.
  if (!passed && !tier.guard && !perhaps_ended) walk.default_lifted = true;
}

// Decides the rule of a code that was undecidable, as a tree; where to go from there.
std::uint32_t LinearEngine::resume(std::uint32_t code, const Tier& tier, Walk& walk,
                                   bool& perhaps_ended) const noexcept {
  const auto after = std::upper_bound(bound_.rule_entries.begin(), bound_.rule_entries.end(), code);
  const auto rule = static_cast<std::uint32_t>(after - bound_.rule_entries.begin() - 1);
  const Truth truth = condition(rule, walk.facts, walk.scratch);
  if (truth == Truth::t) return kMatched + rule;
  if (truth == Truth::u) {
    walk.decision.undecidable = true;
    if (walk.add(rule)) perhaps_ended = true;
  }
  return entry_after(rule, tier);
}

std::uint32_t LinearEngine::entry_after(std::uint32_t rule, const Tier& tier) const noexcept {
  return rule + 1 < tier.rules_end ? bound_.rule_entries[rule + 1] : kEndOfTier;
}

Truth LinearEngine::condition(std::uint32_t rule, const Facts& facts,
                              Scratch& scratch) const noexcept {
  const Program& p = bound_.program;
  if (bound_.has_ended(rule, facts.now_ms)) return Truth::f;
  const std::span<const NodeRow> nodes = rule < p.rules.size() ? p.nodes : p.aside_nodes;
  return truth_of_tree(nodes, p.written(rule).condition_begin, [&](std::uint32_t atom) noexcept {
    return truth_of(bound_, atom, facts, scratch);
  });
}

Truth LinearEngine::counts(std::uint32_t count, const Facts& facts,
                           Scratch& scratch) const noexcept {
  const Program& p = bound_.program;
  return truth_of_tree(
      p.count_nodes, p.counts[count].nodes_begin,
      [&](std::uint32_t atom) noexcept { return truth_of(bound_, atom, facts, scratch); });
}

void LinearEngine::conclude(Walk& walk) const noexcept {
  Decision& decision = walk.decision;
  decision.default_joined = !walk.default_lifted;
  decision.effect = decision.default_joined ? bound_.program.default_effect() : Effect::allow;
  for (const Effect effect : {Effect::allow, Effect::require_approval, Effect::block}) {
    const bool found = walk.first[static_cast<std::size_t>(effect)] != Decision::kByDefault;
    if (found) decision.effect = stricter(decision.effect, effect);
  }
  decision.rule = walk.first[static_cast<std::size_t>(decision.effect)];
}

}  // namespace sentrail::decide
