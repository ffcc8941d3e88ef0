// Policies that are made to cost a compiler much.
//
// Neighbours: compile_bench.cpp runs sentrailc on them. Must not know: how. Each is well formed, or
// meets a limit that is named: both within the bytes that its number of rules pays for.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sentrail::bench {

// One of them. `limit` is the code of the finding that names the limit it meets; empty if none.
struct HostilePolicy {
  std::string_view name;
  std::string text;
  std::size_t rule_count = 1;
  std::string_view limit;
};

// All of them, the same each time.
[[nodiscard]] std::vector<HostilePolicy> hostile_policies();

}  // namespace sentrail::bench
