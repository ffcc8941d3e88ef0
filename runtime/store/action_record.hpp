// One held call from the hold to its end: what was asked, what people said, what was sent.
//
// Neighbours: approvals/ moves it from state to state, execute/ sends what it names, store.hpp
// keeps it under compare-and-swap, records_codec.hpp turns it into bytes. Must not know: who may
// approve, what an upstream answers, HTTP. The exact bytes to send lie sealed in a blob; the fields
// here are what lists, searches and deadlines need.
// source: docs/execution.md (states), docs/approval_hash.md (hashes).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/decision.hpp"
#include "core/uuid.hpp"

namespace sentrail::store {

// A SHA-256 digest, or any other 32 bytes.
using Hash = std::array<std::uint8_t, 32>;

// Where a held call stands. The numbers are stored: append only.
enum class ActionState : std::uint8_t {
  held = 0,       // waits for people
  approved = 1,   // may be claimed until execute_by
  denied = 2,     // a person refused
  expired = 3,    // a deadline passed
  claimed = 4,    // one executor owns it; nothing was sent
  sending = 5,    // the intent to send is durable; bytes may be out
  succeeded = 6,  // the upstream answered with success
  failed = 7,     // the upstream answered with failure, or nothing could be sent
  in_doubt = 8,   // something was sent and no answer is known: a person decides
  revoked = 9,    // killed, paused, withdrawn or forbidden by a later policy before it was sent
};

// The name used in JSON, in the audit log and in messages.
[[nodiscard]] constexpr std::string_view name_of(ActionState state) noexcept {
  constexpr std::array<std::string_view, 10> kNames = {
      "held",    "approved",  "denied", "expired",  "claimed",
      "sending", "succeeded", "failed", "in_doubt", "revoked"};
  return kNames[static_cast<std::size_t>(state)];
}

// Whether no event leads out of a state by itself. `in_doubt` is not final: a person settles it.
[[nodiscard]] constexpr bool is_final(ActionState state) noexcept {
  return state == ActionState::denied || state == ActionState::expired ||
         state == ActionState::succeeded || state == ActionState::failed ||
         state == ActionState::revoked;
}

// Whether a repeated identical call may attach to this one instead of making another.
[[nodiscard]] constexpr bool is_open(ActionState state) noexcept {
  return state == ActionState::held || state == ActionState::approved ||
         state == ActionState::claimed || state == ActionState::sending;
}

// What an approval permits: that the gate sends the stored call, or that the caller, who makes the
// call itself, hears `allow` once.
enum class ActionKind : std::uint8_t { forward = 0, grant = 1 };

// Whether a call may be sent again although an answer was lost: never; because its method is safe;
// because a precondition makes a second application impossible; because an idempotency key does.
// The numbers are stored: append only.
enum class Resend : std::uint8_t { never = 0, safe = 1, guarded = 2, keyed = 3 };

// What a person said.
enum class Verdict : std::uint8_t { approve = 0, deny = 1 };

// One person's word on one exact call.
struct Vote {
  Uuid person_id;
  Verdict verdict = Verdict::deny;
  std::int64_t at_ms = 0;           // Unix time
  Hash approval_hash{};             // what the person was shown
  std::vector<std::string> groups;  // of the person, when voting
  std::string auth_method;          // how the person proved to be there
  std::string reason;
  Uuid on_behalf_of;          // whose seat it fills; nil: the person's own
  std::int64_t shown_ms = 0;  // when the call was first shown to the person; 0: it is not known

  friend bool operator==(const Vote&, const Vote&) = default;
};

// One step of asking more people: a group that is asked too when a hold has waited that long.
struct Escalation {
  std::int64_t after_ms = 0;  // since the hold
  std::string group;

  friend bool operator==(const Escalation&, const Escalation&) = default;
};

// Names a blob and says what it must be. A nil id names none.
struct BlobRef {
  Uuid id;
  std::uint64_t bytes = 0;  // as stored (sealed)
  Hash hash{};              // SHA-256 of the stored bytes

