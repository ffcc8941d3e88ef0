// What can happen to a held call, and what must be done about it.
//
// Neighbours: machine.hpp is the function from (call, event) to (call, effects); coordinator.cpp
// makes events of people's words, clocks and senders, and carries effects out. Must not know: the
// store, sockets, HTTP messages. Events are facts: the machine decides what they mean.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "core/uuid.hpp"
#include "runtime/approvals/reasons.hpp"
#include "runtime/approvals/voter.hpp"
#include "runtime/store/records.hpp"

namespace sentrail::execute {

// --- events --------------------------------------------------------------------------------

// A person said yes or no, having been shown this hash.
struct VoteCast {
  approvals::Voter voter;
  store::Verdict verdict = store::Verdict::deny;
  store::Hash shown{};
  std::string reason{};
  approvals::ReasonRule reasons{};  // what the server asks of a decision
  Uuid break_glass{};               // the voter's emergency grant: no quorum is asked; nil: none
  std::int64_t shown_ms = 0;        // when the call was first shown to the person; 0: not known
};

// The clock passed the next of `escalations`: more people are to be asked.
struct EscalationDue {};

// The clock passed `decide_by`.
struct DecideByReached {};

// The clock passed `execute_by`.
struct ExecuteByReached {};

// Why an approved call may not be sent after all. `pass` says that it may.
enum class Recheck : std::uint8_t {
  pass,
  kill_switch,  // `Kill switch is active`
  tool_paused,
  agent_paused,
  agent_disabled,
  key_revoked,       // or expired, or stripped of the scope
  policy_stricter,   // the current bundle blocks it, or asks for more people
  connection_gone,   // or repointed
  binding_mismatch,  // what would be sent is not what was approved
};

// The current answer of policy, kill switch, identities and connection. `detail` is appended to
// the reason that people see, for instance the rule.
struct Rechecked {
  Recheck recheck = Recheck::pass;
  std::string detail;
};

// An executor asks to own the call, having rechecked it.
struct Claimed {
  Uuid executor_id;
  Rechecked recheck;
};

// The intent to send is about to be made durable; the first byte may leave once it is.
struct IntentRecorded {
  std::uint64_t fence = 0;
};

// The first byte of the request left.
struct FirstByteSent {
  std::uint64_t fence = 0;
};

// The try ended and it is certain that no byte left: no address, no connection, no TLS.
struct NothingSent {
  std::uint64_t fence = 0;
  std::string why;
  bool stopping = false;  // this server stops: no word of the upstream, and not counted as a try
};

// The try ended after bytes may have left and before a whole response came.
struct ConnectionLost {
  std::uint64_t fence = 0;
  std::string why;
};

// A whole response came. `response` names the sealed copy, nil if none is kept.
struct ResponseReceived {
  std::uint64_t fence = 0;
  std::uint32_t status = 0;
  store::BlobRef response;
  bool replayed = false;  // the upstream says that it is what it kept of the key's first call
};

// The clock passed the lease of a claim: its executor is presumed dead.
struct LeaseLapsed {};

// The executor of a claim is certainly dead: its process is not the one that runs now.
struct ExecutorLost {};

// The store is an older one than the last that served: a backup, or one whose end was cut. What
// became of the call since then, nobody here knows.
struct StoreWentBack {};

// A person says what became of a call in doubt.
struct DoubtSettled {
  approvals::Voter voter;
  bool applied = false;
  std::string reason;
};

// What a probe found of a call in doubt.
enum class ProbeAnswer : std::uint8_t { unknown, applied, not_applied };

// A probe looked at the upstream. `settles` says whether its word that nothing was applied counts;
// its word that the call was applied always does.
struct Probed {
  ProbeAnswer answer = ProbeAnswer::unknown;
  bool settles = false;
  std::string what;  // it asked and heard, for people
};

// The caller repeated an approved evaluate-only request and is answered `allow`, once.
struct GrantUsed {};

// Who asked takes the request back, or a reviewer has put an edited one in its place.
struct Withdrawn {
  std::string why;
  Uuid replaced_by{};  // by an edit of the editor; nil: by none
  approvals::Voter editor{};
};

// One thing that happened.
using Event = std::variant<VoteCast, EscalationDue, DecideByReached, ExecuteByReached, Rechecked,
                           Claimed, IntentRecorded, FirstByteSent, NothingSent, ConnectionLost,
                           ResponseReceived, LeaseLapsed, ExecutorLost, StoreWentBack, DoubtSettled,
                           Probed, GrantUsed, Withdrawn>;

// --- effects -------------------------------------------------------------------------------

// Write this to the audit log, in the same transaction as the new state.
struct AppendAudit {
  store::AuditKind kind = store::AuditKind::decision;
  store::AuditDecision decision = store::AuditDecision::none;
  Uuid person_id;      // who did it; nil: nobody
  std::string reason;  // a person's or the machine's words
  std::string person_name;

  friend bool operator==(const AppendAudit&, const AppendAudit&) = default;
};

// Tell people, through the outbox, in the same transaction.
struct Notify {
  std::string event;  // approvalRequired, approvalDecided, escalation, breakGlass
  std::string group;  // whom it is for; empty: whoever reads the channel

  friend bool operator==(const Notify&, const Notify&) = default;
};

// Wake up at that time: the clock alone will then change the state.
struct SetDeadline {
  std::int64_t at_ms = 0;

  friend bool operator==(const SetDeadline&, const SetDeadline&) = default;
};

// Once the transaction is durable: let an executor claim the call, not before `after_ms`.
struct Dispatch {
  std::int64_t after_ms = 0;  // Unix time

  friend bool operator==(const Dispatch&, const Dispatch&) = default;
};

// Once the transaction is durable, and only then: send the stored bytes.
struct Send {
  std::uint64_t fence = 0;

  friend bool operator==(const Send&, const Send&) = default;
};

// Keep the upstream's answer for polls.
struct KeepResult {
  std::uint32_t status = 0;

  friend bool operator==(const KeepResult&, const KeepResult&) = default;
};

// One thing to be done.
using SideEffect = std::variant<AppendAudit, Notify, SetDeadline, Dispatch, Send, KeepResult>;

}  // namespace sentrail::execute
