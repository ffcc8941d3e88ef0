// Mistakes are policies; a mistake that is said to make no difference makes none, and the others
// come with a request that shows it.
#include "compiler/tester/mutation.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <random>

#include "compiler/oracle/answer.hpp"
#include "tests/support/obligations.hpp"
#include "tests/support/random_policy.hpp"

namespace sentrail::compiler {
namespace {

// A random policy, each of whose conditions and rules has a place of its own.
struct Placed {
  explicit Placed(support::Random& random)
      : policy(support::random_policy(random, {2, 2, 2, 2, 2})) {
    support::add_random_obligations(random, policy);
    const SourceId source = sources.add("p.sentrail", std::string(100'000, 'x'));
    std::uint32_t at = 1;
    const auto next = [&] {
      ++at;
      return Span{source, at, at + 1};
    };
    for (std::uint32_t i = 0; i < policy.conditions.size(); ++i) {
      policy.conditions[ir::ConditionId{i}].span = next();
    }
    for (ir::Tier& tier : policy.tiers) {
      ir::for_each_written(tier, [&next](ir::Rule& rule) { rule.span = next(); });
    }
    default_span = next();
  }

  Sources sources;
  ir::Policy policy;
  Span default_span;
};

std::uint64_t printed_seed() {
  const std::uint64_t seed = std::random_device{}();
  std::printf("[   SEED   ] %llu\n", static_cast<unsigned long long>(seed));
  return seed;
}

bool is_same_for(const ir::Policy& a, const ir::Policy& b, const oracle::Request& request) {
  const oracle::Answer one = oracle::answer(a, request);
  const oracle::Answer two = oracle::answer(b, request);
  // Tests say what is obliged to, and not what is not.
  return one.effect == two.effect && one.approval == two.approval &&
         std::ranges::includes(two.obligations, one.obligations, ir::comes_before);
}

TEST(Mistakes, AreOtherPoliciesThatVerify) {
  support::Random random(printed_seed());
  std::size_t kinds = 0;
  std::vector<std::size_t> of_kind(static_cast<std::size_t>(MistakeKind::obligation_left_out) + 1);
  for (int i = 0; i < 60; ++i) {
    const Placed placed(random);
    const std::string dump = placed.policy.dump();
    for (const Mistake& mistake : mistakes_in(placed.policy, placed.sources, placed.default_span)) {
      const ir::Policy mutant = with_mistake(placed.policy, mistake);
      const Status status = mutant.verify();
      ASSERT_TRUE(status.has_value()) << mistake.what << ": " << status.error().message;
      ASSERT_NE(mutant.dump(), dump) << mistake.what;
      ++of_kind[static_cast<std::size_t>(mistake.kind)];
    }
  }
  for (const std::size_t count : of_kind) kinds += count > 0 ? 1 : 0;
  EXPECT_GE(kinds, of_kind.size() - 2) << "kinds of mistakes that are never made";
}

TEST(Mistakes, AreSaidOnceForEachPlace) {
  support::Random random(printed_seed());
  const Placed placed(random);
  const auto all = mistakes_in(placed.policy, placed.sources, placed.default_span);
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      EXPECT_FALSE(all[i].is_same(all[j])) << all[i].what;
    }
  }
}

TEST(Mutation, TellsMistakesApartFromWhatMakesNoDifference) {
  support::Random random(printed_seed());
  std::size_t shown = 0;
  std::size_t none = 0;
  for (int i = 0; i < 6; ++i) {
    const Placed placed(random);
    const auto score =
        mutation_score(placed.policy, {}, {}, placed.sources, placed.default_span, {});
    ASSERT_TRUE(score.has_value());
    EXPECT_EQ(score->noticed, 0u) << "there are no tests";
    std::vector<oracle::Request> requests;
    for (int j = 0; j < 40; ++j) {
      requests.push_back(support::random_request(random));
      requests.push_back(support::spoil(random, requests.back()));
    }
    for (const Mistake& mistake : mistakes_in(placed.policy, placed.sources, placed.default_span)) {
      const ir::Policy mutant = with_mistake(placed.policy, mistake);
      const auto survivor = std::ranges::find_if(
          score->survivors, [&](const Survivor& one) { return one.mistake.is_same(mistake); });
      if (survivor == score->survivors.end()) {
        ++none;
        for (const oracle::Request& request : requests) {
          ASSERT_TRUE(is_same_for(placed.policy, mutant, request)) << mistake.what;
        }
      } else if (survivor->request) {
        ++shown;
        ASSERT_FALSE(is_same_for(placed.policy, mutant, *survivor->request)) << mistake.what;
      } else {
        ASSERT_FALSE(survivor->why.empty()) << mistake.what;
      }
    }
    EXPECT_EQ(score->tried, score->no_difference + score->survivors.size());
  }
  EXPECT_GT(shown, 20u);
  EXPECT_GT(none, 0u);
}

}  // namespace
}  // namespace sentrail::compiler
