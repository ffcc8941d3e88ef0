// What one thread remembers within one decision, so that deciding allocates nothing.
//
// Neighbours: evaluate.hpp fills it, engine.hpp hands it through. Must not know: rules. A
// generation number makes the entries of earlier decisions stale, so nothing is ever cleared.
#pragma once

#include <cstdint>
#include <vector>

#include "core/decimal.hpp"
#include "core/facts.hpp"
#include "runtime/decide/bound.hpp"

namespace sentrail::decide {

// One attribute in this decision. What is costly to know is found out when first asked.
struct SlotState {
  enum class Known : std::uint8_t { unasked, yes, no };

  std::uint32_t generation = 0;
  std::uint32_t symbol = SymbolTable::kNone;  // of a string that the policy names
  FactKind kind = FactKind::absent;
  Known matchable = Known::unasked;  // by patterns; `head` is set
  Known numeric = Known::unasked;    // `number` is set
  std::uint64_t head = 0;
  Fact fact;
  Decimal number;
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
    return slots_.size() >= bound.slots.size() && memos_.size() >= bound.tests.size();
  }

  // Forgets everything. cost: constant, but for one decision in 2^30.
  void forget() noexcept;

  [[nodiscard]] SlotState& slot(std::uint32_t index) noexcept { return slots_[index]; }
  [[nodiscard]] bool knows(const SlotState& state) const noexcept {
    return state.generation == generation_;
  }
  void know(SlotState& state) const noexcept { state.generation = generation_; }

  // The answer kept for a test: a generation and, in the lowest two bits, a Truth.
  [[nodiscard]] std::uint32_t& memo(std::uint32_t test) noexcept { return memos_[test]; }
  [[nodiscard]] std::uint32_t generation() const noexcept { return generation_; }

 private:
  std::vector<SlotState> slots_;
  std::vector<std::uint32_t> memos_;
  std::uint32_t generation_ = 0;
};

}  // namespace sentrail::decide
