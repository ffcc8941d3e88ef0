// Mistakes are policies; a mistake that is said to make no difference makes none, and the others
// come with a request that shows it.
#include "compiler/tester/mutation.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <random>
#include <utility>

#include "compiler/ir/phases.hpp"
#include "compiler/tester/situation.hpp"
#include "core/limits.hpp"
#include "tests/support/build_ir.hpp"
#include "tests/support/obligations.hpp"
#include "tests/support/random_policy.hpp"
#include "tests/support/rule_limits.hpp"

namespace sentrail::compiler {
namespace {

constexpr std::int64_t kEnd = 20'820 * limits::kDayMs;  // 2027-01-02

// A random policy, whole as check() makes it, each of whose conditions and rules has a place of its
// own.
struct Placed {
  explicit Placed(support::Random& random)
      : policy(support::random_policy(random, {2, 2, 2, 2, 2})) {
    support::add_random_obligations(random, policy);
    support::add_random_limits(random, policy);
    for (ir::Tier& tier : policy.tiers) {
      for (ir::Rule& rule : tier.rules) {
        if (rule.outcome == Outcome::allow) rule.until_ms = kEnd;
      }
    }
    policy = ir::with_phases(std::move(policy));
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

bool is_same_for(const ir::Policy& a, const ir::Policy& b, const Situation& situation) {
  const oracle::Answer one = answer_in(a, situation);
  const oracle::Answer two = answer_in(b, situation);
  // Tests say what is obliged to, and not what is not.
  return one.effect == two.effect && one.approval == two.approval &&
         std::ranges::includes(two.obligations, one.obligations, ir::comes_before);
}

// What limits may hold, by the names of their rules.
std::vector<ir::GivenUsed> random_state(support::Random& random, const ir::Policy& policy) {
  std::vector<ir::GivenUsed> used;
  const auto held = support::random_used(random, policy);
  std::size_t number = 0;
  for (const ir::Tier& tier : policy.tiers) {
    for (const ir::Rule& rule : tier.rules) {
      for (std::size_t i = 0; i < rule.limits.size(); ++i) {
        const auto found = held.find({number, i});
        if (found != held.end()) used.push_back({rule.qualified_name, i, found->second});
      }
      ++number;
    }
  }
  return used;
}

// A test that says its time, so that ends of rules are tried.
ir::TestCase timed_test() {
  ir::TestCase test;
  test.with.push_back({{AttributeId::time, {}}, "\"2027-01-01T00:00:00Z\"", false});
  return test;
}

TEST(Mistakes, AreOtherPoliciesThatVerify) {
  support::Random random(printed_seed());
  std::size_t kinds = 0;
  std::vector<std::size_t> of_kind(static_cast<std::size_t>(MistakeKind::end_moved) + 1);
  for (int i = 0; i < 60; ++i) {
    Placed placed(random);
    placed.policy.tests.push_back(timed_test());
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

// A list of ranges of instants, and each end of one, has the text of the whole test.
TEST(Mistakes, TellTheEndsOfRangesApart) {
  Sources sources;
  const std::string text = "time in [2026-12-20..2027-01-05, 2027-07-01..2027-07-08]";
  const auto size = static_cast<std::uint32_t>(text.size());
  const Span span{sources.add("p.sentrail", text), 0, size};
  ir::Policy policy;
  const auto range = [&](std::string_view first, std::string_view behind) {
    const auto from = support::test("time", ir::AtomOp::greater_equal, {support::instant(first)});
    const auto until = support::test("time", ir::AtomOp::less, {support::instant(behind)});
    const auto begins = support::atom(policy, from);
    return support::all_of(policy, {begins, support::atom(policy, until)});
  };
  const auto one = range("2026-12-20T00:00:00.000Z", "2027-01-05T00:00:00.000Z");
  const auto two = range("2027-07-01T00:00:00.000Z", "2027-07-08T00:00:00.000Z");
  const auto any = support::any_of(policy, {one, two});
  for (ir::Condition& condition : policy.conditions) condition.span = span;
  for (std::uint32_t i = 0; i < policy.conditions.size(); ++i) {
    const ir::ConditionId id{i};
    EXPECT_EQ(is_end_of_range(policy, id), id != one && id != two && id != any) << i;
  }
  EXPECT_EQ(text_of(policy, ir::ConditionId{0}, sources), "time >= 2026-12-20T00:00:00.000Z");
  EXPECT_EQ(text_of(policy, any, sources), text);
  policy.tiers.push_back({"t", false, {support::rule("r", Outcome::allow, any)}});
  std::size_t of_tests = 0;
  for (const Mistake& mistake : mistakes_in(policy, sources, span)) {
    of_tests += mistake.of_test ? 1 : 0;
    EXPECT_LE(mistake.conditions.size(), 1u) << mistake.what;
  }
  EXPECT_EQ(of_tests, 2u + 4u * 3u);  // each range is left out, each end that, negated and moved
}

TEST(Mutation, TellsMistakesApartFromWhatMakesNoDifference) {
  support::Random random(printed_seed());
  constexpr int kFewest = 6;
  constexpr int kMost = 200;
  std::size_t shown = 0;
  std::size_t none = 0;
  std::size_t with_state = 0;
  // Few policies have limits on rules that analysis knows: on until all has been seen.
  const auto seen_all = [&] { return shown > 20 && none > 0 && with_state > 0; };
  for (int i = 0; i < kFewest || (i < kMost && !seen_all()); ++i) {
    const Placed placed(random);
    const auto score =
        mutation_score(placed.policy, {}, {}, placed.sources, placed.default_span, {});
    ASSERT_TRUE(score.has_value());
    EXPECT_EQ(score->noticed, 0u) << "there are no tests";
    std::vector<Situation> situations;
    for (int j = 0; j < 40; ++j) {
      situations.push_back({support::random_request(random), {}});
      situations.push_back({support::spoil(random, situations.back().request), {}});
      situations.push_back({situations.back().request, random_state(random, placed.policy)});
    }
    for (const Mistake& mistake : mistakes_in(placed.policy, placed.sources, placed.default_span)) {
      const ir::Policy mutant = with_mistake(placed.policy, mistake);
      const auto survivor = std::ranges::find_if(
          score->survivors, [&](const Survivor& one) { return one.mistake.is_same(mistake); });
      if (survivor == score->survivors.end()) {
        ++none;
        for (const Situation& situation : situations) {
          ASSERT_TRUE(is_same_for(placed.policy, mutant, situation)) << mistake.what;
        }
      } else if (survivor->shown) {
        ++shown;
        if (!survivor->shown->used.empty()) ++with_state;
        ASSERT_FALSE(is_same_for(placed.policy, mutant, *survivor->shown)) << mistake.what;
      } else {
        ASSERT_FALSE(survivor->why.empty()) << mistake.what;
      }
    }
    EXPECT_EQ(score->tried, score->no_difference + score->survivors.size());
  }
  EXPECT_GT(shown, 20u);
  EXPECT_GT(none, 0u);
  EXPECT_GT(with_state, 0u) << "no limit was found by what it holds";
}

}  // namespace
}  // namespace sentrail::compiler
