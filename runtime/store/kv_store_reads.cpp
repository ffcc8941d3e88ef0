// Reads of records: by key, by index, in pages.
//
// Neighbours: kv_store.hpp, keys.hpp. Must not know: how rows were written together.
#include <algorithm>
#include <bit>
#include <utility>

#include "core/limits.hpp"
#include "runtime/store/codec.hpp"
#include "runtime/store/keys.hpp"
#include "runtime/store/kv_store.hpp"
#include "runtime/store/records_codec.hpp"

namespace sentrail::store {

namespace {

template <class Record>
Result<std::optional<Record>> load(const OrderedKv& kv, const std::string& key) {
  SENTRAIL_ASSIGN_OR_RETURN(const std::optional<std::string> bytes, kv.get(Space::state, key));
  if (!bytes) return std::optional<Record>();
  SENTRAIL_ASSIGN_OR_RETURN(Record record, decode_record<Record>(*bytes));
  return std::optional<Record>(std::move(record));
}

// All records whose keys begin with `prefix`.
template <class Record>
Result<std::vector<Record>> load_all(const OrderedKv& kv, const std::string& prefix) {
  std::vector<Record> records;
  const std::unique_ptr<KvCursor> cursor = kv.walk(Space::state);
  for (cursor->seek(prefix); cursor->valid() && cursor->key().starts_with(prefix); cursor->next()) {
    SENTRAIL_ASSIGN_OR_RETURN(Record record, decode_record<Record>(cursor->value()));
    records.push_back(std::move(record));
  }
  SENTRAIL_TRY(cursor->status());
  return records;
}

std::string action_key(const Uuid& workspace_id, const Uuid& action_id) {
  return Key(workspace_id, RowKind::action).add(action_id).text();
}

// The action that an index row names; what moved on since is simply there no more.
Result<std::optional<ActionRecord>> follow(const OrderedKv& kv, const Uuid& workspace_id,
                                           const std::string& index_key) {
  SENTRAIL_ASSIGN_OR_RETURN(const std::optional<std::string> id, kv.get(Space::state, index_key));
  if (!id) return std::optional<ActionRecord>();
  if (id->size() != 16) return fail(Errc::corrupt, "an index row of held calls is garbled");
  return load<ActionRecord>(kv, action_key(workspace_id, uuid_in(*id, 0)));
}

Status add_last_use(const OrderedKv& kv, ApiKey& key) {
  SENTRAIL_ASSIGN_OR_RETURN(
      const std::optional<std::string> used,
      kv.get(Space::state, Key(key.workspace_id, RowKind::key_used).add(key.id).text()));
  if (!used) return {};
  if (used->size() != 8) return fail(Errc::corrupt, "the last use of a key is garbled");
  key.last_used_ms = static_cast<std::int64_t>(read_big_endian<std::uint64_t>(*used));
  return {};
}

bool matches(const ActionRecord& record, const ActionQuery& query) {
  return (!query.state || record.state == *query.state) &&
         (query.agent_id.empty() || record.agent_id == query.agent_id) &&
         (query.tool.empty() || record.tool == query.tool);
}

}  // namespace

Result<std::optional<ActionRecord>> KvStore::get_action(const Uuid& workspace_id,
                                                        const Uuid& action_id) const {
  return load<ActionRecord>(*kv_, action_key(workspace_id, action_id));
}

Result<std::optional<ActionRecord>> KvStore::find_action_by_correlation(
    const Uuid& workspace_id, const Uuid& correlation_id) const {
  return follow(*kv_, workspace_id,
                Key(workspace_id, RowKind::correlation).add(correlation_id).text());
}

Result<std::optional<ActionRecord>> KvStore::find_open_action(const Uuid& workspace_id,
                                                              const Hash& attach_hash) const {
  return follow(*kv_, workspace_id, Key(workspace_id, RowKind::attach).add(attach_hash).text());
}

Result<Page<ActionRecord>> KvStore::list_actions(const Uuid& workspace_id,
                                                 const ActionQuery& query) const {
  Key head(workspace_id, query.state ? RowKind::by_state : RowKind::by_time);
  if (query.state) head.byte(static_cast<char>(*query.state));
  const std::string prefix = head.text();
  constexpr std::size_t kPositionBytes = 8 + 16;
  if (!query.cursor.empty() && query.cursor.size() != kPositionBytes) {
    return fail(Errc::invalid_argument, "the cursor is not one of this list");
  }
  const std::size_t limit = std::clamp<std::size_t>(query.limit, 1, limits::kPageItemsMax);
  Page<ActionRecord> page;
  const std::unique_ptr<KvCursor> cursor = kv_->walk(Space::state);
  cursor->seek(prefix + query.cursor);
  std::string last;
  for (std::size_t seen = 0; cursor->valid() && cursor->key().starts_with(prefix); cursor->next()) {
    const std::string_view position = cursor->key().substr(prefix.size());
    if (position.size() != kPositionBytes) return fail(Errc::corrupt, "an index row is garbled");
    if (position == query.cursor) continue;
    if (page.items.size() == limit || seen == limits::kPageScanMax) {
      page.cursor = last;
      break;
    }
    ++seen;
    last = std::string(position);
    SENTRAIL_ASSIGN_OR_RETURN(std::optional<ActionRecord> record,
                              get_action(workspace_id, uuid_in(position, 8)));
    if (record && matches(*record, query)) page.items.push_back(*std::move(record));
  }
  SENTRAIL_TRY(cursor->status());
  return page;
}

Result<std::vector<ActionRecord>> KvStore::due_actions(std::int64_t now_ms,
                                                       std::size_t limit) const {
  const std::string prefix = Key(Uuid{}, RowKind::deadline).text();
  std::vector<ActionRecord> due;
  const std::unique_ptr<KvCursor> cursor = kv_->walk(Space::state);
  for (cursor->seek(prefix);
       due.size() < limit && cursor->valid() && cursor->key().starts_with(prefix); cursor->next()) {
    const std::string_view key = cursor->key();
    if (key.size() != kKeyHeadBytes + 8 + 32) return fail(Errc::corrupt, "a deadline is garbled");
    if (time_in(key, kKeyHeadBytes) > now_ms) break;
    SENTRAIL_ASSIGN_OR_RETURN(
        std::optional<ActionRecord> record,
        get_action(uuid_in(key, kKeyHeadBytes + 8), uuid_in(key, kKeyHeadBytes + 24)));
    // The record may have moved on since the walk began.
    if (record && deadline_of(*record) != 0 && deadline_of(*record) <= now_ms) {
      due.push_back(*std::move(record));
    }
  }
  SENTRAIL_TRY(cursor->status());
  return due;
}

Result<std::vector<ActionRecord>> KvStore::actions_in(ActionState state) const {
  if (is_final(state)) {
    return fail(Errc::invalid_argument, "finished calls are listed by workspace only");
  }
  const std::string prefix = Key(Uuid{}, RowKind::unfinished).byte(static_cast<char>(state)).text();
  std::vector<ActionRecord> found;
  const std::unique_ptr<KvCursor> cursor = kv_->walk(Space::state);
  for (cursor->seek(prefix); cursor->valid() && cursor->key().starts_with(prefix); cursor->next()) {
    const std::string_view ids = cursor->key().substr(prefix.size());
    if (ids.size() != 32) return fail(Errc::corrupt, "an index row of held calls is garbled");
    SENTRAIL_ASSIGN_OR_RETURN(std::optional<ActionRecord> record,
                              get_action(uuid_in(ids, 0), uuid_in(ids, 16)));
    if (record && record->state == state) found.push_back(*std::move(record));
  }
  SENTRAIL_TRY(cursor->status());
  return found;
}

Result<std::uint32_t> KvStore::count_pending(const Uuid& workspace_id,
                                             std::string_view agent_id) const {
  SENTRAIL_ASSIGN_OR_RETURN(
      const std::optional<std::string> row,
      kv_->get(Space::state, Key(workspace_id, RowKind::pending).last(agent_id).text()));
  if (!row) return 0u;
  if (row->size() != 4) return fail(Errc::corrupt, "a count of held calls is garbled");
  return read_big_endian<std::uint32_t>(*row);
}

Result<std::optional<ApiKey>> KvStore::find_key(const Hash& hash) const {
  SENTRAIL_ASSIGN_OR_RETURN(
      const std::optional<std::string> owner,
      kv_->get(Space::state, Key(Uuid{}, RowKind::key_hash).add(hash).text()));
  if (!owner) return std::optional<ApiKey>();
  if (owner->size() != 32) return fail(Errc::corrupt, "an index row of keys is garbled");
  return get_key(uuid_in(*owner, 0), uuid_in(*owner, 16));
}

Result<std::optional<ApiKey>> KvStore::get_key(const Uuid& workspace_id, const Uuid& key_id) const {
  SENTRAIL_ASSIGN_OR_RETURN(std::optional<ApiKey> key,
                            load<ApiKey>(*kv_, Key(workspace_id, RowKind::key).add(key_id).text()));
  if (key) SENTRAIL_TRY(add_last_use(*kv_, *key));
  return key;
}

Result<std::vector<ApiKey>> KvStore::list_keys(const Uuid& workspace_id) const {
  SENTRAIL_ASSIGN_OR_RETURN(std::vector<ApiKey> keys,
                            load_all<ApiKey>(*kv_, Key(workspace_id, RowKind::key).text()));
  for (ApiKey& key : keys) SENTRAIL_TRY(add_last_use(*kv_, key));
  return keys;
}

Result<std::optional<Workspace>> KvStore::get_workspace(const Uuid& id) const {
  return load<Workspace>(*kv_, Key(Uuid{}, RowKind::workspace).add(id).text());
}

Result<std::vector<Workspace>> KvStore::list_workspaces() const {
  return load_all<Workspace>(*kv_, Key(Uuid{}, RowKind::workspace).text());
}

Result<std::optional<Agent>> KvStore::get_agent(const Uuid& workspace_id,
                                                std::string_view id) const {
  return load<Agent>(*kv_, Key(workspace_id, RowKind::agent).last(id).text());
}

Result<std::vector<Agent>> KvStore::list_agents(const Uuid& workspace_id) const {
  return load_all<Agent>(*kv_, Key(workspace_id, RowKind::agent).text());
}

Result<std::optional<Person>> KvStore::get_person(const Uuid& id) const {
  return load<Person>(*kv_, Key(Uuid{}, RowKind::person).add(id).text());
}

Result<std::optional<Person>> KvStore::find_person(std::string_view name) const {
  SENTRAIL_ASSIGN_OR_RETURN(
      const std::optional<std::string> id,
      kv_->get(Space::state, Key(Uuid{}, RowKind::person_name).last(name).text()));
  if (!id) return std::optional<Person>();
  if (id->size() != 16) return fail(Errc::corrupt, "an index row of people is garbled");
  return get_person(uuid_in(*id, 0));
}

Result<std::vector<Person>> KvStore::list_people() const {
  return load_all<Person>(*kv_, Key(Uuid{}, RowKind::person).text());
}

Result<std::optional<Session>> KvStore::get_session(const Hash& token_hash) const {
  return load<Session>(*kv_, Key(Uuid{}, RowKind::session).add(token_hash).text());
}

Result<std::vector<Hash>> KvStore::expired_sessions(std::int64_t now_ms, std::size_t limit) const {
  std::vector<Hash> over;
  const std::string prefix = Key(Uuid{}, RowKind::session).text();
  const std::unique_ptr<KvCursor> cursor = kv_->walk(Space::state);
  std::size_t seen = 0;
  for (cursor->seek(prefix); cursor->valid() && cursor->key().starts_with(prefix); cursor->next()) {
    if (over.size() >= limit || ++seen > limits::kPageScanMax) break;
    SENTRAIL_ASSIGN_OR_RETURN(const Session session, decode_record<Session>(cursor->value()));
    if (session.expires_ms <= now_ms) over.push_back(session.token_hash);
  }
  SENTRAIL_TRY(cursor->status());
  return over;
}

Result<std::optional<Connection>> KvStore::get_connection(const Uuid& workspace_id,
                                                          std::string_view tool) const {
  return load<Connection>(*kv_, Key(workspace_id, RowKind::connection).last(tool).text());
}

Result<std::vector<Connection>> KvStore::list_connections(const Uuid& workspace_id) const {
  return load_all<Connection>(*kv_, Key(workspace_id, RowKind::connection).text());
}

Result<std::vector<Delegation>> KvStore::list_delegations(const Uuid& workspace_id) const {
  return load_all<Delegation>(*kv_, Key(workspace_id, RowKind::delegation).text());
}

Result<std::optional<BreakGlassCode>> KvStore::get_break_glass_code(const Uuid& workspace_id,
                                                                    const Uuid& person_id) const {
  return load<BreakGlassCode>(*kv_,
                              Key(workspace_id, RowKind::break_glass_code).add(person_id).text());
}

Result<std::optional<BreakGlassGrant>> KvStore::get_break_glass_grant(const Uuid& workspace_id,
                                                                      const Uuid& id) const {
  return load<BreakGlassGrant>(*kv_, Key(workspace_id, RowKind::break_glass_grant).add(id).text());
}

Result<std::vector<BreakGlassGrant>> KvStore::list_break_glass_grants(
    const Uuid& workspace_id) const {
  return load_all<BreakGlassGrant>(*kv_, Key(workspace_id, RowKind::break_glass_grant).text());
}

Result<KillState> KvStore::get_kill_state(const Uuid& workspace_id) const {
  SENTRAIL_ASSIGN_OR_RETURN(std::optional<KillState> state,
                            load<KillState>(*kv_, Key(workspace_id, RowKind::kill).text()));
  if (state) return *std::move(state);
  KillState never;
  never.workspace_id = workspace_id;
  return never;
}

Result<std::optional<Setting>> KvStore::get_setting(const Uuid& workspace_id,
                                                    std::string_view name) const {
  return load<Setting>(*kv_, Key(workspace_id, RowKind::setting).last(name).text());
}

Result<std::vector<OutboxItem>> KvStore::due_outbox(std::int64_t now_ms, std::size_t limit) const {
  const std::string prefix = Key(Uuid{}, RowKind::outbox_due).text();
  std::vector<OutboxItem> due;
  const std::unique_ptr<KvCursor> cursor = kv_->walk(Space::state);
  for (cursor->seek(prefix);
       due.size() < limit && cursor->valid() && cursor->key().starts_with(prefix); cursor->next()) {
    const std::string_view key = cursor->key();
    if (key.size() != kKeyHeadBytes + 8 + 32)
      return fail(Errc::corrupt, "an outbox row is garbled");
    if (time_in(key, kKeyHeadBytes) > now_ms) break;
    SENTRAIL_ASSIGN_OR_RETURN(
        std::optional<OutboxItem> item,
        load<OutboxItem>(*kv_, Key(uuid_in(key, kKeyHeadBytes + 8), RowKind::outbox)
                                   .add(uuid_in(key, kKeyHeadBytes + 24))
                                   .text()));
    if (item && item->next_attempt_ms <= now_ms) due.push_back(*std::move(item));
  }
  SENTRAIL_TRY(cursor->status());
  return due;
}

Result<std::optional<std::string>> KvStore::get_blob(const Uuid& workspace_id,
                                                     const Uuid& id) const {
  return kv_->get(Space::blobs, Key().add(workspace_id).add(id).text());
}

}  // namespace sentrail::store
