// The rows that `sentrail-bench decide` prints.
//
// Neighbours: decide_bench.cpp fills them. Must not know: how anything is measured.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "bench/measure.hpp"

namespace sentrail::bench {

// The naive baseline may cost so much for a rule, reading the request aside; a row beside a slower
// one is not valid. source: docs/benchmarks.md.
inline constexpr double kNaiveRuleNsMax = 6;

// A step of the cost certificate takes less than one, on a machine that does nothing else; a row
// whose slowest request takes so many fails.
inline constexpr double kStepNsMax = 10;

// One line of the table.
struct DecideRow {
  std::string workload;
  std::size_t rules = 0;
  std::string engine;
  std::uint64_t seed = 0;
  Timing timing;
  std::size_t bytes = 0;
  double build_ms = 0;
  std::size_t mismatches = 0;   // answers that the oracle, or for the others naive, does not give
  std::size_t checked = 0;      // requests that the oracle was asked
  std::size_t compared = 0;     // requests whose answer the naive baseline was asked for
  std::size_t undecidable = 0;  // requests with a candidate that could not be decided
  double naive_p50 = 0;
  double naive_read = 0;     // of which reading the request
  double verdicts_p50 = -1;  // of a decision with its verdicts; below 0: the engine has none
  double cold_p50 = -1;      // below 0: not measured
  double worst_ns = -1;
  std::uint64_t bound_steps = 0;  // the cost certificate for values as large as the search makes
  std::size_t worst_tried = 0;

  [[nodiscard]] double ratio_naive() const noexcept {
    return timing.p50 > 0 ? naive_p50 / timing.p50 : 0;
  }
  // Whether the certificate bounds the slowest request that was found: a step is a byte read or a
  // node visited, and takes no longer than that.
  [[nodiscard]] bool bounded() const noexcept {
    return worst_ns <= kStepNsMax * static_cast<double>(bound_steps);
  }
  [[nodiscard]] bool valid() const noexcept {
    return naive_p50 <= kNaiveRuleNsMax * static_cast<double>(rules) + naive_read;
  }
};

// Prints them to standard output: as JSON an object a line, as all parts of the benchmark do.
void print_json(const std::vector<DecideRow>& rows);
void print_table(const std::vector<DecideRow>& rows);

}  // namespace sentrail::bench
