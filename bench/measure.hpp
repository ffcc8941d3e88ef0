// Timing of many calls: medians over passes, tails from single calls.
//
// Neighbours: decide_bench.cpp, worst_request.cpp. Must not know: what is measured. p50 is the
// median of the passes divided by the calls of a pass; tails come from the time-stamp counter
// around single calls, with the median of an empty pair subtracted. source: docs/benchmarks.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace sentrail::bench {

// Nanoseconds of one call, what it allocated, and how it was measured.
struct Timing {
  double p50 = 0;
  double p99 = 0;
  double p999 = 0;
  double empty_pair = 0;          // subtracted from p99 and p999
  std::uint64_t allocations = 0;  // in one pass
  std::size_t calls = 0;          // of one pass
  std::size_t passes = 0;
};

// How much is measured: so many passes over all calls, or as many as there is time for.
struct Effort {
  std::size_t passes = 200;
  double seconds = 2;  // for the passes; at least kPassesMin are made
};
inline constexpr std::size_t kPassesMin = 5;
inline constexpr std::size_t kCallsMin = 512;  // of a pass, where not even kPassesMin would fit

// Measures `pass_over(n)`, which makes the calls [0, n), and `one_call(i)`, for n at most `count`,
// under Google Benchmark.
[[nodiscard]] Timing measure(const std::string& name, std::size_t count, const Effort& effort,
                             const std::function<void(std::size_t)>& pass_over,
                             const std::function<void(std::size_t)>& one_call);

// The median of single calls, before each of which a buffer twice as large as the last-level cache
// is walked: what a decision costs that finds none of its tables in a cache.
[[nodiscard]] double measure_cold(std::size_t count,
                                  const std::function<void(std::size_t)>& one_call);

// Times single calls: the time-stamp counter, nanoseconds of a tick, an empty pair's median.
class SingleCalls {
 public:
  SingleCalls();

  // Nanoseconds of one call, the pair of readings included.
  template <class Call>
  [[nodiscard]] double time(const Call& call) const {
    const std::uint64_t before = ticks();
    call();
    return static_cast<double>(ticks() - before) * tick_ns_;
  }
  [[nodiscard]] double empty_pair() const noexcept { return empty_pair_; }

 private:
  [[nodiscard]] static std::uint64_t ticks() noexcept;

  double tick_ns_ = 0;
  double empty_pair_ = 0;
};

// The value below which that share of the values lies; 0 of none. Reorders them.
[[nodiscard]] double quantile(std::vector<double>& values, double share);

// Allocations of this process so far. threads: any.
[[nodiscard]] std::uint64_t allocation_count() noexcept;

}  // namespace sentrail::bench
