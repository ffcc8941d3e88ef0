// Applies held calls, with their indexes, and audit entries.
//
// Neighbours: staging.hpp, staging.cpp. Must not know: what an action's states mean beyond which
// of them are indexed; how a leaf is written.
#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "core/limits.hpp"
#include "runtime/store/audit_rows.hpp"
#include "runtime/store/codec.hpp"
#include "runtime/store/staging_rows.hpp"

namespace sentrail::store {

namespace {

Key action_key(const ActionRecord& r) {
  return Key(r.workspace_id, RowKind::action).add(r.action_id);
}

Key attach_key(const ActionRecord& r) {
  return Key(r.workspace_id, RowKind::attach).add(r.attach_hash);
}

Key correlation_key(const ActionRecord& r) {
  return Key(r.workspace_id, RowKind::correlation).add(r.correlation_id);
}

Key state_key(const ActionRecord& r) {
  return Key(r.workspace_id, RowKind::by_state)
      .byte(static_cast<char>(r.state))
      .newest_first(r.created_ms)
      .add(r.action_id);
}

Key time_key(const ActionRecord& r) {
  return Key(r.workspace_id, RowKind::by_time).newest_first(r.created_ms).add(r.action_id);
}

Key unfinished_key(const ActionRecord& r) {
  return Key(Uuid{}, RowKind::unfinished)
      .byte(static_cast<char>(r.state))
      .add(r.workspace_id)
      .add(r.action_id);
}

Key deadline_key(const ActionRecord& r) {
  return Key(Uuid{}, RowKind::deadline).time(deadline_of(r)).add(r.workspace_id).add(r.action_id);
}

Key pending_key(const ActionRecord& r) {
  return Key(r.workspace_id, RowKind::pending).last(r.agent_id);
}

Result<std::uint32_t> pending_in(const std::optional<std::string>& row) {
  if (!row) return 0u;
  if (row->size() != 4) return fail(Errc::corrupt, "a count of held calls is garbled");
  return read_big_endian<std::uint32_t>(*row);
}

}  // namespace

Status Staging::check_new_action(const PutAction& operation) {
  const ActionRecord& record = operation.record;
  if (operation.attach) {
    SENTRAIL_ASSIGN_OR_RETURN(const std::optional<std::string> open,
                              get(attach_key(record).text()));
    if (open) {
      if (open->size() != 16) return fail(Errc::corrupt, "an attach row is garbled");
      existing_action_ = uuid_in(*open, 0);
      return fail(Errc::already_exists, "the same call is pending already");
    }
  }
  if (operation.pending_max != 0) {
    SENTRAIL_ASSIGN_OR_RETURN(const std::optional<std::string> row,
                              get(pending_key(record).text()));
    SENTRAIL_ASSIGN_OR_RETURN(const std::uint32_t pending, pending_in(row));
    if (pending >= operation.pending_max) {
      return fail(Errc::limit_exceeded,
                  "the agent has " + std::to_string(pending) + " calls waiting for approval");
    }
  }
  return take_unique(correlation_key(record), Key().add(record.action_id).text(),
                     "another call has this correlation id");
}

// Keeps the count of held calls per agent.
Status Staging::count_held(const std::optional<ActionRecord>& before, const ActionRecord& after) {
  const bool was = before && before->state == ActionState::held;
  const bool is = after.state == ActionState::held;
  if (was == is) return {};
  const Key key = pending_key(after);
  SENTRAIL_ASSIGN_OR_RETURN(const std::optional<std::string> row, get(key.text()));
  SENTRAIL_ASSIGN_OR_RETURN(std::uint32_t pending, pending_in(row));
  if (was && pending == 0) return fail(Errc::corrupt, "a count of held calls is below zero");
  pending = is ? pending + 1 : pending - 1;
  if (pending == 0) {
    remove(key);
  } else {
    std::string value;
    append_big_endian(value, pending);
    set(key, std::move(value));
  }
  return {};
}

Status Staging::run(const PutAction& operation) {
  const Key key = action_key(operation.record);
  SENTRAIL_ASSIGN_OR_RETURN(const std::optional<ActionRecord> before, load<ActionRecord>(key));
  SENTRAIL_TRY(check_version(before ? before->version : 0, operation.expected_version));
  ActionRecord after = operation.record;
  after.version = operation.expected_version + 1;
  if (!before) {
    SENTRAIL_TRY(check_new_action(operation));
    set(time_key(after), {});
  } else if (before->agent_id != after.agent_id || before->attach_hash != after.attach_hash ||
             before->correlation_id != after.correlation_id ||
             before->created_ms != after.created_ms) {
    return fail(Errc::invalid_argument, "what a held call is about never changes");
  }
  SENTRAIL_TRY(count_held(before, after));
  if (before) {
    remove(state_key(*before));
    if (!is_final(before->state)) remove(unfinished_key(*before));
    if (deadline_of(*before) != 0) remove(deadline_key(*before));
    if (is_open(before->state) && !is_open(after.state)) {
      SENTRAIL_ASSIGN_OR_RETURN(const std::optional<std::string> open,
                                get(attach_key(after).text()));
      if (open && *open == Key().add(after.action_id).text()) remove(attach_key(after));
    }
  }
  set(state_key(after), {});
  if (!is_final(after.state)) set(unfinished_key(after), {});
  if (deadline_of(after) != 0) set(deadline_key(after), {});
  if (is_open(after.state) && !(before && is_open(before->state))) {
    set(attach_key(after), Key().add(after.action_id).text());
  }
  set(key, encode_record(after));
  return {};
}

Status Staging::run(const RequireOpenAction& operation) {
  SENTRAIL_ASSIGN_OR_RETURN(
      const std::optional<ActionRecord> record,
      load<ActionRecord>(Key(operation.workspace_id, RowKind::action).add(operation.action_id)));
  if (record && is_open(record->state)) return {};
  return fail(Errc::conflict, "the held call is over");
}

Status Staging::run(const AppendAudit& operation) {
  const AuditEntry* entry = &operation.entry;
  AuditEntry linked;
  const std::uint64_t sequence = draft_head_.size;
  if (entry->action_id != Uuid{}) {
    linked = operation.entry;
    entry = &linked;
    const Key key = Key(linked.workspace_id, RowKind::last_entry).add(linked.action_id);
    SENTRAIL_ASSIGN_OR_RETURN(const std::optional<std::string> last, get(key.text()));
    if (last && last->size() != 8) return fail(Errc::corrupt, "a link of the log is garbled");
    if (last) linked.previous = read_big_endian<std::uint64_t>(*last);
    set(key, Key().integer(sequence).text());
  }
  SENTRAIL_ASSIGN_OR_RETURN(const std::string leaf, codec_.encode(*entry, sequence));
  draft_head_.chain = codec_.extend(draft_head_.chain, leaf);
  draft_head_.size = sequence + 1;
  const std::string sealed =
      entry->sealed.empty() ? std::string() : encode_record(SealedParts{entry->sealed});
  draft_writes_.push_back(
      {Space::audit, leaf_key(sequence), encode_leaf_row(draft_head_.chain, leaf, sealed)});
  return {};
}

}  // namespace sentrail::store
