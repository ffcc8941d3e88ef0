// The truth of one test on one action.
//
// Neighbours: bound.hpp (tests), core/facts.hpp (the action), scratch.hpp (what is already known);
// engine.cpp joins truths into a decision. Must not know: rules, tiers.
// source: docs/language.md, section 5.
#pragma once

#include "core/facts.hpp"
#include "core/truth.hpp"
#include "runtime/decide/bound.hpp"
#include "runtime/decide/scratch.hpp"

namespace sentrail::decide {

// Finds the value of a slot and what it is to the policy.
void classify(const BoundProgram& bound, std::uint32_t slot, const Facts& facts,
              SlotState& state) noexcept;

// What a test answers to a value of a kind that it cannot compare.
[[nodiscard]] constexpr Truth incomparable(FactKind kind) noexcept {
  return kind == FactKind::absent ? Truth::f : Truth::u;
}

// The truth of any test but Op::symbol. REQUIRES: `state` is the classified slot of the test.
[[nodiscard]] Truth evaluate_slowly(const BoundProgram& bound, const Test& test, const Facts& facts,
                                    Scratch& scratch) noexcept;

// The state of a slot, classified on first use.
[[nodiscard]] inline SlotState& state_of(const BoundProgram& bound, std::uint32_t slot,
                                         const Facts& facts, Scratch& scratch) noexcept {
  SlotState& state = scratch.slot(slot);
  if (!scratch.knows(state)) {
    classify(bound, slot, facts, state);
    scratch.know(state);
  }
  return state;
}

// The truth of one test. REQUIRES: scratch.fits(bound), forgotten since the last facts.
[[nodiscard]] inline Truth evaluate(const BoundProgram& bound, const Test& test, const Facts& facts,
                                    Scratch& scratch) noexcept {
  if (test.op != Op::symbol) return evaluate_slowly(bound, test, facts, scratch);
  const SlotState& state = state_of(bound, test.slot, facts, scratch);
  if (state.symbol == test.a) return Truth::t;
  return state.kind == FactKind::string ? Truth::f : incomparable(state.kind);
}

}  // namespace sentrail::decide
