// The decision benchmark. See decide_bench.hpp.
#include "bench/decide_bench.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <random>

#include "bench/decide_rows.hpp"
#include "bench/engines.hpp"
#include "bench/workload.hpp"
#include "bench/worst_request.hpp"
#include "compiler/oracle/oracle.hpp"
#include "compiler/simplify/simplify.hpp"
#include "core/check.hpp"
#include "core/program_cost.hpp"
#include "tests/support/bundled_program.hpp"

namespace sentrail::bench {
namespace {

using Clock = std::chrono::steady_clock;

double milliseconds_since(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

// A workload ready to be decided: compiled, its requests as facts.
struct Prepared {
  Prepared(const std::string& name, std::size_t rules, std::size_t requests, std::uint64_t seed)
      : workload(make_workload(name, rules, requests, seed)),
        policy(checked_policy(workload)),
        compiled(compiler::simplify(policy)) {
    const std::vector<std::string> zones = zone_names_of(compiled.program());
    facts.reserve(workload.requests.size());
    for (const auto& request : workload.requests) {
      std::optional<support::OwnedFacts> owned = support::OwnedFacts::of(request);
      SENTRAIL_CHECK_NOTE(owned.has_value(), "a workload's requests are facts");
      if (!zones.empty()) owned->set_zones(zones);
      facts.push_back(std::move(*owned));
    }
  }

  Workload workload;
  compiler::ir::Policy policy;
  Clock::time_point begin = Clock::now();
  support::BundledProgram compiled;
  double build_ms = milliseconds_since(begin);
  std::vector<support::OwnedFacts> facts;
};

// What the oracle says of some requests, and the baseline of more of them, both spread evenly: made
// once for all engines of a row.
struct Expected {
  std::vector<std::size_t> asked;
  std::vector<compiler::oracle::Decision> answers;  // of those
  std::vector<std::size_t> compared;
  std::vector<Decision> naive;  // of those
};

// Rules that the baseline goes through for one row to be compared: at a hundred thousand rules a
// slow engine takes milliseconds a request.
constexpr std::size_t kComparedRules = 200'000'000;

// So many of `count`, spread evenly.
std::vector<std::size_t> spread(std::size_t count, std::size_t wanted) {
  std::vector<std::size_t> out;
  wanted = std::min(count, wanted);
  for (std::size_t i = 0; i < wanted; ++i) out.push_back(i * count / wanted);
  return out;
}

Expected expected_of(const Prepared& prepared, EngineRun& naive, std::size_t oracle_rules) {
  Expected expected;
  const std::size_t count = prepared.facts.size();
  const std::size_t rules = std::max<std::size_t>(prepared.workload.rule_count, 1);
  expected.asked = spread(count, std::max<std::size_t>(oracle_rules / rules, 32));
  expected.compared = spread(count, std::max<std::size_t>(kComparedRules / rules, 32));
  for (const std::size_t i : expected.asked) {
    expected.answers.push_back(
        compiler::oracle::decide(prepared.policy, prepared.workload.requests[i]));
  }
  for (const std::size_t i : expected.compared) {
    expected.naive.push_back(naive.decide(*prepared.facts[i]));
  }
  return expected;
}

std::size_t mismatches_of(const Prepared& prepared, const Expected& expected, EngineRun& engine) {
  std::vector<bool> wrong(prepared.facts.size());
  for (std::size_t i = 0; i < expected.compared.size(); ++i) {
    const std::size_t at = expected.compared[i];
    wrong[at] = !(engine.decide(*prepared.facts[at]) == expected.naive[i]);
  }
  for (std::size_t i = 0; i < expected.asked.size(); ++i) {
    const std::size_t at = expected.asked[i];
    const Decision answer = engine.decide(*prepared.facts[at]);
    wrong[at] = !support::difference(expected.answers[i], answer).empty();
  }
  return static_cast<std::size_t>(std::count(wrong.begin(), wrong.end(), true));
}

// Reads what a request says, so that it lies in the cache as one does that was just parsed.
std::size_t read_through(const Facts& facts) {
  std::size_t sum = 0;
  const auto read = [&sum](std::string_view text) {
    for (std::size_t at = 0; at < text.size(); at += 32)
      sum += static_cast<unsigned char>(text[at]);
    if (!text.empty()) sum += static_cast<unsigned char>(text.back());
  };
  const auto read_json = [&](const auto& self, JsonValue value) -> void {
    const JsonKind kind = value.kind();
    if (kind == JsonKind::string || kind == JsonKind::number) read(value.text());
    if (kind != JsonKind::array && kind != JsonKind::object) return;
    // Of an object the names are children too.
    const std::size_t children = value.size() * (kind == JsonKind::object ? 2 : 1);
    JsonValue child = children > 0 ? value.first_child() : JsonValue{};
    for (std::size_t i = 0; i < children; ++i) {
      if (i > 0) child = child.next();
      self(self, child);
    }
  };
  for (const Fact& fact : facts.values) {
    sum += static_cast<std::size_t>(fact.kind);
    if (fact.kind == FactKind::string || fact.kind == FactKind::number) read(fact.text);
    if (fact.kind == FactKind::string_set) std::ranges::for_each(fact.set, read);
    if (fact.kind == FactKind::array || fact.kind == FactKind::object) {
      read_json(read_json, fact.json);
    }
  }
  return sum;
}

// The decisions of an engine as calls. `sum` keeps them from being left out.
Calls calls_of(const Prepared& prepared, EngineRun& engine, std::size_t& sum) {
  const std::span<const support::OwnedFacts> facts = prepared.facts;
  Calls calls;
  calls.count = facts.size();
  calls.ready = [facts, &sum](std::size_t begin, std::size_t end) {
    for (const auto& one : facts.subspan(begin, end - begin)) sum += read_through(*one);
  };
  calls.run = [facts, &engine, &sum](std::size_t begin, std::size_t end) {
    sum += engine.pass(facts.subspan(begin, end - begin));
  };
  return calls;
}

Timing timing_of(const std::string& name, const Prepared& prepared, EngineRun& engine,
                 const Effort& effort) {
  std::size_t sum = 0;
  const Timing timing = measure(name, calls_of(prepared, engine, sum), effort);
  std::fprintf(stderr, "# %s %zu rules: %zu passes over %zu requests, checksum %zu\n", name.c_str(),
               prepared.workload.rule_count, timing.passes, timing.calls, sum);
  return timing;
}

// A decision with its verdicts, where the engine has them.
void add_verdicts(const Prepared& prepared, EngineRun& engine, const Effort& effort,
                  DecideRow& row) {
  const std::span<const support::OwnedFacts> facts = prepared.facts;
  if (!engine.pass_with_verdicts(facts.first(0))) return;
  std::size_t sum = 0;
  Calls calls = calls_of(prepared, engine, sum);
  calls.run = [facts, &engine, &sum](std::size_t begin, std::size_t end) {
    sum += *engine.pass_with_verdicts(facts.subspan(begin, end - begin));
  };
  const Timing timing = measure(row.workload + "/verdicts", calls, effort);
  row.verdicts_p50 = timing.p50;
  row.timing.allocations += timing.allocations;
}

// The slowest request that is found must be decided as the oracle decides it, too.
void add_worst(const Prepared& prepared, EngineRun& engine, double seconds, DecideRow& row) {
  const WorstRequest worst =
      find_worst(engine, prepared.workload.requests, prepared.facts, row.seed, seconds);
  row.worst_ns = worst.ns;
  row.worst_tried = worst.tried;
  row.bound_steps = cost_within(prepared.compiled.program(), kWorstSizes).steps;
  std::optional<support::OwnedFacts> facts = support::OwnedFacts::of(worst.request);
  SENTRAIL_CHECK_NOTE(facts.has_value(), "what was decided are facts");
  facts->set_zones(zone_names_of(prepared.compiled.program()));
  const auto expected = compiler::oracle::decide(prepared.policy, worst.request);
  if (!support::difference(expected, engine.decide(**facts)).empty()) ++row.mismatches;
}

void run_one(const std::string& name, std::size_t rules, const DecideOptions& options,
             std::uint64_t seed, std::vector<DecideRow>& rows) {
  const Prepared prepared(name, rules, options.requests, seed);
  const Program& program = prepared.compiled.program();
  const std::unique_ptr<EngineRun> naive = engine_named("naive")->make(program);
  const Expected expected = expected_of(prepared, *naive, options.oracle_rules);
  const Timing naive_timing = timing_of(name + "/naive", prepared, *naive, options.effort);
  const std::unique_ptr<EngineRun> reader = make_naive_reader(program);
  const Timing reading = timing_of(name + "/reading", prepared, *reader, options.effort);
  for (const std::string& wanted : options.engines) {
    const EngineKind& kind = *engine_named(wanted);
    const auto begin = Clock::now();
    const std::unique_ptr<EngineRun> engine = kind.make(program);
    const double passed = milliseconds_since(begin);
    DecideRow row;
    row.workload = name;
    row.rules = prepared.workload.rule_count;
    row.engine = kind.name;
    row.seed = seed;
    row.build_ms = prepared.build_ms + passed;
    row.bytes = engine->size_bytes();
    row.checked = expected.asked.size();
    row.compared = expected.compared.size();
    row.undecidable =
        static_cast<std::size_t>(std::ranges::count_if(expected.naive, &Decision::undecidable));
    row.mismatches = mismatches_of(prepared, expected, *engine);
    row.naive_p50 = naive_timing.p50;
    row.naive_read = reading.p50;
    row.timing = kind.name == "naive" ? naive_timing
                                      : timing_of(name + "/" + std::string(kind.name), prepared,
                                                  *engine, options.effort);
    add_verdicts(prepared, *engine, options.effort, row);
    if (options.cold) {
      std::size_t sum = 0;
      row.cold_p50 = measure_cold(calls_of(prepared, *engine, sum));
    }
    if (options.worst_seconds > 0) add_worst(prepared, *engine, options.worst_seconds, row);
    rows.push_back(std::move(row));
  }
}

std::optional<std::uint64_t> seed_of(const std::string& text) {
  if (text == "random") return std::random_device{}();
  std::uint64_t seed = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seed);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return seed;
}

bool are_known(const DecideOptions& options) {
  for (const std::string& name : options.engines) {
    if (engine_named(name) != nullptr) continue;
    std::fprintf(stderr, "there is no engine '%s'\n", name.c_str());
    return false;
  }
  for (const std::string& name : options.workloads) {
    const auto& kinds = workload_kinds();
    if (std::ranges::find(kinds, name, &WorkloadKind::name) != kinds.end()) continue;
    std::fprintf(stderr, "there is no workload '%s'\n", name.c_str());
    return false;
  }
  return true;
}

}  // namespace

int run_decide(const DecideOptions& options) {
  const std::optional<std::uint64_t> seed = seed_of(options.seed);
  if (!seed) std::fprintf(stderr, "a seed is a number, or 'random'\n");
  if (!seed || !are_known(options)) return 2;
  std::fprintf(stderr, "# seed %llu\n", static_cast<unsigned long long>(*seed));
  std::vector<DecideRow> rows;
  for (const WorkloadKind& kind : workload_kinds()) {
    const std::string name(kind.name);
    const bool wanted = options.workloads.empty() ||
                        std::ranges::find(options.workloads, name) != options.workloads.end();
    if (!wanted) continue;
    for (const std::size_t rules : options.rules) {
      run_one(name, rules, options, *seed, rows);
      if (!kind.any_size) break;
    }
  }
  options.json ? print_json(rows) : print_table(rows);
  const bool failed = std::ranges::any_of(rows, [](const DecideRow& row) {
    return row.mismatches > 0 || row.timing.allocations > 0 || !row.bounded();
  });
  return failed ? 1 : 0;
}

}  // namespace sentrail::bench
