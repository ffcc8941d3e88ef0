// Applies operations row by row. Actions and audit entries are in staging_events.cpp.
//
// Neighbours: staging.hpp, keys.hpp, records_codec.hpp. Must not know: how rows become durable.
#include "runtime/store/staging.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "runtime/store/codec.hpp"
#include "runtime/store/records_codec.hpp"
#include "runtime/store/staging_rows.hpp"

namespace sentrail::store {

namespace {

Key key_of(const Workspace& r) {
  return Key(Uuid{}, RowKind::workspace).add(r.id);
}
Key key_of(const ApiKey& r) {
  return Key(r.workspace_id, RowKind::key).add(r.id);
}
Key key_of(const Agent& r) {
  return Key(r.workspace_id, RowKind::agent).last(r.id);
}
Key key_of(const Person& r) {
  return Key(Uuid{}, RowKind::person).add(r.id);
}
Key key_of(const Session& r) {
  return Key(Uuid{}, RowKind::session).add(r.token_hash);
}
Key key_of(const Connection& r) {
  return Key(r.workspace_id, RowKind::connection).last(r.tool);
}
Key key_of(const KillState& r) {
  return {r.workspace_id, RowKind::kill};
}
Key key_of(const OutboxItem& r) {
  return Key(r.workspace_id, RowKind::outbox).add(r.id);
}
Key key_of(const Setting& r) {
  return Key(r.workspace_id, RowKind::setting).last(r.name);
}

Key key_of(const Delegation& r) {
  return Key(r.workspace_id, RowKind::delegation).add(r.id);
}
Key key_of(const BreakGlassCode& r) {
  return Key(r.workspace_id, RowKind::break_glass_code).add(r.person_id);
}
Key key_of(const BreakGlassGrant& r) {
  return Key(r.workspace_id, RowKind::break_glass_grant).add(r.id);
}

Key due_key(const OutboxItem& item) {
  return Key(Uuid{}, RowKind::outbox_due)
      .time(item.next_attempt_ms)
      .add(item.workspace_id)
      .add(item.id);
}

}  // namespace

Staging::Staging(const OrderedKv& kv, const LeafCodec& codec, AuditHead head)
    : kv_(kv), codec_(codec), written_(head.size), head_(head), index_(codec) {}

Outcome Staging::stage(const Transaction& transaction) {
  draft_head_ = head_;
  draft_writes_.clear();
  draft_rows_.clear();
  draft_blobs_.clear();
  draft_once_.clear();
  existing_action_.reset();
  Outcome outcome;
  outcome.first_sequence = head_.size;
  for (const Operation& operation : transaction.operations) {
    outcome.status = std::visit([this](const auto& one) { return run(one); }, operation);
    if (!outcome.status) {
      outcome.existing_action = existing_action_;
      return outcome;
    }
    ++outcome.operation;
  }
  outcome.operation = 0;
  outcome.audit_count = draft_head_.size - head_.size;
  std::uint64_t sequence = head_.size;
  for (const Operation& operation : transaction.operations) {
    const auto* append = std::get_if<AppendAudit>(&operation);
    if (append != nullptr) index_.add(append->entry, sequence++);
  }
  head_ = draft_head_;
  std::move(draft_writes_.begin(), draft_writes_.end(), std::back_inserter(writes_));
  for (auto& [key, value] : draft_rows_) rows_.insert_or_assign(key, std::move(value));
  blobs_.merge(draft_blobs_);
  once_.insert(std::make_move_iterator(draft_once_.begin()),
               std::make_move_iterator(draft_once_.end()));
  return outcome;
}

std::vector<KvWrite> Staging::take_writes() && {
  for (const std::string& key : once_) writes_.push_back({Space::state, key, rows_.at(key)});
  std::move(index_).finish(writes_);
  return std::move(writes_);
}

Result<std::optional<std::string>> Staging::get(const std::string& key) const {
  for (const StateRows* rows : {&draft_rows_, &rows_}) {
    if (const auto found = rows->find(key); found != rows->end()) return found->second;
  }
  if (const auto found = read_.find(key); found != read_.end()) return found->second;
  SENTRAIL_ASSIGN_OR_RETURN(std::optional<std::string> stored, kv_.get(Space::state, key));
  return read_.emplace(key, std::move(stored)).first->second;
}

void Staging::set(const Key& key, std::string value) {
  draft_rows_.insert_or_assign(key.text(), value);
  draft_writes_.push_back({Space::state, key.text(), std::move(value)});
}

void Staging::remove(const Key& key) {
  draft_rows_.insert_or_assign(key.text(), std::nullopt);
  draft_writes_.push_back({Space::state, key.text(), std::nullopt});
}

// Makes `index` point at `owner`, unless it points elsewhere already.
Status Staging::take_unique(const Key& index, const std::string& owner, const char* taken) {
  SENTRAIL_ASSIGN_OR_RETURN(const std::optional<std::string> holder, get(index.text()));
  if (holder && *holder != owner) return fail(Errc::already_exists, taken);
  if (!holder) set(index, owner);
  return {};
}

void Staging::set_once(const Key& key, std::string value) {
  draft_rows_.insert_or_assign(key.text(), std::move(value));
  draft_once_.push_back(key.text());
}

void Staging::remove_once(const Key& key) {
  draft_rows_.insert_or_assign(key.text(), std::nullopt);
  draft_once_.push_back(key.text());
}

template <class Record>
Status Staging::put_indexes(const std::optional<Record>& before, const Record& after) {
  if constexpr (std::is_same_v<Record, ApiKey>) {
    const auto index = [](const ApiKey& r) { return Key(Uuid{}, RowKind::key_hash).add(r.hash); };
    if (before && before->hash != after.hash) remove(index(*before));
    return take_unique(index(after), Key().add(after.workspace_id).add(after.id).text(),
                       "a key with this hash exists already");
  } else if constexpr (std::is_same_v<Record, Person>) {
    const auto index = [](const Person& r) {
      return Key(Uuid{}, RowKind::person_name).last(r.name);
    };
    if (before && before->name != after.name) remove(index(*before));
    return take_unique(index(after), Key().add(after.id).text(),
                       "an account with this name exists already");
  } else if constexpr (std::is_same_v<Record, OutboxItem>) {
    if (before) remove(due_key(*before));
    set(due_key(after), {});
  }
  return {};
}

template <class Record>
Status Staging::run(const Put<Record>& operation) {
  const Key key = key_of(operation.record);
  SENTRAIL_ASSIGN_OR_RETURN(const std::optional<Record> before, load<Record>(key));
  SENTRAIL_TRY(check_version(before ? before->version : 0, operation.expected_version));
  Record after = operation.record;
  after.version = operation.expected_version + 1;
  SENTRAIL_TRY(put_indexes(before, after));
  if constexpr (std::is_same_v<Record, ApiKey>) after.last_used_ms = 0;
  set(key, encode_record(after));
  return {};
}

Status Staging::run(const TouchKey& operation) {
  const Key key = Key(operation.workspace_id, RowKind::key_used).add(operation.key_id);
  SENTRAIL_ASSIGN_OR_RETURN(const std::optional<std::string> before, get(key.text()));
  std::string value;
  append_big_endian(value,
                    static_cast<std::uint64_t>(std::max<std::int64_t>(operation.used_ms, 0)));
  if (!before || *before < value) set(key, std::move(value));
  return {};
}

Status Staging::run(const PutBlob& operation) {
  const std::string key = Key().add(operation.workspace_id).add(operation.id).text();
  SENTRAIL_ASSIGN_OR_RETURN(const std::optional<std::string> before, kv_.get(Space::blobs, key));
  if (before || blobs_.contains(key) || !draft_blobs_.insert(key).second) {
    return fail(Errc::already_exists, "a blob with this id exists already");
  }
  draft_writes_.push_back({Space::blobs, key, operation.bytes});
  return {};
}

Status Staging::run(const RequireKillVersion& operation) {
  SENTRAIL_ASSIGN_OR_RETURN(const std::optional<KillState> state,
                            load<KillState>(Key(operation.workspace_id, RowKind::kill)));
  return check_version(state ? state->version : 0, operation.version);
}

Status Staging::run(const RequirePersonVersion& operation) {
  SENTRAIL_ASSIGN_OR_RETURN(const std::optional<Person> person,
                            load<Person>(Key(Uuid{}, RowKind::person).add(operation.person_id)));
  return check_version(person ? person->version : 0, operation.version);
}

Status Staging::run(const RequireDelegationVersion& operation) {
  SENTRAIL_ASSIGN_OR_RETURN(
      const std::optional<Delegation> delegation,
      load<Delegation>(Key(operation.workspace_id, RowKind::delegation).add(operation.id)));
  return check_version(delegation ? delegation->version : 0, operation.version);
}

Status Staging::run(const RemoveConnection& operation) {
  remove(Key(operation.workspace_id, RowKind::connection).last(operation.tool));
  return {};
}

Status Staging::run(const RemoveSession& operation) {
  remove(Key(Uuid{}, RowKind::session).add(operation.token_hash));
  return {};
}

Status Staging::run(const RemoveOutbox& operation) {
  const Key key = Key(operation.workspace_id, RowKind::outbox).add(operation.id);
  SENTRAIL_ASSIGN_OR_RETURN(const std::optional<OutboxItem> before, load<OutboxItem>(key));
  if (!before) return {};
  remove(due_key(*before));
  remove(key);
  return {};
}

Status Staging::run(const RemoveBlob& operation) {
  draft_writes_.push_back(
      {Space::blobs, Key().add(operation.workspace_id).add(operation.id).text(), std::nullopt});
  return {};
}

Status Staging::run(const RemoveSetting& operation) {
  remove(Key(operation.workspace_id, RowKind::setting).last(operation.name));
  return {};
}

}  // namespace sentrail::store
