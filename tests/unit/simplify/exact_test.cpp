// Simplifying keeps the Kleene value of every condition: on all conditions of a small grammar under
// all assignments, and on seeded random policies by the oracle.
#include <gtest/gtest.h>

#include <cstdio>
#include <functional>
#include <vector>

#include "compiler/oracle/oracle.hpp"
#include "compiler/simplify/simplify.hpp"
#include "tests/support/build_ir.hpp"
#include "tests/support/random_policy.hpp"

namespace sentrail::support {
namespace {

using compiler::simplify;

using Maker = std::function<ir::ConditionId(ir::Policy&)>;

// `env == live` and `tool == a`, each true, false or undecidable in some request below.
std::vector<Maker> leaves() {
  return {[](ir::Policy& p) { return always(p); },
          [](ir::Policy& p) { return atom(p, test("env", ir::AtomOp::equal, {text("live")})); },
          [](ir::Policy& p) { return atom(p, test("tool", ir::AtomOp::equal, {text("a")})); }};
}

// What can be made of some conditions by one operator.
std::vector<Maker> grown(const std::vector<Maker>& from) {
  std::vector<Maker> made = from;
  for (const Maker& a : from) {
    made.push_back([a](ir::Policy& p) { return not_of(p, a(p)); });
    for (const Maker& b : from) {
      made.push_back([a, b](ir::Policy& p) {
        const auto left = a(p);
        return all_of(p, {left, b(p)});
      });
      made.push_back([a, b](ir::Policy& p) {
        const auto left = a(p);
        return any_of(p, {left, b(p)});
      });
    }
  }
  return made;
}

std::vector<oracle::Request> assignments() {
  std::vector<oracle::Request> requests;
  const std::vector<oracle::Value> env = {string_value("live"), string_value("x"), unreadable()};
  const std::vector<oracle::Value> tool = {string_value("a"), string_value("x"), unreadable()};
  for (const oracle::Value& e : env) {
    for (const oracle::Value& t : tool) {
      requests.push_back({{{"env", e}, {"tool", t}}, {}, {}});
    }
  }
  return requests;
}

TEST(SimplifyIsExact, OnAllConditionsOfTwoLevelsUnderAllAssignments) {
  const std::vector<Maker> conditions = grown(grown(leaves()));
  const std::vector<oracle::Request> requests = assignments();
  ASSERT_GT(conditions.size(), 1'000u);
  std::size_t smaller = 0;
  for (const Maker& make : conditions) {
    ir::Policy policy;
    const ir::ConditionId when = make(policy);
    policy.tiers.push_back({"t", false, {rule("a", Outcome::block, when)}});
    const ir::Policy result = simplify(policy);
    ASSERT_TRUE(result.verify()) << policy.dump() << result.dump();
    smaller += result.conditions.size() < policy.conditions.size() ? 1 : 0;
    for (const oracle::Request& request : requests) {
      ASSERT_EQ(oracle::evaluate_rules(policy, request), oracle::evaluate_rules(result, request))
          << policy.dump() << describe(request) << result.dump();
    }
  }
  std::printf("[   WORLDS ] conditions × assignments: %zu\n", conditions.size() * requests.size());
  EXPECT_GT(smaller, conditions.size() / 4);
}

TEST(SimplifyIsExact, OnSeededRandomPolicies) {
  const std::uint64_t seed = 11;
  std::printf("[     SEED ] %llu\n", static_cast<unsigned long long>(seed));
  Random random(seed);
  RandomLimits limits;
  limits.depth_max = 5;
  for (int i = 0; i < 300; ++i) {
    const ir::Policy policy = random_policy(random, limits);
    const ir::Policy result = simplify(policy);
    ASSERT_TRUE(result.verify()) << "policy " << i << result.dump();
    for (int k = 0; k < 20; ++k) {
      const oracle::Request request = random_request(random);
      ASSERT_EQ(oracle::evaluate_rules(policy, request), oracle::evaluate_rules(result, request))
          << "policy " << i << policy.dump() << describe(request) << result.dump();
    }
  }
}

TEST(SimplifyIsExact, AndSimplifyingAgainChangesNothing) {
  Random random(12);
  for (int i = 0; i < 200; ++i) {
    const ir::Policy once = simplify(random_policy(random));
    ASSERT_EQ(simplify(once).dump(), once.dump()) << "policy " << i;
  }
}

}  // namespace
}  // namespace sentrail::support
