// What one thread remembers within one decision, so that deciding allocates nothing.
//
// Neighbours: evaluate.hpp fills it, engine.hpp hands it through. Must not know: rules. A
// generation number makes the entries of earlier decisions stale, so nothing is ever cleared.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/addresses.hpp"
#include "core/decimal.hpp"
#include "core/decision.hpp"
#include "core/facts.hpp"
#include "runtime/decide/bound.hpp"

namespace sentrail::decide {

// One attribute in this decision. What is costly to know is found out when first asked.
struct SlotState {
  enum class Known : std::uint8_t { unasked, yes, no };

  std::uint32_t generation = 0;
  Known matchable = Known::unasked;  // by patterns; `matched` is set
  Known numeric = Known::unasked;    // `number` is set
  Known located = Known::unasked;    // `address` is set
  Known ranked = Known::unasked;     // `risk` is set
  Risk risk = Risk::low;
  // Which tests have been looked up: every one of those that holds has its cell set.
  enum Sifted : std::uint8_t { kPatterns = 1, kElements = 2, kParts = 4, kEdges = 8 };
  std::uint8_t sifted = 0;
  MatchedText matched;
  Fact fact;
  Decimal number;
  Address address;
};

// What native code said of the rules of one block, see native.hpp.
struct NativeAnswers {
  std::uint32_t generation = 0;
  std::array<std::uint64_t, 2> masks{};  // certainly true, certainly false
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
    return slots_.size() >= bound.slots.size() && cells_.size() >= bound.cell_count() &&
           first_certain_.size() >= bound.tiers.size() && !inputs_.empty() &&
           undecided_.size() * 64 >= bound.program.rules.size() &&
           found_.size() >= bound.texts.size();
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
  // The same of what native code answered; there is a block for every 64 rules, and one more.
  [[nodiscard]] NativeAnswers& native(std::uint32_t block) noexcept {
    return natives_.data()[block];
  }
  [[nodiscard]] bool knows(const NativeAnswers& answers) const noexcept {
    return answers.generation == generation_;
  }
  void know(NativeAnswers& answers) const noexcept { answers.generation = generation_; }

  // Fitting has bounded all indices: these are not checked again.
  // The value of a cell; above 32 bits if it is of an earlier decision.
  [[nodiscard]] std::uint64_t cell(std::uint32_t index) const noexcept {
    return cells_.data()[index] ^ tag_;
  }
  void set_cell(std::uint32_t index, std::uint32_t value) noexcept {
    cells_.data()[index] = tag_ | value;
  }

  // Sets one of kMarks marks, and asks for one.
  static constexpr std::size_t kMarks = 1024;
  void mark(std::uint16_t one) noexcept { marks_.data()[one] = generation_; }
  [[nodiscard]] bool is_marked(std::uint16_t one) const noexcept {
    return marks_.data()[one] == generation_;
  }
  // The same of the inputs of native code. Their lower halves are their values.
  [[nodiscard]] std::uint64_t input(std::uint32_t index) const noexcept {
    return inputs_.data()[index] ^ tag_;
  }
  void set_input(std::uint32_t index, std::uint32_t value) noexcept {
    inputs_.data()[index] = tag_ | value;
  }
  [[nodiscard]] const std::uint64_t* inputs() const noexcept { return inputs_.data(); }

  // Whether a state of a finder of texts has found what it finds; there are no more of them than
  // texts that tests name.
  [[nodiscard]] bool has_found(std::uint32_t state) const noexcept {
    return found_.data()[state] == generation_;
  }
  void find(std::uint32_t state) noexcept { found_.data()[state] = generation_; }

  // The first rule of a tier that certainly matches, as far as is known; the tier's end if none.
  [[nodiscard]] std::uint32_t& first_certain(std::size_t tier) noexcept {
    return first_certain_.data()[tier];
  }
  // Rules that may match. Whoever adds some forgets them before the decision ends.
  void add_undecided(std::uint32_t rule) noexcept {
    undecided_.data()[rule / 64] |= std::uint64_t{1} << rule % 64;
  }
  void forget_undecided() noexcept { std::fill(undecided_.begin(), undecided_.end(), 0u); }
  // Calls visit(rule) for those of [begin, end), ascending.
  template <class Visit>
  void take_undecided(std::uint32_t begin, std::uint32_t end, const Visit& visit) const noexcept;

 private:
  std::vector<SlotState> slots_;
  std::vector<std::uint64_t> cells_;           // generation, then value
  std::array<std::uint32_t, kMarks> marks_{};  // generations
  std::vector<std::uint32_t> found_;           // the same
  std::vector<std::uint64_t> inputs_;          // the same
  std::vector<NativeAnswers> natives_;         // by block
  std::uint32_t generation_ = 0;
  std::uint64_t tag_ = 0;                     // generation_ in the upper half
  std::vector<std::uint32_t> first_certain_;  // by tier
  std::vector<std::uint64_t> undecided_;      // a bit for each rule; all 0 between decisions
};

template <class Visit>
void Scratch::take_undecided(std::uint32_t begin, std::uint32_t end,
                             const Visit& visit) const noexcept {
  for (std::uint32_t word = begin / 64; word * 64 < end; ++word) {
    for (std::uint64_t bits = undecided_.data()[word]; bits != 0; bits &= bits - 1) {
      const auto rule = word * 64 + static_cast<std::uint32_t>(std::countr_zero(bits));
      if (rule >= begin && rule < end) visit(rule);
    }
  }
}

}  // namespace sentrail::decide
