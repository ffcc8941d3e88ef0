// `sentrail-bench decide`: what one decision costs, with the answers checked by the oracle.
//
// Neighbours: workload.hpp, engines.hpp, measure.hpp, worst_request.hpp, main.cpp. Must not know:
// HTTP.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "bench/measure.hpp"

namespace sentrail::bench {

// What to run.
struct DecideOptions {
  std::vector<std::string> workloads;           // empty: all
  std::vector<std::string> engines = {"auto"};  // see engines.hpp
  std::vector<std::size_t> rules = {10, 100, 1000};
  std::size_t requests = 16384;
  Effort effort;                         // of each engine, workload and size
  double worst_seconds = 0.5;            // of the search for slow requests; 0: none
  bool cold = false;                     // measure decisions without caches too
  std::size_t oracle_rules = 4'000'000;  // that the oracle evaluates for one row
  std::string seed = "1";                // or `random`
  bool json = false;
};

// Prints a row for each workload, size and engine. out: 0, or 1 if any answer differs from the
// oracle's or a decision allocates; 2 for a name that there is none of.
int run_decide(const DecideOptions& options);

}  // namespace sentrail::bench
