// What the law tests walk: skeletons of policies with every truth of their rules, and the truths
// that the conditions of a world take on its requests.
//
// Neighbours: worlds.hpp, laws_test.cpp, laws_long_test.cpp. A skeleton is a policy whose
// conditions do not matter, because oracle::join is given the rules' truths.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "compiler/oracle/oracle.hpp"
#include "tests/support/worlds.hpp"

namespace sentrail::support {

// A policy of `always` rules.
struct Skeleton {
  Shape shape;
  std::vector<Outcome> outcomes;
  compiler::ir::Policy policy;

  [[nodiscard]] std::string describe(std::span<const Truth> truths) const;
};

// Every skeleton with exactly that many rules: shapes, outcomes, defaults.
[[nodiscard]] std::vector<Skeleton> skeletons_of(std::size_t rules);

// Every vector of truths of that length; number them by base-3 digits, first rule first.
[[nodiscard]] std::vector<std::vector<Truth>> truths_of(std::size_t rules);

// The number of a vector of truths in truths_of().
[[nodiscard]] std::size_t number_of(std::span<const Truth> truths);

// The requests of a world and which of them reads more than which, one attribute at a time.
struct Requests {
  std::vector<compiler::oracle::Request> all;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> steps;  // (less, more)
};
[[nodiscard]] Requests requests_of(const World& world);

// truths[c][r]: the truth of condition c of the world on request r.
[[nodiscard]] std::vector<std::vector<Truth>> condition_truths(const World& world,
                                                               const Requests& requests);

}  // namespace sentrail::support
