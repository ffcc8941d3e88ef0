// Stops and policy together: what is judged of a call, and which kill states it rests on.
#include "runtime/gateway/judge.hpp"

#include <gtest/gtest.h>

#include "tests/support/policy_bundle.hpp"
#include "tests/unit/gateway/known_fixture.hpp"

namespace sentrail::gateway {
namespace {

constexpr std::string_view kPolicy = R"(policy p
language 1
import sentrail.github
guard tier safety {
  rule no_deletion: block on github repos.delete because "never {resource.repo}"
}
tier everyday {
  rule reads: allow when risk == low
  rule issues: allow on github issues.create
  rule titled: block on github issues.update when body.title == "x"
  rule update: allow on github issues.update
}
default require_approval because "ask"
)";

class JudgeTest : public KnownFixture {
 protected:
  JudgeTest() : bundle_(tests::bundle_of(kPolicy)), judge_(active_) { active_.replace(bundle_); }

  Judged judged(std::string method, std::string target, std::string body = {},
                bool unreadable = false) {
    request::RawRequest raw;
    raw.tool = "github";
    raw.method = std::move(method);
    raw.target = std::move(target);
    raw.headers.push_back({"Content-Type", "application/json"});
    raw.body = std::move(body);
    raw.body_unreadable = unreadable;
    return judge_.judge(*bundle_, std::move(raw), asker(), *known()).value();
  }

