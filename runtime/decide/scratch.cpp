// Room for decisions. See scratch.hpp.
#include "runtime/decide/scratch.hpp"

#include <algorithm>

#include "core/limits.hpp"

namespace sentrail::decide {

void Scratch::fit(const BoundProgram& bound) {
  slots_.resize(std::max(slots_.size(), bound.slots.size()));
  cells_.resize(std::max(cells_.size(), bound.cell_count()));
  found_.resize(std::max(found_.size(), bound.texts.size()));
  inputs_.resize(limits::kNativeInputsMax);
  natives_.resize(std::max(natives_.size(), bound.program.rules.size() / 64 + 1));
  first_certain_.resize(std::max(first_certain_.size(), bound.tiers.size()));
  undecided_.resize(std::max(undecided_.size(), bound.program.rules.size() / 64 + 1));
}

void Scratch::forget() noexcept {
  if (++generation_ == 0) {
    for (SlotState& state : slots_) state.generation = 0;
    for (NativeAnswers& answers : natives_) answers.generation = 0;
    std::fill(cells_.begin(), cells_.end(), 0u);
    marks_.fill(0);
    std::fill(found_.begin(), found_.end(), 0u);
    std::fill(inputs_.begin(), inputs_.end(), 0u);
    generation_ = 1;
  }
  tag_ = std::uint64_t{generation_} << 32;
}

}  // namespace sentrail::decide
