// The generators behind the table of workloads.
//
// Neighbours: workload.cpp has the table; each function is defined in the file named above it. Must
// not know: engines. A generator writes the policy of `workload.rule_count` rules and as many
// requests as it is told, both from the seed alone.
#pragma once

#include <cstddef>
#include <cstdint>

#include "bench/workload.hpp"

namespace sentrail::bench {

// workload_names.cpp
void fill_gateway_mixed(Workload& workload, std::uint64_t seed, std::size_t request_count);
void fill_gateway_globs(Workload& workload, std::uint64_t seed, std::size_t request_count);
void fill_equality_rbac(Workload& workload, std::uint64_t seed, std::size_t request_count);

// workload_texts.cpp
void fill_paths(Workload& workload, std::uint64_t seed, std::size_t request_count);
void fill_regex_heavy(Workload& workload, std::uint64_t seed, std::size_t request_count);

// workload_shapes.cpp
void fill_bodies(Workload& workload, std::uint64_t seed, std::size_t request_count);
void fill_deny_heavy_tiers(Workload& workload, std::uint64_t seed, std::size_t request_count);
void fill_residual_heavy(Workload& workload, std::uint64_t seed, std::size_t request_count);

// workload_trees.cpp
void fill_residual_trees(Workload& workload, std::uint64_t seed, std::size_t request_count);

// workload_packs.cpp
void fill_real_packs(Workload& workload, std::uint64_t seed, std::size_t request_count);

}  // namespace sentrail::bench
