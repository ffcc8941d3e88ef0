// Limits beside obligations and shadow rules: what is charged and what is only tried.
// docs/language.md, L15.6, L15.9 and L15.14. The oracle is asked the same in tests/exhaustive.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/build_ir.hpp"
#include "tests/support/counting_gate.hpp"

namespace sentrail::support {
namespace {

constexpr std::int64_t kHourMs = 3'600'000;

ir::Limit limit(std::int64_t most, Effect otherwise = Effect::block) {
  ir::Limit made;
  made.most = most * kUnit;
  made.per_ms = kHourMs;
  made.otherwise = otherwise;
  return made;
}

// A policy whose rule lets everything through, `most` times an hour.
ir::Policy policy_of(std::int64_t most) {
  ir::Policy policy;
  policy.name = "p";
  policy.default_effect = Effect::block;
  ir::Rule live = rule("live", Outcome::allow, always(policy));
  live.limits = {limit(most)};
  policy.tiers.push_back({"t", false, {live}});
  return policy;
}

oracle::Request request_of(oracle::Value body = absent()) {
  oracle::Request request;
  request.values["env"] = string_value("live");
  request.values["body"] = std::move(body);
  return request;
}

TEST(ShadowCounting, TriesAnotherNumberOnWhatTheRuleCounts) {
  ir::Policy policy = policy_of(3);
  ir::Rule tighter = rule("tighter", Outcome::allow, policy.tiers[0].rules[0].when);
  tighter.limits = {limit(1, Effect::require_approval)};
  policy.tiers[0].shadows = {{tighter, 0}};
  CountingGate gate(policy);
  EXPECT_TRUE(gate.ask({request_of()}).shadows.empty());
  for (int i = 0; i < 2; ++i) {
    const decide::CountedDecisions later = gate.ask({request_of()});
    EXPECT_EQ(later.answer.effect, Effect::allow);
    ASSERT_EQ(later.shadows.size(), 1u);
    EXPECT_EQ(later.shadows[0].answer.rule, 1u);
    EXPECT_EQ(later.shadows[0].answer.effect, Effect::require_approval);
    EXPECT_TRUE(later.shadows[0].answer.approval.has_value());
  }
  const decide::CountedDecisions last = gate.ask({request_of()});
  EXPECT_EQ(last.answer.effect, Effect::block) << "what was tried has charged nothing";
  ASSERT_EQ(last.shadows.size(), 1u);
  EXPECT_EQ(last.shadows[0].answer.effect, Effect::require_approval);
}

TEST(ShadowCounting, ChargesNoCounterOfItsOwn) {
  ir::Policy policy = policy_of(100);
  ir::Rule alone =
      rule("alone", Outcome::allow, atom(policy, test("env", ir::AtomOp::equal, {text("live")})));
  alone.limits = {limit(1)};
  CountingGate plain(policy);
  policy.tiers[0].shadows = {{alone, 0}};
  CountingGate shadowed(policy);
  for (int i = 0; i < 3; ++i) {
    const decide::CountedDecisions asked = shadowed.ask({request_of()});
    EXPECT_TRUE(asked.shadows.empty()) << i;
    EXPECT_EQ(asked.charges, plain.ask({request_of()}).charges);
    EXPECT_EQ(shadowed.windows.size(), plain.windows.size());
  }
  // L14.7 holds for what is only tried, too.
  const decide::CountedDecisions both = shadowed.ask({request_of(), request_of()});
  EXPECT_EQ(both.answer.effect, Effect::allow);
  ASSERT_EQ(both.shadows.size(), 1u);
  EXPECT_EQ(both.shadows[0].answer.effect, Effect::block);
}

TEST(ShadowCounting, FindsCountersAsTheRequestDid) {
  ir::Policy policy = policy_of(1);
  ir::Rule same = rule("same", Outcome::allow, policy.tiers[0].rules[0].when);
  same.limits = {limit(1)};
  policy.tiers[0].shadows = {{same, 0}};
  CountingGate gate(policy);
  EXPECT_TRUE(gate.ask({request_of()}).shadows.empty())
      << "the request's own charge does not count";
  const decide::CountedDecisions second = gate.ask({request_of()});
  EXPECT_EQ(second.answer.effect, Effect::block);
  EXPECT_TRUE(second.shadows.empty());
}

TEST(ShadowCounting, IsNotAskedWhereNobodyWantsToKnow) {
  ir::Policy policy = policy_of(1);
  policy.tiers[0].shadows = {{rule("stops", Outcome::block, policy.tiers[0].rules[0].when), 0}};
  Compiled compiled(policy);
  const OwnedFacts facts = OwnedFacts::of(request_of()).value();
  const Facts* const actions[] = {&*facts};
  decide::Windows windows;
  decide::CountAt at{"w", 0};
  at.shadows = false;
  const auto asked =
      decide::decide_counted(compiled.engine(), actions, compiled.scratch(), &windows, at);
  EXPECT_TRUE(asked.shadows.empty());
  EXPECT_EQ(asked.answer.effect, Effect::allow);
}

// L15.6: what cannot be hidden is blocked, so it goes nowhere and counts nowhere.
TEST(ObligationCounting, WhatCannotBeCarriedOutChargesNothing) {
  ir::Policy policy = policy_of(1);
  policy.tiers[0].rules[0].obligations = {{ObligationKind::redact, ref("body.card"), "", ""}};
  CountingGate gate(policy);
  const decide::CountedDecisions spoilt = gate.ask({request_of(unreadable())});
  EXPECT_EQ(spoilt.answer.effect, Effect::block);
  EXPECT_EQ(spoilt.decisions[0].effect, Effect::allow);
  EXPECT_TRUE(spoilt.charges.empty());
  EXPECT_EQ(gate.windows.size(), 0u);
  EXPECT_EQ(gate.ask({request_of()}).answer.effect, Effect::allow);
  EXPECT_EQ(gate.ask({request_of()}).answer.effect, Effect::block);
}

}  // namespace
}  // namespace sentrail::support
