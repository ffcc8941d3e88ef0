// The laws of docs/language.md section 9, on every policy of at most three rules.
//
// Neighbours: law_worlds.hpp (what is walked), compiler/oracle (what is judged). Must not know: any
// engine; tests of engines need only agree with the oracle. Each test prints how many worlds it
// saw.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <set>

#include "compiler/oracle/oracle.hpp"
#include "tests/exhaustive/law_worlds.hpp"
#include "tests/support/build_ir.hpp"
#include "tests/support/random_policy.hpp"

namespace sentrail::support {
namespace {

constexpr std::size_t kRulesMax = 3;

void print_worlds(std::uint64_t worlds) {
  const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
  std::printf("[   WORLDS ] %s.%s: %llu\n", info->test_suite_name(), info->name(),
              static_cast<unsigned long long>(worlds));
}

// Calls visit(skeleton, truths) for every skeleton of at most `rules_max` rules.
template <class Visit>
std::uint64_t for_each_world(std::size_t rules_max, Visit visit) {
  std::uint64_t worlds = 0;
  for (std::size_t rules = 0; rules <= rules_max; ++rules) {
    const auto truths = truths_of(rules);
    for (const Skeleton& skeleton : skeletons_of(rules)) {
      for (const std::vector<Truth>& some : truths) {
        visit(skeleton, some);
        if (::testing::Test::HasFailure()) return worlds;
        ++worlds;
      }
    }
  }
  return worlds;
}

// L9.1.
TEST(UncertaintyNeverOpens, HoldsForEveryTruthOfThreeRules) {
  std::uint64_t readings = 0;
  const auto worlds = for_each_world(kRulesMax, [&](const Skeleton& skeleton, auto truths) {
    const Effect before = oracle::join(skeleton.policy, truths).effect;
    const std::string text = skeleton.describe(truths);
    for (Truth& truth : truths) {
      if (truth != Truth::u) continue;
      for (const Truth read : {Truth::f, Truth::t}) {
        truth = read;
        EXPECT_LE(oracle::join(skeleton.policy, truths).effect, before)
            << text << "\nread as " << skeleton.describe(truths);
        ++readings;
      }
      truth = Truth::u;
    }
  });
  EXPECT_GT(readings, 100'000u);
  print_worlds(worlds);
}

// All policies of three rules over all conditions of the small world, on all its requests. What a
// decision depends on is the truths of the three rules, so each different triple is decided once.
TEST(UncertaintyNeverOpens, HoldsForEveryPolicyOfThreeRulesOnEveryRequest) {
  const World world = small_world();
  const Requests requests = requests_of(world);
  const auto truths = condition_truths(world, requests);
  std::vector<std::vector<Effect>> effects;  // of each skeleton, by the number of the truths
  for (const Skeleton& skeleton : skeletons_of(kRulesMax)) {
    std::vector<Effect>& row = effects.emplace_back();
    for (const auto& some : truths_of(kRulesMax)) {
      row.push_back(oracle::join(skeleton.policy, some).effect);
    }
  }
  std::uint64_t worlds = 0;
  std::vector<std::size_t> numbers(requests.all.size());
  const std::size_t conditions = world.conditions.size();
  for (std::size_t triple = 0; triple < conditions * conditions * conditions; ++triple) {
    const auto& first = truths[triple % conditions];
    const auto& second = truths[triple / conditions % conditions];
    const auto& third = truths[triple / conditions / conditions];
    for (std::size_t r = 0; r < numbers.size(); ++r) {
      numbers[r] = number_of(std::array{first[r], second[r], third[r]});
    }
    std::array<std::array<bool, 27>, 27> reads{};
    for (const auto& [less, more] : requests.steps) reads[numbers[less]][numbers[more]] = true;
    for (std::size_t less = 0; less < 27; ++less) {
      for (std::size_t more = 0; more < 27; ++more) {
        if (less == more || !reads[less][more]) continue;
        for (const std::vector<Effect>& row : effects) {
          if (row[more] > row[less]) FAIL() << "conditions " << triple << ": reading tightens";
        }
      }
    }
    worlds += effects.size() * requests.all.size();
  }
  EXPECT_GE(conditions, 12u);
  print_worlds(worlds);
}

// The same end to end, by oracle::decide, on a slice; laws_long_test.cpp has all of one rule.
TEST(UncertaintyNeverOpens, HoldsEndToEnd) {
  const World world = small_world();
  const Requests requests = requests_of(world);
  std::uint64_t worlds = 0;
  for (std::size_t rules = 1; rules <= kRulesMax; ++rules) {
    const PolicySpace space(world, rules);
    // About 125 each; a prime stride meets every shape, condition, outcome and default.
    const std::uint64_t stride = rules == 1 ? 5 : rules == 2 ? 1'009 : 262'147;
    for (std::uint64_t i = 0; i < space.size(); i += stride) {
      const ir::Policy policy = space.at(i);
      ASSERT_TRUE(policy.verify()) << policy.dump();
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
  print_worlds(worlds);
}

TEST(UncertaintyNeverOpens, HoldsForSeededPoliciesOverTheWholeSchema) {
  constexpr std::uint64_t kSeed = 20'261;
  std::printf("seed %llu\n", static_cast<unsigned long long>(kSeed));
  Random random(kSeed);
  std::uint64_t worlds = 0;
  for (int i = 0; i < 300; ++i) {
    const ir::Policy policy = random_policy(random);
    ASSERT_TRUE(policy.verify()) << policy.verify().error().message << "\n" << policy.dump();
    for (int k = 0; k < 20; ++k) {
      const oracle::Request request = random_request(random);
      const oracle::Request spoilt = spoil(random, request);
      ASSERT_TRUE(reads_more(spoilt, request));
      ASSERT_LE(oracle::decide(policy, request).effect, oracle::decide(policy, spoilt).effect)
          << policy.dump() << describe(request) << "spoilt to\n"
          << describe(spoilt);
      ++worlds;
    }
  }
  print_worlds(worlds);
}

// Plain first match, written without any notion of the undecidable.
Effect first_match(const Skeleton& skeleton, std::span<const Truth> truths) {
  Effect answer = Effect::allow;
  bool matched = false;
  std::size_t next = 0;
  for (const TierShape& tier : skeleton.shape) {
    bool searching = true;
    for (std::size_t i = 0; i < tier.rules; ++i, ++next) {
      if (!searching || truths[next] != Truth::t) continue;
      searching = false;
      if (skeleton.outcomes[next] == Outcome::pass) continue;
      answer = std::max(answer, static_cast<Effect>(skeleton.outcomes[next]));
      if (!tier.guard) matched = true;
    }
  }
  return matched ? answer : std::max(answer, skeleton.policy.default_effect);
}

// L9.3.
TEST(FirstMatch, IsWhatRemainsWhenAllIsDecidable) {
  std::uint64_t certain_worlds = 0;
  for_each_world(kRulesMax, [&](const Skeleton& skeleton, const std::vector<Truth>& truths) {
    if (std::ranges::count(truths, Truth::u) != 0) return;
    const oracle::Decision decision = oracle::join(skeleton.policy, truths);
    EXPECT_EQ(decision.effect, first_match(skeleton, truths)) << skeleton.describe(truths);
    EXPECT_FALSE(decision.undecidable) << skeleton.describe(truths);
    EXPECT_LE(decision.candidates.size(), skeleton.shape.size()) << skeleton.describe(truths);
    ++certain_worlds;
  });
  print_worlds(certain_worlds);
}

TEST(FirstMatch, NamesTheFirstCandidateWithTheDecisionsEffect) {
  const auto worlds = for_each_world(kRulesMax, [](const Skeleton& skeleton, const auto& truths) {
    const oracle::Decision decision = oracle::join(skeleton.policy, truths);
    std::optional<std::size_t> expected;
    for (const std::size_t index : decision.candidates) {
      const bool equal = effect_of(skeleton.outcomes[index]) == decision.effect;
      if (equal && !expected) expected = index;
    }
    EXPECT_EQ(decision.rule, expected) << skeleton.describe(truths);
    EXPECT_TRUE(decision.rule || decision.default_joined) << skeleton.describe(truths);
    EXPECT_TRUE(std::ranges::is_sorted(decision.candidates)) << skeleton.describe(truths);
  });
  print_worlds(worlds);
}

// The tiers of a skeleton as skeletons of their own, with the loosest default.
Effect alone(const Skeleton& skeleton, std::size_t tier, std::span<const Truth> truths,
             std::size_t begin) {
  ir::Policy policy = skeleton.policy;
  policy.tiers = {skeleton.policy.tiers[tier]};
  policy.default_effect = Effect::allow;
  return oracle::join(policy, truths.subspan(begin, skeleton.shape[tier].rules)).effect;
}

// L9.4.
TEST(JoinIsStrictest, OfTheTiersEachOnItsOwnAndTheDefault) {
  const auto worlds = for_each_world(kRulesMax, [](const Skeleton& skeleton, const auto& truths) {
    const oracle::Decision decision = oracle::join(skeleton.policy, truths);
    Effect expected = decision.default_joined ? skeleton.policy.default_effect : Effect::allow;
    std::size_t begin = 0;
    for (std::size_t tier = 0; tier < skeleton.shape.size(); ++tier) {
      expected = std::max(expected, alone(skeleton, tier, truths, begin));
      begin += skeleton.shape[tier].rules;
    }
    EXPECT_EQ(decision.effect, expected) << skeleton.describe(truths);
  });
  print_worlds(worlds);
}

TEST(JoinIsStrictest, InWhateverOrderTheTiersStand) {
  const auto worlds = for_each_world(kRulesMax, [](const Skeleton& skeleton, const auto& truths) {
    const oracle::Decision decision = oracle::join(skeleton.policy, truths);
    ir::Policy reversed = skeleton.policy;
    std::ranges::reverse(reversed.tiers);
    std::vector<Truth> moved;
    std::size_t end = truths.size();
    for (std::size_t tier = skeleton.shape.size(); tier > 0; --tier) {
      const std::size_t begin = end - skeleton.shape[tier - 1].rules;
      moved.insert(moved.end(), truths.begin() + static_cast<std::ptrdiff_t>(begin),
                   truths.begin() + static_cast<std::ptrdiff_t>(end));
      end = begin;
    }
    const oracle::Decision other = oracle::join(reversed, moved);
    EXPECT_EQ(decision.effect, other.effect) << skeleton.describe(truths);
    EXPECT_EQ(decision.default_joined, other.default_joined) << skeleton.describe(truths);
    EXPECT_EQ(decision.candidates.size(), other.candidates.size()) << skeleton.describe(truths);
  });
  print_worlds(worlds);
}

// L9.5.
TEST(DefaultNeverLiftedByGuard, WhateverTheGuardTiersHold) {
  const auto worlds = for_each_world(kRulesMax, [](const Skeleton& skeleton, const auto& truths) {
    ir::Policy ordinary = skeleton.policy;
    ordinary.tiers.clear();
    std::vector<Truth> kept;
    std::size_t begin = 0;
    for (std::size_t tier = 0; tier < skeleton.shape.size(); ++tier) {
      const std::size_t end = begin + skeleton.shape[tier].rules;
      if (!skeleton.shape[tier].guard) {
        ordinary.tiers.push_back(skeleton.policy.tiers[tier]);
        kept.insert(kept.end(), truths.begin() + static_cast<std::ptrdiff_t>(begin),
                    truths.begin() + static_cast<std::ptrdiff_t>(end));
      }
      begin = end;
    }
    const bool joined = oracle::join(skeleton.policy, truths).default_joined;
    EXPECT_EQ(joined, oracle::join(ordinary, kept).default_joined) << skeleton.describe(truths);
    EXPECT_TRUE(joined || !ordinary.tiers.empty()) << skeleton.describe(truths);
  });
  print_worlds(worlds);
}

// A rule inserted before rule `at` of tier `tier`, with its truth inserted at its place.
void expect_block_tightens(const Skeleton& skeleton, const std::vector<Truth>& truths) {
  const Effect before = oracle::join(skeleton.policy, truths).effect;
  std::size_t begin = 0;
  for (std::size_t tier = 0; tier < skeleton.shape.size(); ++tier) {
    for (std::size_t at = 0; at <= skeleton.shape[tier].rules; ++at) {
      ir::Policy longer = skeleton.policy;
      auto& rules = longer.tiers[tier].rules;
      rules.insert(rules.begin() + static_cast<std::ptrdiff_t>(at),
                   rule("inserted", Outcome::block, always(longer)));
      for (const Truth truth : {Truth::f, Truth::u, Truth::t}) {
        std::vector<Truth> more = truths;
        more.insert(more.begin() + static_cast<std::ptrdiff_t>(begin + at), truth);
        EXPECT_GE(oracle::join(longer, more).effect, before)
            << skeleton.describe(truths) << ", block inserted at " << at << " of tier " << tier;
      }
    }
    begin += skeleton.shape[tier].rules;
  }
}

// L9.2.
TEST(TightenOnly, InsertingABlockRuleAnywhere) {
  print_worlds(for_each_world(kRulesMax, expect_block_tightens));
}

TEST(TightenOnly, AddingAGuardTierAnywhere) {
  // The guard tiers of at most two rules, with their truths.
  std::vector<std::pair<ir::Tier, std::vector<Truth>>> guards;
  for (std::size_t rules = 1; rules <= 2; ++rules) {
    for (const Skeleton& skeleton : skeletons_of(rules)) {
      if (skeleton.shape.size() != 1 || !skeleton.shape[0].guard) continue;
      if (skeleton.policy.default_effect != Effect::allow) continue;
      for (const auto& truths : truths_of(rules)) {
        guards.emplace_back(skeleton.policy.tiers[0], truths);
      }
    }
  }
  EXPECT_EQ(guards.size(), 90u);  // 3 × 3 of one rule, 9 × 9 of two
  const auto worlds = for_each_world(2, [&](const Skeleton& skeleton, const auto& truths) {
    const Effect before = oracle::join(skeleton.policy, truths).effect;
    for (const auto& [guard, guard_truths] : guards) {
      std::size_t begin = 0;
      for (std::size_t at = 0; at <= skeleton.shape.size(); ++at) {
        ir::Policy longer = skeleton.policy;
        longer.tiers.insert(longer.tiers.begin() + static_cast<std::ptrdiff_t>(at), guard);
        std::vector<Truth> more = truths;
        more.insert(more.begin() + static_cast<std::ptrdiff_t>(begin), guard_truths.begin(),
                    guard_truths.end());
        EXPECT_GE(oracle::join(longer, more).effect, before) << skeleton.describe(truths);
        if (at < skeleton.shape.size()) begin += skeleton.shape[at].rules;
      }
    }
  });
  print_worlds(worlds * guards.size());
}

TEST(TightenOnly, StrengtheningTheDefault) {
  const auto worlds = for_each_world(kRulesMax, [](const Skeleton& skeleton, const auto& truths) {
    const Effect before = oracle::join(skeleton.policy, truths).effect;
    ir::Policy stronger = skeleton.policy;
    for (const Effect effect : {Effect::require_approval, Effect::block}) {
      stronger.default_effect = stricter(stronger.default_effect, effect);
      EXPECT_GE(oracle::join(stronger, truths).effect, before) << skeleton.describe(truths);
    }
  });
  print_worlds(worlds);
}

}  // namespace
}  // namespace sentrail::support
