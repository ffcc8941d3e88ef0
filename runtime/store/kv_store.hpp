// The store over ordered keys: what a single machine uses.
//
// Neighbours: store.hpp (the interface), kv.hpp (the engine below), staging.hpp (how a batch
// comes to be), floor.hpp, open_store.hpp (makes one). Must not know: RocksDB.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/sync_point.hpp"
#include "runtime/store/files.hpp"
#include "runtime/store/floor.hpp"
#include "runtime/store/kv.hpp"
#include "runtime/store/store.hpp"

namespace sentrail::store {

// What a KvStore stands on. `codec` and `hook` outlive it; without a floor it remembers nothing
// outside the engine, which only tests may want.
struct KvStoreParts {
  FileHandle lock;  // let go last
  std::unique_ptr<OrderedKv> kv;
  std::unique_ptr<Floor> floor;
  const LeafCodec* codec = nullptr;
  SyncPointHook* hook = nullptr;
};

// A Store on any OrderedKv.
class KvStore final : public Store {
 public:
  // Takes what open_store() has checked: the head and number of batches in the engine.
  KvStore(KvStoreParts parts, AuditHead head, std::uint64_t batches);

  // As Store says.
  [[nodiscard]] std::vector<Outcome> apply(
      std::span<const Transaction* const> transactions) override;
  [[nodiscard]] Status sync_floor() override;
  [[nodiscard]] Status health() const override;

  // As Reader says.
  [[nodiscard]] Result<std::optional<ActionRecord>> get_action(
      const Uuid& workspace_id, const Uuid& action_id) const override;
  [[nodiscard]] Result<std::optional<ActionRecord>> find_action_by_correlation(
      const Uuid& workspace_id, const Uuid& correlation_id) const override;
  [[nodiscard]] Result<std::optional<ActionRecord>> find_open_action(
      const Uuid& workspace_id, const Hash& attach_hash) const override;
  [[nodiscard]] Result<Page<ActionRecord>> list_actions(const Uuid& workspace_id,
                                                        const ActionQuery& query) const override;
  [[nodiscard]] Result<std::vector<ActionRecord>> due_actions(std::int64_t now_ms,
                                                              std::size_t limit) const override;
  [[nodiscard]] Result<std::vector<ActionRecord>> actions_in(ActionState state) const override;
  [[nodiscard]] Result<std::uint32_t> count_pending(const Uuid& workspace_id,
                                                    std::string_view agent_id) const override;
  [[nodiscard]] Result<std::optional<ApiKey>> find_key(const Hash& hash) const override;
  [[nodiscard]] Result<std::optional<ApiKey>> get_key(const Uuid& workspace_id,
                                                      const Uuid& key_id) const override;
  [[nodiscard]] Result<std::vector<ApiKey>> list_keys(const Uuid& workspace_id) const override;
  [[nodiscard]] Result<std::optional<Workspace>> get_workspace(const Uuid& id) const override;
  [[nodiscard]] Result<std::vector<Workspace>> list_workspaces() const override;
  [[nodiscard]] Result<std::optional<Agent>> get_agent(const Uuid& workspace_id,
                                                       std::string_view id) const override;
  [[nodiscard]] Result<std::vector<Agent>> list_agents(const Uuid& workspace_id) const override;
  [[nodiscard]] Result<std::optional<Person>> get_person(const Uuid& id) const override;
  [[nodiscard]] Result<std::optional<Person>> find_person(std::string_view name) const override;
  [[nodiscard]] Result<std::vector<Person>> list_people() const override;
  [[nodiscard]] Result<std::optional<Session>> get_session(const Hash& token_hash) const override;
  [[nodiscard]] Result<std::vector<Hash>> expired_sessions(std::int64_t now_ms,
                                                           std::size_t limit) const override;
  [[nodiscard]] Result<std::optional<Connection>> get_connection(
      const Uuid& workspace_id, std::string_view tool) const override;
  [[nodiscard]] Result<std::vector<Connection>> list_connections(
      const Uuid& workspace_id) const override;
  [[nodiscard]] Result<std::vector<Delegation>> list_delegations(
      const Uuid& workspace_id) const override;
  [[nodiscard]] Result<std::optional<BreakGlassCode>> get_break_glass_code(
      const Uuid& workspace_id, const Uuid& person_id) const override;
  [[nodiscard]] Result<std::optional<BreakGlassGrant>> get_break_glass_grant(
      const Uuid& workspace_id, const Uuid& id) const override;
  [[nodiscard]] Result<std::vector<BreakGlassGrant>> list_break_glass_grants(
      const Uuid& workspace_id) const override;
  [[nodiscard]] Result<KillState> get_kill_state(const Uuid& workspace_id) const override;
  [[nodiscard]] Result<std::optional<Setting>> get_setting(const Uuid& workspace_id,
                                                           std::string_view name) const override;
  [[nodiscard]] Result<std::optional<LimitClock>> get_limit_clock() const override;
  [[nodiscard]] Result<Page<WindowPart>> list_window_parts(const WindowQuery& query) const override;
  [[nodiscard]] Result<std::vector<Charges>> list_held_charges() const override;
  [[nodiscard]] Result<std::vector<OutboxItem>> due_outbox(std::int64_t now_ms,
                                                           std::size_t limit) const override;
  [[nodiscard]] Result<std::optional<std::string>> get_blob(const Uuid& workspace_id,
                                                            const Uuid& id) const override;
  [[nodiscard]] AuditHead audit_head() const override;
  [[nodiscard]] Result<std::vector<AuditRow>> audit_range(std::uint64_t from,
                                                          std::size_t limit) const override;
  [[nodiscard]] Result<Page<AuditRow>> search_audit(const Uuid& workspace_id,
                                                    const AuditQuery& query) const override;

 private:
  void break_down(const Error& error);
  [[nodiscard]] Status write_batch(std::vector<KvWrite> writes, const AuditHead& head);
  [[nodiscard]] Result<AuditRow> audit_row(std::uint64_t sequence) const;

  const FileHandle lock_;
  const std::unique_ptr<OrderedKv> kv_;
  const std::unique_ptr<Floor> floor_;
  const LeafCodec& codec_;
  SyncPointHook* const hook_;
  std::uint64_t batches_;

  mutable std::mutex mutex_;
  AuditHead head_;               // guarded by mutex_
  std::optional<Error> broken_;  // guarded by mutex_
  std::atomic<bool> is_broken_{false};
};

// The row that says how much the engine holds; written with every batch.
struct HeadRow {
  AuditHead head;
  std::uint64_t batches = 0;
};

// Reads that row; nothing if the engine is new. fails: corrupt, io.
[[nodiscard]] Result<std::optional<HeadRow>> read_head(const OrderedKv& kv);

// The format of all rows of this release, and the row that states it.
inline constexpr std::uint32_t kFormatVersion = 3;
[[nodiscard]] std::string format_key();

}  // namespace sentrail::store
