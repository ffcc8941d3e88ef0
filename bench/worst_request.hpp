// The slowest request that a bounded search finds: what an engine does for somebody who wants it to
// be slow.
//
// Neighbours: decide_bench.cpp prints it; engines.hpp decides. Must not know: how engines work.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "bench/engines.hpp"
#include "compiler/oracle/value.hpp"
#include "core/program_cost.hpp"

namespace sentrail::bench {

// What was found. Its values are within kWorstSizes.
struct WorstRequest {
  double ns = 0;  // median of calls with other requests between them
  std::size_t tried = 0;
  compiler::oracle::Request request;
};
inline constexpr std::size_t kWorstStringBytesMax = 256;
inline constexpr std::size_t kWorstElementsMax = 64;  // of a list
// A body is a workload's, whose texts and lists have grown.
inline constexpr ValueSizes kWorstSizes = {
    .body_bytes = kWorstElementsMax * kWorstStringBytesMax,
    .json_nodes = 1'024,
    .list_elements = kWorstElementsMax,
    .inner_elements = kWorstElementsMax,
    .matched_bytes = kWorstStringBytesMax,
    .regex_bytes = kWorstStringBytesMax,
};

// Climbs from the slowest of some requests, one change after the other, until the time is used up
// or `tries_max` changes were tried: texts grow, repeat, and take pieces of others; values are
// taken from other requests or left out; lists grow. `facts` are those of the requests.
[[nodiscard]] WorstRequest find_worst(EngineRun& engine,
                                      const std::vector<compiler::oracle::Request>& requests,
                                      const std::vector<support::OwnedFacts>& facts,
                                      std::uint64_t seed, double seconds,
                                      std::size_t tries_max = 20'000);

}  // namespace sentrail::bench
