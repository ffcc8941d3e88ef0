// EnginesAgree: the linear engine gives the oracle's decision, on small worlds end to end and on
// seeded random policies over the whole schema.
//
// Neighbours: engine_worlds.hpp walks them; engines_agree_long_test.cpp walks farther.
#include <gtest/gtest.h>

#include "tests/exhaustive/engine_worlds.hpp"

namespace sentrail::support {
namespace {

TEST(EnginesAgree, OnEveryPolicyOfOneRuleAndEveryRequest) {
  compare_policies_of_one_rule();
}

TEST(EnginesAgree, OnEveryPolicyOfTwoRules) {
  compare_policies_of(2, 1);
}

TEST(EnginesAgree, OnASliceOfThePoliciesOfThreeRules) {
  compare_policies_of(3, 97);
}

TEST(EnginesAgree, OnSeededRandomPoliciesOverTheWholeSchema) {
  compare_random(20'240'601, 250, 40, {});
}

TEST(EnginesAgree, OnSeededRandomPoliciesWithManyRulesAndDeepConditions) {
  RandomLimits limits;
  limits.rules_max = 40;
  limits.depth_max = 6;
  limits.list_entries_max = 12;
  compare_random(7, 30, 20, limits);
}

}  // namespace
}  // namespace sentrail::support
