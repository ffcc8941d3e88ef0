// What a decision obliges to.
//
// Neighbours: engine.hpp decides, candidates.hpp finds its candidates, answer.hpp joins actions;
// the gateway carries obligations out. Must not know: how. Allocates nothing.
// source: docs/language.md, L15.5 and L15.6.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/decision.hpp"
#include "core/facts.hpp"
#include "core/limits.hpp"
#include "runtime/decide/engine.hpp"

namespace sentrail::decide {

// Some of the obligations of one program, by their rows.
class ObligationSet {
 public:
  void add(std::uint32_t row) noexcept { bits_[row / 64] |= std::uint64_t{1} << (row % 64); }
  void join(const ObligationSet& other) noexcept {
    for (std::size_t i = 0; i < bits_.size(); ++i) bits_[i] |= other.bits_[i];
  }
  [[nodiscard]] bool has(std::uint32_t row) const noexcept {
    return (bits_[row / 64] >> (row % 64) & 1) != 0;
  }
  [[nodiscard]] bool empty() const noexcept { return *this == ObligationSet(); }

  // Calls visit(row) for each, in their order.
  template <class Visit>
  void for_each(const Visit& visit) const {
    for (std::uint32_t row = 0; row < limits::kObligationsMax; ++row) {
      if (has(row)) visit(row);
    }
  }

  friend bool operator==(const ObligationSet&, const ObligationSet&) = default;

 private:
  std::array<std::uint64_t, limits::kObligationsMax / 64> bits_{};
};

// What one decision obliges to.
struct Duties {
  ObligationSet all;
  // The first obligation that cannot be carried out, as its value cannot be read, and the rule that
  // obliges to it; kNoRow: all can.
  std::uint32_t impossible = kNoRow;
  std::uint32_t obliging_rule = kNoRow;
};

// The obligations of a decision of this engine on these facts; if `shadow` is not kNoRow, of one
// that was made as if that shadow rule were a rule.
// REQUIRES: scratch fits. cost: nothing if the program has none; else of a decision.
[[nodiscard]] Duties duties_of(const Engine& engine, const Decision& decision, const Facts& facts,
                               Scratch& scratch, std::uint32_t shadow = kNoRow) noexcept;

}  // namespace sentrail::decide
