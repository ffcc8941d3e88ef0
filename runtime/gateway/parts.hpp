// What the gateway works with, put together once by the composition root.
//
// Neighbours: server/ makes all of these and the gateway borrows them; every file of this folder
// takes what it needs from here. Must not know: Asio, files, configuration syntax.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/limits.hpp"
#include "core/time.hpp"
#include "core/uuid.hpp"
#include "crypto/seal.hpp"
#include "runtime/approvals/reasons.hpp"
#include "runtime/audit/event.hpp"
#include "runtime/audit/log_keeper.hpp"
#include "runtime/audit/retention.hpp"
#include "runtime/bundles/active_bundle.hpp"
#include "runtime/counters/counters.hpp"
#include "runtime/execute/call.hpp"
#include "runtime/execute/coordinator.hpp"
#include "runtime/gateway/admin_commits.hpp"
#include "runtime/gateway/known.hpp"
#include "runtime/gateway/local_stops.hpp"
#include "runtime/gateway/looks.hpp"
#include "runtime/gateway/stop_self_test.hpp"
#include "runtime/gateway/watch.hpp"
#include "runtime/gateway/work_pool.hpp"
#include "runtime/identity/accounts.hpp"
#include "runtime/identity/administration.hpp"
#include "runtime/identity/live_sessions.hpp"
#include "runtime/recording/request_log.hpp"
#include "runtime/store/store.hpp"
#include "runtime/store/writer.hpp"

namespace sentrail::gateway {

class Metrics;

// How the gateway behaves.
struct GateSettings {
  std::string public_url;      // how clients reach the gate; no final `/`
  std::string version;         // of the program
  bool notifies = false;       // whether the coordinator's messages have a channel to leave by
  bool durable_reads = false;  // declared reads too wait until their entry is on disk
  std::int64_t decide_by_ms = limits::kDecideByMsDefault;
  std::int64_t execute_by_ms = limits::kExecuteByMsDefault;
  approvals::ReasonRule reasons;  // as the coordinator asks for them
  std::string break_glass_group;  // told at once of every emergency grant; empty: there are none
  std::int64_t key_life_ms = limits::kKeyLifeMsDefault;
};

// Puts a bundle's bytes in force after all checks, and keeps it for the next start.
// fails: as bundles::LoadedBundle::from_bytes; io. threads: any; may touch the disk.
using InstallBundle =
    std::function<Result<std::shared_ptr<const bundles::LoadedBundle>>(std::string_view bytes)>;

// All outlive the gate.
struct GateParts {
  store::Store& store;
  store::Writer& writer;
  const audit::Recorder& recorder;
  const Clock& clock;
  execute::Coordinator& coordinator;
  const execute::CallVault& vault;
  const identity::Administration& administration;
  const bundles::ActiveBundle& bundle;
  InstallBundle install_bundle;
  KnownHolder& known;
  AdminCommits& changes;
  Watch& watch;
  WorkPool& pool;
  identity::SignInThrottle& throttle;
  identity::LiveSessions& sessions;
  GateSettings settings;
  counters::Counters* counters = nullptr;  // null: no limit has room
  Looks* looks = nullptr;                  // null: nobody remembers who saw a call when
  const LocalStops* local_stops = nullptr;
  const StopSelfTest* stop_test = nullptr;               // null: the switch is not tried
  std::function<void(std::string& out)> more_metrics{};  // of what the gateway does not know
  std::function<void(std::vector<std::string>& out)> more_warnings{};  // the same, for /readyz
  const audit::LogKeeper* log = nullptr;                               // null: nothing is published
  recording::RequestLog* requests = nullptr;    // null: no requests are recorded
  const audit::Retention* retention = nullptr;  // null: nothing is forgotten
  Metrics* metrics = nullptr;                   // the gate's own; set by it
};

}  // namespace sentrail::gateway
