// First match along each tier's chain; three values only where a test could not be decided. See
// linear.hpp.
#include "runtime/decide/linear.hpp"

#include <algorithm>
#include <bit>

#include "core/check.hpp"
#include "core/limits.hpp"
#include "runtime/decide/evaluate.hpp"
#include "runtime/decide/found.hpp"
#include "runtime/decide/native.hpp"
#include "runtime/decide/tree.hpp"

namespace sentrail::decide {

Decision LinearEngine::decide(const Facts& facts, Scratch& scratch) const noexcept {
  SENTRAIL_CHECK_NOTE(scratch.fits(bound_), "Scratch::fit was not called for this engine");
  scratch.forget();
  Found found{.program = bound_.program};
  const bool natively = native_ != nullptr && native_->whole;
  for (const Tier& tier : bound_.tiers) {
    if (natively) {
      walk_natively(tier, facts, scratch, found);
    } else {
      walk_tier(tier, facts, scratch, found);
    }
  }
  found.conclude();
  return found.decision;
}

void LinearEngine::walk_tier(const Tier& tier, const Facts& facts, Scratch& scratch,
                             Found& found) const noexcept {
  bool perhaps_ended = false;  // by a `pass` that may match
  std::uint32_t at = tier.entry;
  const Code* const codes = bound_.codes.data();
  for (;;) {
    if (at >= kMatched) {
      if (at == kEndOfTier || !bound_.has_ended(at - kMatched, facts.now_ms)) break;
      at = entry_after(at - kMatched, tier);
      continue;
    }
    const Code& code = codes[at];
    std::uint64_t value = scratch.cell(code.question.cell);
    if (value > kUndecidable) [[unlikely]] {
      value = find_out(bound_, code.question.cell, facts, scratch);
    }
    if (value == code.question.expected) {
      at = code.on_equal;
    } else if (value != kUndecidable) [[likely]] {
      at = code.on_other;
    } else {
      at = resume(at, tier, facts, scratch, found, perhaps_ended);
    }
  }
  if (at != kEndOfTier) found.add_certain(at - kMatched, tier.guard, perhaps_ended);
}

// Decides the rule of a code that was undecidable, as a tree; where to go from there.
std::uint32_t LinearEngine::resume(std::uint32_t code, const Tier& tier, const Facts& facts,
                                   Scratch& scratch, Found& found,
                                   bool& perhaps_ended) const noexcept {
  const auto after = std::upper_bound(bound_.rule_entries.begin(), bound_.rule_entries.end(), code);
  const auto rule = static_cast<std::uint32_t>(after - bound_.rule_entries.begin() - 1);
  const Truth truth = condition(rule, facts, scratch);
  if (truth == Truth::t) return kMatched + rule;
  if (truth == Truth::u) found.add_undecided(rule, perhaps_ended);
  return entry_after(rule, tier);
}

std::uint32_t LinearEngine::entry_after(std::uint32_t rule, const Tier& tier) const noexcept {
  return rule + 1 < tier.rules_end ? bound_.rule_entries[rule + 1] : kEndOfTier;
}

// The same by native code, block by block; rules that it leaves open are walked one by one.
void LinearEngine::walk_natively(const Tier& tier, const Facts& facts, Scratch& scratch,
                                 Found& found) const noexcept {
  constexpr auto kRules = static_cast<std::uint32_t>(kNativeBlockRules);
  bool perhaps_ended = false;
  for (std::uint32_t rule = tier.rules_begin; rule < tier.rules_end;) {
    const std::uint32_t first = rule / kRules * kRules;
    const std::uint32_t end = std::min(tier.rules_end, first + kRules);
    const auto& masks = native_->answers(first / kRules, bound_, facts, scratch);
    const std::uint64_t within =
        (~std::uint64_t{0} >> (kRules - (end - first))) & (~std::uint64_t{0} << (rule - first));
    for (std::uint64_t open = ~masks[1] & within; open != 0; open &= open - 1) {
      const auto bit = static_cast<std::uint32_t>(std::countr_zero(open));
      const std::uint32_t one = first + bit;
      const bool holds = (masks[0] >> bit & 1) != 0;
      const Truth truth =
          holds ? certain(!bound_.has_ended(one, facts.now_ms)) : walk_rule(one, facts, scratch);
      if (truth == Truth::t) return found.add_certain(one, tier.guard, perhaps_ended);
      if (truth == Truth::u) found.add_undecided(one, perhaps_ended);
    }
    rule = end;
  }
}

Truth LinearEngine::judge(std::uint32_t rule, const Facts& facts, Scratch& scratch) const noexcept {
  if (native_ != nullptr) {
    const Truth truth = native_->ask(bound_, rule, facts, scratch);
    if (truth == Truth::f) return truth;
    if (truth == Truth::t) return certain(!bound_.has_ended(rule, facts.now_ms));
  }
  return walk_rule(rule, facts, scratch);
}

Truth LinearEngine::walk_rule(std::uint32_t rule, const Facts& facts,
                              Scratch& scratch) const noexcept {
  const Code* const codes = bound_.codes.data();
  std::uint32_t at = bound_.rule_entries.data()[rule];
  const std::uint32_t end = bound_.rule_entries.data()[rule + 1];
  while (at < end) {
    const Code& code = codes[at];
    std::uint64_t value = scratch.cell(code.question.cell);
    if (value > kUndecidable) value = find_out(bound_, code.question.cell, facts, scratch);
    if (value == kUndecidable) return condition(rule, facts, scratch);
    at = value == code.question.expected ? code.on_equal : code.on_other;
  }
  return certain(at == kMatched + rule && !bound_.has_ended(rule, facts.now_ms));
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

}  // namespace sentrail::decide
