// Conditions, tiers, the default. Paragraphs L8 of docs/language.md, one test each.
#include <gtest/gtest.h>

#include "compiler/oracle/oracle.hpp"
#include "core/limits.hpp"
#include "tests/support/build_ir.hpp"

namespace sentrail::support {
namespace {

constexpr Truth kT = Truth::t;
constexpr Truth kF = Truth::f;
constexpr Truth kU = Truth::u;

struct TierSketch {
  bool guard;
  std::vector<std::pair<Outcome, Truth>> rules;
};

// The decision on tiers of rules with given truths.
oracle::Decision decide(const std::vector<TierSketch>& tiers, Effect default_effect) {
  ir::Policy policy;
  policy.default_effect = default_effect;
  std::vector<Truth> truths;
  for (const TierSketch& sketch : tiers) {
    ir::Tier tier{"t", sketch.guard, {}};
    for (const auto& [outcome, truth] : sketch.rules) {
      tier.rules.push_back(rule("r", outcome, always(policy)));
      truths.push_back(truth);
    }
    policy.tiers.push_back(std::move(tier));
  }
  EXPECT_TRUE(policy.verify());
  return oracle::join(policy, truths);
}

oracle::Decision decided(Effect effect, std::optional<std::size_t> rule,
                         std::vector<std::size_t> candidates, bool default_joined,
                         bool undecidable) {
  return {effect, rule, std::move(candidates), default_joined, undecidable};
}

TEST(OracleDecide, L8_1_ConditionsFollowKleene) {
  ir::Policy policy;
  const auto truth_of = [&policy](ir::ConditionId id) {
    oracle::Request request;
    request.values["env"] = string_value("live");
    request.values["tool"] = unreadable();
    return oracle::evaluate(policy, id, request);
  };
  const auto t = [&] { return atom(policy, test("env", ir::AtomOp::exists)); };
  const auto u = [&] { return atom(policy, test("tool", ir::AtomOp::exists)); };
  const auto f = [&] { return atom(policy, test("action", ir::AtomOp::exists)); };
  EXPECT_EQ(truth_of(always(policy)), kT);
  EXPECT_EQ(truth_of(all_of(policy, {t(), u()})), kU);
  EXPECT_EQ(truth_of(all_of(policy, {u(), f()})), kF);
  EXPECT_EQ(truth_of(all_of(policy, {t(), t(), t()})), kT);
  EXPECT_EQ(truth_of(any_of(policy, {f(), u()})), kU);
  EXPECT_EQ(truth_of(any_of(policy, {u(), t()})), kT);
  EXPECT_EQ(truth_of(any_of(policy, {f(), f()})), kF);
  EXPECT_EQ(truth_of(not_of(policy, t())), kF);
  EXPECT_EQ(truth_of(not_of(policy, u())), kU);
  EXPECT_EQ(truth_of(not_of(policy, f())), kT);
}

TEST(OracleDecide, L8_2_UnlessTakesTheRuleAway) {
  ir::Policy policy;
  policy.tiers.push_back({"t", false, {}});
  ir::Rule made = rule("r", Outcome::allow, always(policy));
  made.unless = atom(policy, test("env", ir::AtomOp::equal, {text("live")}));
  policy.tiers[0].rules = {made};
  oracle::Request request;
  EXPECT_EQ(oracle::evaluate_rules(policy, request), std::vector{kT});
  request.values["env"] = string_value("live");
  EXPECT_EQ(oracle::evaluate_rules(policy, request), std::vector{kF});
  request.values["env"] = unreadable();
  EXPECT_EQ(oracle::evaluate_rules(policy, request), std::vector{kU});
  EXPECT_EQ(oracle::decide(policy, request).effect, Effect::require_approval);
}

TEST(OracleDecide, L8_3_TheFirstCertainMatchEndsTheSearch) {
  EXPECT_EQ(decide({{false, {{Outcome::allow, kT}, {Outcome::block, kT}}}}, Effect::block),
            decided(Effect::allow, 0, {0}, false, false));
  EXPECT_EQ(decide({{false, {{Outcome::block, kF}, {Outcome::allow, kT}}}}, Effect::block),
            decided(Effect::allow, 1, {1}, false, false));
}

TEST(OracleDecide, L8_4_TheStrictestCandidateDecides) {
  EXPECT_EQ(decide({{false, {{Outcome::block, kU}, {Outcome::allow, kT}}}}, Effect::allow),
            decided(Effect::block, 0, {0, 1}, false, true));
  EXPECT_EQ(decide({{false,
                     {{Outcome::allow, kU},
                      {Outcome::require_approval, kU},
                      {Outcome::require_approval, kT},
                      {Outcome::block, kT}}}},
                   Effect::allow),
            decided(Effect::require_approval, 1, {0, 1, 2}, false, true));
}

TEST(OracleDecide, L8_5_TheDefaultJoinsUnlessARuleCertainlyMatches) {
  EXPECT_EQ(decide({}, Effect::require_approval),
            decided(Effect::require_approval, std::nullopt, {}, true, false));
  EXPECT_EQ(decide({{false, {{Outcome::allow, kU}}}}, Effect::block),
            decided(Effect::block, std::nullopt, {0}, true, true));
  EXPECT_EQ(decide({{false, {{Outcome::pass, kT}, {Outcome::allow, kT}}}}, Effect::block),
            decided(Effect::block, std::nullopt, {0}, true, false));
}

TEST(OracleDecide, L8_5_AnUndecidablePassKeepsTheDefault) {
  // Were the pass true, the allow would not be reached and the default would block.
  EXPECT_EQ(decide({{false, {{Outcome::pass, kU}, {Outcome::allow, kT}}}}, Effect::block),
            decided(Effect::block, std::nullopt, {0, 1}, true, true));
  // Another tier may lift it.
  EXPECT_EQ(decide({{false, {{Outcome::pass, kU}, {Outcome::allow, kT}}},
                    {false, {{Outcome::allow, kT}}}},
                   Effect::block),
            decided(Effect::allow, 1, {0, 1, 2}, false, true));
}

TEST(OracleDecide, L8_6_GuardTiersTightenAndNeverLiftTheDefault) {
  EXPECT_EQ(decide({{true, {{Outcome::require_approval, kT}}}}, Effect::allow),
            decided(Effect::require_approval, 0, {0}, true, false));
  EXPECT_EQ(decide({{true, {{Outcome::require_approval, kT}}}}, Effect::block),
            decided(Effect::block, std::nullopt, {0}, true, false));
  EXPECT_EQ(
      decide({{true, {{Outcome::block, kT}}}, {false, {{Outcome::allow, kT}}}}, Effect::allow),
      decided(Effect::block, 0, {0, 1}, false, false));
  EXPECT_EQ(
      decide({{true, {{Outcome::pass, kT}, {Outcome::block, kT}}}, {false, {{Outcome::allow, kT}}}},
             Effect::block),
      decided(Effect::allow, 2, {0, 2}, false, false));
}

TEST(OracleDecide, L8_7_TheFirstCandidateWithTheEffectIsNamedTheDefaultLast) {
  EXPECT_EQ(
      decide({{true, {{Outcome::block, kT}}}, {false, {{Outcome::block, kT}}}}, Effect::block),
      decided(Effect::block, 0, {0, 1}, false, false));
  EXPECT_EQ(decide({{false, {{Outcome::block, kU}}}}, Effect::block),
            decided(Effect::block, 0, {0}, true, true));
}

// `any f in body.files: all y in f.lines: y < 5 `, the limits of inner lists included.
TEST(OracleDecide, L5_15_QuantifiersNest) {
  ir::Policy policy;
  ir::Atom small = test("body", ir::AtomOp::less, {number("5")});
  small.attribute = {AttributeId::body, {}, 2, std::string("y")};
  const auto all =
      quantified(policy, ir::ConditionKind::every_element, "y",
                 {AttributeId::body, {"lines"}, 1, std::string("f")}, atom(policy, small));
  const auto any = quantified(policy, ir::ConditionKind::some_element, "f", ref("body.files"), all);
  const auto on = [&](std::vector<oracle::Value> files) {
    oracle::Request request;
    request.values["body"] = object_value({{"files", list_value(std::move(files))}});
    return oracle::evaluate(policy, any, request);
  };
  const auto file = [](std::vector<oracle::Value> lines) {
    return object_value({{"lines", list_value(std::move(lines))}});
  };
  EXPECT_EQ(on({file({number_value("9")}), file({number_value("1")})}), Truth::t);
  EXPECT_EQ(on({file({number_value("9")})}), Truth::f);
  EXPECT_EQ(on({object_value({})}), Truth::f);
  EXPECT_EQ(on({string_value("x")}), Truth::u);
  EXPECT_EQ(on({file({})}), Truth::t);
  EXPECT_EQ(on({file(std::vector(limits::kInnerElementsMax, number_value("1")))}), Truth::t);
  EXPECT_EQ(on({file(std::vector(limits::kInnerElementsMax + 1, number_value("1")))}), Truth::u);
}

}  // namespace
}  // namespace sentrail::support
