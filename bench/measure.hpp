// Timing of many calls: medians over passes, tails from single calls.
//
// Neighbours: decide_bench.cpp, worst_request.cpp. Must not know: what is measured. p50 is the
// median of the passes divided by the calls of a pass; tails come from single calls. Time is that
// of the time-stamp counter, with the median of an empty pair of readings subtracted. source:
// docs/benchmarks.md.
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
  double fastest = 0;  // pass: what other programs disturbed least
  double p99 = 0;
  double p999 = 0;
  double empty_pair = 0;          // what is subtracted
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
inline constexpr std::size_t kCallsMin = 256;  // of a pass, where not even kPassesMin would fit

// What is measured: `run(begin, end)` makes the calls [begin, end); `ready(begin, end)` brings
// their arguments into the cache, as whoever made them just now would have left them, and is not
// timed.
struct Calls {
  std::size_t count = 0;
  std::function<void(std::size_t, std::size_t)> ready;
  std::function<void(std::size_t, std::size_t)> run;
};
inline constexpr std::size_t kCallsOfABlock = 8;  // are readied, then timed, together

// Measures calls under Google Benchmark.
[[nodiscard]] Timing measure(const std::string& name, const Calls& calls, const Effort& effort);

// The median of single calls, before each of which a buffer twice as large as the last-level cache
// is walked, and its arguments are readied: what a call costs that finds nothing else in a cache.
[[nodiscard]] double measure_cold(const Calls& calls);

// The time-stamp counter, how long a tick is, and what an empty pair of readings takes.
class Ticks {
 public:
  Ticks();

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
