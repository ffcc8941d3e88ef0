// `sentrail-bench`: named workloads, measured against named baselines.
//
// Neighbours: the headers named *_bench.hpp, export.hpp. Must not know: how anything is measured.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>
#include <vector>

#include "bench/approvals_bench.hpp"
#include "bench/audit_bench.hpp"
#include "bench/compile_bench.hpp"
#include "bench/decide_bench.hpp"
#include "bench/durable_bench.hpp"
#include "bench/export.hpp"
#include "bench/http_bench.hpp"
#include "bench/null_sink.hpp"
#include "bench/requests_bench.hpp"

namespace sentrail::bench {
namespace {

void add_decide_options(CLI::App& command, DecideOptions& options, int& exit_code) {
  command.add_option("--engine", options.engines, "auto, jit, table, linear, naive")
      ->delimiter(',')
      ->capture_default_str();
  command.add_option("--rules", options.rules, "sizes")->delimiter(',')->capture_default_str();
  command.add_option("--requests", options.requests, "distinct requests")->capture_default_str();
  command.add_option("--passes", options.effort.passes, "passes over them, at most")
      ->capture_default_str();
  command.add_option("--seconds", options.effort.seconds, "that the passes of a row may take")
      ->capture_default_str();
  command.add_option("--worst-seconds", options.worst_seconds, "of search for slow requests")
      ->capture_default_str();
  command.add_option("--oracle-rules", options.oracle_rules, "that the oracle evaluates for a row")
      ->capture_default_str();
  command.add_flag("--cold", options.cold, "measure decisions without caches too");
  command.add_option("--seed", options.seed, "of policies and requests; a number or 'random'")
      ->capture_default_str();
  command.add_flag("--json", options.json, "print rows as JSON");
  command.callback([&options, &exit_code] { exit_code = run_decide(options); });
}

void add_decide(CLI::App& app, DecideOptions& options, int& exit_code) {
  CLI::App* const command = app.add_subcommand("decide", "the cost of one decision, in process");
  command->add_option("--workload", options.workloads, "which; all unless given")->delimiter(',');
  add_decide_options(*command, options, exit_code);
}

// The one workload whose patterns are looked up by more than heads and tails, up to its largest.
void add_paths(CLI::App& app, DecideOptions& options, int& exit_code) {
  options.workloads = {"paths"};
  options.rules = {10, 100, 1'000, 10'000, 100'000};
  add_decide_options(*app.add_subcommand("paths", "decide --workload paths, to 100,000 rules"),
                     options, exit_code);
}

void add_durable(CLI::App& app, DurableOptions& options, int& exit_code) {
  CLI::App* const command = app.add_subcommand(
      "durable", "entries of the audit log, made, on disk and found, in process");
  command->add_option("--entries", options.entries, "of the log")->capture_default_str();
  command->add_option("--batch", options.batch, "entries of one")->capture_default_str();
  command->add_option("--resources", options.resources, "distinct ones")->capture_default_str();
  command->add_option("--searches", options.searches, "of each kind")->capture_default_str();
  command->add_option("--seed", options.seed, "of the entries")->capture_default_str();
  command->add_flag("--json", options.json, "print rows as JSON");
  command->callback([&options, &exit_code] { exit_code = run_durable(options); });
}

void add_approvals(CLI::App& app, ApprovalsOptions& options, int& exit_code) {
  CLI::App* const command =
      app.add_subcommand("approvals", "pages of the queue of held calls; from approval to call");
  command->add_option("--pending", options.pending, "calls that wait")->capture_default_str();
  command->add_option("--pages", options.pages, "of each kind")->capture_default_str();
  command->add_option("--limit", options.limit, "calls of a page")->capture_default_str();
  command->add_option("--approved", options.first_byte.approved, "calls, through a gate")
      ->capture_default_str();
  command->add_option("--gate", options.first_byte.gate, "the sentraild; the one beside this");
  command->add_option("--seed", options.seed, "of the places")->capture_default_str();
  command->add_flag("--json", options.json, "print rows as JSON");
  command->callback([&options, &exit_code] {
    options.first_byte.json = options.json;
    exit_code = run_approvals(options);
  });
}

void add_audit(CLI::App& app, AuditOptions& options, int& exit_code) {
  CLI::App* const command =
      app.add_subcommand("audit", "the audit log against what disk and hashes take");
  command->add_option("--step", options.steps,
                      "merkle-append, verify, proof, coalesced, long-log, durable-http; all unless "
                      "given");
  command->add_option("--leaves", options.leaves, "hashed, and verified")->capture_default_str();
  command->add_option("--proven", options.proven, "leaves of the tree of proofs")
      ->capture_default_str();
  command->add_option("--proofs", options.proofs, "of it")->capture_default_str();
  command->add_option("--appended", options.appended, "entries, by groups")->capture_default_str();
  command->add_option("--synced-each", options.synced_each, "entries, one by one")
      ->capture_default_str();
  command->add_option("--stored", options.stored, "entries of the long log")->capture_default_str();
  command->add_option("--searches", options.searches, "of each kind")->capture_default_str();
  command->add_option("--connections", options.connections, "of durable-http")
      ->capture_default_str();
  command->add_option("--connections-few", options.connections_few, "of added-latency")
      ->capture_default_str();
  command->add_option("--seconds", options.seconds, "of load")->capture_default_str();
  command->add_option("--gate", options.gate, "the sentraild; the one beside this");
  command->add_option("--folder", options.folder, "an empty one for the long log, which stays");
  command->add_option("--seed", options.seed, "of the entries")->capture_default_str();
  command->add_flag("--strict", options.strict, "fail if a number is not as it was asked for");
  command->add_flag("--json", options.json, "print rows as JSON");
  command->callback([&options, &exit_code] { exit_code = run_audit(options); });
}

// Not for people: what `audit` starts beside sentraild.
void add_null_sink(CLI::App& app, NullSinkOptions& options, int& exit_code) {
  CLI::App* const command = app.add_subcommand("null-sink", "a gate without an audit log");
  command->group("");
  command->add_option("--config", options.config, "its configuration")->required();
  command->add_option("--ready-file", options.ready_file, "written once it serves")->required();
  command->callback([&options, &exit_code] { exit_code = run_null_sink(options); });
}

void add_export(CLI::App& app, ExportOptions& options, int& exit_code) {
  CLI::App* const command =
      app.add_subcommand("export", "a workload as JSON, for engines of other makers");
  command->add_option("folder", options.folder, "to write to")->required();
  command->add_option("--workload", options.workload, "which")->capture_default_str();
  command->add_option("--rules", options.rules, "how many")->capture_default_str();
  command->add_option("--requests", options.requests, "distinct ones")->capture_default_str();
  command->add_option("--expected", options.expected, "requests that the oracle answers")
      ->capture_default_str();
  command->add_option("--seed", options.seed, "of policy and requests")->capture_default_str();
  command->callback([&options, &exit_code] { exit_code = run_export(options); });
}

void add_http(CLI::App& app, HttpOptions& options, int& exit_code) {
  CLI::App* const command =
      app.add_subcommand("http", "the cost of one request to the gate, nginx beside it");
  command->add_option("--workload", options.workloads,
                      "simulate, simulate-explained, simulate-batch, evaluate-durable, proxy-get");
  command->add_option("--seconds", options.seconds, "of load for each")->capture_default_str();
  command->add_option("--connections", options.connections, "kept alive")->capture_default_str();
  command->add_option("--requests", options.requests, "distinct ones")->capture_default_str();
  command->add_option("--gate", options.gate,
                      "the sentraild to measure; the one beside this program");
  command->add_flag("--json", options.json, "print rows as JSON");
  command->callback([&options, &exit_code] { exit_code = run_http(options); });
}

void add_requests(CLI::App& app, RequestsOptions& options, int& exit_code) {
  CLI::App* const command =
      app.add_subcommand("requests", "reading a body, deciding, and batches, in process");
  command->add_option("--rules", options.rules, "of both policies")->capture_default_str();
  command->add_option("--bodies", options.bodies, "distinct ones")->capture_default_str();
  command->add_option("--batches", options.batches, "distinct ones")->capture_default_str();
  command->add_option("--passes", options.effort.passes, "passes over them, at most")
      ->capture_default_str();
  command->add_option("--seconds", options.effort.seconds, "that the passes of a row may take")
      ->capture_default_str();
  command->add_option("--seed", options.seed, "of policy and requests")->capture_default_str();
  command->add_flag("--json", options.json, "print rows as JSON");
  command->callback([&options, &exit_code] { exit_code = run_requests(options); });
}

void add_compile(CLI::App& app, CompileOptions& options, int& exit_code) {
  CLI::App* const command =
      app.add_subcommand("compile", "sentrailc on large and on hostile policies");
  command->add_option("--task", options.tasks, "build, analysis, diff, prove, replay, hostile");
  command->add_option("--rules", options.rules_max, "no policy with more rules than this")
      ->capture_default_str();
  command->add_option("--passes", options.passes, "runs of each, of which the median counts")
      ->capture_default_str();
  command->add_option("--records", options.records, "that replay reads")->capture_default_str();
  command->add_option("--seed", options.seed, "of policies and records")->capture_default_str();
  command->add_option("--compiler", options.compiler, "the sentrailc; the one beside this program");
  command->add_flag("--json", options.json, "print rows as JSON");
  command->callback([&options, &exit_code] { exit_code = run_compile(options); });
}

// What peers are asked with is a program of its own: their runners are not C++.
int run_peers(bool over_http, const std::vector<std::string>& arguments) {
  const std::string script =
      std::string(SENTRAIL_SOURCE_DIR) + "/bench/peers/" + (over_http ? "over_http.py" : "run.py");
  std::vector<char*> words = {const_cast<char*>("python3"), const_cast<char*>(script.c_str())};
  for (const std::string& one : arguments) words.push_back(const_cast<char*>(one.c_str()));
  words.push_back(nullptr);
  execvp(words.front(), words.data());
  std::perror("python3");
  return 1;
}

void add_peers(CLI::App& app, bool& over_http, int& exit_code) {
  CLI::App* const command =
      app.add_subcommand("peers", "engines of other makers; tools/bench_peers.sh builds them");
  command->add_flag("--over-http", over_http, "Cerbos and the gate, HTTP with HTTP");
  command->allow_extras();
  command->footer("Everything else goes to bench/peers/run.py, or over_http.py: -- --help");
  command->callback([command, &over_http, &exit_code] {
    exit_code = run_peers(over_http, command->remaining());
  });
}

}  // namespace
}  // namespace sentrail::bench

int main(int argc, char** argv) {
  using namespace sentrail::bench;
  CLI::App app{"Measure Sentrail against named baselines.", "sentrail-bench"};
  app.set_version_flag("--version", "sentrail-bench " SENTRAIL_VERSION);
  app.require_subcommand(1);
  int exit_code = 0;
  DecideOptions decide;
  add_decide(app, decide, exit_code);
  DecideOptions paths;
  add_paths(app, paths, exit_code);
  ExportOptions exported;
  add_export(app, exported, exit_code);
  DurableOptions durable;
  add_durable(app, durable, exit_code);
  ApprovalsOptions approvals;
  add_approvals(app, approvals, exit_code);
  AuditOptions audit;
  add_audit(app, audit, exit_code);
  NullSinkOptions null_sink;
  add_null_sink(app, null_sink, exit_code);
  HttpOptions http;
  add_http(app, http, exit_code);
  RequestsOptions requests;
  add_requests(app, requests, exit_code);
  CompileOptions compile;
  add_compile(app, compile, exit_code);
  bool over_http = false;
  add_peers(app, over_http, exit_code);
  CLI11_PARSE(app, argc, argv);
  return exit_code;
}
