// EnginesAgree on all policies of three rules, and on more random ones.
//
// Neighbours: engine_worlds.hpp, engines_agree_test.cpp (a slice of the same, in the fast suite).
#include <gtest/gtest.h>

#include "tests/exhaustive/engine_worlds.hpp"

namespace sentrail::support {
namespace {

TEST(EnginesAgree, OnEveryPolicyOfThreeRules) {
  compare_policies_of(3, 1);
}

TEST(EnginesAgree, OnMoreRandomPolicies) {
  for (std::uint64_t seed = 100; seed < 102; ++seed) compare_random(seed, 1'000, 40, {});
}

}  // namespace
}  // namespace sentrail::support
