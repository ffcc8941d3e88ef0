// `sentrail-bench http`: what one request costs the gate's process, against nginx beside it.
//
// Neighbours: child.hpp, gate_under_load.hpp, main.cpp. Must not know: how the gate works.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace sentrail::bench {

// What to run.
struct HttpOptions {
  std::string gate;                    // path of sentraild; empty: beside this program
  std::vector<std::string> workloads;  // empty: all
  std::size_t seconds = 5;             // of load, for each program and workload
  std::size_t connections = 32;
  std::size_t requests = 16384;  // distinct ones, sent in turn
  bool json = false;
};

// Prints a row for each workload. out: 0, or 1 if a program does not start or any answer is not
// the expected one.
int run_http(const HttpOptions& options);

}  // namespace sentrail::bench
