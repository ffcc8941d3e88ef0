// What decisions oblige to, and what shadow rules would change. docs/language.md, section 15.
#include "runtime/decide/answer.hpp"

#include <gtest/gtest.h>

#include "tests/support/build_ir.hpp"
#include "tests/support/compiled.hpp"
#include "tests/support/facts_of.hpp"

namespace sentrail::support {
namespace {

const ir::Obligation kAlert{ObligationKind::alert, std::nullopt, "", ""};
const ir::Obligation kLog{ObligationKind::log_full, std::nullopt, "", ""};
ir::Obligation tag(std::string text) {
  return {ObligationKind::tag, std::nullopt, "", std::move(text)};
}
ir::Obligation redact(std::string_view path) {
  return {ObligationKind::redact, ref(path), "", ""};
}

// `env == live`, which a request without a readable env cannot decide.
ir::ConditionId live(ir::Policy& policy) {
  return atom(policy, test("env", ir::AtomOp::equal, {text("live")}));
}

std::string answered(const ir::Policy& policy, const oracle::Request& request) {
  Compiled compiled(policy);
  const std::optional<OwnedFacts> facts = OwnedFacts::of(request);
  return described_answer(compiled.engine(), **facts, compiled.scratch());
}

oracle::Request with_env(oracle::Value env, oracle::Value body = absent()) {
  oracle::Request request;
  request.values["env"] = std::move(env);
  request.values["body"] = std::move(body);
  return request;
}

ir::Policy policy_of(ir::Policy policy, std::vector<ir::Rule> rules, std::vector<ir::Rule> alsos) {
  policy.name = "p";
  policy.default_effect = Effect::allow;
  policy.tiers.push_back({"t", false, std::move(rules), std::move(alsos), {}});
  return policy;
}

TEST(Obligations, AreThoseOfAllCandidatesAndNoOthers) {
  ir::Policy policy;
  ir::Rule first = rule("first", Outcome::pass, live(policy));
  first.obligations = {tag("a"), kLog};
  ir::Rule second = rule("second", Outcome::allow, always(policy));
  second.obligations = {tag("a"), kAlert};
  std::ranges::sort(second.obligations, ir::comes_before);
  ir::Rule third = rule("third", Outcome::block, always(policy));
  third.obligations = {tag("never")};
  const ir::Policy made = policy_of(std::move(policy), {first, second, third}, {});
  EXPECT_EQ(answered(made, with_env(string_value("live"))), "allow by nobody, tag \"a\", log full");
  EXPECT_EQ(answered(made, with_env(string_value("test"))), "allow by nobody, tag \"a\", alert");
  EXPECT_EQ(answered(made, with_env(unreadable())), "allow by nobody, tag \"a\", alert, log full");
}

TEST(Obligations, AnAlsoAddsWhereItMayMatchWhateverItsTierSays) {
  ir::Policy policy;
  ir::Rule ends = rule("ends", Outcome::block, always(policy));
  ir::Rule also = rule("also", Outcome::pass, live(policy));
  also.obligations = {kAlert};
  const ir::Policy made = policy_of(std::move(policy), {ends}, {also});
  EXPECT_EQ(answered(made, with_env(string_value("live"))), "block by nobody, alert");
  EXPECT_EQ(answered(made, with_env(unreadable())), "block by nobody, alert");
  EXPECT_EQ(answered(made, with_env(string_value("test"))), "block by nobody");
}

TEST(Obligations, WhatCannotBeHiddenIsBlocked) {
  ir::Policy policy;
  ir::Rule also = rule("also", Outcome::pass, always(policy));
  also.obligations = {redact("body.card")};
  const ir::Policy made = policy_of(std::move(policy), {}, {also});
  const auto with_body = [&made](oracle::Value body) {
    return answered(made, with_env(absent(), std::move(body)));
  };
  EXPECT_EQ(with_body(absent()), "allow by nobody, redact body.card");
  EXPECT_EQ(with_body(object_value({})), "allow by nobody, redact body.card");
  EXPECT_EQ(with_body(object_value({{"card", number_value("1")}})),
            "allow by nobody, redact body.card");
  EXPECT_EQ(with_body(unreadable()), "block by nobody, redact body.card");
  EXPECT_EQ(with_body(list_value({})), "block by nobody, redact body.card");
}

TEST(Obligations, ManyCandidatesAreAllLookedAt) {
  ir::Policy policy;
  std::vector<ir::Rule> rules;
  for (std::size_t i = 0; i < 2 * Decision::kCandidatesKept; ++i) {
    rules.push_back(rule("r" + std::to_string(i), Outcome::pass, live(policy)));
  }
  rules.back().obligations = {kAlert};
  const ir::Policy made = policy_of(std::move(policy), rules, {});
  EXPECT_EQ(answered(made, with_env(unreadable())), "allow by nobody, alert");
  EXPECT_EQ(answered(made, with_env(string_value("live"))), "allow by nobody");
}

TEST(Obligations, OfSeveralActionsAreJoinedAndOneThatCannotBeBlocksAll) {
  ir::Policy policy;
  ir::Rule asks = rule("asks", Outcome::require_approval, live(policy));
  asks.obligations = {kAlert};
  ir::Rule also = rule("also", Outcome::pass, always(policy));
  also.obligations = {redact("body.card")};
  Compiled compiled(policy_of(std::move(policy), {asks}, {also}));
  const auto asked = OwnedFacts::of(with_env(string_value("live")));
  const auto plain = OwnedFacts::of(with_env(absent()));
  const auto spoilt = OwnedFacts::of(with_env(absent(), unreadable()));
  const auto answer_to = [&](const Facts& a, const Facts& b) {
    const Decision decisions[] = {compiled.decide(a), compiled.decide(b)};
    const Facts* const facts[] = {&a, &b};
    return decide::answer_of(compiled.engine(), decisions, facts, compiled.scratch());
  };
  const decide::Answer fine = answer_to(**asked, **plain);
  EXPECT_EQ(fine.effect, Effect::require_approval);
  EXPECT_EQ(fine.impossible, kNoRow);
  EXPECT_TRUE(fine.approval.has_value());
  EXPECT_TRUE(fine.obligations.has(0) && fine.obligations.has(1));
  const decide::Answer blocked = answer_to(**asked, **spoilt);
  EXPECT_EQ(blocked.effect, Effect::block);
  EXPECT_EQ(blocked.action, 1u);
  EXPECT_EQ(blocked.rule, 1u);
  EXPECT_FALSE(blocked.approval.has_value());
  EXPECT_EQ(decide::impossible_reason(compiled.program(), blocked.impossible),
            "`redact body.card` cannot be carried out: its value cannot be read");
}

TEST(Shadows, SayWhatTheyWouldChangeAndDecideNothing) {
  ir::Policy policy;
  ir::Rule reads = rule("reads", Outcome::allow, live(policy));
  ir::Rule tighten = rule("tighten", Outcome::block, live(policy));
  ir::Rule late = rule("late", Outcome::block, live(policy));
  ir::Rule same = rule("same", Outcome::allow, always(policy));
  ir::Rule tells = rule("tells", Outcome::allow, live(policy));
  tells.obligations = {kAlert};
  ir::Policy made = policy_of(std::move(policy), {reads}, {});
  made.tiers[0].shadows = {{tighten, 0}, {same, 0}, {tells, 0}, {late, 1}};
  EXPECT_EQ(answered(made, with_env(string_value("live"))),
            "allow by nobody\ntighten would make it block by nobody\n"
            "tells would make it allow by nobody, alert");
  EXPECT_EQ(answered(made, with_env(unreadable())),
            "allow by nobody\ntighten would make it block by nobody\n"
            "tells would make it allow by nobody, alert\nlate would make it block by nobody");
  EXPECT_EQ(answered(made, with_env(string_value("test"))), "allow by nobody");
}

}  // namespace
}  // namespace sentrail::support