  friend bool operator==(const BlobRef&, const BlobRef&) = default;
};

// A held call. Times are Unix milliseconds; 0 means "not yet".
struct ActionRecord {
  Uuid action_id;
  Uuid correlation_id;
  Uuid workspace_id;
  // Raised by one with every change; what compare-and-swap compares. The store sets it.
  std::uint64_t version = 0;
  ActionState state = ActionState::held;
  ActionKind kind = ActionKind::forward;

  // Who asks.
  Uuid key_id;
  std::string agent_id;
  std::string agent_name;
  std::string agent_ip;  // that the call came from; empty: it is not known
  std::string requested_by;
  std::string agent_owner;                    // the person behind the agent, who never approves
  std::vector<std::string> delegation_chain;  // nor does anyone in it

  // What is asked.
  std::string source;  // gateway, webhook, manual, mcp, proxy
  std::string tool;
  std::string action;
  Risk risk = Risk::critical;
  std::string resource_type;
  std::string resource_id;
  std::string method;
  std::string target;  // for people's eyes; the bytes to send are in `request`

  // Why it is held.
  std::string rule;  // module.tier.rule, empty if the default decided
  Uuid policy_id;    // matchedPolicyId
  std::string reason;
  Hash bundle_hash{};
  std::string quorum;  // as approvals/ prints it
  // Values of the body that people are not shown, as audit/hiding.hpp writes them.
  std::vector<std::string> hidden;

  // What binds the approval to the bytes.
  Hash nonce{};
  Hash approval_hash{};
  Hash attach_hash{};
  Hash action_hash{};  // the documented compatibility hash
  BlobRef request;     // sealed: everything needed to send the call

  // When.
  std::int64_t created_ms = 0;
  std::int64_t decide_by_ms = 0;
  std::int64_t execute_within_ms = 0;  // counted from the approval
  std::int64_t execute_by_ms = 0;      // set by the approval
  std::int64_t decided_ms = 0;
  std::int64_t finished_ms = 0;

  std::vector<Vote> votes;

  // Who is asked when nobody decides, in order of time, and how many of these steps are done. They
  // change nothing of who must approve.
  std::vector<Escalation> escalations;
  std::uint32_t escalated = 0;

  // Of a call that a person edited: who did, which call it replaces, and by which it was replaced.
  Uuid edited_by;
  Uuid edited_from;
  Uuid replaced_by;
  Uuid break_glass;  // the emergency grant that approved it without its quorum; nil: none

  // Execution. The fence grows with every claim, so that a late executor is recognised.
  Uuid executor_id;
  std::uint64_t fence = 0;
  std::int64_t lease_until_ms = 0;  // of the claim; past it, a sweep decides what happened
  std::uint32_t attempts = 0;
  Resend resend = Resend::never;
  bool maybe_applied = false;  // some earlier attempt of a guarded call may have taken effect

  // The end.
  std::uint32_t status = 0;  // HTTP status of the upstream, 0 if none came
  BlobRef response;          // sealed, capped
  std::string result_note;   // why it failed, was revoked or is in doubt
  Uuid hold_audit_id;        // the entry that recorded the hold

  friend bool operator==(const ActionRecord&, const ActionRecord&) = default;
};

// The next step of asking more people that comes before the time to decide is over; null if there
// is none.
[[nodiscard]] inline const Escalation* next_escalation(const ActionRecord& record) noexcept {
  if (record.state != ActionState::held || record.escalated >= record.escalations.size()) {
    return nullptr;
  }
  const Escalation& next = record.escalations[record.escalated];
  return next.after_ms < record.decide_by_ms - record.created_ms ? &next : nullptr;
}

// The time at which the clock alone changes a record; 0 if it never does.
[[nodiscard]] inline std::int64_t deadline_of(const ActionRecord& record) noexcept {
  switch (record.state) {
    case ActionState::held: {
      const Escalation* const next = next_escalation(record);
      return next == nullptr ? record.decide_by_ms : record.created_ms + next->after_ms;
    }
    case ActionState::approved:
      return record.execute_by_ms;
    case ActionState::claimed:
    case ActionState::sending:
      return record.lease_until_ms;
    default:
      return 0;
  }
}

}  // namespace sentrail::store