  bundles::ActiveBundle active_;
  std::shared_ptr<const bundles::LoadedBundle> bundle_;
  Judge judge_;
};

TEST_F(JudgeTest, TellsRuleReasonAndPolicyId) {
  const Judged one = judged("DELETE", "/repos/acme/web");
  EXPECT_EQ(one.effect, Effect::block);
  EXPECT_EQ(one.rule, "p.safety.no_deletion");
  EXPECT_EQ(one.reason, "never web");
  EXPECT_EQ(one.policy_id, policy_id_of("p.safety.no_deletion"));
  EXPECT_EQ(one.action, "repos.delete");
  EXPECT_EQ(one.risk, Risk::critical);
  EXPECT_FALSE(one.declared_read);
  EXPECT_EQ(one.bundle_hash, bundle_->digest());
}

TEST_F(JudgeTest, TheDefaultHasNoPolicyId) {
  const Judged one = judged("PUT", "/repos/acme/web/pulls/1/merge");
  EXPECT_EQ(one.effect, Effect::require_approval);
  EXPECT_EQ(one.rule, "default");
  EXPECT_FALSE(one.policy_id.has_value());
}

// `until` is judged by the instant of the call; a call at no known instant comes too late.
TEST_F(JudgeTest, AnAllowThatHasEndedAllowsNothing) {
  const auto ending = tests::bundle_of(
      "policy p\nlanguage 1\nrule a: allow when always until 2027-01-31\ndefault block\n");
  Asker late = asker();
  Asker early = late;
  early.identity.now_ms = parse_rfc3339("2027-01-31T23:59:59.999Z").value().unix_ms;
  for (const auto& [who, effect] : {std::pair(late, Effect::block), {early, Effect::allow}}) {
    request::RawRequest raw;
    raw.tool = "github";
    raw.method = "GET";
    raw.target = "/user";
    EXPECT_EQ(judge_.judge(*ending, std::move(raw), who, *known()).value().effect, effect);
  }
  late.identity.now_ms = early.identity.now_ms + 1;
  EXPECT_EQ(judge_.judge(*ending, {"github", "GET", "/user", "", {}, {}, false}, late, *known())
                .value()
                .effect,
            Effect::block);
}

// L14.4: a gate that keeps no counters has none available, so what has limits answers their `else`.
TEST_F(JudgeTest, WithoutCountersNoLimitHasRoom) {
  const auto limited = tests::bundle_of(
      "policy p\nlanguage 1\nrule a: allow when http.path == \"/user\" limit 5 per 1h\n"
      "rule b: allow when always limit 5 per 1h else require_approval from (group finance)\n");
  for (const auto& [target, effect] :
       {std::pair("/user", Effect::block), {"/repos/acme/web", Effect::require_approval}}) {
    const Judged one =
        judge_.judge(*limited, {"github", "GET", target, "", {}, {}, false}, asker(), *known())
            .value();
    EXPECT_EQ(one.effect, effect) << target;
    EXPECT_NE(one.reason.find("has no room: limit 5 per 1h"), std::string::npos) << one.reason;
    if (effect == Effect::require_approval) {
      EXPECT_EQ(one.approval->text(), "1 of finance");
    }
  }
}

// Windows are judged by the instant of the call and what clocks show then; what agents say of the
// time is nothing to them.
TEST_F(JudgeTest, AWindowIsOpenByTheClocksOfItsZone) {
  const auto office = tests::bundle_of(
      "policy p\nlanguage 1\nrule a: allow when time in mon..fri 09:00..18:00 "
      "\"Europe/Berlin\"\ndefault block\n");
  const auto at = [&](std::string_view instant, std::string_view looked) {
    office->refresh_zones(parse_rfc3339(looked).value());
    Asker who = asker();
    who.identity.now_ms = parse_rfc3339(instant).value().unix_ms;
    return judge_.judge(*office, {"github", "GET", "/user", "", {}, {}, false}, who, *known())
        .value()
        .effect;
  };
  constexpr std::string_view kFriday = "2026-11-20T16:59:59.999Z";
  EXPECT_EQ(at(kFriday, kFriday), Effect::allow);
  EXPECT_EQ(at("2026-11-20T17:00:00Z", kFriday), Effect::block);
  // What was seen in winter tells of summer, and of nothing after it.
  EXPECT_EQ(at("2027-07-16T15:59:59Z", kFriday), Effect::allow);
  EXPECT_EQ(at("2027-07-16T16:00:00Z", kFriday), Effect::block);
  EXPECT_EQ(at("2027-11-19T12:00:00Z", kFriday), Effect::block);
  EXPECT_EQ(at("2027-11-19T12:00:00Z", "2027-11-19T11:59:00Z"), Effect::allow);
}

// Obligations are kept with the judgement; what cannot be hidden is blocked, and a reason does not
// tell what is hidden.
TEST_F(JudgeTest, ObligationsAreThoseOfTheAnswer) {
  const auto obliging = tests::bundle_of(
      "policy p\nlanguage 1\nrule a: allow when always because \"{body.card}, {body.name}\"\n"
      "  then redact body.card, tag \"b\", tag \"a\"\n"
      "also rule c when risk == low then alert\n"
      "shadow rule d: block when always\ndefault block\n");
  const auto judge = [&](std::string body) {
    request::RawRequest raw;
    raw.tool = "github";
    raw.method = "GET";
    raw.target = "/user";
    raw.headers.push_back({"Content-Type", "application/json"});
    raw.body = std::move(body);
    return judge_.judge(*obliging, std::move(raw), asker(), *known()).value();
  };
  const Judged one = judge(R"({"card":"4111","name":"x"})");
  EXPECT_EQ(one.effect, Effect::allow);
  EXPECT_EQ(one.reason, "[redacted], x");
  const std::vector<std::string> all = {"redact body.card"};
  EXPECT_EQ(one.obligations.all, all);
  EXPECT_EQ(one.obligations.tags, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(one.obligations.hidden, (std::vector<std::string>{"redact /card"}));
  EXPECT_TRUE(one.obligations.shadows.empty());
  const Judged spoilt = judge(R"({"card":"4111")");
  EXPECT_EQ(spoilt.effect, Effect::block);
  EXPECT_EQ(spoilt.rule, "p.main.a");
  EXPECT_EQ(spoilt.reason, "`redact body.card` cannot be carried out: its value cannot be read");
}

TEST_F(JudgeTest, ShadowRulesAreToldAndDecideNothing) {
  const auto shadowed = tests::bundle_of(
      "policy p\nlanguage 1\nshadow rule d: block when always\nrule a: allow when always\n"
      "default block\n");
  request::RawRequest raw;
  raw.tool = "github";
  raw.method = "GET";
  raw.target = "/user";
  const Judged one = judge_.judge(*shadowed, std::move(raw), asker(), *known()).value();
  EXPECT_EQ(one.effect, Effect::allow);
  EXPECT_EQ(one.obligations.shadows, (std::vector<std::string>{"p.main.d: block by p.main.d"}));
}

TEST(Joined, CountsWhatIsTooMuchForARecord) {
  const std::vector<std::string> lines = {"abc", "defg", "h"};
  EXPECT_EQ(joined({}, 1), "");
  EXPECT_EQ(joined(lines, 10), "abc\ndefg\nh");
  EXPECT_EQ(joined(lines, 9), "abc\ndefg\n… and 1 more");
  EXPECT_EQ(joined(lines, 7), "abc\n… and 2 more");
  EXPECT_EQ(joined(lines, 2), "… and 3 more");
}

TEST(CanCarryOut, WhatItDoesAndNothingElse) {
  const auto checked = [](const std::string& then) {
    return can_carry_out(
        tests::bundle_of("policy p\nlanguage 1\nrule a: allow when always then " + then + "\n")
            ->program());
  };
  for (const char* fine : {"redact body.card", "mask args", "tag \"a\"", "alert"}) {
    EXPECT_TRUE(checked(fine).has_value()) << fine;
  }
  for (const std::string refused : {"notify slack \"#fin\"", "taint \"a\"", "log full"}) {
    const Status status = checked("alert, " + refused);
    ASSERT_FALSE(status.has_value()) << refused;
    EXPECT_EQ(status.error().code, Errc::unsupported);
    EXPECT_NE(status.error().message.find("`" + refused + "`"), std::string::npos);
  }
}

TEST(CanCarryOut, NoRulesOnAnswersAndNothingOfSessions) {
  const auto refused = [](const std::string& rule) {
    const Status status =
        can_carry_out(tests::bundle_of("policy p\nlanguage 1\nrule a: " + rule)->program());
    if (status.has_value()) return std::string("taken");
    EXPECT_EQ(status.error().code, Errc::unsupported);
    return status.error().message;
  };
  EXPECT_EQ(refused("block when env == live"), "taken");
  EXPECT_EQ(refused("block on response"),
            "the policy tests `response`, and this server does not decide about answers of tools");
  for (const std::string session :
       {"session.calls > 3", "session.writes > 3", "session.taints has \"a\""}) {
    EXPECT_EQ(refused("block when " + session),
              "the policy tests `" + session.substr(0, session.find(' ')) +
                  "`, and this server does not count what a session has done");
  }
  EXPECT_EQ(refused("block when session.count(env == live) within 1m > 3"),
            "the policy tests `session.count(env == \"live\") within 1m`, and this server does not "
            "count what a session has done");
}

TEST_F(JudgeTest, ABodyThatNobodyMaySeeDoesNotSlipPastARuleThatAsks) {
  const std::string target = "/repos/acme/web/issues/1";
  EXPECT_EQ(judged("PATCH", target, R"({"title":"y"})").effect, Effect::allow);
  EXPECT_EQ(judged("PATCH", target, R"({"title":"x"})").effect, Effect::block);
  EXPECT_EQ(judged("PATCH", target, R"({"title":"y"})", true).effect, Effect::block);
}

TEST_F(JudgeTest, TheKillSwitchSparesDeclaredReadsUnlessItIsHard) {
  const std::string target = "/repos/acme/web/issues";
  EXPECT_EQ(judged("POST", target, "{}").effect, Effect::allow);
  kill(identity::KillAction::enable, store::KillMode::normal);
  const Judged stopped = judged("POST", target, "{}");
  EXPECT_EQ(stopped.effect, Effect::block);
  EXPECT_EQ(stopped.reason, "Kill switch is active");
  EXPECT_EQ(stopped.rule, "stop.kill_switch");
  EXPECT_EQ(stopped.stop, identity::StopKind::kill_switch);
  EXPECT_FALSE(stopped.policy_id.has_value());
  EXPECT_EQ(judged("GET", target).effect, Effect::allow);
  kill(identity::KillAction::enable, store::KillMode::hard);
  EXPECT_EQ(judged("GET", target).effect, Effect::block);
}

TEST_F(JudgeTest, AJudgementNamesTheKillVersionThatItRestsOn) {
  const std::uint64_t before = judged("GET", "/user").kill_version;
  kill(identity::KillAction::enable, store::KillMode::normal);
  EXPECT_EQ(judged("GET", "/user").kill_version, before + 1);
}

TEST_F(JudgeTest, APathWithTwoReadingsIsNotJudged) {
  request::RawRequest raw;
  raw.tool = "github";
  raw.method = "GET";
  raw.target = "/repos/acme/../web";
  const Result<Judged> refused = judge_.judge(*bundle_, std::move(raw), asker(), *known());
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Errc::invalid_argument);
}

TEST(Judge, WithoutABundleThereIsNoJudgement) {
  const bundles::ActiveBundle none;
  Judge judge(none);
  const auto bundle = judge.bundle();
  ASSERT_FALSE(bundle.has_value());
  EXPECT_EQ(bundle.error().code, Errc::unavailable);
}

TEST(Judge, PolicyIdsAreVersionFiveOfTheRulesUrl) {
  // python3: uuid.uuid5(uuid.NAMESPACE_URL, "sentrail:rule:p.t.r")
  EXPECT_EQ(format_uuid(policy_id_of("p.t.r")), "33a3b4ae-918b-5232-9956-c0f5b91bdc0a");
}

}  // namespace
}  // namespace sentrail::gateway
