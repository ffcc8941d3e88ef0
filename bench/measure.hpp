// Timing of many calls: medians over passes, tails from single calls.
//
// Neighbours: decide_bench.cpp. Must not know: what is measured. p50 is the median of the passes
// divided by the calls of a pass; tails come from the time-stamp counter around single calls, with
// the median of an empty pair subtracted. source: docs/benchmarks.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace sentrail::bench {

// Nanoseconds of one call, and what it allocated.
struct Timing {
  double p50 = 0;
  double p99 = 0;
  double p999 = 0;
  double empty_pair = 0;          // subtracted from p99 and p999
  std::uint64_t allocations = 0;  // in one pass
};

// Measures `call(i)` for i in [0, count), `passes` times, under Google Benchmark.
[[nodiscard]] Timing measure(const std::string& name, std::size_t count, std::size_t passes,
                             const std::function<void(std::size_t)>& pass_over,
                             const std::function<void(std::size_t)>& one_call);

// Allocations of this process so far. threads: any.
[[nodiscard]] std::uint64_t allocation_count() noexcept;

}  // namespace sentrail::bench
