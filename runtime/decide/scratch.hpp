// What one thread remembers within one decision, so that deciding allocates nothing.
//
// Neighbours: evaluate.hpp fills it, engine.hpp hands it through. Must not know: rules. A
// generation number makes the entries of earlier decisions stale, so nothing is ever cleared.
#pragma once

#include <cstdint>
#include <vector>

#include "core/addresses.hpp"
#include "core/decimal.hpp"
#include "core/facts.hpp"
#include "runtime/decide/bound.hpp"

namespace sentrail::decide {

// One attribute in this decision. What is costly to know is found out when first asked.
struct SlotState {
  enum class Known : std::uint8_t { unasked, yes, no };

  std::uint32_t generation = 0;
  Known matchable = Known::unasked;  // by patterns; `head` is set
  Known numeric = Known::unasked;    // `number` is set
  Known located = Known::unasked;    // `address` is set
  TextHead head;
  Fact fact;
  Decimal number;
  Address address;
};

// Room for one decision at a time. Any engine may use any Scratch that has been fitted to it.
class Scratch {
 public:
  Scratch() = default;
  explicit Scratch(const BoundProgram& bound) { fit(bound); }

  // Makes room for a program, keeping what there is.
  void fit(const BoundProgram& bound);

  // Whether there is room for a program.
  [[nodiscard]] bool fits(const BoundProgram& bound) const noexcept {
    return slots_.size() >= bound.slots.size() && cells_.size() >= bound.cell_count();
  }

  // Forgets everything. cost: constant, but for one decision in 2^32.
  void forget() noexcept;

  // Counts as if so many decisions had been made: a test comes near the last of 2^32 by it.
  void skip_to_generation(std::uint32_t decisions) noexcept { generation_ = decisions; }

  [[nodiscard]] SlotState& slot(std::uint32_t index) noexcept { return slots_.data()[index]; }
  [[nodiscard]] bool knows(const SlotState& state) const noexcept {
    return state.generation == generation_;
  }
  void know(SlotState& state) const noexcept { state.generation = generation_; }

  // Fitting has bounded all indices: these are not checked again.
  // The value of a cell; above 32 bits if it is of an earlier decision.
  [[nodiscard]] std::uint64_t cell(std::uint32_t index) const noexcept {
    return cells_.data()[index] ^ tag_;
  }
  void set_cell(std::uint32_t index, std::uint32_t value) noexcept {
    cells_.data()[index] = tag_ | value;
  }

 private:
  std::vector<SlotState> slots_;
  std::vector<std::uint64_t> cells_;  // generation, then value
  std::uint32_t generation_ = 0;
  std::uint64_t tag_ = 0;  // generation_ in the upper half
};

}  // namespace sentrail::decide
