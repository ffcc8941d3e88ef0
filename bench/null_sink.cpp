// A store that forgets, and the server around it. See null_sink.hpp.
#include "bench/null_sink.hpp"

#include <unistd.h>
#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <utility>
#include <variant>
#include <vector>

#include "core/limits.hpp"
#include "core/read_file.hpp"
#include "runtime/jit/library.hpp"
#include "runtime/server/daemon.hpp"

namespace sentrail::bench {
namespace {

using store::ActionQuery;
using store::ActionRecord;
using store::ActionState;
using store::Agent;
using store::ApiKey;
using store::AuditHead;
using store::AuditQuery;
using store::AuditRow;
using store::BreakGlassCode;
using store::BreakGlassGrant;
using store::Charges;
using store::Connection;
using store::Delegation;
using store::Hash;
using store::KillState;
using store::LimitClock;
using store::OutboxItem;
using store::Outcome;
using store::Page;
using store::Person;
using store::Session;
using store::Setting;
using store::Transaction;
using store::WindowPart;
using store::WindowQuery;
using store::Workspace;

// Whether a transaction does nothing but append entries, as one of a decision does.
bool is_entries_alone(const Transaction& transaction) {
  const auto passes = [](const store::Operation& one) {
    return std::holds_alternative<store::AppendAudit>(one) ||
           std::holds_alternative<store::RequireKillVersion>(one) ||
           std::holds_alternative<store::TouchKey>(one);
  };
  return std::all_of(transaction.operations.begin(), transaction.operations.end(), passes);
}

class WithoutEntries final : public store::Store {
 public:
  explicit WithoutEntries(std::unique_ptr<store::Store> below)
      : below_(std::move(below)), next_(below_->audit_head().size) {}

  [[nodiscard]] Result<std::optional<ActionRecord>> get_action(
      const Uuid& workspace_id, const Uuid& action_id) const override {
    return below_->get_action(workspace_id, action_id);
  }
  [[nodiscard]] Result<std::optional<ActionRecord>> find_action_by_correlation(
      const Uuid& workspace_id, const Uuid& correlation_id) const override {
    return below_->find_action_by_correlation(workspace_id, correlation_id);
  }
  [[nodiscard]] Result<std::optional<ActionRecord>> find_open_action(
      const Uuid& workspace_id, const Hash& attach_hash) const override {
    return below_->find_open_action(workspace_id, attach_hash);
  }
  [[nodiscard]] Result<Page<ActionRecord>> list_actions(const Uuid& workspace_id,
                                                        const ActionQuery& query) const override {
    return below_->list_actions(workspace_id, query);
  }
  [[nodiscard]] Result<std::vector<ActionRecord>> due_actions(std::int64_t now_ms,
                                                              std::size_t limit) const override {
    return below_->due_actions(now_ms, limit);
  }
  [[nodiscard]] Result<std::vector<ActionRecord>> actions_in(ActionState state) const override {
    return below_->actions_in(state);
  }
  [[nodiscard]] Result<std::uint32_t> count_pending(const Uuid& workspace_id,
                                                    std::string_view agent_id) const override {
    return below_->count_pending(workspace_id, agent_id);
  }
  [[nodiscard]] Result<std::optional<ApiKey>> find_key(const Hash& hash) const override {
    return below_->find_key(hash);
  }
  [[nodiscard]] Result<std::optional<ApiKey>> get_key(const Uuid& workspace_id,
                                                      const Uuid& key_id) const override {
    return below_->get_key(workspace_id, key_id);
  }
  [[nodiscard]] Result<std::vector<ApiKey>> list_keys(const Uuid& workspace_id) const override {
    return below_->list_keys(workspace_id);
  }
  [[nodiscard]] Result<std::optional<Workspace>> get_workspace(const Uuid& id) const override {
    return below_->get_workspace(id);
  }
  [[nodiscard]] Result<std::vector<Workspace>> list_workspaces() const override {
    return below_->list_workspaces();
  }
  [[nodiscard]] Result<std::optional<Agent>> get_agent(const Uuid& workspace_id,
                                                       std::string_view id) const override {
    return below_->get_agent(workspace_id, id);
  }
  [[nodiscard]] Result<std::vector<Agent>> list_agents(const Uuid& workspace_id) const override {
    return below_->list_agents(workspace_id);
  }
  [[nodiscard]] Result<std::optional<Person>> get_person(const Uuid& id) const override {
    return below_->get_person(id);
  }
  [[nodiscard]] Result<std::optional<Person>> find_person(std::string_view name) const override {
    return below_->find_person(name);
  }
  [[nodiscard]] Result<std::vector<Person>> list_people() const override {
    return below_->list_people();
  }
  [[nodiscard]] Result<std::optional<Session>> get_session(const Hash& token_hash) const override {
    return below_->get_session(token_hash);
  }
  [[nodiscard]] Result<std::vector<Hash>> expired_sessions(std::int64_t now_ms,
                                                           std::size_t limit) const override {
    return below_->expired_sessions(now_ms, limit);
  }
  [[nodiscard]] Result<std::optional<Connection>> get_connection(
      const Uuid& workspace_id, std::string_view tool) const override {
    return below_->get_connection(workspace_id, tool);
  }
  [[nodiscard]] Result<std::vector<Connection>> list_connections(
      const Uuid& workspace_id) const override {
    return below_->list_connections(workspace_id);
  }
  [[nodiscard]] Result<std::vector<Delegation>> list_delegations(
      const Uuid& workspace_id) const override {
    return below_->list_delegations(workspace_id);
  }
  [[nodiscard]] Result<std::optional<BreakGlassCode>> get_break_glass_code(
      const Uuid& workspace_id, const Uuid& person_id) const override {
    return below_->get_break_glass_code(workspace_id, person_id);
  }
  [[nodiscard]] Result<std::optional<BreakGlassGrant>> get_break_glass_grant(
      const Uuid& workspace_id, const Uuid& id) const override {
    return below_->get_break_glass_grant(workspace_id, id);
  }
  [[nodiscard]] Result<std::vector<BreakGlassGrant>> list_break_glass_grants(
      const Uuid& workspace_id) const override {
    return below_->list_break_glass_grants(workspace_id);
  }
  [[nodiscard]] Result<KillState> get_kill_state(const Uuid& workspace_id) const override {
    return below_->get_kill_state(workspace_id);
  }
  [[nodiscard]] Result<std::optional<Setting>> get_setting(const Uuid& workspace_id,
                                                           std::string_view name) const override {
    return below_->get_setting(workspace_id, name);
  }
  [[nodiscard]] Result<std::vector<OutboxItem>> due_outbox(std::int64_t now_ms,
                                                           std::size_t limit) const override {
    return below_->due_outbox(now_ms, limit);
  }
  [[nodiscard]] Result<std::optional<std::string>> get_blob(const Uuid& workspace_id,
                                                            const Uuid& id) const override {
    return below_->get_blob(workspace_id, id);
  }
  [[nodiscard]] Result<std::optional<LimitClock>> get_limit_clock() const override {
    return below_->get_limit_clock();
  }
  [[nodiscard]] Result<Page<WindowPart>> list_window_parts(
      const WindowQuery& query) const override {
    return below_->list_window_parts(query);
  }
  [[nodiscard]] Result<std::vector<Charges>> list_held_charges() const override {
    return below_->list_held_charges();
  }
  [[nodiscard]] AuditHead audit_head() const override { return below_->audit_head(); }
  [[nodiscard]] Result<std::vector<AuditRow>> audit_range(std::uint64_t from,
                                                          std::size_t limit) const override {
    return below_->audit_range(from, limit);
  }
  [[nodiscard]] Result<Page<AuditRow>> search_audit(const Uuid& workspace_id,
                                                    const AuditQuery& query) const override {
    return below_->search_audit(workspace_id, query);
  }

