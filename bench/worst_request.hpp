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

namespace sentrail::bench {

// What was found. Strings of it have at most kWorstStringBytesMax bytes.
struct WorstRequest {
  double ns = 0;  // median of calls with other requests between them
  std::size_t tried = 0;
  compiler::oracle::Request request;
};
inline constexpr std::size_t kWorstStringBytesMax = 256;

// Climbs from the slowest of some requests, one change after the other, until the time is used up
// or `tries_max` changes were tried: texts grow, repeat, and take pieces of others; values are
// taken from other requests or left out; lists grow. `facts` are those of the requests.
[[nodiscard]] WorstRequest find_worst(EngineRun& engine,
                                      const std::vector<compiler::oracle::Request>& requests,
                                      const std::vector<support::OwnedFacts>& facts,
                                      std::uint64_t seed, double seconds,
                                      std::size_t tries_max = 20'000);

}  // namespace sentrail::bench
