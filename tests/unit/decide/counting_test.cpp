// Limits in a decision: keys and amounts, answers, several actions, and what is charged. The oracle
// is asked the same in tests/exhaustive. See runtime/decide/counting.hpp.
#include "runtime/decide/counting.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "runtime/decide/approval.hpp"
#include "runtime/decide/explain.hpp"
#include "runtime/decide/reason.hpp"
#include "tests/support/build_ir.hpp"
#include "tests/support/counting_gate.hpp"

namespace sentrail::support {
namespace {

namespace oracle = compiler::oracle;

constexpr std::int64_t kHourMs = 3'600'000;

ir::Limit limit(std::int64_t most, Effect otherwise = Effect::block) {
  ir::Limit made;
  made.most = most * kUnit;
  made.per_ms = kHourMs;
  made.keys = {ref("agent.id")};
  made.otherwise = otherwise;
  return made;
}

ir::Limit sum_limit(std::int64_t most, Effect otherwise = Effect::block) {
  ir::Limit made = limit(most, otherwise);
  made.amount = ref("body.amount");
  return made;
}

ir::Policy policy_of(std::vector<ir::Limit> limits, Outcome outcome = Outcome::allow) {
  ir::Policy policy;
  policy.name = "p";
  policy.default_effect = Effect::block;
  ir::Rule pays = rule("pays", outcome, always(policy));
  pays.limits = std::move(limits);
  policy.tiers.push_back({"t", false, {pays}});
  return policy;
}

// A request of an agent with a body of one number, as written.
oracle::Request request_of(const std::string& agent, const std::string& amount = "") {
  oracle::Request request;
  if (!agent.empty()) {
    request.values["agent.id"] = {oracle::ValueKind::string, false, agent, {}, {}};
  }
  oracle::Value number{oracle::ValueKind::number, false, amount, {}, {}};
  if (amount.empty()) number = {};
  oracle::Value body{oracle::ValueKind::object, false, "", {}, {}};
  if (!amount.empty()) body = {oracle::ValueKind::object, false, "", {"amount"}, {number}};
  request.values["body"] = body;
  return request;
}

TEST(Counting, CountsRequestsOfEachKeyAndWorkspace) {
  CountingGate gate(policy_of({limit(2)}));
  EXPECT_EQ(gate.effect(request_of("a")), Effect::allow);
  EXPECT_EQ(gate.effect(request_of("a")), Effect::allow);
  EXPECT_EQ(gate.effect(request_of("a")), Effect::block);
  EXPECT_EQ(gate.effect(request_of("b")), Effect::allow);
  gate.workspace = "other";
  EXPECT_EQ(gate.effect(request_of("a")), Effect::allow);
}

TEST(Counting, ForgetsWhatIsOlderThanItsTime) {
  CountingGate gate(policy_of({limit(1)}));
  EXPECT_EQ(gate.effect(request_of("a")), Effect::allow);
  gate.now_ms = kHourMs - 1;
  EXPECT_EQ(gate.effect(request_of("a")), Effect::block);
  gate.now_ms = kHourMs + kHourMs / decide::Windows::kBuckets;
  EXPECT_EQ(gate.effect(request_of("a")), Effect::allow);
}

// L14.4: rounded up to millionths, exactly.
TEST(Counting, AddsUpAmounts) {
  CountingGate gate(policy_of({sum_limit(10)}));
  EXPECT_EQ(gate.effect(request_of("a", "9.9999991")), Effect::allow);
  EXPECT_EQ(gate.effect(request_of("a", "0.000001")), Effect::block);
  EXPECT_EQ(gate.effect(request_of("a", "0")), Effect::allow);
  EXPECT_EQ(gate.effect(request_of("b", "1e1")), Effect::allow);
  EXPECT_EQ(gate.effect(request_of("c", "1e40")), Effect::block);
}

TEST(Counting, WhatCannotBeCountedHasNoRoom) {
  for (const char* amount : {"", "-1", "-0.1", "1e7000"}) {
    CountingGate gate(policy_of({sum_limit(10)}));
    EXPECT_EQ(gate.effect(request_of("a", amount)), Effect::block) << amount;
  }
  CountingGate gate(policy_of({limit(10)}));
  EXPECT_EQ(gate.effect(request_of("")), Effect::block);
  oracle::Request unreadable = request_of("a");
  unreadable.values["agent.id"] = {oracle::ValueKind::unreadable, false, "", {}, {}};
  EXPECT_EQ(gate.effect(unreadable), Effect::block);
  oracle::Request text = request_of("a", "1");
  text.values["body"].elements[0] = {oracle::ValueKind::string, false, "1", {}, {}};
  CountingGate sum(policy_of({sum_limit(10)}));
  EXPECT_EQ(sum.effect(text), Effect::block);
}

TEST(Counting, WithoutCountersNothingHasRoom) {
  Compiled compiled(policy_of({limit(10, Effect::require_approval)}));
  const OwnedFacts facts = OwnedFacts::of(request_of("a")).value();
  const std::array<const Facts*, 1> actions = {&*facts};
  const auto decided =
      decide::decide_counted(compiled.engine(), actions, compiled.scratch(), nullptr, {});
  EXPECT_EQ(decided.decisions[0].effect, Effect::require_approval);
  EXPECT_TRUE(decided.charges.empty());
}

// L14.6: what is held counts, beyond the limit too; what is blocked does not.
TEST(Counting, WhatGoesOnCounts) {
  CountingGate gate(policy_of({limit(1, Effect::require_approval), limit(2)}));
  EXPECT_EQ(gate.effect(request_of("a")), Effect::allow);
  EXPECT_EQ(gate.effect(request_of("a")), Effect::require_approval);
  EXPECT_EQ(gate.effect(request_of("a")), Effect::block);
  EXPECT_EQ(gate.effect(request_of("a")), Effect::block);
}

TEST(Counting, AHoldGivesBack) {
  CountingGate gate(policy_of({limit(1, Effect::require_approval), limit(2)}));
  EXPECT_EQ(gate.effect(request_of("a")), Effect::allow);
  const decide::CountedDecisions held = gate.ask(std::vector{request_of("a")});
  EXPECT_EQ(held.decisions[0].effect, Effect::require_approval);
  EXPECT_FALSE(held.charges.empty());
  EXPECT_EQ(gate.effect(request_of("a")), Effect::block);
  for (const decide::Charge& one : held.charges) gate.windows.give_back(one, gate.now_ms);
  EXPECT_EQ(gate.effect(request_of("a")), Effect::require_approval);
}

// L14.7.
TEST(Counting, ActionsOfOneRequestAccumulate) {
  CountingGate gate(policy_of({limit(3)}));
  const oracle::Request one = request_of("a");
  EXPECT_EQ(gate.ask({one, one, one, one}).decisions.back().effect, Effect::block);
  EXPECT_EQ(gate.windows.size(), 0u) << "what is blocked is not charged";
  EXPECT_EQ(gate.ask({one, one}).decisions.back().effect, Effect::allow);
  EXPECT_EQ(gate.effect(one), Effect::allow);
  EXPECT_EQ(gate.effect(one), Effect::block);
}

// However much it is: what does not fit into one charge is in several.
TEST(Counting, WhatAllActionsChargeIsGivenBackToTheLast) {
  CountingGate gate(policy_of({sum_limit(1, Effect::require_approval)}));
  const std::vector<oracle::Request> many(7, request_of("a", "1e40"));
  const decide::CountedDecisions held = gate.ask(many);
  EXPECT_EQ(held.answer.effect, Effect::require_approval);
  decide::Windows::Sum sum = 0;
  for (const decide::Charge& one : held.charges) sum += static_cast<std::uint64_t>(one.amount);
  EXPECT_EQ(sum, decide::Windows::Sum{2 * 7} * kUnitsMax) << "by both names";
  EXPECT_LT(held.charges.size(), 2 * many.size());
  for (const decide::Charge& one : held.charges) gate.windows.give_back(one, gate.now_ms);
  EXPECT_EQ(gate.windows.size(), 0u);
}

// L14.5: the outcome's people and those of the `else`.
TEST(Counting, AnElseAsksBesideItsRule) {
  ir::Limit asks = limit(0, Effect::require_approval);
  asks.approval = {{{false, "finance", 1}}, 60'000};
  ir::Policy policy = policy_of({asks}, Outcome::require_approval);
  policy.tiers[0].rules[0].approval = {{{false, "leads", 2}}, 120'000};
  CountingGate gate(policy);
  const OwnedFacts facts = OwnedFacts::of(request_of("a")).value();
  const Decision decision = gate.ask(std::vector{request_of("a")}).decisions[0];
  const auto approval =
      decide::approval_of(gate.compiled().engine(), decision, *facts, gate.compiled().scratch());
  ASSERT_TRUE(approval.has_value());
  EXPECT_EQ(approval->text(), "1 of finance; 2 of leads");
  EXPECT_EQ(approval->within_ms, 60'000);
}

TEST(Counting, TheReasonAndTheExplanationNameTheLimit) {
  CountingGate gate(policy_of({limit(5), sum_limit(0)}));
  const OwnedFacts facts = OwnedFacts::of(request_of("a", "7")).value();
  const Decision decision = gate.ask(std::vector{request_of("a", "7")}).decisions[0];
  EXPECT_EQ(decision.rule, 0u);
  EXPECT_EQ(decision.full_limits, 2u);
  const decide::Explanation why =
      decide::explain(gate.compiled().engine(), decision, *facts, gate.compiled().scratch());
  EXPECT_NE(why.reason.find("limit sum body.amount 0 per 1h by agent.id"), std::string::npos)
      << why.reason;
  ASSERT_EQ(why.limits.size(), 2u);
  EXPECT_TRUE(why.limits[0].room);
  EXPECT_FALSE(why.limits[1].room);
  EXPECT_EQ(why.limits[1].amount, 7 * kUnit);
}

// L14.8: a rule that is renamed, or whose condition is edited, goes on counting.
TEST(Counting, CountersOutliveABundle) {
  CountingGate gate(policy_of({limit(2)}));
  EXPECT_EQ(gate.effect(request_of("a")), Effect::allow);
  EXPECT_EQ(gate.effect(request_of("a")), Effect::allow);
  const auto after = [&](ir::Policy policy) {
    CountingGate next(policy);
    next.windows = gate.windows;
    return next.effect(request_of("a"));
  };
  EXPECT_EQ(after(policy_of({limit(2)})), Effect::block);
  EXPECT_EQ(after(policy_of({limit(2, Effect::require_approval)})), Effect::require_approval);
  EXPECT_EQ(after(policy_of({limit(3)})), Effect::allow);
  ir::Policy renamed = policy_of({limit(2)});
  renamed.tiers[0].rules[0].name = "spends";
  renamed.tiers[0].rules[0].qualified_name = "p.t.spends";
  EXPECT_EQ(after(renamed), Effect::block);
  ir::Policy edited = policy_of({limit(2)});
  edited.tiers[0].rules[0].when = atom(edited, test("agent.id", ir::AtomOp::exists));
  EXPECT_EQ(after(edited), Effect::block);
  ir::Policy both = renamed;
  both.tiers[0].rules[0].when = atom(both, test("agent.id", ir::AtomOp::exists));
  EXPECT_EQ(after(both), Effect::allow);
}

TEST(Windows, GiveBackOnlyWhatIsThere) {
  decide::Windows windows;
  const auto charge = [](std::int64_t amount) { return decide::Charge{"c", kHourMs, amount}; };
  const auto used = [&] { return windows.used("c", kHourMs, kHourMs); };
  windows.charge(charge(5), 0);
  windows.charge(charge(3), kHourMs / 2);
  windows.charge(charge(1), kHourMs);
  windows.give_back(charge(2), kHourMs / 2);
  EXPECT_EQ(used(), 7);
  windows.give_back(charge(9), kHourMs / 2);
  EXPECT_EQ(used(), 6) << "no more than the part has";
  windows.give_back(charge(9), kHourMs / 4);
  EXPECT_EQ(used(), 6) << "nothing was charged then";
  windows.give_back(charge(5), 0);
  windows.give_back(charge(1), kHourMs);
  EXPECT_EQ(windows.size(), 0u);
}

// L14.5: more limits than are looked at. What is not looked at is not charged, so nothing goes on.
TEST(Counting, LimitsPastTheLastThatIsLookedAtBlock) {
  ir::Policy policy;
  policy.name = "p";
  policy.default_effect = Effect::allow;
  ir::Tier tier{"t", false, {}};
  for (int i = 0; i < 32; ++i) {
    ir::Rule one = rule("r" + std::to_string(i), Outcome::allow,
                        atom(policy, test("tool", ir::AtomOp::exists)));
    one.limits = {limit(9), limit(9)};
    tier.rules.push_back(one);
  }
  policy.tiers.push_back(tier);
  oracle::Request request = request_of("a");
  request.values["tool"] = {oracle::ValueKind::unreadable, false, "", {}, {}};
  EXPECT_EQ(CountingGate(policy).effect(request), Effect::allow) << "64 of them are looked at";
  ir::Rule last = rule("last", Outcome::allow, atom(policy, test("tool", ir::AtomOp::exists)));
  last.limits = {limit(9, Effect::require_approval)};
  policy.tiers[0].rules.push_back(last);
  CountingGate gate(policy);
  const decide::CountedDecisions asked = gate.ask(std::vector{request});
  EXPECT_EQ(asked.answer.effect, Effect::block) << "though each of them has room, or would ask";
  EXPECT_EQ(asked.decisions.front().rule, 32u);
  EXPECT_TRUE(asked.charges.empty());
  EXPECT_EQ(gate.windows.size(), 0u);
  const OwnedFacts facts = OwnedFacts::of(request).value();
  const auto full = decide::deciding_limit(gate.compiled().engine(), asked.decisions.front(),
                                           *facts, gate.compiled().scratch());
  EXPECT_EQ(full, 64u) << "the one that is not looked at";
}

// L14.3: what is held is up to a sixtieth too old, and never too little.
TEST(Windows, HoldAtMostOneBucketTooMuchAndNeverTooLittle) {
  decide::Windows windows;
  std::vector<std::int64_t> charged;
  constexpr std::int64_t kPerMs = 6'001;
  constexpr std::int64_t kBucketMs = kPerMs / decide::Windows::kBuckets + 1;
  std::int64_t now = -20'000;
  for (int i = 0; i < 2'000; ++i) {
    now += i % 7 * 31;
    windows.charge({"c", kPerMs, kUnit}, now);
    charged.push_back(now);
    const auto within = [&](std::int64_t ms) {
      return std::count_if(charged.begin(), charged.end(),
                           [&](std::int64_t at) { return at > now - ms; });
    };
    const std::int64_t used = windows.used("c", kPerMs, now) / kUnit;
    ASSERT_GE(used, within(kPerMs));
    ASSERT_LE(used, within(kPerMs + kBucketMs));
  }
}

TEST(Windows, AClockThatGoesBackForgetsNothing) {
  decide::Windows windows;
  windows.charge({"c", 1'000, kUnit}, 50'000);
  EXPECT_EQ(windows.used("c", 1'000, 0), kUnit);
  windows.charge({"c", 1'000, kUnit}, 0);
  EXPECT_EQ(windows.used("c", 1'000, 0), 2 * kUnit);
}

TEST(Windows, AreBounded) {
  decide::Windows windows(2);
  windows.charge({"a", 1'000, kUnit}, 0);
  windows.charge({"b", 1'000, kUnit}, 0);
  EXPECT_TRUE(windows.can_charge("a", 0));
  EXPECT_FALSE(windows.can_charge("c", 0));
  EXPECT_TRUE(windows.can_charge("c", 10'000)) << "what holds nothing makes room";
  EXPECT_EQ(windows.size(), 0u);
}

TEST(Windows, SumsAreCutAtTheGreatest) {
  decide::Windows windows;
  for (int i = 0; i < 4; ++i) windows.charge({"c", 1'000, kUnitsMax}, 0);
  EXPECT_EQ(windows.used("c", 1'000, 0), kUnitsMax);
  for (int i = 0; i < 3; ++i) windows.give_back({"c", 1'000, kUnitsMax}, 0);
  EXPECT_EQ(windows.used("c", 1'000, 0), kUnitsMax);
  windows.give_back({"c", 1'000, kUnitsMax}, 0);
  EXPECT_EQ(windows.used("c", 1'000, 0), 0) << "what is given back was all there";
}

TEST(Windows, APartThatIsFullStaysFull) {
  decide::Windows windows;
  windows.restore("c", 1'000, decide::Windows::gone_ms(1'000, 0), ~decide::Windows::Sum{0});
  windows.charge({"c", 1'000, kUnit}, 0);
  EXPECT_EQ(windows.used("c", 1'000, 0), kUnitsMax);
}

}  // namespace
}  // namespace sentrail::support
