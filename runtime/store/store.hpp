// The store as the rest of the runtime sees it: atomic durable transactions, and reads.
//
// Neighbours: transaction.hpp (what can be changed), writer.hpp (the one thread that applies),
// kv_store.hpp (the implementation over ordered keys). Must not know: RocksDB, SQL, leaf encoding.
// Every implementation is held to tests/unit/store/conformance_test.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "runtime/store/records.hpp"
#include "runtime/store/transaction.hpp"

namespace sentrail::store {

// Part of a list. `cursor` continues behind it; empty: there is no more.
template <class T>
struct Page {
  std::vector<T> items;
  std::string cursor;
};

// Which held calls to list, newest first.
struct ActionQuery {
  std::optional<ActionState> state;
  std::string agent_id;  // empty: any
  std::string tool;      // empty: any
  std::string cursor;    // of the page before
  std::size_t limit = 50;
};

// Which audit entries to find, newest first. All terms must hold.
struct AuditQuery {
  std::vector<AuditTerm> terms;
  std::int64_t from_ms = INT64_MIN;   // inclusive
  std::int64_t until_ms = INT64_MAX;  // exclusive
  std::string cursor;                 // of the page before
  std::size_t limit = 50;
};

// Which parts of windows to list, those first that are gone first.
struct WindowQuery {
  std::int64_t from_ms = INT64_MIN;   // inclusive: gone then or later
  std::int64_t until_ms = INT64_MAX;  // exclusive
  std::string cursor;                 // of the page before
  std::size_t limit = 1'000;
};

// How far the log reaches.
struct AuditHead {
  std::uint64_t size = 0;
  Hash chain{};

  friend bool operator==(const AuditHead&, const AuditHead&) = default;
};

// How entries become bytes and a chain; implemented by audit/, so that the store knows no format.
// threads: any.
class LeafCodec {
 public:
  virtual ~LeafCodec() = default;
  // Writes the leaf of an entry. fails: limit_exceeded if it does not fit into an entry bundle.
  [[nodiscard]] virtual Result<std::string> encode(const AuditEntry& entry,
                                                   std::uint64_t sequence) const = 0;
  // Extends the chain hash by a leaf.
  [[nodiscard]] virtual Hash extend(const Hash& chain, std::string_view leaf) const = 0;
};

// Reads see whole transactions only. Those of one workspace never return another's records.
// cost: may touch the disk; never call them on an I/O thread. threads: any, beside apply().
// fails: corrupt or io where bytes cannot be had as they were written.
class Reader {
 public:
  virtual ~Reader() = default;

  // A held call by its id, its correlation id, or (open ones only) its attach hash.
  [[nodiscard]] virtual Result<std::optional<ActionRecord>> get_action(
      const Uuid& workspace_id, const Uuid& action_id) const = 0;
  [[nodiscard]] virtual Result<std::optional<ActionRecord>> find_action_by_correlation(
      const Uuid& workspace_id, const Uuid& correlation_id) const = 0;
  [[nodiscard]] virtual Result<std::optional<ActionRecord>> find_open_action(
      const Uuid& workspace_id, const Hash& attach_hash) const = 0;
  // One page of held calls. A page may be short where filters pass over many; go on by its cursor.
  [[nodiscard]] virtual Result<Page<ActionRecord>> list_actions(const Uuid& workspace_id,
                                                                const ActionQuery& query) const = 0;
  // Calls of all workspaces whose deadline_of() is at most `now_ms`, the oldest deadline first.
  [[nodiscard]] virtual Result<std::vector<ActionRecord>> due_actions(std::int64_t now_ms,
                                                                      std::size_t limit) const = 0;
  // All calls of all workspaces in one state that is not final: after a start, those that were
  // claimed or sending. fails: also invalid_argument for a final state.
  [[nodiscard]] virtual Result<std::vector<ActionRecord>> actions_in(ActionState state) const = 0;
  // How many calls of an agent are held.
  [[nodiscard]] virtual Result<std::uint32_t> count_pending(const Uuid& workspace_id,
                                                            std::string_view agent_id) const = 0;

  // A key by the hash of its text, in whatever workspace it is.
  [[nodiscard]] virtual Result<std::optional<ApiKey>> find_key(const Hash& hash) const = 0;
  [[nodiscard]] virtual Result<std::optional<ApiKey>> get_key(const Uuid& workspace_id,
                                                              const Uuid& key_id) const = 0;
  [[nodiscard]] virtual Result<std::vector<ApiKey>> list_keys(const Uuid& workspace_id) const = 0;

