// What the EnginesAgree tests walk: the linear engine against the oracle, by way of simplify,
// lower, encode, decode and bind.
//
// Neighbours: law_worlds.hpp, tests/support/. The oracle is the judge. Failures are GoogleTest's,
// so these return nothing.
#pragma once

#include <cstdint>

#include "tests/support/random_policy.hpp"

namespace sentrail::support {

// All policies of no rule and of one, simplified and not, on all requests of the small world.
void compare_policies_of_one_rule();

// Every policy of that many rules over each `stride`-th choice of conditions: all shapes, outcomes
// and defaults, on one request for each way in which the conditions can be true together.
void compare_policies_of(std::size_t rules, std::uint64_t stride);

// Seeded policies and requests over the whole schema; fails too if one kind of answer hardly
// occurs.
void compare_random(std::uint64_t seed, std::size_t policies, std::size_t requests,
                    const RandomLimits& limits);

}  // namespace sentrail::support
