// Guesses, boxes and points say of a request what the oracle and a search say.
#include "compiler/analysis/guesses.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <random>

#include "compiler/analysis/vacuous_approvals.hpp"
#include "compiler/analysis/workbench.hpp"
#include "tests/unit/analysis/brute_force.hpp"

namespace sentrail::compiler::analysis {
namespace {

// A policy with all that guesses need.
struct Desk {
  explicit Desk(const ir::Policy& policy)
      : list{&policy},
        bench(list),
        boxes(bench.meaning(0), bench.space()),
        guesses(bench.meaning(0), bench.space(), bench.circuit(), boxes, true) {}

  std::array<const ir::Policy*, 1> list;
  Workbench bench;
  Boxes boxes;
  Guesses guesses;
};

Found search(Desk& desk, std::initializer_list<Node> nodes) {
  const Node all = desk.bench.circuit().all(nodes);
  Query query(desk.bench.circuit(), {&all, 1});
  return query.solve({&all, 1}).found;
}

// At the point of a guess, classes, rules and decision are those of its request.
void expect_point_is_its_request(Desk& desk, const std::string& context) {
  const ir::Policy& policy = desk.bench.meaning(0).policy();
  const oracle::Request request = desk.bench.space().request_of(desk.guesses.point().assignment());
  const std::vector<Truth> truths = oracle::evaluate_rules(policy, request);
  const std::vector<RuleMeaning>& rules = desk.bench.meaning(0).rules();
  for (std::size_t i = 0; i < rules.size(); ++i) {
    EXPECT_EQ(desk.guesses.is_certain(i), truths[i] == Truth::t)
        << context << request_json(request);
    EXPECT_EQ(desk.guesses.is_possible(i), truths[i] != Truth::f)
        << context << request_json(request);
  }
  const oracle::Decision expected = oracle::decide(policy, request);
  const std::optional<PointDecision> decision = desk.guesses.decide();
  ASSERT_TRUE(decision.has_value()) << context;
  EXPECT_EQ(decision->effect, expected.effect) << context << request_json(request);
  EXPECT_EQ(decision->rule, expected.rule) << context << request_json(request);
  EXPECT_EQ(decision->candidates, expected.candidates) << context << request_json(request);
}

std::size_t compare_guesses(Desk& desk, const std::string& context) {
  std::size_t made = 0;
  const std::vector<RuleMeaning>& rules = desk.bench.meaning(0).rules();
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const Banks banks = rules[i].condition;
    const std::array<std::pair<Node, const Box*>, 2> asked = {
        {{banks.must, &desk.boxes.certain(i)}, {banks.may, &desk.boxes.possible(i)}}};
    for (const auto& [node, box] : asked) {
      if (!desk.guesses.reaches(i, node, *box)) continue;
      ++made;
      EXPECT_EQ(search(desk, {node, rules[i].before}), Found::some) << context << "rule " << i;
      expect_point_is_its_request(desk, context);
    }
  }
  return made;
}

void compare_boxes(Desk& desk, const std::string& context) {
  const std::vector<RuleMeaning>& rules = desk.bench.meaning(0).rules();
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const std::string where = context + "rule " + std::to_string(i);
    const Node must = rules[i].condition.must;
    const bool matches = search(desk, {must}) == Found::some;
    if (desk.boxes.is_empty(desk.boxes.certain(i))) {
      EXPECT_FALSE(matches) << where;
      EXPECT_TRUE(desk.boxes.meeting(i).empty()) << where;
      continue;
    }
    if (desk.boxes.is_plain(i)) {
      EXPECT_TRUE(matches) << where;
    }
    const Bits meeting = desk.boxes.meeting(i);
    for (std::size_t k = 0; k < rules.size(); ++k) {
      const bool meet = search(desk, {must, rules[k].condition.must}) == Found::some;
      if (!meeting.test(k)) {
        EXPECT_FALSE(meet) << where << " and " << k;
      }
      if (meeting.test(k) && desk.boxes.is_plain(i) && desk.boxes.is_plain(k)) {
        EXPECT_TRUE(meet) << where << " and " << k;
      }
    }
  }
}

TEST(AnalysisGuesses, AgreeWithSearchAndOracle) {
  const std::uint64_t seed = std::random_device{}();
  std::printf("[     SEED ] %llu\n", static_cast<unsigned long long>(seed));
  support::Random random(seed);
  const support::World world = whole_world();
  std::size_t made = 0;
  for (std::size_t i = 0; i < 200 && !testing::Test::HasFailure(); ++i) {
    const ir::Policy policy = world_policy(random, world);
    Desk desk(policy);
    made += compare_guesses(desk, policy.dump());
    compare_boxes(desk, policy.dump());
  }
  EXPECT_GT(made, 200u) << "most rules are reached, and most of them by a guess";
}

TEST(VacuousApprovals, SeatsFillSeatsThatAskNoMore) {
  using Quorum = std::vector<ir::Seats>;
  const Quorum reviewer = {{true, "reviewer", 1}};
  const Quorum admin = {{true, "admin", 1}};
  const Quorum ops = {{false, "ops", 1}};
  const Quorum two_ops = {{false, "ops", 2}};
  const Quorum mixed = {{true, "admin", 1}, {true, "reviewer", 1}};
  EXPECT_TRUE(fills(admin, reviewer));
  EXPECT_FALSE(fills(reviewer, admin));
  EXPECT_TRUE(fills(two_ops, ops));
  EXPECT_FALSE(fills(ops, two_ops)) << "no person fills two seats";
  EXPECT_FALSE(fills(ops, reviewer)) << "of a group no role is known";
  EXPECT_TRUE(fills({{true, "owner", 2}}, mixed));
  EXPECT_TRUE(fills(mixed, {{true, "reviewer", 2}}));
  EXPECT_FALSE(fills(mixed, {{true, "admin", 2}}));
}

// One policy with a rule gone, one more, or two in the other order.
TEST(AnalysisGuesses, DifferencesOfEditsAreThoseOfBruteForce) {
  const std::uint64_t seed = std::random_device{}();
  std::printf("[     SEED ] %llu\n", static_cast<unsigned long long>(seed));
  support::Random random(seed);
  const support::World world = whole_world();
  for (std::size_t i = 0; i < 8 && !testing::Test::HasFailure(); ++i) {
    const ir::Policy before = world_policy(random, world);
    ir::Policy after = before;
    std::vector<ir::Rule>& rules = after.tiers[random() % after.tiers.size()].rules;
    switch (random() % 3) {
      case 0:
        rules.erase(rules.begin() + static_cast<std::ptrdiff_t>(random() % rules.size()));
        break;
      case 1:
        rules.push_back(rules[random() % rules.size()]);
        break;
      default:
        std::swap(rules.front(), rules.back());
        break;
    }
    const std::vector<oracle::Request> all = requests_about({&before, &after}, world);
    (void)compare_difference(before, after, all);
    (void)compare_difference(after, before, all);
  }
}

}  // namespace
}  // namespace sentrail::compiler::analysis
