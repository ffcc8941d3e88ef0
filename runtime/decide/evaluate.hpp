// The truth of one test on one action.
//
// Neighbours: bound.hpp (tests), core/facts.hpp (the action), scratch.hpp (what is already known);
// engine.cpp joins truths into a decision. Must not know: rules, tiers.
// source: docs/language.md, section 5.
#pragma once

#include <optional>

#include "core/decision.hpp"
#include "core/facts.hpp"
#include "core/truth.hpp"
#include "runtime/decide/bound.hpp"
#include "runtime/decide/scratch.hpp"

namespace sentrail::decide {

// Finds out the value of a cell and keeps it. Out of line: once a decision and cell.
[[nodiscard]] std::uint32_t find_out(const BoundProgram& bound, std::uint32_t cell,
                                     const Facts& facts, Scratch& scratch) noexcept;

// The state of a slot, its fact found on first use. REQUIRES: as value_of.
[[nodiscard]] inline SlotState& state_of(const BoundProgram& bound, std::uint32_t slot,
                                         const Facts& facts, Scratch& scratch) noexcept {
  SlotState& state = scratch.slot(slot);
  if (scratch.knows(state)) return state;
  const Slot& row = bound.slots.data()[slot];
  state.fact = row.is_whole ? facts[row.attribute] : facts.at(row.attribute, bound.steps_of(row));
  state.matchable = SlotState::Known::unasked;
  state.numeric = SlotState::Known::unasked;
  state.located = SlotState::Known::unasked;
  state.ranked = SlotState::Known::unasked;
  state.sifted = 0;
  scratch.know(state);
  return state;
}

// The risk that a slot's value is; found on first use.
[[nodiscard]] std::optional<Risk> risk_of(SlotState& state) noexcept;

// Whether a slot's value, which is of kind number, can be compared as one; found on first use, with
// the number.
[[nodiscard]] bool is_numeric(SlotState& state) noexcept;

// Whether patterns have a meaning on a slot's string; found on first use, with its shape.
[[nodiscard]] bool is_matchable_once(SlotState& state, char separator) noexcept;

// The value of a cell, found out when first asked.
// REQUIRES: scratch.fits(bound), and forgotten since the facts last changed.
[[nodiscard]] inline std::uint32_t value_of(const BoundProgram& bound, std::uint32_t cell,
                                            const Facts& facts, Scratch& scratch) noexcept {
  const std::uint64_t known = scratch.cell(cell);
  if (known >> 32 == 0) return static_cast<std::uint32_t>(known);
  return find_out(bound, cell, facts, scratch);
}

// The truth of one test of the program. REQUIRES: as value_of.
[[nodiscard]] inline Truth truth_of(const BoundProgram& bound, std::uint32_t atom,
                                    const Facts& facts, Scratch& scratch) noexcept {
  const Question question = bound.questions[atom];
  const std::uint32_t value = value_of(bound, question.cell, facts, scratch);
  return value == kUndecidable ? Truth::u : certain(value == question.expected);
}

}  // namespace sentrail::decide
