// The cost of a durable entry in process: building it, and a batch of them on disk; and of finding
// entries again.
//
// Neighbours: main.cpp; audit/event.hpp and store/ are what is measured. Must not know: HTTP
// (http_bench.cpp), policies.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sentrail::bench {

// What to run.
struct DurableOptions {
  std::size_t entries = 200'000;
  std::size_t batch = 26;  // entries, about what 32 connections put into one
  std::size_t resources = 16'384;
  std::size_t searches = 400;  // of each kind
  std::uint64_t seed = 1;
  bool json = false;
};

// Prints a row for each step. out: 0, or 1 if anything failed or a search found what it must not.
int run_durable(const DurableOptions& options);

}  // namespace sentrail::bench
