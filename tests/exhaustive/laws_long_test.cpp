// The laws end to end, by oracle::decide, on all policies of one rule and a larger slice of those
// of two and three.
//
// Neighbours: laws_test.cpp, which is exhaustive over truths. Must not know: any engine.
#include <gtest/gtest.h>

#include <cstdio>

#include "compiler/oracle/oracle.hpp"
#include "tests/exhaustive/law_worlds.hpp"
#include "tests/support/build_ir.hpp"
#include "tests/support/random_policy.hpp"

namespace sentrail::support {
namespace {

void print_worlds(const char* what, std::uint64_t worlds) {
  std::printf("[   WORLDS ] %s: %llu\n", what, static_cast<unsigned long long>(worlds));
}

TEST(UncertaintyNeverOpens, HoldsEndToEndOnALargerSlice) {
  const World world = small_world();
  const Requests requests = requests_of(world);
  std::uint64_t worlds = 0;
  for (const auto& [rules, stride] :
       {std::pair{1u, 1u}, std::pair{2u, 13u}, std::pair{3u, 3'001u}}) {
    const PolicySpace space(world, rules);
    for (std::uint64_t i = 0; i < space.size(); i += stride) {
      const ir::Policy policy = space.at(i);
      std::vector<Effect> effects;
      for (const auto& request : requests.all) {
        effects.push_back(oracle::decide(policy, request).effect);
      }
      worlds += effects.size();
      for (const auto& [less, more] : requests.steps) {
        ASSERT_LE(effects[more], effects[less])
            << policy.dump() << describe(requests.all[less]) << "read as\n"
            << describe(requests.all[more]);
      }
    }
  }
  print_worlds("policies × requests", worlds);
}

TEST(UncertaintyNeverOpens, HoldsForEveryTruthOfFourRules) {
  std::uint64_t worlds = 0;
  const auto truths = truths_of(4);
  for (const Skeleton& skeleton : skeletons_of(4)) {
    std::vector<Effect> effects;
    for (const auto& some : truths) effects.push_back(oracle::join(skeleton.policy, some).effect);
    for (std::vector<Truth> some : truths) {
      const Effect before = effects[number_of(some)];
      for (Truth& truth : some) {
        if (truth != Truth::u) continue;
        for (const Truth read : {Truth::f, Truth::t}) {
          truth = read;
          ASSERT_LE(effects[number_of(some)], before) << skeleton.describe(some);
        }
        truth = Truth::u;
      }
      ++worlds;
    }
  }
  print_worlds("policies × truths", worlds);
}

TEST(UncertaintyNeverOpens, HoldsForManySeededPolicies) {
  std::uint64_t worlds = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Random random(seed);
    for (int i = 0; i < 100; ++i) {
      const ir::Policy policy = random_policy(random);
      for (int k = 0; k < 40; ++k) {
        const oracle::Request request = random_request(random);
        const oracle::Request spoilt = spoil(random, request);
        ASSERT_LE(oracle::decide(policy, request).effect, oracle::decide(policy, spoilt).effect)
            << "seed " << seed << "\n"
            << policy.dump() << describe(request) << "spoilt to\n"
            << describe(spoilt);
        ++worlds;
      }
    }
  }
  print_worlds("seeds 1 to 40, policies × requests", worlds);
}

}  // namespace
}  // namespace sentrail::support
