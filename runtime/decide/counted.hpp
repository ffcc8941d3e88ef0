// Limits: what a request would charge, and the decision that follows where there is no room.
//
// Neighbours: engine.hpp decides as if every limit had room, runtime/counters says which have,
// approval.hpp asks whom the `else` of a full one asks. Must not know: clocks, counters. Pure: no
// allocation, no exception. source: docs/language.md, section 14.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/decision.hpp"
#include "core/facts.hpp"
#include "core/limits.hpp"
#include "core/program.hpp"
#include "core/units.hpp"
#include "runtime/decide/engine.hpp"

namespace sentrail::decide {

// One limit of a candidate, and what the request charges it.
struct LimitUse {
  std::uint32_t limit = 0;  // index into Program::limits
  bool countable = false;   // keys and amount could be read
  std::uint8_t key_count = 0;
  std::int64_t amount = 0;                                           // units: millionths
  std::array<std::string_view, limits::kLimitKeysMax> key_values{};  // views of the request

  // The values of its keys. REQUIRES: countable.
  [[nodiscard]] std::span<const std::string_view> keys() const noexcept {
    return {key_values.data(), key_count};
  }
};

// The limits of a decision's candidates, in their order.
struct LimitUses {
  std::array<LimitUse, limits::kLimitsPerDecisionMax> uses;
  std::uint32_t count = 0;  // of those that are kept
  bool more = false;        // there are others: the decision is block

  [[nodiscard]] std::span<const LimitUse> all() const noexcept { return {uses.data(), count}; }
};

// Which of the kept limits have room.
using Rooms = std::bitset<limits::kLimitsPerDecisionMax>;

// The index of a row of Program::limits.
[[nodiscard]] inline std::uint32_t index_of(const Program& program, const LimitRow& row) noexcept {
  return static_cast<std::uint32_t>(&row - program.limits.data());
}

// Reads Decision::full_limits limit by limit.
class FullLimits {
 public:
  explicit FullLimits(const Decision& decision) noexcept : full_(decision.full_limits) {}

  // Whether the next limit has no room.
  [[nodiscard]] bool next() noexcept {
    const std::uint32_t at = next_ < limits::kLimitsPerDecisionMax ? next_++ : next_ - 1;
    return (full_ >> at & 1u) != 0;
  }

 private:
  std::uint64_t full_;
  std::uint32_t next_ = 0;
};

static_assert(limits::kLimitsPerDecisionMax == 64, "Decision::full_limits has a bit for each");

// Gathers what a request would charge. If `shadow` is not kNoRow, here and below, the decision was
// made as if that shadow rule were a rule. REQUIRES: the decision is of these facts; scratch fits.
void limits_of(const Engine& engine, const Decision& decision, const Facts& facts, Scratch& scratch,
               LimitUses& out, std::uint32_t shadow = kNoRow) noexcept;

// The decision where only the limits in `rooms` have room. REQUIRES: `uses` is limits_of() the
// same decision. source: docs/language.md, L14.5.
[[nodiscard]] Decision resolve(const Engine& engine, const Decision& decision,
                               const LimitUses& uses, const Rooms& rooms, const Facts& facts,
                               Scratch& scratch, std::uint32_t shadow = kNoRow) noexcept;

// The limit for whose want of room the deciding rule answers what it does: the first with that
// `else`, or that is not looked at, its index into Program::limits. Nothing where the rule answers
// its outcome, or the default decided.
[[nodiscard]] std::optional<std::uint32_t> deciding_limit(const Engine& engine,
                                                          const Decision& decision,
                                                          const Facts& facts, Scratch& scratch);

}  // namespace sentrail::decide
