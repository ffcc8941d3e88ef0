// sentraild, put together: the one place that knows every part.
//
// Neighbours: main.cpp gives it a configuration; everything below runtime/ is made here. Must not
// know: routes, policy, what a transaction means.
//
// Who may outlive whom, and so the order in which close() ends things, which is not the reverse of
// making them:
//   1. I/O threads           nobody calls the gate any more, all sends have reported or are cut off
//   2. coordinator's thread  stores what it was told and tells whoever asked, which may use the
//   pool
//   3. work pool             finishes what routes queued; a coordinator that ended refuses, and is
//   there
//   4. coordinator, writer   the writer applies what is queued and posts to the gate's ports,
//   through
//                            them to I/O threads, which still exist, though they no longer run
//   5. server, gate          what is left of sessions goes with them
//   6. log's keeper          publishes the last entries; ends before the store
//   7. recorded requests     what was offered is written; ends before the keys of subjects
//   8. store, lock           last
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "core/result.hpp"
#include "core/time.hpp"
#include "runtime/audit/event.hpp"
#include "runtime/audit/leaf.hpp"
#include "runtime/audit/log_keeper.hpp"
#include "runtime/audit/retention.hpp"
#include "runtime/audit/subject_keys.hpp"
#include "runtime/bundles/active_bundle.hpp"
#include "runtime/counters/counters.hpp"
#include "runtime/execute/call.hpp"
#include "runtime/execute/coordinator.hpp"
#include "runtime/gateway/admin_commits.hpp"
#include "runtime/gateway/gate.hpp"
#include "runtime/gateway/housekeeping.hpp"
#include "runtime/gateway/known.hpp"
#include "runtime/gateway/prober.hpp"
#include "runtime/gateway/rechecker.hpp"
#include "runtime/gateway/sender.hpp"
#include "runtime/gateway/watch.hpp"
#include "runtime/gateway/work_pool.hpp"
#include "runtime/identity/accounts.hpp"
#include "runtime/identity/administration.hpp"
#include "runtime/recording/request_log.hpp"
#include "runtime/server/clock_watch.hpp"
#include "runtime/server/config.hpp"
#include "runtime/server/data_directory.hpp"
#include "runtime/server/entrance.hpp"
#include "runtime/server/exporters.hpp"
#include "runtime/server/local_control.hpp"
#include "runtime/server/policy_keeper.hpp"
#include "runtime/server/send_valve.hpp"
#include "runtime/server/server.hpp"
#include "runtime/server/witness_link.hpp"
#include "runtime/store/open_store.hpp"
#include "runtime/store/writer.hpp"

namespace sentrail::server {

// What a daemon runs with.
struct DaemonOptions {
  Config config;                 // paths absolute, or relative to where the process runs
  std::string version;           // of the program
  std::string ready_file;        // written once it serves; empty: none
  const Clock* clock = nullptr;  // outlives the daemon; null: the host's
  decide::EngineKind engine = decide::EngineKind::automatic;
  const decide::NativeMaker* native = nullptr;  // outlives the daemon; null: no native code
  // What stands between the daemon and its store; null: nothing does. No program that is shipped
  // gives one: see bench/null_sink.hpp.
  std::function<std::unique_ptr<store::Store>(std::unique_ptr<store::Store>)> wrap_store{};
};

// What the start found, for the person who started it.
struct Started {
  std::string url;
  std::string tls_url;          // empty: no TLS listener of its own
  std::string policy;           // name of the policy in force; empty: none
  std::string bundle;           // its digest, shortened
  std::string engine;           // what decides, see decide::Engine::description
  std::string complaint;        // why another bundle than the configured one decides
  std::string bootstrap_token;  // empty: there is an owner
  std::uint64_t audit_entries = 0;
  execute::RecoveryReport recovered;
};

// One running gate. threads: the one that made it.
class Daemon {
 public:
  // `logger` outlives the daemon.
  Daemon(DaemonOptions options, Logger& logger);
  // Stops at once what still runs, and closes.
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  // Opens everything, settles what a former process left, then serves. Call it once.
  // fails: as the parts; messages name the remedy. After a failure only the destructor may follow.
  [[nodiscard]] Result<Started> start();
  // Blocks until signals have ended it, then closes everything in order.
  void wait();

 private:
  [[nodiscard]] Status open_data();
  [[nodiscard]] Status open_subjects();
  [[nodiscard]] Status open_log();
  [[nodiscard]] Status open_requests();
  [[nodiscard]] Status make_retention();
  [[nodiscard]] Status load_policy();
  [[nodiscard]] Status open_listeners();
  [[nodiscard]] Status take_up_limits();
  [[nodiscard]] Status make_gate();
  [[nodiscard]] Status tell_of_start();
  [[nodiscard]] Status invite_owner();
  [[nodiscard]] Status recover();
  [[nodiscard]] Status leave_mark();
  // No start before this one came as far as its entry, which is the first.
  [[nodiscard]] bool store_is_new() const noexcept { return store_.report.head.size == 0; }
  // Nothing here knows what a later state of this store did.
  [[nodiscard]] bool store_went_back() const noexcept { return counts_anew_ && !store_is_new(); }
  [[nodiscard]] Status ask_witness();
  [[nodiscard]] Status serve();
  [[nodiscard]] Status write_ready_file() const;
  void stop_sending();
  void close();

  void reload();
  void tell_of_zones(const bundles::LoadedBundle& bundle) const;
  void tell_of_clock_jump(std::int64_t jump_ms);
  [[nodiscard]] store::Transaction entry(store::AuditKind kind, std::string action,
                                         store::AuditDecision decision, std::string reason) const;

  const DaemonOptions options_;
  Logger& logger_;
  const SystemClock host_clock_;
  const Clock& clock_;
  const audit::LeafCodec codec_;
  Started started_;

  std::optional<DataDirectory> data_;
  std::optional<crypto::SealKey> master_;
  store::OpenedStore store_;
  std::unique_ptr<audit::SubjectKeys> subjects_;
  std::optional<UpstreamWitnessLink> witness_link_;
  std::optional<audit::Witness> witness_;
  std::unique_ptr<audit::LogKeeper> log_;
  std::unique_ptr<recording::RequestLog> requests_;
  std::optional<audit::Recorder> recorder_;
  std::optional<execute::CallVault> vault_;
  std::optional<identity::Administration> administration_;
  identity::SignInThrottle throttle_;
  identity::LiveSessions sessions_;

  bundles::ActiveBundle bundle_;
  std::optional<PolicyKeeper> policy_;
  std::optional<gateway::KnownHolder> known_;
  std::optional<LocalControl> local_;
  Exporters exporters_{logger_};
  gateway::Watch watch_;
  gateway::Looks looks_;
  std::optional<gateway::UpstreamSender> sender_;
  std::optional<SendValve> valve_;
  std::optional<counters::Counters> counters_;
  bool counts_anew_ = false;  // nothing is known of what limits counted before
  std::optional<gateway::CurrentRechecker> rechecker_;
  std::optional<gateway::UpstreamProber> prober_;
  std::unique_ptr<audit::Retention> retention_;
  std::optional<ClockWatch> clock_watch_;
  std::optional<gateway::Housekeeping> housekeeping_;

  std::shared_ptr<Entrance> entrance_;
  std::unique_ptr<gateway::Gate> gate_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<gateway::AdminCommits> changes_;  // after the writer, which posts to it
  std::unique_ptr<store::Writer> writer_;
  std::unique_ptr<execute::Coordinator> coordinator_;
  std::thread coordinator_thread_;
  std::unique_ptr<gateway::WorkPool> pool_;
};

}  // namespace sentrail::server
