// EnginesAgree: policy → simplify → lower → linear engine gives the oracle's decision, on small
// worlds end to end and on seeded random policies over the whole schema.
//
// Neighbours: tests/support/{worlds,random_policy,facts_of,compiled}. The oracle is the judge.
#include <gtest/gtest.h>

#include <cstdio>
#include <map>
#include <vector>

#include "compiler/oracle/oracle.hpp"
#include "tests/exhaustive/law_worlds.hpp"
#include "tests/support/build_ir.hpp"
#include "tests/support/compiled.hpp"
#include "tests/support/facts_of.hpp"
#include "tests/support/random_policy.hpp"

namespace sentrail::support {
namespace {

void print_worlds(const char* what, std::uint64_t worlds) {
  std::printf("[   WORLDS ] %s: %llu\n", what, static_cast<unsigned long long>(worlds));
}

// The requests of the small world that facts can hold.
struct Asked {
  std::vector<oracle::Request> requests;
  std::vector<OwnedFacts> facts;
};

Asked asked_of(const World& world) {
  Asked asked;
  for (oracle::Request& request : requests_of(world).all) {
    std::optional<OwnedFacts> facts = OwnedFacts::of(request);
    if (!facts) continue;
    asked.requests.push_back(std::move(request));
    asked.facts.push_back(std::move(*facts));
  }
  return asked;
}

TEST(EnginesAgree, OnEveryPolicyOfOneRuleAndEveryRequest) {
  const World world = small_world();
  const Asked asked = asked_of(world);
  ASSERT_GT(asked.requests.size(), 1'000u);
  std::uint64_t worlds = 0;
  for (const std::size_t rules : {0u, 1u}) {
    const PolicySpace space(world, rules);
    for (std::uint64_t i = 0; i < space.size(); ++i) {
      const ir::Policy policy = space.at(i);
      for (const Phases phases : {Phases::all, Phases::without_simplify}) {
        Compiled compiled(policy, phases);
        for (std::size_t r = 0; r < asked.requests.size(); ++r, ++worlds) {
          ASSERT_EQ(difference(oracle::decide(policy, asked.requests[r]),
                               compiled.decide(*asked.facts[r])),
                    "")
              << policy.dump() << describe(asked.requests[r]) << dump(compiled.program());
        }
      }
    }
  }
  print_worlds("policies × requests", worlds);
}

void compare_random(std::uint64_t seed, std::size_t policies, std::size_t requests,
                    const RandomLimits& limits) {
  std::uint64_t worlds = 0;
  std::uint64_t undecidable = 0;
  std::map<Effect, std::uint64_t> by_rule;
  Random random(seed);
  for (std::size_t p = 0; p < policies; ++p) {
    const ir::Policy policy = random_policy(random, limits);
    Compiled compiled(policy, p % 2 == 0 ? Phases::all : Phases::without_simplify);
    for (std::size_t r = 0; r < requests; ++r) {
      const oracle::Request request = random_request(random);
      const std::optional<OwnedFacts> facts = OwnedFacts::of(request);
      if (!facts) continue;
      const oracle::Decision expected = oracle::decide(policy, request);
      ASSERT_EQ(difference(expected, compiled.decide(**facts)), "")
          << "seed " << seed << ", policy " << p << "\n"
          << policy.dump() << describe(request) << "\n"
          << dump(compiled.program());
      ++worlds;
      undecidable += expected.undecidable ? 1 : 0;
      by_rule[expected.effect] += expected.rule ? 1 : 0;
    }
  }
  print_worlds("random policies × requests", worlds);
  // The comparison says something only if all kinds of answer occur.
  EXPECT_GT(undecidable, worlds / 20);
  EXPECT_LT(undecidable, worlds - worlds / 20);
  for (const Effect effect : {Effect::allow, Effect::require_approval, Effect::block}) {
    EXPECT_GT(by_rule[effect], worlds / 50) << name_of(effect);
  }
}

TEST(EnginesAgree, OnSeededRandomPoliciesOverTheWholeSchema) {
  const std::uint64_t seed = 20'240'601;
  std::printf("[     SEED ] %llu\n", static_cast<unsigned long long>(seed));
  compare_random(seed, 1'500, 40, {});
}

TEST(EnginesAgree, OnSeededRandomPoliciesWithManyRulesAndDeepConditions) {
  const std::uint64_t seed = 7;
  std::printf("[     SEED ] %llu\n", static_cast<unsigned long long>(seed));
  RandomLimits limits;
  limits.rules_max = 40;
  limits.depth_max = 6;
  limits.list_entries_max = 12;
  compare_random(seed, 60, 40, limits);
}

}  // namespace
}  // namespace sentrail::support
