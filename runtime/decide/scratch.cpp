// Room for decisions. See scratch.hpp.
#include "runtime/decide/scratch.hpp"

#include <algorithm>

namespace sentrail::decide {
namespace {

constexpr std::uint32_t kGenerations = std::uint32_t{1} << 30;  // a memo keeps 30 bits of it

}  // namespace

void Scratch::fit(const BoundProgram& bound) {
  slots_.resize(std::max(slots_.size(), bound.slots.size()));
  memos_.resize(std::max(memos_.size(), bound.tests.size()));
}

void Scratch::forget() noexcept {
  if (++generation_ < kGenerations) return;
  for (SlotState& state : slots_) state.generation = 0;
  std::fill(memos_.begin(), memos_.end(), 0u);
  generation_ = 1;
}

}  // namespace sentrail::decide
