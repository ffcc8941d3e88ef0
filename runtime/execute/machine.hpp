// The life of a held call as one pure function: (call, event, time) to (call, effects).
//
// Neighbours: events.hpp (its vocabulary), approvals/ (who may vote, when votes suffice),
// coordinator.hpp (storage and senders at its edge). Must not know: the store, clocks, threads.
// docs/execution.md holds the table of states and events; a test compares the two cell by cell.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "runtime/approvals/headers.hpp"
#include "runtime/execute/events.hpp"

namespace sentrail::execute {

// A held call as its executor knows it. `bytes_out` is never stored: after a crash it must be
// assumed.
struct Action {
  store::ActionRecord record;
  bool bytes_out = false;

  friend bool operator==(const Action&, const Action&) = default;
};

// What an event led to. No effects: the record is as it was and need not be stored.
struct Step {
  Action action;
  std::vector<SideEffect> effects;
};

// Starts the life of a call: checks the draft and gives it its first state.
// fails: invalid_argument if quorum or deadlines make no sense.
[[nodiscard]] Result<Step> hold(store::ActionRecord draft, std::int64_t now_ms);

// Applies one event. Total: every pair of state and event has an answer.
// fails: permission_denied (the person may not), already_exists (voted before), timed_out (too
// late), conflict (not in this state, or not yet, or a claim that was lost), invalid_argument.
// source: docs/execution.md.
[[nodiscard]] Result<Step> transition(const Action& action, const Event& event,
                                      std::int64_t now_ms);

// What agents and people are told of a state: pending, approved, denied, expired, executed, failed,
// in_doubt, revoked.
[[nodiscard]] std::string_view status_of(store::ActionState state) noexcept;

// The words for a recheck that does not pass.
[[nodiscard]] std::string_view reason_of(Recheck recheck) noexcept;

// Whether a call may be sent again after a lost answer. in: method in the case of the wire, and
// the preconditions that its upstream honours.
// source: RFC 9110 §9.2.1, §9.2.2.
[[nodiscard]] store::Resend resend_rule(
    std::string_view method, std::span<const approvals::HeaderField> preconditions) noexcept;

}  // namespace sentrail::execute
