// Loading a server by wrk: requests made before the load begins, sent in turn.
//
// Neighbours: http_bench.cpp, audit_http.cpp; child.hpp. Must not know: what is compared.
// Processor time is the kernel's account of the server's process: what wrk costs is not in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "bench/child.hpp"
#include "core/result.hpp"

namespace sentrail::bench {

// Requests of one kind. In target and body each `%d` is a number of its own.
struct LoadRequests {
  std::string method;
  std::string target;
  std::string body;       // empty: none
  std::string key;        // of the agent
  std::size_t count = 1;  // distinct ones
};

// How long and how wide.
struct LoadPlan {
  std::string folder;  // for wrk's script and output
  std::size_t connections = 32;
  std::size_t seconds = 5;
};

// What one program did under one load.
struct Load {
  double requests = 0;
  double seconds = 0;
  double cpu_seconds = 0;
  double p50_us = 0;  // from sending a request until its answer was there
  double p99_us = 0;

  [[nodiscard]] double cpu_us() const { return cpu_seconds * 1e6 / requests; }
  [[nodiscard]] double per_second() const { return requests / seconds; }
};

// Writes the requests for the loads that follow.
void write_load_script(const LoadPlan& plan, const LoadRequests& requests);

// Loads one program with the requests written last. fails: unavailable if any request failed.
[[nodiscard]] Result<Load> run_load(const LoadPlan& plan, const Child& server, std::uint16_t port);

}  // namespace sentrail::bench
