// `sentrail-bench compile`: what the policy tools cost as programs, from a cold start.
//
// Neighbours: hostile_policies.hpp, workload.hpp, child.hpp, main.cpp. Must not know: phases,
// engines. Each row is a run of the sentrailc that ships: reading, all phases and writing are in
// it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace sentrail::bench {

// What to run.
struct CompileOptions {
  std::vector<std::string> tasks;  // empty: all
  std::size_t rules_max = 100'000;
  std::size_t passes = 5;
  std::size_t records = 200'000;
  std::uint64_t seed = 1;
  std::string compiler;  // empty: the one beside this program
  bool json = false;
};

// Prints a row for each task and size: milliseconds of processor time and peak resident bytes.
// out: 0, or 1 if a run ends otherwise than it should or takes more memory than it may.
int run_compile(const CompileOptions& options);

}  // namespace sentrail::bench
