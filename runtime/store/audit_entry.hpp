// One event as it goes into the audit log: what the tree commits to, and what lies beside it.
//
// Neighbours: audit/ builds entries from events, encodes leaves and opens sealed parts; the store
// gives an entry its sequence number and keeps it. Must not know: JSON, keys, salts, clear values.
// A leaf holds no personal data and no payload: only ids, policy vocabulary and commitments.
// source: docs/audit_log.md.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/decision.hpp"
#include "core/uuid.hpp"
#include "runtime/store/action_record.hpp"

namespace sentrail::store {

// What happened. The numbers are stored: append only.
enum class AuditKind : std::uint8_t {
  decision = 0,       // policy decided an action
  hold = 1,           // a call was stored and waits
  attach = 2,         // a repeated call joined a pending one
  approve = 3,        // a person approved
  deny = 4,           // a person denied
  expire = 5,         // a deadline passed
  claim = 6,          // an executor took the call
  sending = 7,        // the intent to send is durable
  result = 8,         // the upstream answered, or nothing could be sent
  in_doubt = 9,       // sent, no answer
  reconcile = 10,     // doubt settled by a probe or a person
  grant = 11,         // an evaluate-only approval was used up
  revoke = 12,        // stopped before it was sent
  withdrawn = 13,     // an entry landed after its caller had given up and blocked
  kill = 14,          // kill switch and pauses
  policy = 15,        // a bundle became active or was refused
  config = 16,        // a setting changed
  key = 17,           // an API key was made, rotated or revoked
  agent = 18,         // an agent was registered or changed
  person = 19,        // an account or role changed
  connection = 20,    // a tool was connected or changed
  workspace = 21,     // a workspace was made or changed
  sign_in = 22,       // a person proved who they are, or failed to
  break_glass = 23,   // the emergency credential was used
  redact = 24,        // payloads were erased
  restart = 25,       // the server started; what the floor said
  rollback_ack = 26,  // a person accepted a loss
  clock_jump = 27,    // the wall clock moved against the monotonic one
  drop_refused = 28,  // retention would have dropped what an exporter had not read
  escalate = 29,      // a hold waited long: more people were asked
};

// How many kinds there are.
inline constexpr std::size_t kAuditKindCount = 30;

// The name in the leaf.
[[nodiscard]] constexpr std::string_view name_of(AuditKind kind) noexcept {
  constexpr std::array<std::string_view, kAuditKindCount> kNames = {
      "decision", "hold",      "attach",       "approve",    "deny",         "expire",
      "claim",    "sending",   "result",       "in_doubt",   "reconcile",    "grant",
      "revoke",   "withdrawn", "kill",         "policy",     "config",       "key",
      "agent",    "person",    "connection",   "workspace",  "sign_in",      "break_glass",
      "redact",   "restart",   "rollback_ack", "clock_jump", "drop_refused", "escalate"};
  return kNames[static_cast<std::size_t>(kind)];
}

// The `decision` column. The numbers are stored: append only.
enum class AuditDecision : std::uint8_t {
  none = 0,  // the event decides nothing
  allow = 1,
  require_approval = 2,
  block = 3,
  error = 4,
};

// The name in the leaf; empty for `none`.
[[nodiscard]] constexpr std::string_view name_of(AuditDecision decision) noexcept {
  constexpr std::array<std::string_view, 5> kNames = {"", "allow", "require_approval", "block",
                                                      "error"};
  return kNames[static_cast<std::size_t>(decision)];
}

// The column for an effect of the policy.
[[nodiscard]] constexpr AuditDecision audit_decision_of(Effect effect) noexcept {
  return static_cast<AuditDecision>(static_cast<std::uint8_t>(effect) + 1);
}

// The columns by which entries are found. The numbers stand in index keys: append only.
enum class AuditColumn : std::uint8_t {
  all = 0,  // every entry of the workspace, in order of time
  id = 1,   // auditLogId
  correlation = 2,
  held_action = 3,  // action_id
  tool = 4,
  action = 5,
  decision = 6,
  risk = 7,
  rule = 8,
  kind = 9,
  // Personal: the value is a keyed hash made by audit/, never the clear text.
  agent = 10,
  requester = 11,
  person = 12,
  resource = 13,
  // Of policy, in clear: one of the entry's tags.
  tag = 14,
};

// One column with the value to look for, as bytes.
struct AuditTerm {
  AuditColumn column = AuditColumn::all;
  std::string value;

  friend bool operator==(const AuditTerm&, const AuditTerm&) = default;
};

// Salts and clear values of one data subject, sealed. Destroying the key erases them while every
// hash of the log still holds.
struct SealedPart {
  Uuid key_id;        // nil: the key derived for the workspace
  std::string bytes;  // sealed by audit/

  friend bool operator==(const SealedPart&, const SealedPart&) = default;
};

// One event on its way into the log. Empty texts, nil ids and absent optionals do not appear in the
// leaf. The store fills in `previous` and `of`.
struct AuditEntry {
  Uuid id;  // auditLogId
  AuditKind kind = AuditKind::decision;
  std::int64_t time_ms = 0;  // Unix time; order is the sequence number's business
  Uuid boot_id;              // of the server process
  Uuid workspace_id;
  Uuid correlation_id;
  Uuid action_id;
  Uuid key_id;                            // API key used
  std::optional<std::uint64_t> previous;  // sequence number of this action's event before
  std::optional<std::uint64_t> of;        // sequence number of the entry this one is about

  std::string source;  // gateway, webhook, manual, mcp, proxy
  std::string tool;
  std::string action;
  std::string resource_type;
  std::string rule;
  Uuid policy_id;
  AuditDecision decision = AuditDecision::none;
  std::optional<Risk> risk;
  std::optional<Hash> bundle_hash;
  std::optional<Hash> approval_hash;
  std::optional<ActionState> state;    // of the held call after this event
  std::optional<std::int64_t> status;  // HTTP status
  std::optional<std::uint64_t> kill_epoch;
  // What policy obliged to, its tags, and what shadow rules would have changed: texts without
  // newlines, joined by newlines. Policy vocabulary, never a value of the request.
  std::string obligations;
  std::string tags;
  std::string shadows;

  // Commitments to what must not stand in the log in clear.
  std::optional<Hash> agent_commitment;
  std::optional<Hash> requester_commitment;
  std::optional<Hash> person_commitment;
  std::optional<Hash> resource_commitment;
  std::optional<Hash> reason_commitment;
  std::optional<Hash> payload_commitment;
  std::optional<Hash> response_commitment;

  // Beside the tree.
  std::vector<SealedPart> sealed;
  std::vector<AuditTerm> terms;  // personal columns only; the store adds the others

  friend bool operator==(const AuditEntry&, const AuditEntry&) = default;
};

// An entry as it was stored.
struct AuditRow {
  std::uint64_t sequence = 0;
  std::string leaf;  // the exact bytes that are hashed
  Hash chain{};      // over all leaves up to this one
  std::vector<SealedPart> sealed;

  friend bool operator==(const AuditRow&, const AuditRow&) = default;
};

}  // namespace sentrail::store
