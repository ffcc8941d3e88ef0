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

// How many calls a pass has and how many passes fit, from what a few calls take.
void plan(std::size_t count, const Effort& effort,
          const std::function<void(std::size_t)>& pass_over, Timing& timing) {
  const std::size_t few = std::min<std::size_t>(count, 256);
  pass_over(few);
  const auto begin = Clock::now();
  pass_over(few);
  const double call = std::max(seconds_since(begin) / static_cast<double>(few), 1e-9);
  const double fit = effort.seconds / call / static_cast<double>(kPassesMin);
  timing.calls = std::min(count, std::max(kCallsMin, static_cast<std::size_t>(fit)));
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

std::uint64_t SingleCalls::ticks() noexcept {
  unsigned int processor = 0;
  _mm_lfence();
  return __rdtscp(&processor);
}

// A tick is measured against the steady clock over 20 ms.
SingleCalls::SingleCalls() {
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

Timing measure(const std::string& name, std::size_t count, const Effort& effort,
               const std::function<void(std::size_t)>& pass_over,
               const std::function<void(std::size_t)>& one_call) {
  Timing timing;
  plan(count, effort, pass_over, timing);
  std::vector<double> pass_ns;
  pass_ns.reserve(timing.passes);
  pass_over(timing.calls);  // caches and scratch are warm, as in a running server
  const std::uint64_t before = allocation_count();
  pass_over(timing.calls);
  timing.allocations = allocation_count() - before;

  benchmark::RegisterBenchmark(
      name.c_str(),
      [&](benchmark::State& state) {
        for (auto unused : state) {
          static_cast<void>(unused);
          const auto begin = Clock::now();
          pass_over(timing.calls);
          const double passed = seconds_since(begin);
          state.SetIterationTime(passed);
          pass_ns.push_back(passed * 1e9 / static_cast<double>(timing.calls));
        }
      })
      ->UseManualTime()
      ->Iterations(static_cast<benchmark::IterationCount>(timing.passes));
  Silent reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  benchmark::ClearRegisteredBenchmarks();

  const SingleCalls clock;
  timing.empty_pair = clock.empty_pair();
  std::vector<double> single;
  single.reserve(timing.calls);
  for (std::size_t i = 0; i < timing.calls; ++i) {
    single.push_back(clock.time([&] { one_call(i); }));
  }
  timing.p50 = quantile(pass_ns, 0.5);
  timing.p99 = std::max(0.0, quantile(single, 0.99) - timing.empty_pair);
  timing.p999 = std::max(0.0, quantile(single, 0.999) - timing.empty_pair);
  return timing;
}

double measure_cold(std::size_t count, const std::function<void(std::size_t)>& one_call) {
  constexpr std::size_t kLine = 64;
  constexpr std::size_t kCalls = 200;
  std::vector<std::uint8_t> buffer(flush_bytes());
  const SingleCalls clock;
  std::vector<double> single;
  for (std::size_t i = 0; i < std::min(count, kCalls); ++i) {
    for (std::size_t at = 0; at < buffer.size(); at += kLine) ++buffer[at];
    benchmark::ClobberMemory();
    single.push_back(clock.time([&] { one_call(i); }));
  }
  return std::max(0.0, quantile(single, 0.5) - clock.empty_pair());
}

}  // namespace sentrail::bench
