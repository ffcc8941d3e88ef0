// Decisions with what limits have counted: test and charge in one step, several actions together.
//
// Neighbours: counted.hpp (pure: from room to decision), windows.hpp (what was counted), answer.hpp
// (joins the actions); the gate, `sentrailc eval`, `test` and `replay` decide here. Must not know:
// clocks, threads, storage. source: docs/language.md, L14.5 to L14.8, L15.6, L15.9, L15.14.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <span>
#include <string_view>
#include <vector>

#include "core/decision.hpp"
#include "runtime/decide/answer.hpp"
#include "runtime/decide/counted.hpp"
#include "runtime/decide/windows.hpp"

namespace sentrail::decide {

// Where and when it is counted.
struct CountAt {
  std::string_view workspace;
  std::int64_t now_ms = 0;
  // What limits hold beside their windows, by index into Program::limits; null: nothing.
  const std::map<std::uint32_t, std::int64_t>* used = nullptr;
  // The windows know what was charged from then on; a limit that looks back further has no room.
  std::int64_t known_since_ms = std::numeric_limits<std::int64_t>::min();
  bool shadows = true;             // whether it is asked what shadow rules would change
  const NameSeal* seal = nullptr;  // of the windows' names; null: they say what they count
};

// What the actions of one request lead to.
struct CountedDecisions {
  std::vector<Decision> decisions;
  Answer answer;
  std::vector<ShadowAnswer> shadows;  // with counters as the request found them
  std::vector<Charge> charges;        // made, a counter's in one; none if the request is blocked
};

// Decides the actions of one request in order, each with what those before it charge, and charges
// `windows` unless the request is blocked; the caller is the only one at `windows` until it
// returns. Without `windows` no limit has room. REQUIRES: at least one action; scratch fits.
[[nodiscard]] CountedDecisions decide_counted(const Engine& engine,
                                              std::span<const Facts* const> actions,
                                              Scratch& scratch, Windows* windows,
                                              const CountAt& at);

// As decide_counted(), and leaves the windows as they were: what is simulated is not charged.
[[nodiscard]] CountedDecisions simulate_counted(const Engine& engine,
                                                std::span<const Facts* const> actions,
                                                Scratch& scratch, Windows* windows,
                                                const CountAt& at);

}  // namespace sentrail::decide
