// The text of a policy: stable, complete, injective where it matters.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/build_ir.hpp"

namespace sentrail::support {
namespace {

using Op = ir::AtomOp;

ir::Policy sample() {
  ir::Policy policy;
  policy.name = "acme.agents";
  policy.catalogs = {"sentrail.github"};
  ir::Tier tier{"safety", true, {}};
  const auto tool = atom(policy, test("tool", Op::equal, {text("github")}));
  const auto ref_in = atom(
      policy, test("resource.ref", Op::in, {text("main"), pattern("release/**"), text("q\"\n")}));
  ir::Rule protect = rule("protect", Outcome::block, all_of(policy, {tool, ref_in}));
  protect.unless = not_of(policy, atom(policy, test("body.odd key.n", Op::in, {range("0", "5")})));
  protect.because = ir::Template{{"", " is kept"}, {ref("resource.ref")}};
  tier.rules.push_back(protect);
  policy.tiers.push_back(tier);
  ir::Tier team{"team", false, {}};
  team.rules.push_back(rule("rest", Outcome::pass, always(policy)));
  policy.tiers.push_back(team);
  policy.default_because = ir::Template{{"no rule matched"}, {}};
  ir::TestCase test_case;
  test_case.name = "t";
  test_case.tool = "github";
  test_case.method = "GET";
  test_case.target = "/x";
  test_case.with = {{ref("env"), "\"live\"", false}, {ref("risk"), "", true}};
  test_case.rule = "protect";
  policy.tests.push_back(test_case);
  return policy;
}

TEST(Dump, PrintsEverythingOfAPolicy) {
  EXPECT_EQ(sample().dump(), R"(policy "acme.agents"
catalog "sentrail.github"
guard tier "safety"
  rule "protect" as "test.protect": block
    when (all (== tool "github") (in resource.ref ["main" ~"release/**" "q\"\x0a"]))
    unless (not (in body."odd key".n [0..5]))
    because "" {resource.ref} " is kept"
tier "team"
  rule "rest" as "test.rest": pass
    when always
default require_approval because "no rule matched"
test "t"
  tool "github"
  method "GET"
  target "/x"
  with env = "\"live\""
  with risk = unreadable
  expect block by "protect"
)");
  EXPECT_TRUE(sample().verify());
}

TEST(Dump, TellsOperandsOfDifferentKindsApart) {
  const auto dump_of = [](ir::Operand operand) {
    ir::Policy policy;
    policy.tiers.push_back({"t", false, {}});
    const auto when = atom(policy, test("body.x", Op::in, {std::move(operand)}));
    policy.tiers[0].rules.push_back(rule("r", Outcome::allow, when));
    EXPECT_TRUE(policy.verify());
    return policy.dump();
  };
  EXPECT_NE(dump_of(text("1")), dump_of(number("1")));
  EXPECT_NE(dump_of(text("a*")), dump_of(pattern("a*")));
  EXPECT_NE(dump_of(text("true")), dump_of(boolean(true)));
  EXPECT_NE(dump_of(number("1")), dump_of(range("1", "1")));
}

TEST(Dump, NestsAsDeepAsItLikes) {
  ir::Policy policy;
  policy.tiers.push_back({"t", false, {}});
  ir::ConditionId when = atom(policy, test("env", Op::exists));
  constexpr int kDepth = 100'000;
  for (int i = 0; i < kDepth; ++i) when = not_of(policy, when);
  policy.tiers[0].rules.push_back(rule("r", Outcome::allow, when));
  EXPECT_TRUE(policy.verify());
  const std::string text = policy.dump();
  EXPECT_EQ(std::ranges::count(text, '('), kDepth + 1);
  EXPECT_EQ(std::ranges::count(text, ')'), kDepth + 1);
}

}  // namespace
}  // namespace sentrail::support
