// Deciding, one law of tiers and defaults a test; the oracle is asked the same in
// tests/exhaustive/engines_agree_test.cpp. See runtime/decide/engine.hpp.
#include "runtime/decide/engine.hpp"

#include <gtest/gtest.h>

#include <string>

#include "core/limits.hpp"
#include "tests/support/build_ir.hpp"
#include "tests/support/compiled.hpp"

namespace sentrail::support {
namespace {

// Rules whose conditions are true, false or undecidable on facts().
struct Sketch {
  Outcome outcome;
  Truth truth;
};

ir::ConditionId condition(ir::Policy& policy, Truth truth) {
  const char* const attribute = truth == Truth::t ? "env" : truth == Truth::f ? "action" : "tool";
  return atom(policy, test(attribute, ir::AtomOp::exists));
}

Facts facts() {
  Facts facts;
  facts[AttributeId::env] = Fact::of("live");
  facts[AttributeId::tool] = Fact::unreadable();
  return facts;
}

Decision decide(const std::vector<std::pair<bool, std::vector<Sketch>>>& tiers,
                Effect default_effect = Effect::require_approval) {
  ir::Policy policy;
  policy.name = "sketch";
  policy.default_effect = default_effect;
  for (const auto& [guard, sketches] : tiers) {
    ir::Tier tier{"t", guard, {}};
    for (const Sketch& sketch : sketches) {
      tier.rules.push_back(rule("r", sketch.outcome, condition(policy, sketch.truth)));
    }
    policy.tiers.push_back(std::move(tier));
  }
  return Compiled(policy).decide(facts());
}

constexpr bool kGuard = true;
constexpr bool kOrdinary = false;
constexpr Outcome kAllow = Outcome::allow;
constexpr Outcome kApproval = Outcome::require_approval;
constexpr Outcome kBlock = Outcome::block;
constexpr Outcome kPass = Outcome::pass;
constexpr Truth kT = Truth::t;
constexpr Truth kF = Truth::f;
constexpr Truth kU = Truth::u;

TEST(Engine, TheFirstCertainMatchEndsItsTier) {
  const Decision decision = decide({{kOrdinary, {{kBlock, kF}, {kAllow, kT}, {kBlock, kT}}}});
  EXPECT_EQ(decision.effect, Effect::allow);
  EXPECT_EQ(decision.rule, 1u);
  EXPECT_EQ(decision.candidate_count, 1u);
  EXPECT_FALSE(decision.default_joined);
  EXPECT_FALSE(decision.undecidable);
}

// L8.13: an allow that has ended is as if it were not there; all else goes on.
TEST(Engine, AnAllowEndsAndNothingElseDoes) {
  static constexpr std::int64_t kEnd = 10 * limits::kDayMs;
  const auto decided_at = [](Outcome outcome, Truth truth, std::int64_t now_ms) {
    ir::Policy policy;
    policy.name = "p";
    policy.default_effect = Effect::allow;
    ir::Rule ends = rule("ends", outcome, condition(policy, truth));
    ends.until_ms = kEnd;
    ir::Rule next = rule("next", Outcome::require_approval, condition(policy, Truth::t));
    policy.tiers.push_back({"t", false, {ends, next}});
    Facts at = facts();
    at.now_ms = now_ms;
    return Compiled(policy).decide(at);
  };
  for (const Truth truth : {kT, kU}) {
    const std::uint32_t before = truth == kT ? 1u : 2u;
    EXPECT_EQ(decided_at(kAllow, truth, 0).candidate_count, before);
    EXPECT_EQ(decided_at(kAllow, truth, kEnd - 1).candidate_count, before);
    for (const std::int64_t late : {kEnd, Facts{}.now_ms}) {
      const Decision ended = decided_at(kAllow, truth, late);
      EXPECT_EQ(ended.rule, 1u);
      EXPECT_EQ(ended.candidate_count, 1u);
      EXPECT_FALSE(ended.undecidable);
      for (const Outcome other : {kBlock, kApproval, kPass}) {
        EXPECT_EQ(decided_at(other, truth, late), decided_at(other, truth, 0));
      }
    }
  }
  EXPECT_EQ(decided_at(kAllow, kT, 0).effect, Effect::allow);
}

TEST(Engine, UndecidableRulesAreCandidatesAndTheStrictestCounts) {
  const Decision decision = decide({{kOrdinary, {{kBlock, kU}, {kAllow, kT}, {kBlock, kT}}}});
  EXPECT_EQ(decision.effect, Effect::block);
  EXPECT_EQ(decision.rule, 0u);
  EXPECT_EQ(decision.candidate_count, 2u);
  EXPECT_TRUE(decision.undecidable);
  EXPECT_FALSE(decision.default_joined);
}

TEST(Engine, TheDefaultJoinsUnlessAnOrdinaryRuleCertainlyMatches) {
  EXPECT_EQ(decide({{kOrdinary, {{kAllow, kU}}}}).effect, Effect::require_approval);
  EXPECT_EQ(decide({{kOrdinary, {{kAllow, kU}}}}).rule, Decision::kByDefault);
  EXPECT_EQ(decide({{kOrdinary, {{kAllow, kT}}}}, Effect::block).effect, Effect::allow);
  EXPECT_EQ(decide({{kGuard, {{kApproval, kT}}}}, Effect::block).effect, Effect::block);
  EXPECT_EQ(decide({}, Effect::allow).effect, Effect::allow);
  EXPECT_TRUE(decide({{kOrdinary, {{kAllow, kF}}}}).default_joined);
}

TEST(Engine, PassEndsItsTierAndDecidesNothing) {
  const Decision decision = decide({{kOrdinary, {{kPass, kT}, {kAllow, kT}}}}, Effect::block);
  EXPECT_EQ(decision.effect, Effect::block);
  EXPECT_EQ(decision.rule, Decision::kByDefault);
  EXPECT_EQ(decision.candidate_count, 1u);
  const Decision guarded =
      decide({{kGuard, {{kPass, kT}, {kBlock, kT}}}, {kOrdinary, {{kAllow, kT}}}});
  EXPECT_EQ(guarded.effect, Effect::allow);
}

TEST(Engine, AnUndecidablePassKeepsTheDefault) {
  const Decision decision = decide({{kOrdinary, {{kPass, kU}, {kAllow, kT}}}}, Effect::block);
  EXPECT_EQ(decision.effect, Effect::block);
  EXPECT_TRUE(decision.default_joined);
  // Another tier may still lift it.
  const Decision lifted = decide(
      {{kOrdinary, {{kPass, kU}, {kAllow, kT}}}, {kOrdinary, {{kAllow, kT}}}}, Effect::block);
  EXPECT_EQ(lifted.effect, Effect::allow);
  EXPECT_FALSE(lifted.default_joined);
}

TEST(Engine, TiersAreJoinedByTheStrictest) {
  const Decision decision =
      decide({{kGuard, {{kApproval, kT}}}, {kOrdinary, {{kBlock, kF}, {kAllow, kT}}}});
  EXPECT_EQ(decision.effect, Effect::require_approval);
  EXPECT_EQ(decision.rule, 0u);
  EXPECT_EQ(decision.candidate_count, 2u);
  EXPECT_EQ(decision.candidates[1], 2u);
}

TEST(Engine, TheFirstCandidateWithTheEffectDecidesAndTheDefaultIsNamedLast) {
  const Decision decision =
      decide({{kOrdinary, {{kAllow, kU}, {kBlock, kU}, {kBlock, kU}}}}, Effect::block);
  EXPECT_EQ(decision.effect, Effect::block);
  EXPECT_EQ(decision.rule, 1u);
}

TEST(Engine, CountsMoreCandidatesThanItKeeps) {
  const std::vector<Sketch> many(40, {kApproval, kU});
  const Decision decision = decide({{kOrdinary, many}});
  EXPECT_EQ(decision.candidate_count, 40u);
  for (std::uint32_t i = 0; i < Decision::kCandidatesKept; ++i) {
    EXPECT_EQ(decision.candidates[i], i);
  }
}

TEST(Engine, AnEmptyTierIsWalkedOver) {
  const Decision decision = decide({{kOrdinary, {}}, {kOrdinary, {{kAllow, kT}}}, {kGuard, {}}});
  EXPECT_EQ(decision.effect, Effect::allow);
  EXPECT_EQ(decision.rule, 0u);
}

TEST(Engine, UndecidableTestsWithinConditionsFollowKleene) {
  // (tool exists or env exists) and not (tool exists and action exists): T and not F.
  ir::Policy policy;
  policy.name = "kleene";
  const auto either = any_of(policy, {condition(policy, kU), condition(policy, kT)});
  const auto neither =
      not_of(policy, all_of(policy, {condition(policy, kU), condition(policy, kF)}));
  const auto when = all_of(policy, {either, neither});
  policy.tiers.push_back({"t", false, {rule("r", Outcome::allow, when)}});
  for (const Phases phases : {Phases::all, Phases::without_simplify}) {
    const Decision decision = Compiled(policy, phases).decide(facts());
    EXPECT_EQ(decision.effect, Effect::allow);
    EXPECT_FALSE(decision.undecidable);
  }
}

TEST(Engine, ConditionsMayBeAsDeepAsTheLimit) {
  ir::Policy policy;
  policy.name = "deep";
  ir::ConditionId inner = condition(policy, kT);
  for (std::size_t i = 0; i < limits::kConditionDepthMax; ++i) {
    const auto other = condition(policy, i % 2 == 0 ? kU : kF);
    inner = i % 2 == 0 ? any_of(policy, {other, inner}) : all_of(policy, {inner, other});
  }
  const ir::ConditionId top = inner;
  policy.tiers.push_back({"t", false, {rule("r", Outcome::allow, top)}});
  const Decision decision = Compiled(policy, Phases::without_simplify).decide(facts());
  EXPECT_EQ(decision.effect, Effect::require_approval);
}

TEST(LinearEngineDeathTest, RefusesAScratchThatWasNotFitted) {
  ir::Policy policy;
  policy.name = "p";
  const auto when = condition(policy, kT);
  policy.tiers.push_back({"t", false, {rule("r", Outcome::allow, when)}});
  const Compiled compiled(policy);
  decide::Scratch scratch;
  EXPECT_DEATH(static_cast<void>(compiled.engine().decide(facts(), scratch)), "Scratch::fit");
}

}  // namespace
}  // namespace sentrail::support
