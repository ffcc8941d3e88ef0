// Which test of which rule decided. See runtime/decide/explain.hpp.
#include "runtime/decide/explain.hpp"

#include <gtest/gtest.h>

#include "compiler/oracle/oracle.hpp"
#include "runtime/decide/evaluate.hpp"
#include "tests/support/build_ir.hpp"
#include "tests/support/compiled.hpp"
#include "tests/support/facts_of.hpp"
#include "tests/support/random_policy.hpp"

namespace sentrail::support {
namespace {

// One rule `env == live and (tool ~ "git*" or risk >= high)`.
ir::Policy example(bool negated = false) {
  ir::Policy policy;
  policy.name = "acme";
  const auto env = atom(policy, test("env", ir::AtomOp::equal, {text("live")}));
  const auto tool = atom(policy, test("tool", ir::AtomOp::matches, {pattern("git*")}));
  const auto high = atom(policy, test("risk", ir::AtomOp::greater_equal, {risk("high")}));
  auto when = all_of(policy, {env, any_of(policy, {tool, high})});
  if (negated) when = not_of(policy, when);
  policy.tiers.push_back({"t", false, {rule("r", Outcome::block, when)}});
  return policy;
}

// `test = value (truth)` of what settled a rule, joined by semicolons.
std::string settled(const decide::RuleAnswer& answer) {
  std::string out;
  for (const decide::TestAnswer& test : answer.settled_by) {
    if (!out.empty()) out += "; ";
    const char* const truth = test.truth == Truth::t ? "T" : test.truth == Truth::f ? "F" : "U";
    out += test.text + " was " + test.value + ": " + truth;
  }
  return out;
}

std::string settled(const ir::Policy& policy, const Facts& facts) {
  Compiled compiled(policy);
  return settled(decide::explain(compiled.engine(), facts, compiled.scratch()).rules.at(0));
}

TEST(Explain, NamesAllTestsOfATrueAndButOneOfAnOr) {
  Facts facts;
  facts[AttributeId::env] = Fact::of("live");
  facts[AttributeId::tool] = Fact::of("github");
  facts[AttributeId::risk] = Fact::of("high");
  EXPECT_EQ(settled(example(), facts), "env == \"live\" was live: T; risk >= high was high: T");
  facts[AttributeId::risk] = Fact::of("low");
  EXPECT_EQ(settled(example(), facts),
            "env == \"live\" was live: T; tool ~ \"git*\" was github: T");
}

TEST(Explain, NamesTheFirstFalseTestOfAnAnd) {
  Facts facts;
  facts[AttributeId::env] = Fact::of("test");
  EXPECT_EQ(settled(example(), facts), "env == \"live\" was test: F");
  facts[AttributeId::env] = Fact::of("live");
  facts[AttributeId::tool] = Fact::of("slack");
  EXPECT_EQ(settled(example(), facts),
            "risk >= high was (absent): F; tool ~ \"git*\" was slack: F");
}

TEST(Explain, NamesWhatCouldNotBeDecided) {
  Facts facts;
  facts[AttributeId::env] = Fact::of("live");
  facts[AttributeId::tool] = Fact::unreadable();
  EXPECT_EQ(settled(example(), facts), "tool ~ \"git*\" was (unreadable): U");
}

TEST(Explain, ShowsNegatedTestsAsTheyAre) {
  Facts facts;
  facts[AttributeId::env] = Fact::of("test");
  EXPECT_EQ(settled(example(true), facts), "env != \"live\" was test: T");
}

TEST(Explain, TellsReachedRulesFromCandidates) {
  ir::Policy policy;
  policy.name = "acme";
  std::vector<ir::Rule> rules;
  rules.push_back(rule("a", Outcome::block, atom(policy, test("tool", ir::AtomOp::exists))));
  rules.push_back(rule("b", Outcome::allow, atom(policy, test("env", ir::AtomOp::exists))));
  rules.push_back(rule("c", Outcome::allow, always(policy)));
  policy.tiers.push_back({"t", false, rules});
  Compiled compiled(policy);
  Facts facts;
  facts[AttributeId::env] = Fact::of("live");
  const decide::Explanation why = decide::explain(compiled.engine(), facts, compiled.scratch());
  EXPECT_EQ(why.candidates, (std::vector<std::uint32_t>{1}));
  EXPECT_EQ(why.rule, "test.b");
  EXPECT_EQ(why.reason, "Policy 'test.b' matched");
  ASSERT_EQ(why.rules.size(), 3u);
  EXPECT_TRUE(why.rules[0].reached && !why.rules[0].candidate);
  EXPECT_TRUE(why.rules[1].reached && why.rules[1].candidate);
  EXPECT_TRUE(!why.rules[2].reached && !why.rules[2].candidate);
  EXPECT_EQ(why.rules[2].truth, Truth::t);
  EXPECT_TRUE(why.rules[2].settled_by.empty());
}

TEST(Explain, AgreesWithDecisionsAndWithTheOracle) {
  Random random(31);
  for (int i = 0; i < 150; ++i) {
    const ir::Policy policy = random_policy(random);
    Compiled compiled(policy);
    for (int k = 0; k < 10; ++k) {
      const oracle::Request request = random_request(random);
      std::optional<OwnedFacts> facts = OwnedFacts::of(request);
      if (!facts) continue;
      facts->set_zones(zone_names_of(compiled.program()));
      const decide::Explanation why =
          decide::explain(compiled.engine(), **facts, compiled.scratch());
      const std::vector<Truth> truths = oracle::evaluate_rules(policy, request);
      ASSERT_EQ(why.rules.size(), truths.size());
      for (std::size_t r = 0; r < truths.size(); ++r) {
        ASSERT_EQ(why.rules[r].truth, truths[r]) << policy.dump() << describe(request);
        for (const decide::TestAnswer& test : why.rules[r].settled_by) {
          const Truth plain =
              decide::truth_of(compiled.engine().bound(), test.atom, **facts, compiled.scratch());
          ASSERT_EQ(test.negated ? negate(plain) : plain, test.truth) << test.text;
        }
      }
      const std::vector<std::size_t> expected = oracle::decide(policy, request).candidates;
      ASSERT_EQ(std::vector<std::size_t>(why.candidates.begin(), why.candidates.end()), expected);
    }
  }
}

}  // namespace
}  // namespace sentrail::support
