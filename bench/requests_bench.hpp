// The cost of a request in process: reading a body, deciding it, and a batch of calls from its
// bytes to the bytes of its answer.
//
// Neighbours: workload.hpp, measure.hpp, main.cpp. Must not know: HTTP (http_bench.cpp).
#pragma once

#include <cstddef>
#include <cstdint>

#include "bench/measure.hpp"

namespace sentrail::bench {

// What to run.
struct RequestsOptions {
  std::size_t rules = 1000;
  std::size_t bodies = 4096;  // distinct ones of half a kilobyte
  std::size_t batches = 256;  // distinct ones, of as many items as the route takes
  std::uint64_t seed = 1;
  Effort effort;
  bool json = false;
};

// Prints a row for each step. out: 0, or 1 if any answer is not the expected one.
int run_requests(const RequestsOptions& options);

}  // namespace sentrail::bench
