// What is searched for is found, and what is found is so.
#include "compiler/probe/search.hpp"

#include <gtest/gtest.h>

#include <set>

#include "compiler/probe/requests.hpp"
#include "compiler/tester/coverage.hpp"
#include "tests/support/build_ir.hpp"
#include "tests/support/random_policy.hpp"

namespace sentrail::compiler::probe {
namespace {

using ir::AtomOp;
using oracle::Request;

constexpr std::uint64_t kSeed = 20'261'121;

Goal deciding(std::optional<std::size_t> rule) {
  Goal goal;
  goal.deciding = true;
  goal.rule = rule;
  return goal;
}

// block a when env == live; allow b when env == live and body.n in 1..9 unless risk == high;
// allow c when agent.roles has payer. Default block.
ir::Policy three_rules() {
  ir::Policy policy;
  policy.name = "p";
  policy.default_effect = Effect::block;
  const auto live =
      support::atom(policy, support::test("env", AtomOp::equal, {support::text("live")}));
  const auto main =
      support::atom(policy, support::test("resource.ref", AtomOp::equal, {support::text("main")}));
  const auto count =
      support::atom(policy, support::test("body.n", AtomOp::in, {support::range("1", "9")}));
  const auto high =
      support::atom(policy, support::test("risk", AtomOp::equal, {support::risk("high")}));
  const auto payer =
      support::atom(policy, support::test("agent.roles", AtomOp::has, {support::text("payer")}));
  ir::Tier tier{"t", false, {}};
  tier.rules.push_back(support::rule("a", Outcome::block, main));
  tier.rules.push_back(support::rule("b", Outcome::allow, support::all_of(policy, {live, count})));
  tier.rules.back().unless = high;
  tier.rules.push_back(support::rule("c", Outcome::require_approval, payer));
  policy.tiers.push_back(std::move(tier));
  EXPECT_TRUE(policy.verify());
  return policy;
}

TEST(Search, FindsWhatEachRuleNeedsAndNothingElse) {
  const ir::Policy policy = three_rules();
  Search search(policy, {}, kSeed);
  const auto b = search.find(deciding(1));
  ASSERT_TRUE(b);
  EXPECT_EQ(b->values.size(), 2u) << support::describe(*b);
  EXPECT_EQ(b->values.at("env").text, "live");
  const auto c = search.find(deciding(2));
  ASSERT_TRUE(c);
  EXPECT_EQ(given_text(*c), R"(agent.roles = ["payer"])");
  const auto by_default = search.find(deciding(std::nullopt));
  ASSERT_TRUE(by_default);
  EXPECT_EQ(*by_default, Request{});
}

TEST(Search, KeepsWhatIsFixed) {
  const ir::Policy policy = three_rules();
  Search search(policy, {}, kSeed);
  Goal goal = deciding(1);
  goal.fixed = Fixed{{AttributeId::body, {"n"}}, number_value("9")};
  const auto found = search.find(goal);
  ASSERT_TRUE(found);
  EXPECT_EQ(given_text(*found), "env = \"live\", body.n = 9");
  goal.fixed->value = number_value("10");
  EXPECT_FALSE(search.find(goal));
}

TEST(Search, FindsWhatChanceFindsAndTheEngineAgrees) {
  support::Random random(kSeed);
  std::size_t by_chance = 0;
  std::size_t found = 0;
  std::string missed;
  for (int round = 0; round < 20; ++round) {
    const ir::Policy policy = support::random_policy(random, {.tiers_max = 2, .rules_max = 4});
    const auto compiled = Compiled::of(policy, {}, Sources{});
    ASSERT_TRUE(compiled);
    std::set<std::size_t> decided;
    for (int i = 0; i < 400; ++i) {
      const oracle::Decision decision = oracle::decide(policy, support::random_request(random));
      if (decision.rule && !decision.undecidable) decided.insert(*decision.rule);
    }
    Search search(policy, {}, kSeed);
    for (std::size_t rule = 0; rule < search.rules().size(); ++rule) {
      const auto request = search.find(deciding(rule));
      if (decided.contains(rule)) by_chance += 1;
      if (!request && decided.contains(rule)) missed += policy.dump() + std::to_string(rule) + "\n";
      if (!request) continue;
      if (decided.contains(rule)) found += 1;
      EXPECT_EQ(oracle::decide(policy, *request).rule, rule) << support::describe(*request);
      EXPECT_TRUE(is_confirmed(policy, **compiled, {*request, {}})) << support::describe(*request);
    }
  }
  EXPECT_GT(by_chance, 10u) << "seed " << kSeed;
  EXPECT_GE(found * 100, by_chance * 95)
      << found << " of " << by_chance << ", seed " << kSeed << ", not rules\n"
      << missed;
}

TEST(Search, ReachesARuleBehindOthers) {
  const ir::Policy policy = three_rules();
  Search search(policy, {}, kSeed);
  Goal goal;
  goal.reached = 2;
  goal.wants.push_back({policy.tiers[0].rules[2].when, false});
  const auto request = search.find(goal);
  ASSERT_TRUE(request);
  EXPECT_EQ(*request, Request{});
}

}  // namespace
}  // namespace sentrail::compiler::probe
