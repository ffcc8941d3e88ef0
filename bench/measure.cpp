// Timing. See measure.hpp.
#include "bench/measure.hpp"

#include <benchmark/benchmark.h>
#include <unistd.h>
#include <x86intrin.h>

#include <algorithm>
#include <chrono>

namespace sentrail::bench {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

// Google Benchmark's own tables are not ours; rows are printed by the caller.
class Silent : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>&) override {}
};

// Nanoseconds of one pass, block by block.
double pass(const Calls& calls, std::size_t count, const Ticks& ticks) {
  double ns = 0;
  for (std::size_t begin = 0; begin < count; begin += kCallsOfABlock) {
    const std::size_t end = std::min(begin + kCallsOfABlock, count);
    calls.ready(begin, end);
    ns += ticks.time([&] { calls.run(begin, end); }) - ticks.empty_pair();
  }
  return ns;
}

// How many calls a pass has and how many passes fit, from what a few calls take.
void plan(const Calls& calls, const Effort& effort, const Ticks& ticks, Timing& timing) {
  const std::size_t few = std::min<std::size_t>(calls.count, 256);
  pass(calls, few, ticks);
  const auto begin = Clock::now();
  pass(calls, few, ticks);
  const double call = std::max(seconds_since(begin) / static_cast<double>(few), 1e-9);
  const double fit = effort.seconds / call / static_cast<double>(kPassesMin);
  timing.calls = std::min(calls.count, std::max(kCallsMin, static_cast<std::size_t>(fit)));
  const double passes = effort.seconds / call / static_cast<double>(timing.calls);
  timing.passes = std::clamp(static_cast<std::size_t>(passes), std::min(kPassesMin, effort.passes),
                             effort.passes);
}

// Twice the last-level cache, as the kernel tells it; 64 MiB where it does not.
std::size_t flush_bytes() {
  const long bytes = ::sysconf(_SC_LEVEL3_CACHE_SIZE);
  return bytes > 0 ? static_cast<std::size_t>(bytes) * 2 : std::size_t{64} << 20;
}

}  // namespace

double quantile(std::vector<double>& values, double share) {
  if (values.empty()) return 0;
  const auto at = static_cast<std::ptrdiff_t>(std::min<double>(
      share * static_cast<double>(values.size()), static_cast<double>(values.size() - 1)));
  std::nth_element(values.begin(), values.begin() + at, values.end());
  return values[static_cast<std::size_t>(at)];
}

std::uint64_t Ticks::ticks() noexcept {
  unsigned int processor = 0;
  _mm_lfence();
  return __rdtscp(&processor);
}

// A tick is measured against the steady clock over 20 ms.
Ticks::Ticks() {
  const auto begin = Clock::now();
  const std::uint64_t first = ticks();
  while (Clock::now() - begin < std::chrono::milliseconds(20)) {
  }
  const std::uint64_t last = ticks();
  tick_ns_ = seconds_since(begin) * 1e9 / static_cast<double>(last - first);
  std::vector<double> empty;
  for (std::size_t i = 0; i < 4096; ++i) empty.push_back(time([] {}));
  empty_pair_ = quantile(empty, 0.5);
}

Timing measure(const std::string& name, const Calls& calls, const Effort& effort) {
  const Ticks ticks;
  Timing timing;
  timing.empty_pair = ticks.empty_pair();
  plan(calls, effort, ticks, timing);
  std::vector<double> pass_ns;
  pass_ns.reserve(timing.passes);
  pass(calls, timing.calls, ticks);  // caches and scratch are warm, as in a running server
  const std::uint64_t before = allocation_count();
  pass(calls, timing.calls, ticks);
  timing.allocations = allocation_count() - before;

  benchmark::RegisterBenchmark(name.c_str(),
                               [&](benchmark::State& state) {
                                 for (auto unused : state) {
                                   static_cast<void>(unused);
                                   const double ns = pass(calls, timing.calls, ticks);
                                   state.SetIterationTime(ns * 1e-9);
                                   pass_ns.push_back(ns / static_cast<double>(timing.calls));
                                 }
                               })
      ->UseManualTime()
      ->Iterations(static_cast<benchmark::IterationCount>(timing.passes));
  Silent reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  benchmark::ClearRegisteredBenchmarks();

  std::vector<double> single;
  single.reserve(timing.calls);
  for (std::size_t i = 0; i < timing.calls; ++i) {
    calls.ready(i, i + 1);
    single.push_back(ticks.time([&] { calls.run(i, i + 1); }));
  }
  timing.p50 = std::max(0.0, quantile(pass_ns, 0.5));
  timing.fastest = std::max(0.0, quantile(pass_ns, 0));
  timing.p99 = std::max(0.0, quantile(single, 0.99) - timing.empty_pair);
  timing.p999 = std::max(0.0, quantile(single, 0.999) - timing.empty_pair);
  return timing;
}

double measure_cold(const Calls& calls) {
  constexpr std::size_t kLine = 64;
  constexpr std::size_t kCalls = 200;
  std::vector<std::uint8_t> buffer(flush_bytes());
  const Ticks ticks;
  std::vector<double> single;
  for (std::size_t i = 0; i < std::min(calls.count, kCalls); ++i) {
    for (std::size_t at = 0; at < buffer.size(); at += kLine) ++buffer[at];
    benchmark::ClobberMemory();
    calls.ready(i, i + 1);
    single.push_back(ticks.time([&] { calls.run(i, i + 1); }));
  }
  return std::max(0.0, quantile(single, 0.5) - ticks.empty_pair());
}

}  // namespace sentrail::bench
