// What waiting for the disk costs a request: the gate beside itself without a log. See
// audit_bench.hpp.
//
// Both servers stand at once and are loaded in turn, several times: the medians are compared, so
// that what else the machine does meets both.
#include <string>
#include <utility>
#include <vector>

#include "bench/audit_bench.hpp"
#include "bench/disk_sync.hpp"
#include "bench/files.hpp"
#include "bench/gate_under_load.hpp"
#include "bench/measure.hpp"
#include "bench/row.hpp"
#include "bench/wrk_load.hpp"
#include "runtime/store/files.hpp"

namespace sentrail::bench {
namespace {

constexpr double kRatioNullSinkMin = 0.6;
constexpr double kRatioFdatasyncMax = 3;
constexpr std::size_t kTurns = 3;
constexpr std::size_t kSyncsTimed = 200;    // before and after each turn
constexpr std::size_t kEntryBytes = 2'048;  // about what an entry adds to the database's log
constexpr std::size_t kRequests = 16'384;
constexpr const char* kBody =
    R"({"tool":"github","action":"issues.create","riskLevel":"medium","resourceType":"issue",)"
    R"("resourceId":"acme/web-%d","payload":{"title":"report %d","labels":["bug"]}})";

// What loads of one width were, medians over the turns.
struct Loads {
  std::vector<double> per_second;
  std::vector<double> p50_us;
  std::vector<double> p99_us;
  std::vector<double> cpu_us;

  void add(const Load& load) {
    per_second.push_back(load.per_second());
    p50_us.push_back(load.p50_us);
    p99_us.push_back(load.p99_us);
    cpu_us.push_back(load.cpu_us());
  }
};

// Two gates in folders of their own.
struct Pair {
  GateUnderLoad durable;
  GateUnderLoad forgetful;
};

Result<GateUnderLoad> start(const AuditOptions& options, const std::string& folder, bool forgets) {
  GateOptions gate;
  gate.command = {gate_program(options.gate)};
  if (forgets) gate.command = {"/proc/self/exe", "null-sink"};
  gate.folder = folder;
  gate.policy = read_file(SENTRAIL_SOURCE_DIR "/policies/starter/starter.sentrail");
  gate.upstream_port = 9;  // nothing is forwarded
  SENTRAIL_TRY(store::make_directory(folder));
  return start_gate(gate);
}

Status load_in_turn(const AuditOptions& options, const std::string& folder, const Pair& gates,
                    std::size_t connections, Loads& durable, Loads& forgetful,
                    std::vector<double>& sync_us) {
  const LoadPlan plan{folder, connections, options.seconds};
  for (std::size_t turn = 0; turn < kTurns; ++turn) {
    for (const bool forgets : {false, true}) {
      const GateUnderLoad& gate = forgets ? gates.forgetful : gates.durable;
      write_load_script(plan, {"POST", "/evaluate-action", kBody, gate.key, kRequests});
      SENTRAIL_ASSIGN_OR_RETURN(const Load load, run_load(plan, gate.process, gate.port));
      (forgets ? forgetful : durable).add(load);
      SENTRAIL_TRY(check_recorded(gate));
    }
    SENTRAIL_ASSIGN_OR_RETURN(const std::vector<double> syncs,
                              time_syncs(folder, kEntryBytes, kSyncsTimed));
    sync_us.insert(sync_us.end(), syncs.begin(), syncs.end());
  }
  return {};
}

}  // namespace

Result<bool> bench_durable_http(const AuditOptions& options) {
  const Folder folder;
  SENTRAIL_ASSIGN_OR_RETURN(GateUnderLoad durable_gate,
                            start(options, folder.path() + "/durable", false));
  SENTRAIL_ASSIGN_OR_RETURN(GateUnderLoad forgetful_gate,
                            start(options, folder.path() + "/forgetful", true));
  const Pair gates{std::move(durable_gate), std::move(forgetful_gate)};
  std::vector<double> sync_us;
  Loads durable;
  Loads forgetful;
  SENTRAIL_TRY(load_in_turn(options, folder.path(), gates, options.connections, durable, forgetful,
                            sync_us));
  Row through("durable-http");
  const double per_second = quantile(durable.per_second, 0.5);
  const double without = quantile(forgetful.per_second, 0.5);
  through.number("ratio_null_sink", per_second / without).at_least(kRatioNullSinkMin);
  through.number("requests_per_second", per_second).number("null_sink_per_second", without);
  through.number("cpu_us", quantile(durable.cpu_us, 0.5));
  through.number("null_sink_cpu_us", quantile(forgetful.cpu_us, 0.5));
  through.number("p50_us", quantile(durable.p50_us, 0.5));
  through.number("p99_us", quantile(durable.p99_us, 0.5));
  through.count("connections", options.connections).print(options.json);

  Loads few;
  Loads few_forgetful;
  sync_us.clear();
  SENTRAIL_TRY(load_in_turn(options, folder.path(), gates, options.connections_few, few,
                            few_forgetful, sync_us));
  Row added("added-latency");
  const double with_us = quantile(few.p50_us, 0.5);
  const double without_us = quantile(few_forgetful.p50_us, 0.5);
  const double fdatasync_us = quantile(sync_us, 0.5);
  added.number("ratio_fdatasync", (with_us - without_us) / fdatasync_us)
      .at_most(kRatioFdatasyncMax);
  added.number("added_p50_us", with_us - without_us).number("fdatasync_us", fdatasync_us);
  added.number("p50_us", with_us).number("null_sink_p50_us", without_us);
  added.number("p99_us", quantile(few.p99_us, 0.5));
  added.number("null_sink_p99_us", quantile(few_forgetful.p99_us, 0.5));
  added.number("requests_per_second", quantile(few.per_second, 0.5));
  added.count("connections", options.connections_few).print(options.json);
  return through.reached() && added.reached();
}

}  // namespace sentrail::bench
