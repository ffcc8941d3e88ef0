// Words and numbers drawn from a seed, for the generators of workloads.
//
// Neighbours: workload_*.cpp, worst_request.cpp. Must not know: policies, engines. The engine's
// bits are used as they come, so that the same seed gives the same bytes with every standard
// library.
#pragma once

#include <array>
#include <cstddef>
#include <random>
#include <string>
#include <string_view>

namespace sentrail::bench {

using Random = std::mt19937_64;

inline constexpr std::array<std::string_view, 4> kTools = {"github", "linear", "slack", "mcp"};
inline constexpr std::array<std::string_view, 6> kNouns = {"issues", "pull_request", "ref",
                                                           "file",   "release",      "workflow"};
inline constexpr std::array<std::string_view, 5> kVerbs = {"create", "update", "delete", "merge",
                                                           "run"};
inline constexpr std::array<std::string_view, 4> kRisks = {"low", "medium", "high", "critical"};
inline constexpr std::array<std::string_view, 2> kEnvironments = {"test", "live"};

// A number below `bound`, which is above 0.
[[nodiscard]] inline std::size_t below(Random& random, std::size_t bound) {
  return static_cast<std::size_t>(random() % bound);
}

// One of some words.
template <std::size_t N>
[[nodiscard]] std::string_view pick(Random& random, const std::array<std::string_view, N>& from) {
  return from[below(random, N)];
}

// `stem` with a number behind it.
[[nodiscard]] inline std::string numbered(std::string_view stem, std::size_t number) {
  return std::string(stem) + std::to_string(number);
}

// A name out of `names` of one kind: `org-17`.
[[nodiscard]] inline std::string drawn_name(Random& random, std::string_view stem,
                                            std::size_t names) {
  return numbered(stem, below(random, names));
}

// What is done: `issues.create`, one of thirty.
[[nodiscard]] inline std::string drawn_action(Random& random) {
  const std::string noun(pick(random, kNouns));
  return noun + "." + std::string(pick(random, kVerbs));
}

// How many names of each kind a policy speaks of: larger policies speak of more things instead of
// saying the same more often.
[[nodiscard]] inline std::size_t names_for(std::size_t rules) {
  return 8 + rules / 10;
}

}  // namespace sentrail::bench