  [[nodiscard]] std::vector<Outcome> apply(
      std::span<const Transaction* const> transactions) override {
    std::vector<Outcome> outcomes(transactions.size());
    for (std::size_t i = 0; i < transactions.size(); ++i) {
      if (!is_entries_alone(*transactions[i])) {
        outcomes[i] = std::move(below_->apply(transactions.subspan(i, 1)).front());
        continue;
      }
      outcomes[i].first_sequence = next_;
      for (const store::Operation& one : transactions[i]->operations) {
        if (std::holds_alternative<store::AppendAudit>(one)) ++outcomes[i].audit_count;
      }
      next_ += outcomes[i].audit_count;
    }
    return outcomes;
  }
  [[nodiscard]] Status sync_floor() override { return below_->sync_floor(); }
  [[nodiscard]] Status health() const override { return below_->health(); }

 private:
  const std::unique_ptr<store::Store> below_;
  std::uint64_t next_;
};

}  // namespace

std::unique_ptr<store::Store> without_entries(std::unique_ptr<store::Store> below) {
  return std::make_unique<WithoutEntries>(std::move(below));
}

int run_null_sink(const NullSinkOptions& given) {
  const auto complain = [](const Error& error) {
    std::fprintf(stderr, "sentrail-bench: %s\n", error.message.c_str());
    return 1;
  };
  std::signal(SIGPIPE, SIG_IGN);
  const Result<std::string> text = read_file(given.config, limits::kConfigBytesMax);
  if (!text) return complain(text.error());
  const Result<server::Config> parsed = server::parse_config(*text, given.config);
  if (!parsed) return complain(parsed.error());
  const SystemClock clock;
  server::Logger logger(STDERR_FILENO, parsed->log_format, parsed->log_level, clock);
  const jit::Library library;
  server::DaemonOptions options;
  options.config = server::with_paths_in(*parsed, given.config.substr(0, given.config.rfind('/')));
  options.version = SENTRAIL_VERSION;
  options.ready_file = given.ready_file;
  options.native = &library;
  options.wrap_store = without_entries;
  server::Daemon daemon(std::move(options), logger);
  const Result<server::Started> started = daemon.start();
  if (!started) return complain(started.error());
  std::printf("token %s\n", started->bootstrap_token.c_str());
  std::fflush(stdout);
  daemon.wait();
  return 0;
}

}  // namespace sentrail::bench
