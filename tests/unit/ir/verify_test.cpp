// Every invariant of a policy is noticed when it is broken.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "tests/support/build_ir.hpp"
#include "tests/support/random_policy.hpp"

namespace sentrail::support {
namespace {

using ::testing::HasSubstr;
using Op = ir::AtomOp;

// A policy whose one rule has this test.
ir::Policy with(ir::Atom test) {
  ir::Policy policy;
  policy.name = "p";
  policy.tiers.push_back({"t", false, {}});
  policy.tiers[0].rules.push_back(rule("r", Outcome::allow, atom(policy, std::move(test))));
  return policy;
}

ir::Policy good() {
  return with(test("env", Op::equal, {text("live")}));
}

void expect_broken(const ir::Policy& policy, const char* message) {
  const Status status = policy.verify();
  ASSERT_FALSE(status) << policy.dump();
  EXPECT_EQ(status.error().code, Errc::corrupt);
  EXPECT_THAT(status.error().message, HasSubstr(message));
}

TEST(Verify, AcceptsWhatIsWellFormed) {
  EXPECT_TRUE(good().verify());
  EXPECT_TRUE(ir::Policy{}.verify());
  EXPECT_TRUE(with(test("http.headers.accept", Op::matches, {pattern("*/*")})).verify());
  EXPECT_TRUE(with(test("body", Op::is_type)).verify());
  EXPECT_TRUE(with(test("body.a.b", Op::in)).verify());
  EXPECT_TRUE(with(test("risk", Op::in, {risk("low"), risk("high")})).verify());
}

TEST(Verify, ChecksReferences) {
  ir::Atom step = test("env", Op::exists);
  step.attribute.steps = {"x"};
  expect_broken(with(step), "env has no members");
  expect_broken(with(test("http.query", Op::exists)), "needs exactly one step");
  expect_broken(with(test("http.headers.a.b", Op::exists)), "needs exactly one step");
  ir::Atom deep = test("body", Op::exists);
  deep.attribute.steps.assign(17, "x");
  expect_broken(with(deep), "too many steps");
  ir::Atom wild = test("env", Op::exists);
  wild.attribute.attribute = static_cast<AttributeId>(kAttributeCount);
  expect_broken(with(wild), "no row in the schema");
}

TEST(Verify, ChecksWhatIsComparedWithEachOther) {
  EXPECT_TRUE(with(same("agent.id", "body.a")).verify());
  EXPECT_TRUE(with(same("body", "args.a")).verify());
  EXPECT_TRUE(with(same("risk", "risk")).verify());
  expect_broken(with(same("agent.id", "agent.roles")), "is compared with another type");
  expect_broken(with(same("body.a", "risk")), "is compared with another type");
  expect_broken(with(same("time", "time")), "is compared with another type");
  expect_broken(with(same("env", "http.query")), "needs exactly one step");
  expect_broken(with(test("env", Op::same)), "and another attribute");
  ir::Atom two = test("env", Op::exists);
  two.other = ref("agent.id");
  expect_broken(with(two), "and another attribute");
  ir::Atom literal = same("env", "agent.id");
  literal.operands = {text("a")};
  expect_broken(with(literal), "is compared with another type");
  ir::Atom sized = same("body.a", "body.b");
  sized.sized = true;
  expect_broken(with(sized), "is compared with another type");
  ir::Atom element = same("env", "agent.id");
  element.other = ir::AttributeRef{AttributeId::agent_roles, {}, 1, std::string("x")};
  expect_broken(with(element), "an element of no quantifier");
}

TEST(Verify, ChecksOperands) {
  expect_broken(with(test("env", Op::equal)), "wrong number of operands");
  expect_broken(with(test("env", Op::equal, {text("a"), text("b")})), "wrong number of operands");
  expect_broken(with(test("env", Op::exists, {text("a")})), "wrong number of operands");
  expect_broken(with(test("env", Op::equal, {pattern("a*")})), "and its operand");
  expect_broken(with(test("env", Op::matches, {text("a")})), "and its operand");
  expect_broken(with(test("body.n", Op::less, {text("a")})), "and its operand");
  expect_broken(with(test("env", Op::equal, {number("1")})), "another type");
  expect_broken(with(test("env", Op::less, {number("1")})), "another type");
  expect_broken(with(test("risk", Op::in, {text("low")})), "another type");
  expect_broken(with(test("body.n", Op::equal, {risk("low")})), "another type");
  expect_broken(with(test("agent.registered", Op::equal, {text("true")})), "another type");
  expect_broken(with(test("risk", Op::equal, {risk("severe")})), "no risk severe");
  expect_broken(with(test("env", Op::matches, {pattern("a/**")})), "a pattern on env has `**`");
  expect_broken(with(test("agent.roles", Op::equal, {text("a")})), "agent.roles is a set");
  expect_broken(with(test("env", Op::has, {text("a")})), "env is no set");
}

TEST(Verify, ChecksNetworksAndInstants) {
  expect_broken(with(test("agent.ip", Op::equal, {network("10.0.0.0/8")})), "network that is none");
  expect_broken(with(test("agent.ip", Op::in, {network("10.1.2.3/8")})), "network that is none");
  expect_broken(with(test("agent.ip", Op::in, {network("10.0.0.7/32")})), "network that is none");
  expect_broken(with(test("agent.ip", Op::in, {network("home")})), "network that is none");
  expect_broken(with(test("agent.ip", Op::in, {text("10.0.0.7")})), "another type");
  expect_broken(with(test("agent.ip", Op::matches, {pattern("10.*")})), "is an address");
  expect_broken(with(test("env", Op::in, {network("10.0.0.0/8")})), "another type");
  expect_broken(with(test("time", Op::less, {instant("2027-01-31")})), "instant that is none");
  expect_broken(with(test("body.n", Op::less, {instant("2027-01-31T00:00:00.000Z")})),
                "another type");
}

TEST(Verify, ChecksTheShapeOfConditions) {
  ir::Policy one_child = good();
  one_child.tiers[0].rules[0].when = all_of(one_child, {one_child.tiers[0].rules[0].when});
  expect_broken(one_child, "wrong number of children");

  ir::Policy shared = good();
  const auto leaf = shared.tiers[0].rules[0].when;
  shared.tiers[0].rules[0].when = all_of(shared, {leaf, leaf});
  expect_broken(shared, "two owners");

  ir::Policy forward = good();
  not_of(forward, ir::ConditionId{7});
  expect_broken(forward, "comes before its child");

  ir::Policy dangling = good();
  dangling.tiers[0].rules[0].when = ir::ConditionId{};
  expect_broken(dangling, "names nothing");
}

TEST(Verify, ChecksRulesAndTiers) {
  ir::Policy guard = good();
  guard.tiers[0].guard = true;
  expect_broken(guard, "guard tier holds allow rule test.r");

  ir::Policy nameless = good();
  nameless.tiers[0].name.clear();
  expect_broken(nameless, "a tier has no name");
  nameless = good();
  nameless.tiers[0].rules[0].name.clear();
  expect_broken(nameless, "a rule has no name");

  ir::Policy because = good();
  because.tiers[0].rules[0].because = ir::Template{{"a"}, {ref("env")}};
  expect_broken(because, "does not alternate");
}

TEST(Verify, ChecksTests) {
  ir::Policy half = good();
  half.tests.emplace_back().tool = "github";
  expect_broken(half, "a part of a raw request");
  ir::Policy empty = good();
  empty.tests.emplace_back().with = {{ref("env"), "", false}};
  expect_broken(empty, "values");
  ir::Policy whole = good();
  whole.tests.emplace_back().with = {{{AttributeId::http_query, {}}, "", true}};
  EXPECT_TRUE(whole.verify());
}

TEST(Verify, AcceptsWhateverTheGeneratorMakes) {
  Random random(7);
  for (int i = 0; i < 2'000; ++i) {
    const ir::Policy policy = random_policy(random);
    const Status status = policy.verify();
    ASSERT_TRUE(status) << status.error().message << "\n" << policy.dump();
  }
}

}  // namespace
}  // namespace sentrail::support
