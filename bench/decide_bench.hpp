// `sentrail-bench decide`: what one decision costs, with every answer checked by the oracle.
//
// Neighbours: workload.hpp, measure.hpp, main.cpp. Must not know: HTTP.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace sentrail::bench {

// What to run.
struct DecideOptions {
  std::vector<std::string> workloads;  // empty: all
  std::vector<std::size_t> rules = {10, 100, 1000};
  std::size_t requests = 16384;
  std::size_t passes = 200;
  std::uint64_t seed = 1;
  bool json = false;
};

// Prints a row for each workload and size. out: 0, or 1 if any answer differs from the oracle's or
// a decision allocates.
int run_decide(const DecideOptions& options);

}  // namespace sentrail::bench
