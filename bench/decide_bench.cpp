// The decision benchmark. See decide_bench.hpp.
#include "bench/decide_bench.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>

#include "bench/measure.hpp"
#include "bench/workload.hpp"
#include "compiler/check/check.hpp"
#include "compiler/oracle/oracle.hpp"
#include "compiler/syntax/parser.hpp"
#include "core/check.hpp"
#include "core/json_writer.hpp"
#include "tests/support/compiled.hpp"
#include "tests/support/facts_of.hpp"

namespace sentrail::bench {
namespace {

// One line of the table.
struct Row {
  std::string workload;
  std::size_t rules = 0;
  std::string engine;
  Timing timing;
  std::size_t bytes = 0;
  double build_ms = 0;
  std::size_t mismatches = 0;
  double ratio_naive = 1;
};

compiler::ir::Policy checked(const Workload& workload) {
  compiler::Sources sources;
  compiler::DiagnosticSink sink;
  const compiler::SourceId id = sources.add(workload.name + ".sentrail", workload.policy_text);
  const std::optional<compiler::Ast> ast = compiler::parse(id, sources, sink);
  SENTRAIL_CHECK_NOTE(ast.has_value(), "a workload parses");
  std::optional<compiler::ir::Policy> policy = compiler::check(*ast, sources, nullptr, sink);
  SENTRAIL_CHECK_NOTE(policy.has_value(), "a workload checks");
  return std::move(*policy);
}

std::size_t bytes_of(const Program& program) {
  std::size_t bytes = 0;
  for_each_table(program, [&](TableId, const auto& table) { bytes += table.size_bytes(); });
  return bytes;
}

std::size_t count_mismatches(const compiler::ir::Policy& policy, const Workload& workload,
                             const std::vector<support::OwnedFacts>& facts,
                             support::Compiled& compiled) {
  std::size_t mismatches = 0;
  for (std::size_t i = 0; i < facts.size(); ++i) {
    const auto expected = compiler::oracle::decide(policy, workload.requests[i]);
    if (!support::difference(expected, compiled.decide(*facts[i])).empty()) ++mismatches;
  }
  return mismatches;
}

Row run_one(const std::string& name, std::size_t rules, const DecideOptions& options) {
  const Workload workload = make_workload(name, rules, options.requests, options.seed);
  const compiler::ir::Policy policy = checked(workload);
  std::vector<support::OwnedFacts> facts;
  facts.reserve(workload.requests.size());
  for (const auto& request : workload.requests) {
    std::optional<support::OwnedFacts> owned = support::OwnedFacts::of(request);
    SENTRAIL_CHECK_NOTE(owned.has_value(), "a workload's requests are facts");
    facts.push_back(std::move(*owned));
  }
  const auto begin = std::chrono::steady_clock::now();
  support::Compiled compiled(policy);
  Row row;
  row.build_ms =
      std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
  row.workload = name;
  row.rules = rules;
  row.engine = "linear";
  row.bytes = bytes_of(compiled.program());
  row.mismatches = count_mismatches(policy, workload, facts, compiled);
  std::uint32_t sum = 0;  // keeps the decisions from being left out
  const auto one = [&](std::size_t i) { sum += compiled.decide(*facts[i]).rule; };
  row.timing = measure(
      name + "/" + std::to_string(rules), facts.size(), options.passes,
      [&](std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) one(i);
      },
      one);
  std::fprintf(stderr, "# %s %zu rules, checksum %u\n", name.c_str(), rules, sum);
  return row;
}

void print_json(const std::vector<Row>& rows) {
  std::string out;
  JsonWriter json(&out);
  json.begin_array();
  const auto number = [&](const char* key, double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f", value);
    json.key(key).raw_number(text);
  };
  for (const Row& row : rows) {
    json.begin_object()
        .key("workload")
        .string(row.workload)
        .key("rules")
        .unsigned_integer(row.rules)
        .key("engine")
        .string(row.engine);
    number("p50", row.timing.p50);
    number("p99", row.timing.p99);
    number("p999", row.timing.p999);
    number("empty_pair", row.timing.empty_pair);
    json.key("allocations").unsigned_integer(row.timing.allocations);
    json.key("bytes").unsigned_integer(row.bytes);
    number("build_ms", row.build_ms);
    json.key("mismatches").unsigned_integer(row.mismatches);
    number("ratio_naive", row.ratio_naive);
    json.end_object();
  }
  json.end_array();
  std::printf("%s\n", out.c_str());
}

void print_table(const std::vector<Row>& rows) {
  std::printf("%-15s %7s %-7s %9s %9s %9s %6s %9s %8s %5s\n", "workload", "rules", "engine",
              "p50 ns", "p99 ns", "p99.9 ns", "alloc", "bytes", "build ms", "wrong");
  for (const Row& row : rows) {
    std::printf("%-15s %7zu %-7s %9.1f %9.1f %9.1f %6llu %9zu %8.2f %5zu\n", row.workload.c_str(),
                row.rules, row.engine.c_str(), row.timing.p50, row.timing.p99, row.timing.p999,
                static_cast<unsigned long long>(row.timing.allocations), row.bytes, row.build_ms,
                row.mismatches);
  }
}

}  // namespace

int run_decide(const DecideOptions& options) {
  std::vector<Row> rows;
  for (const WorkloadKind& kind : workload_kinds()) {
    const std::string name(kind.name);
    const bool wanted = options.workloads.empty() ||
                        std::find(options.workloads.begin(), options.workloads.end(), name) !=
                            options.workloads.end();
    if (!wanted) continue;
    for (const std::size_t rules : options.rules) rows.push_back(run_one(name, rules, options));
  }
  options.json ? print_json(rows) : print_table(rows);
  for (const Row& row : rows) {
    if (row.mismatches > 0 || row.timing.allocations > 0) return 1;
  }
  return 0;
}

}  // namespace sentrail::bench
