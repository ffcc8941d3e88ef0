// Verdicts over both phases, and over sessions, equal brute force over a small world.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <random>

#include "compiler/ir/phases.hpp"
#include "core/limits.hpp"
#include "tests/support/build_ir.hpp"
#include "tests/support/random_answers.hpp"
#include "tests/unit/analysis/brute_force.hpp"

namespace sentrail::compiler::analysis {
namespace {

using ir::AtomOp;
using support::ConditionSeed;
using support::number;
using support::number_value;
using support::Random;
using support::string_value;

ConditionSeed seed(ir::Atom atom, bool negated = false) {
  return {"", [atom, negated](ir::Policy& policy) {
            const ir::ConditionId id = support::atom(policy, atom);
            return negated ? support::not_of(policy, id) : id;
          }};
}

ir::ConditionId some_taint_is_pci(ir::Policy& policy) {
  ir::Atom test = support::test("session.taints", AtomOp::equal, {support::text("pci")});
  test.attribute.binder = 1;
  test.attribute.element = "x";
  return support::quantified(policy, ir::ConditionKind::some_element, "x",
                             support::ref("session.taints"), support::atom(policy, test));
}

// Every class of what is asked has a value of its own.
support::World world_of_phases() {
  const ir::Atom fine = support::test("response.status", AtomOp::equal, {number("200")});
  const ir::Atom failed = support::test("response.status", AtomOp::greater_equal, {number("500")});
  const ir::Atom live = support::test("env", AtomOp::equal, {support::text("live")});
  const ir::Atom many = support::test("session.calls", AtomOp::greater, {number("3")});
  support::World world;
  world.conditions = {
      seed(fine),
      seed(fine, true),
      seed(failed),
      seed(support::test("response.status", AtomOp::exists)),
      seed(live),
      seed(live, true),
      seed(many),
      seed(many, true),
      seed(support::test("session.taints", AtomOp::has, {support::text("pii")})),
      seed(support::size_test("response.body", AtomOp::greater, {number("1")})),
      {"", [](ir::Policy& policy) { return some_taint_is_pci(policy); }},
      {"", [](ir::Policy& policy) { return support::always(policy); }},
  };
  const std::string past = "1e" + std::to_string(limits::kDecimalExponentMax + 1);
  world.axes = {
      {"response", {support::absent(), support::boolean_value(true)}},
      {"response.status",
       {support::absent(), support::unreadable(), number_value("100"), number_value("200"),
        number_value("300"), number_value("500"), number_value("600"), number_value(past)}},
      {"env",
       {support::absent(), support::unreadable(), string_value("live"), string_value("test"),
        string_value(std::string(limits::kMatchedBytesMax + 1, 'x'))}},
      {"session.calls",
       {support::unreadable(), number_value("0"), number_value("2"), number_value("3"),
        number_value("4"), number_value(past)}},
      {"session.taints",
       {support::unreadable(), support::strings_value({}), support::strings_value({"pii"}),
        support::strings_value({"pci"}), support::strings_value({"pii", "pci"})}},
      {"response.body",
       {support::absent(), support::unreadable(), string_value("x"), string_value("xy"),
        support::list_value({number_value("1")}),
        support::object_value({{"a", number_value("1")}, {"b", number_value("2")}}),
        number_value("1")}},
  };
  return world;
}

// What has no answer has no part of one.
std::vector<oracle::Request> coherent(std::vector<oracle::Request> all) {
  std::erase_if(all, [](const oracle::Request& request) {
    const auto there = [&](const char* name) {
      const auto found = request.values.find(name);
      return found != request.values.end() && found->second.kind != oracle::ValueKind::absent;
    };
    return !there("response") && (there("response.status") || there("response.body"));
  });
  return all;
}

bool asks_of_answers(const ir::Policy& policy, ir::ConditionId id) {
  const ir::Condition& condition = policy.conditions[id];
  if (condition.kind == ir::ConditionKind::atom) {
    return is_of_answers(condition.atom.attribute.attribute);
  }
  return std::ranges::any_of(condition.children,
                             [&](ir::ConditionId child) { return asks_of_answers(policy, child); });
}

// Rules that ask about answers are about answers, and now and then another.
ir::Policy policy_of_phases(Random& random, const support::World& world) {
  ir::Policy policy = world_policy(random, world);
  for (ir::Tier& tier : policy.tiers) {
    for (ir::Rule& rule : tier.rules) {
      rule.on_response = asks_of_answers(policy, rule.when) ||
                         (rule.unless && asks_of_answers(policy, *rule.unless)) ||
                         random() % 4 == 0;
      if (!rule.on_response) continue;
      const ir::ConditionId phase = support::atom(policy, support::answered());
      rule.when = support::all_of(policy, {phase, rule.when});
      if (rule.outcome == Outcome::require_approval) rule.outcome = Outcome::block;
      rule.approval = {};
    }
  }
  return policy;
}

TEST(AnalysisAgrees, OverBothPhases) {
  constexpr std::size_t kPolicies = 25;
  const std::uint64_t seed = std::random_device{}();
  std::printf("[     SEED ] %llu\n", static_cast<unsigned long long>(seed));
  Random random(seed);
  const support::World world = world_of_phases();
  std::size_t answers = 0;
  std::size_t requests = 0;
  std::optional<ir::Policy> last;
  for (std::size_t i = 0; i < kPolicies && !testing::Test::HasFailure(); ++i) {
    // A claim may ask about answers where no rule does: then every answer passes.
    ir::Policy policy = ir::with_phases(policy_of_phases(random, world), true);
    ASSERT_TRUE(policy.verify().has_value()) << policy.verify().error().message;
    const std::vector<oracle::Request> all = coherent(requests_about({&policy}, world));
    requests += all.size();
    answers += compare_findings(policy, all) + compare_proofs(policy, all);
    if (last) {
      const auto of_both = coherent(requests_about({&*last, &policy}, world));
      answers += compare_difference(*last, policy, of_both);
    }
    last = std::move(policy);
  }
  std::printf("[   WORLDS ] %zu answers over %zu requests\n", answers, requests);
}

// A session of which nothing is said may hold anything: its rule is no witness's way out.
TEST(Analyse, ConfirmsWitnessesWhereTheSessionIsNotKnown) {
  ir::Policy policy;
  policy.name = "p";
  ir::Tier tier;
  tier.name = "main";
  const ir::Atom taint = support::test("session.taints", AtomOp::has, {support::text("pii")});
  tier.rules = {support::rule("taint", Outcome::block, support::atom(policy, taint))};
  policy.tiers = {tier};
  const Findings findings = analyse(policy, Depth::full);
  EXPECT_EQ(findings.unconfirmed, 0u);
  ASSERT_EQ(findings.uncovered.verdict, Verdict::refuted) << findings.uncovered.why;
  EXPECT_TRUE(findings.uncovered.witness->request.values.contains("session.taints"));
}

// Of a policy that judges no answers each passes.
TEST(Diff, TakesAnswersToPassWhereNobodyJudgesThem) {
  ir::Policy before;
  before.name = "p";
  before.default_effect = Effect::block;
  ir::Policy after = before;
  ir::Tier tier;
  tier.name = "main";
  const ir::ConditionId when = support::atom(after, support::answered());
  tier.rules = {support::rule("keys", Outcome::block, when)};
  tier.rules[0].on_response = true;
  after.tiers = {tier};
  after = ir::with_phases(after);
  const Difference difference = diff(before, after);
  ASSERT_EQ(difference.groups.size(), 1u);
  EXPECT_EQ(difference.groups[0].from, Effect::allow);
  EXPECT_EQ(difference.groups[0].to, Effect::block);
  ASSERT_EQ(difference.groups[0].changes.size(), 1u);
  const auto& values = difference.groups[0].changes[0].after.request.values;
  EXPECT_TRUE(values.contains("response"));
  EXPECT_TRUE(diff(after, after).groups.empty());
}

}  // namespace
}  // namespace sentrail::compiler::analysis
