// `sentrail-bench`: named workloads, measured against named baselines.
//
// Neighbours: decide_bench.hpp, http_bench.hpp. Must not know: how anything is measured.
#include <CLI/CLI.hpp>

#include "bench/compile_bench.hpp"
#include "bench/decide_bench.hpp"
#include "bench/http_bench.hpp"

int main(int argc, char** argv) {
  using namespace sentrail::bench;
  CLI::App app{"Measure Sentrail against named baselines.", "sentrail-bench"};
  app.set_version_flag("--version", "sentrail-bench " SENTRAIL_VERSION);
  app.require_subcommand(1);

  DecideOptions decide;
  int exit_code = 0;
  CLI::App* command = app.add_subcommand("decide", "the cost of one decision, in process");
  command->add_option("--workload", decide.workloads, "which; all unless given")->delimiter(',');
  command->add_option("--engine", decide.engines, "auto, linear, naive")
      ->delimiter(',')
      ->capture_default_str();
  command->add_option("--rules", decide.rules, "sizes")->delimiter(',')->capture_default_str();
  command->add_option("--requests", decide.requests, "distinct requests")->capture_default_str();
  command->add_option("--passes", decide.effort.passes, "passes over them, at most")
      ->capture_default_str();
  command->add_option("--seconds", decide.effort.seconds, "that the passes of a row may take")
      ->capture_default_str();
  command->add_option("--worst-seconds", decide.worst_seconds, "of search for slow requests")
      ->capture_default_str();
  command->add_option("--oracle-rules", decide.oracle_rules, "that the oracle evaluates for a row")
      ->capture_default_str();
  command->add_flag("--cold", decide.cold, "measure decisions without caches too");
  command->add_option("--seed", decide.seed, "of policies and requests; a number or 'random'")
      ->capture_default_str();
  command->add_flag("--json", decide.json, "print rows as JSON");
  command->callback([&] { exit_code = run_decide(decide); });

  HttpOptions http;
  command = app.add_subcommand("http", "the cost of one request to the gate, nginx beside it");
  command->add_option("--workload", http.workloads,
                      "simulate, simulate-explained, evaluate-durable, proxy-get");
  command->add_option("--seconds", http.seconds, "of load for each")->capture_default_str();
  command->add_option("--connections", http.connections, "kept alive")->capture_default_str();
  command->add_option("--requests", http.requests, "distinct ones")->capture_default_str();
  command->add_option("--gate", http.gate, "the sentraild to measure; the one beside this program");
  command->add_flag("--json", http.json, "print rows as JSON");
  command->callback([&] { exit_code = run_http(http); });

  CompileOptions compile;
  command = app.add_subcommand("compile", "sentrailc on large and on hostile policies");
  command->add_option("--task", compile.tasks, "build, analysis, diff, prove, replay, hostile");
  command->add_option("--rules", compile.rules_max, "no policy with more rules than this")
      ->capture_default_str();
  command->add_option("--passes", compile.passes, "runs of each, of which the median counts")
      ->capture_default_str();
  command->add_option("--records", compile.records, "that replay reads")->capture_default_str();
  command->add_option("--seed", compile.seed, "of policies and records")->capture_default_str();
  command->add_option("--compiler", compile.compiler, "the sentrailc; the one beside this program");
  command->add_flag("--json", compile.json, "print rows as JSON");
  command->callback([&] { exit_code = run_compile(compile); });

  CLI11_PARSE(app, argc, argv);
  return exit_code;
}
