// Timing. See measure.hpp.
#include "bench/measure.hpp"

#include <benchmark/benchmark.h>
#include <x86intrin.h>

#include <algorithm>
#include <chrono>

namespace sentrail::bench {
namespace {

using Clock = std::chrono::steady_clock;

double quantile(std::vector<double>& values, double share) {
  if (values.empty()) return 0;
  const auto at = static_cast<std::ptrdiff_t>(std::min<double>(
      share * static_cast<double>(values.size()), static_cast<double>(values.size() - 1)));
  std::nth_element(values.begin(), values.begin() + at, values.end());
  return values[static_cast<std::size_t>(at)];
}

std::uint64_t ticks() noexcept {
  unsigned int processor = 0;
  _mm_lfence();
  return __rdtscp(&processor);
}

// Nanoseconds of a tick, measured against the steady clock over 20 ms.
double tick_ns() {
  const auto begin = Clock::now();
  const std::uint64_t first = ticks();
  while (Clock::now() - begin < std::chrono::milliseconds(20)) {
  }
  const std::uint64_t last = ticks();
  const auto passed = std::chrono::duration<double, std::nano>(Clock::now() - begin).count();
  return passed / static_cast<double>(last - first);
}

std::vector<double> single_calls(std::size_t count, const std::function<void(std::size_t)>& call,
                                 double ns) {
  std::vector<double> samples;
  samples.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t before = ticks();
    call(i);
    samples.push_back(static_cast<double>(ticks() - before) * ns);
  }
  return samples;
}

// Google Benchmark's own tables are not ours; rows are printed by the caller.
class Silent : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>&) override {}
};

}  // namespace

Timing measure(const std::string& name, std::size_t count, std::size_t passes,
               const std::function<void(std::size_t)>& pass_over,
               const std::function<void(std::size_t)>& one_call) {
  Timing timing;
  std::vector<double> pass_ns;
  pass_ns.reserve(passes);
  pass_over(count);  // caches and scratch are warm, as in a running server
  const std::uint64_t before = allocation_count();
  pass_over(count);
  timing.allocations = allocation_count() - before;

  benchmark::RegisterBenchmark(name.c_str(),
                               [&](benchmark::State& state) {
                                 for (auto unused : state) {
                                   static_cast<void>(unused);
                                   const auto begin = Clock::now();
                                   pass_over(count);
                                   const auto passed =
                                       std::chrono::duration<double>(Clock::now() - begin).count();
                                   state.SetIterationTime(passed);
                                   pass_ns.push_back(passed * 1e9 / static_cast<double>(count));
                                 }
                               })
      ->UseManualTime()
      ->Iterations(static_cast<benchmark::IterationCount>(passes));
  Silent reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  benchmark::ClearRegisteredBenchmarks();

  const double ns = tick_ns();
  std::vector<double> empty = single_calls(count, [](std::size_t) {}, ns);
  timing.empty_pair = quantile(empty, 0.5);
  std::vector<double> single = single_calls(count, one_call, ns);
  timing.p50 = quantile(pass_ns, 0.5);
  timing.p99 = std::max(0.0, quantile(single, 0.99) - timing.empty_pair);
  timing.p999 = std::max(0.0, quantile(single, 0.999) - timing.empty_pair);
  return timing;
}

}  // namespace sentrail::bench
