// Probes: a question to the upstream that tells whether a call in doubt was applied.
//
// Neighbours: gateway/ reads them from a connection and asks them; coordinator_probe.cpp says when.
// Must not know: sockets, policy. A probe is a GET made of the call's own path and a test of the
// answer; what it cannot tell stays in doubt.
// source: docs/execution.md, Probes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "runtime/execute/call.hpp"
#include "runtime/execute/events.hpp"

namespace sentrail::execute {

// A test of a probe's answer: its status, and what stands at a place of its body.
struct ProbeTest {
  std::vector<std::uint32_t> status;  // one of them
  std::string pointer;      // into the answer (RFC 6901); empty: the body is not looked at
  std::string equals;       // the scalar that stands there, as JSON; or:
  std::string equals_call;  // a pointer into the call's body, whose value stands there

  friend bool operator==(const ProbeTest&, const ProbeTest&) = default;
};

// How calls of one action are asked about.
struct Probe {
  std::string action;
  std::string get;  // the path to ask: `{path}` is the call's, `{1}`, `{2}`, … its segments
  ProbeTest applied;
  std::optional<ProbeTest> not_applied;
  std::int64_t settle_ms = 5'000;    // from the doubt to the first question
  bool settles_not_applied = false;  // its word that nothing was applied ends the doubt

  friend bool operator==(const Probe&, const Probe&) = default;
};

// The target to ask, below the connection's base path. in: the call's target below it.
// fails: invalid_argument where the call's path has no such segment.
[[nodiscard]] Result<std::string> probe_target(const Probe& probe, std::string_view target);

// What an answer says. Where both tests hold, or neither, nobody knows.
[[nodiscard]] ProbeAnswer read_answer(const Probe& probe, const Call& call,
                                      const StoredResponse& answer);

}  // namespace sentrail::execute
