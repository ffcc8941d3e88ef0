// Reads the inputs of native code and runs it, each block at most once a decision. See native.hpp.
#include "runtime/decide/native.hpp"

#include <algorithm>
#include <optional>
#include <span>

#include "runtime/decide/evaluate.hpp"

namespace sentrail::decide {
namespace {

// Where a number stands among those that it is compared with.
std::uint32_t rank_of(const Decimal& number, const BoundProgram& bound,
                      std::span<const std::uint32_t> bounds) noexcept {
  const auto at = std::lower_bound(bounds.begin(), bounds.end(), number,
                                   [&](std::uint32_t one, const Decimal& wanted) {
                                     return compare(bound.numbers[one], wanted) < 0;
                                   });
  const auto below = static_cast<std::uint32_t>(at - bounds.begin());
  return 2 * below + (at != bounds.end() && bound.numbers[*at] == number ? 1 : 0);
}

}  // namespace

std::uint32_t NativeRules::read(const NativeInput& input, const BoundProgram& bound,
                                const Facts& facts, Scratch& scratch) const noexcept {
  if (input.kind == NativeInputKind::symbol || input.kind == NativeInputKind::cell) {
    return value_of(bound, input.slot, facts, scratch);
  }
  SlotState& state = state_of(bound, input.slot, facts, scratch);
  const FactKind kind = state.fact.kind;
  switch (input.kind) {
    case NativeInputKind::kind:
      return kind == FactKind::unreadable ? kUndecidable : static_cast<std::uint32_t>(kind);
    case NativeInputKind::boolean:
      if (kind == FactKind::absent) return kAbsentBit;
      return kind != FactKind::boolean ? kUndecidable : state.fact.boolean ? 1 : 0;
    case NativeInputKind::risk: {
      if (kind == FactKind::absent) return kAbsentBit;
      const std::optional<Risk> risk = risk_of(state);
      return risk ? static_cast<std::uint32_t>(*risk) : kUndecidable;
    }
    default:
      if (kind == FactKind::absent) return kAbsentRank;
      if (kind != FactKind::number || !is_numeric(state)) return kUndecidable;
      return rank_of(
          state.number, bound,
          std::span(bounds).subspan(input.bounds_begin, input.bounds_end - input.bounds_begin));
  }
}

void NativeRules::answer(std::uint32_t block, const BoundProgram& bound, const Facts& facts,
                         Scratch& scratch) const noexcept {
  NativeAnswers& answers = scratch.native(block);
  answers.masks = {};
  scratch.know(answers);
  if (block >= blocks.size()) return;
  const Block& asked = blocks[block];
  for (std::uint32_t i = asked.inputs_begin; i < asked.inputs_end; ++i) {
    const std::uint32_t input = block_inputs[i];
    std::uint64_t value = scratch.input(input);
    if (value >> 32 != 0) {
      value = read(inputs[input], bound, facts, scratch);
      scratch.set_input(input, static_cast<std::uint32_t>(value));
    }
    // What cannot be decided is for the judge, who knows three values.
    if (value == kUndecidable) return;
  }
  asked.code(scratch.inputs(), answers.masks.data());
}

}  // namespace sentrail::decide