  // Workspaces, agents, people (by id, by the account's name), sign-ins and connections.
  [[nodiscard]] virtual Result<std::optional<Workspace>> get_workspace(const Uuid& id) const = 0;
  [[nodiscard]] virtual Result<std::vector<Workspace>> list_workspaces() const = 0;
  [[nodiscard]] virtual Result<std::optional<Agent>> get_agent(const Uuid& workspace_id,
                                                               std::string_view id) const = 0;
  [[nodiscard]] virtual Result<std::vector<Agent>> list_agents(const Uuid& workspace_id) const = 0;
  [[nodiscard]] virtual Result<std::optional<Person>> get_person(const Uuid& id) const = 0;
  [[nodiscard]] virtual Result<std::optional<Person>> find_person(std::string_view name) const = 0;
  [[nodiscard]] virtual Result<std::vector<Person>> list_people() const = 0;
  [[nodiscard]] virtual Result<std::optional<Session>> get_session(
      const Hash& token_hash) const = 0;
  // Sessions that are over at that time, at most `limit`. cost: a look at limits::kPageScanMax
  // rows.
  [[nodiscard]] virtual Result<std::vector<Hash>> expired_sessions(std::int64_t now_ms,
                                                                   std::size_t limit) const = 0;
  [[nodiscard]] virtual Result<std::optional<Connection>> get_connection(
      const Uuid& workspace_id, std::string_view tool) const = 0;
  [[nodiscard]] virtual Result<std::vector<Connection>> list_connections(
      const Uuid& workspace_id) const = 0;
  // Delegations of a workspace, also those that are over.
  [[nodiscard]] virtual Result<std::vector<Delegation>> list_delegations(
      const Uuid& workspace_id) const = 0;
  // Emergency codes, and their uses with the reviews of them.
  [[nodiscard]] virtual Result<std::optional<BreakGlassCode>> get_break_glass_code(
      const Uuid& workspace_id, const Uuid& person_id) const = 0;
  [[nodiscard]] virtual Result<std::optional<BreakGlassGrant>> get_break_glass_grant(
      const Uuid& workspace_id, const Uuid& id) const = 0;
  [[nodiscard]] virtual Result<std::vector<BreakGlassGrant>> list_break_glass_grants(
      const Uuid& workspace_id) const = 0;
  // A kill state that was never set is the default one, version 0.
  [[nodiscard]] virtual Result<KillState> get_kill_state(const Uuid& workspace_id) const = 0;
  [[nodiscard]] virtual Result<std::optional<Setting>> get_setting(const Uuid& workspace_id,
                                                                   std::string_view name) const = 0;
  // The clock of limits as it was noted last; what their windows hold; the charges of held calls.
  // All of the whole server.
  [[nodiscard]] virtual Result<std::optional<LimitClock>> get_limit_clock() const = 0;
  [[nodiscard]] virtual Result<Page<WindowPart>> list_window_parts(
      const WindowQuery& query) const = 0;
  [[nodiscard]] virtual Result<std::vector<Charges>> list_held_charges() const = 0;
  // Messages of all workspaces that are due, the longest due first.
  [[nodiscard]] virtual Result<std::vector<OutboxItem>> due_outbox(std::int64_t now_ms,
                                                                   std::size_t limit) const = 0;
  [[nodiscard]] virtual Result<std::optional<std::string>> get_blob(const Uuid& workspace_id,
                                                                    const Uuid& id) const = 0;

  // The durable end of the log.
  [[nodiscard]] virtual AuditHead audit_head() const = 0;
  // Entries of the whole server from a sequence number on, at most `limit`. A missing one is an
  // error, never a gap. fails: corrupt.
  [[nodiscard]] virtual Result<std::vector<AuditRow>> audit_range(std::uint64_t from,
                                                                  std::size_t limit) const = 0;
  // Entries of one workspace. A page may be short where terms share little; go on by its cursor.
  [[nodiscard]] virtual Result<Page<AuditRow>> search_audit(const Uuid& workspace_id,
                                                            const AuditQuery& query) const = 0;
};

// A store that can be written. threads: apply() and sync_floor() from one thread at a time.
class Store : public Reader {
 public:
  // Applies transactions in order as one durable batch: when it returns, those that did not fail
  // are on disk together. One that fails leaves nothing behind and does not hinder the others.
  // After an io or corrupt failure the store takes no more writes until it is opened anew.
  [[nodiscard]] virtual std::vector<Outcome> apply(
      std::span<const Transaction* const> transactions) = 0;

  // Makes durable what the store remembers outside itself about its own size; call it at least
  // every second while entries are appended. cost: one fdatasync if there is news.
  [[nodiscard]] virtual Status sync_floor() = 0;

  // Whether the store still takes writes; the failure that ended it if not. threads: any.
  [[nodiscard]] virtual Status health() const = 0;
};

}  // namespace sentrail::store
