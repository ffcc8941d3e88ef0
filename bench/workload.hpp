// Named workloads: a policy and the requests that it decides, both drawn from a seed.
//
// Neighbours: decide_bench.cpp compiles and measures; workload_kinds.hpp generates; README.md says
// what each stresses. Requests are the oracle's, so that it can be asked the same. Must not know:
// engines. The same name, size and seed give the same bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/ir/ir.hpp"
#include "compiler/oracle/value.hpp"

namespace sentrail::bench {

// What a benchmark runs on. `policy` is given where no one text says it.
struct Workload {
  std::string name;
  std::size_t rule_count = 0;
  std::string policy_text;
  std::optional<compiler::ir::Policy> policy{};
  std::vector<compiler::oracle::Request> requests;
};

// A kind of workload: what it stresses, and how cost should grow with the number of rules.
struct WorkloadKind {
  std::string_view name;
  std::string_view stresses;
  std::string_view grows;
  bool any_size;  // else it has the rules that it has, whatever is asked for
  void (*fill)(Workload& workload, std::uint64_t seed, std::size_t request_count);
};

// All kinds, in the order of the tables in README.md.
[[nodiscard]] const std::vector<WorkloadKind>& workload_kinds();

// Builds one. REQUIRES: the name is a kind's.
[[nodiscard]] Workload make_workload(std::string_view name, std::size_t rule_count,
                                     std::size_t request_count, std::uint64_t seed);

// The checked policy of a text, or of a workload. A text with errors is a bug and aborts.
[[nodiscard]] compiler::ir::Policy checked_policy(const std::string& name, const std::string& text);
[[nodiscard]] compiler::ir::Policy checked_policy(const Workload& workload);

}  // namespace sentrail::bench
