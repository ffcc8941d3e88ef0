// Who must approve what a decision holds, and by when.
//
// Neighbours: engine.hpp decides, the gateway holds, `sentrailc eval` and explain.hpp show it.
// Must not know: votes, people, clocks. The cold path of actions that people look at: this
// allocates. source: docs/language.md, L8.11 and L8.12.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/decision.hpp"
#include "core/facts.hpp"
#include "runtime/decide/engine.hpp"

namespace sentrail::decide {

// One reviewer: what a rule asks for that does not say whom.
inline constexpr const char* kUsualQuorum = "1 of role:reviewer";

// Every quorum is to be met, each on its own, in the shortest of the times.
struct Approval {
  std::vector<std::string> quorums;       // as approvals/quorum.hpp reads them; ascend: no twins
  std::optional<std::int64_t> within_ms;  // the shortest time that policy gives
  bool usual_time = false;                // some rule gives none: the server's counts too

  // Adds what is asked for elsewhere: each quorum counts once.
  void join(const Approval& other);

  // All quorums in one text, as runtime/approvals reads it: joined by `; `.
  [[nodiscard]] std::string text() const;

  // The time to decide, where the server gives `usual_ms` to what has none.
  [[nodiscard]] std::int64_t decide_within_ms(std::int64_t usual_ms) const noexcept;

  friend bool operator==(const Approval&, const Approval&) = default;
};

// What a decision of this engine on these facts waits for; nothing unless it requires approval. If
// `shadow` is not kNoRow, the decision was made as if that shadow rule were a rule.
// REQUIRES: scratch fits. cost: of a decision, where more rules were candidates than it names.
[[nodiscard]] std::optional<Approval> approval_of(const Engine& engine, const Decision& decision,
                                                  const Facts& facts, Scratch& scratch,
                                                  std::uint32_t shadow = kNoRow);

}  // namespace sentrail::decide
