// Which fields each record has, in the order in which they are stored.
//
// Neighbours: records_codec.cpp writes and reads with these descriptions, tests fill records with
// them. Must not know: bytes, rows. Changing a description without a new version makes stored data
// unreadable: append new fields under a new version and read both.
#pragma once

#include <concepts>
#include <type_traits>

#include "runtime/store/codec.hpp"
#include "runtime/store/records.hpp"
#include "runtime/store/records_codec.hpp"

namespace sentrail::store {

// A record type, const or not.
template <class T, class Record>
concept Of = std::same_as<std::remove_const_t<T>, Record>;

// The last enumerator of each enum, past which stored bytes are refused.
template <>
inline constexpr std::uint8_t kLastEnumerator<ActionState> = 9;
template <>
inline constexpr std::uint8_t kLastEnumerator<ActionKind> = 1;
template <>
inline constexpr std::uint8_t kLastEnumerator<Verdict> = 1;
template <>
inline constexpr std::uint8_t kLastEnumerator<Resend> = 3;
template <>
inline constexpr std::uint8_t kLastEnumerator<Risk> = 3;
template <>
inline constexpr std::uint8_t kLastEnumerator<Environment> = 1;
template <>
inline constexpr std::uint8_t kLastEnumerator<Role> = 4;
template <>
inline constexpr std::uint8_t kLastEnumerator<KillMode> = 1;
template <>
inline constexpr std::uint8_t kLastEnumerator<AuditKind> = kAuditKindCount - 1;
template <>
inline constexpr std::uint8_t kLastEnumerator<AuditDecision> = 4;
template <>
inline constexpr std::uint8_t kLastEnumerator<AuditColumn> = 14;

// Each describe() names the fields of one record to a codec, in stored order.
template <class Codec, Of<Workspace> R>
void describe(Codec& codec, R& r) {
  codec(r.id, r.version, r.name, r.environment, r.registered_agents_only, r.created_ms);
}

template <class Codec, Of<Scopes> R>
void describe(Codec& codec, R& r) {
  codec(r.bits);
}

template <class Codec, Of<ApiKey> R>
void describe(Codec& codec, R& r) {
  codec(r.id, r.workspace_id, r.version, r.hash, r.hint, r.name, r.environment, r.scopes,
        r.agent_ids, r.created_ms, r.expires_ms, r.revoked, r.revoked_ms, r.last_used_ms,
        r.created_by);
}

template <class Codec, Of<Agent> R>
void describe(Codec& codec, R& r) {
  codec(r.id, r.workspace_id, r.version, r.name, r.owner, r.roles, r.disabled, r.created_ms);
}

template <class Codec, Of<Membership> R>
void describe(Codec& codec, R& r) {
  codec(r.workspace_id, r.role, r.groups);
}

template <class Codec, Of<Person> R>
void describe(Codec& codec, R& r) {
  codec(r.id, r.version, r.name, r.display_name, r.email, r.passphrase_hash, r.memberships,
        r.disabled, r.created_ms);
}

template <class Codec, Of<Session> R>
void describe(Codec& codec, R& r) {
  codec(r.token_hash, r.person_id, r.version, r.auth_method, r.created_ms, r.expires_ms);
}

template <class Codec, Of<Connection> R>
void describe(Codec& codec, R& r) {
  codec(r.workspace_id, r.tool, r.version, r.scheme, r.host, r.port, r.base_path, r.private_address,
        r.auth_scheme, r.sealed_credential, r.settings, r.created_ms);
}

template <class Codec, Of<Pause> R>
void describe(Codec& codec, R& r) {
  codec(r.name, r.since_ms, r.by, r.reason);
}

template <class Codec, Of<KillState> R>
void describe(Codec& codec, R& r) {
  codec(r.workspace_id, r.version, r.enabled, r.mode, r.enabled_ms, r.enabled_by, r.reason, r.tools,
        r.agents);
}

template <class Codec, Of<Vote> R>
void describe(Codec& codec, R& r) {
  codec(r.person_id, r.verdict, r.at_ms, r.approval_hash, r.groups, r.auth_method, r.reason);
}

template <class Codec, Of<BlobRef> R>
void describe(Codec& codec, R& r) {
  codec(r.id, r.bytes, r.hash);
}

template <class Codec, Of<ActionRecord> R>
void describe(Codec& codec, R& r) {
  codec(r.action_id, r.correlation_id, r.workspace_id, r.version, r.state, r.kind);
  codec(r.key_id, r.agent_id, r.agent_name, r.requested_by, r.agent_owner, r.delegation_chain);
  codec(r.source, r.tool, r.action, r.risk, r.resource_type, r.resource_id, r.method, r.target);
  codec(r.rule, r.policy_id, r.reason, r.bundle_hash, r.quorum);
  codec(r.nonce, r.approval_hash, r.attach_hash, r.action_hash, r.request);
  codec(r.created_ms, r.decide_by_ms, r.execute_within_ms, r.execute_by_ms, r.decided_ms,
        r.finished_ms);
  codec(r.votes);
  codec(r.executor_id, r.fence, r.lease_until_ms, r.attempts, r.resend, r.maybe_applied);
  codec(r.status, r.response, r.result_note, r.hold_audit_id);
}

// Fields of version 2.
template <class Codec, Of<ActionRecord> R>
void describe_second(Codec& codec, R& r) {
  codec(r.hidden);
}

// Fields of version 3.
template <class Codec, Of<ActionRecord> R>
void describe_third(Codec& codec, R& r) {
  codec(r.agent_ip);
}

template <class Codec, Of<Escalation> R>
void describe(Codec& codec, R& r) {
  codec(r.after_ms, r.group);
}

// Fields of version 4; those of its votes stand behind all of it, in the order of the votes.
template <class Codec, Of<ActionRecord> R>
void describe_fourth(Codec& codec, R& r) {
  codec(r.escalations, r.escalated, r.edited_by, r.edited_from, r.replaced_by, r.break_glass);
  for (auto& vote : r.votes) codec(vote.on_behalf_of, vote.shown_ms);
}

template <class Codec, Of<SealedPart> R>
void describe(Codec& codec, R& r) {
  codec(r.key_id, r.bytes);
}

template <class Codec, Of<SealedParts> R>
void describe(Codec& codec, R& r) {
  codec(r.parts);
}

template <class Codec, Of<AuditTerm> R>
void describe(Codec& codec, R& r) {
  codec(r.column, r.value);
}

template <class Codec, Of<AuditEntry> R>
void describe(Codec& codec, R& r) {
  codec(r.id, r.kind, r.time_ms, r.boot_id, r.workspace_id, r.correlation_id, r.action_id, r.key_id,
        r.previous, r.of);
  codec(r.source, r.tool, r.action, r.resource_type, r.rule, r.policy_id, r.decision, r.risk,
        r.bundle_hash, r.approval_hash, r.state, r.status, r.kill_epoch);
  codec(r.agent_commitment, r.requester_commitment, r.person_commitment, r.resource_commitment,
        r.reason_commitment, r.payload_commitment, r.response_commitment);
  codec(r.sealed, r.terms);
}

// Fields of version 2.
template <class Codec, Of<AuditEntry> R>
void describe_second(Codec& codec, R& r) {
  codec(r.obligations, r.tags, r.shadows);
}

template <class Codec, Of<Delegation> R>
void describe(Codec& codec, R& r) {
  codec(r.id, r.workspace_id, r.version, r.from, r.to, r.start_ms, r.end_ms, r.tools, r.created_ms,
        r.ended_ms, r.ended_by);
}

template <class Codec, Of<BreakGlassCode> R>
void describe(Codec& codec, R& r) {
  codec(r.workspace_id, r.person_id, r.version, r.code_hash, r.made_by, r.created_ms);
}

template <class Codec, Of<BreakGlassGrant> R>
void describe(Codec& codec, R& r) {
  codec(r.id, r.workspace_id, r.version, r.person_id, r.reason, r.started_ms, r.until_ms,
        r.action_ids, r.closed_ms, r.closed_by, r.closing);
}

template <class Codec, Of<OutboxItem> R>
void describe(Codec& codec, R& r) {
  codec(r.id, r.workspace_id, r.version, r.event, r.channel, r.payload, r.created_ms,
        r.next_attempt_ms, r.attempts, r.last_error);
}

template <class Codec, Of<Setting> R>
void describe(Codec& codec, R& r) {
  codec(r.workspace_id, r.name, r.version, r.value);
}

template <class Codec, Of<ChargedCounter> R>
void describe(Codec& codec, R& r) {
  codec(r.counter, r.per_ms, r.gone_ms, r.amount);
}

template <class Codec, Of<Charges> R>
void describe(Codec& codec, R& r) {
  codec(r.workspace_id, r.correlation_id, r.at_ms, r.call, r.terms, r.counters);
}

template <class Codec, Of<LimitClock> R>
void describe(Codec& codec, R& r) {
  codec(r.lineage, r.known_since_ms, r.at_ms, r.wall_ms, r.monotonic_ms, r.boot_id);
}

}  // namespace sentrail::store
