// Room for decisions. See scratch.hpp.
#include "runtime/decide/scratch.hpp"

#include <algorithm>

namespace sentrail::decide {

void Scratch::fit(const BoundProgram& bound) {
  slots_.resize(std::max(slots_.size(), bound.slots.size()));
  cells_.resize(std::max(cells_.size(), bound.cell_count()));
  first_certain_.resize(std::max(first_certain_.size(), bound.tiers.size()));
  undecided_.resize(std::max(undecided_.size(), bound.program.rules.size() / 64 + 1));
}

void Scratch::forget() noexcept {
  if (++generation_ == 0) {
    for (SlotState& state : slots_) state.generation = 0;
    std::fill(cells_.begin(), cells_.end(), 0u);
    marks_.fill(0);
    generation_ = 1;
  }
  tag_ = std::uint64_t{generation_} << 32;
}

}  // namespace sentrail::decide
