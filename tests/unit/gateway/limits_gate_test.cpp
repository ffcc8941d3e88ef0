// Limits at the gate: what is charged, what is given back, and that nothing is sent past them.
#include <gmock/gmock.h>

#include "core/json_writer.hpp"
#include "tests/unit/gateway/agents_fixture.hpp"

namespace sentrail::gateway {
namespace {

using store::Role;
using testing::HasSubstr;

constexpr std::string_view kLimited = R"(policy p
language 1
import sentrail.github
tier everyday {
  rule issues: allow on github issues.create limit 2 per 1h
  rule puts: allow when http.method == "PUT"
    limit 1 per 1h else require_approval
    limit 3 per 1h
}
default block
)";
constexpr std::int64_t kHourMs = 3'600'000;
constexpr const char* kIssues = "/gateway-proxy/github/repos/acme/web/issues";
constexpr const char* kTopics = "/gateway-proxy/github/repos/acme/web/topics";

class LimitsGateTest : public AgentsTest {
 protected:
  LimitsGateTest() : AgentsTest(test_settings(), kLimited) { clock_.advance_ms(kHourMs); }

  std::shared_ptr<FakeResult> call(const std::string& method, const std::string& path,
                                   const std::string& body) {
    const auto result = begin({method, path, key_, body, {{"Content-Type", "application/json"}}});
    pump_until([&] { return result->forwarded || result->response; });
    return result;
  }
  bool creates_issue() { return call("POST", kIssues, R"({"title":"x"})")->forwarded.has_value(); }
  // 0 if it was forwarded.
  int puts(const std::string& name) {
    const auto result = call("PUT", kTopics, R"({"names":[")" + name + R"("]})");
    return result->forwarded ? 0 : hear(result).status;
  }

  Heard deny(const std::string& approval_id) {
    std::string body;
    JsonWriter json(&body);
    json.begin_object().key("approvalRequestId").string(approval_id);
    json.key("decision").string("denied").end_object();
    return ask({"POST", "/approval-decision", signed_in("rita", Role::reviewer), body});
  }
};

TEST_F(LimitsGateTest, CountsWhatItLetsThroughAndForgetsIt) {
  EXPECT_TRUE(creates_issue());
  EXPECT_TRUE(creates_issue());
  const Heard third = hear(call("POST", kIssues, R"({"title":"x"})"));
  EXPECT_EQ(third.status, 403);
  EXPECT_THAT(third.text("reason"), HasSubstr("has no room: limit 2 per 1h"));
  clock_.advance_ms(kHourMs + kHourMs / 30);
  EXPECT_TRUE(creates_issue());
}

TEST_F(LimitsGateTest, ANewPolicyForgetsNothing) {
  EXPECT_TRUE(creates_issue());
  EXPECT_TRUE(creates_issue());
  std::string renamed(kLimited);
  renamed.replace(renamed.find("rule issues"), 11, "rule opened");
  bundle_.replace(tests::bundle_of(renamed));
  EXPECT_FALSE(creates_issue());
}

TEST_F(LimitsGateTest, ToSimulateChargesNothing) {
  for (int i = 0; i < 5; ++i) {
    const Heard heard = ask({"POST", "/simulate-action", key_,
                             R"({"tool":"github","method":"POST",)"
                             R"("path":"/repos/acme/web/issues","body":{"title":"x"}})"});
    EXPECT_EQ(heard.status, 200) << heard.body;
    EXPECT_THAT(heard.body, HasSubstr("allow"));
  }
  EXPECT_TRUE(creates_issue());
  EXPECT_TRUE(creates_issue());
  EXPECT_FALSE(creates_issue());
}

TEST_F(LimitsGateTest, AHoldReservesAndADeniedOneGivesBack) {
  EXPECT_EQ(puts("a"), 0);
  const Heard held = hear(call("PUT", kTopics, R"({"names":["b"]})"));
  ASSERT_EQ(held.status, 202) << held.body;
  EXPECT_EQ(puts("b"), 202) << "the same call joins the one that waits, and charges nothing";
  EXPECT_EQ(puts("c"), 202);
  EXPECT_EQ(puts("d"), 403) << "two that wait and one that went are three";
  EXPECT_EQ(deny(held.text("approvalRequestId")).status, 200);
  EXPECT_EQ(puts("d"), 202);
  EXPECT_EQ(puts("e"), 403);
}

// A safe call that lost its answer is tried again, and may end as revoked or expired then.
TEST_F(LimitsGateTest, WhatMayHaveBeenSentStaysCharged) {
  EXPECT_EQ(puts("a"), 0);
  const Heard held = hear(call("PUT", kTopics, R"({"names":["b"]})"));
  EXPECT_EQ(puts("c"), 202);
  const Uuid id = parse_uuid(held.text("approvalRequestId")).value();
  store::ActionRecord record = store_->get_action(workspace_.id, id).value().value();
  record.attempts = 1;
  record.state = store::ActionState::approved;
  tell_counters(counters_, record);
  EXPECT_EQ(counters_.sizes().held, 2u) << "it will be tried again";
  record.state = store::ActionState::revoked;
  tell_counters(counters_, record);
  EXPECT_EQ(counters_.sizes().held, 1u);
  EXPECT_EQ(puts("d"), 403) << "three that went, may have gone or wait";
}

TEST_F(LimitsGateTest, WhatAStopMeetsIsNotCharged) {
  EXPECT_TRUE(creates_issue());
  kill_unseen();
  EXPECT_EQ(hear(call("POST", kIssues, R"({"title":"x"})")).text("rule"), "stop.kill_switch");
  store::KillState state = store_->get_kill_state(workspace_.id).value();
  state.enabled = false;
  put(store::Put<store::KillState>{state, state.version});
  reload();
  EXPECT_TRUE(creates_issue());
  EXPECT_FALSE(creates_issue());
}

// --- what waits and is asked about again: docs/language.md, L14.6 ---------------------------

constexpr std::string_view kLimitedHolds = R"(policy p
language 1
import sentrail.github
tier everyday {
  rule merges: require_approval when action == "pulls.merge" limit 1 per 1h
  rule deletes: require_approval on github repos.delete
    limit 1 per 1h else require_approval from (group finance)
  rule puts: require_approval when http.method == "PUT"
    limit 1 per 1h else require_approval from (group finance)
}
default block
)";

class LimitedHoldsTest : public AgentsTest {
 protected:
  LimitedHoldsTest() : AgentsTest(test_settings(), kLimitedHolds) { clock_.advance_ms(kHourMs); }

  Heard evaluate(const std::string& action, int payload, const std::string& approval_id = {}) {
    std::string body = R"({"tool":"github","action":")" + action +
                       R"(","riskLevel":"high","payload":{"n":)" + std::to_string(payload) + "}";
    if (!approval_id.empty()) body += R"(,"approvalRequestId":")" + approval_id + "\"";
    return post("/evaluate-action", key_, body + "}");
  }

  void approve(const std::string& id) {
    const Heard voted = post("/approval-decision", signed_in("rita", Role::reviewer),
                             R"({"decision":"approved","approvalRequestId":")" + id + "\"}");
    EXPECT_EQ(voted.text("status"), "approved") << voted.body;
  }

  std::string quorum_of(const std::string& id) {
    return store_->get_action(workspace_.id, parse_uuid(id).value()).value()->quorum;
  }
};

TEST_F(LimitedHoldsTest, AGrantIsNotTestedAgainstItsOwnCharge) {
  const std::string id = evaluate("pulls.merge", 1).text("approvalRequestId");
  EXPECT_EQ(evaluate("pulls.merge", 2).text("decision"), "block") << "what is held is charged";
  EXPECT_EQ(evaluate("pulls.merge", 2, id).text("decision"), "block") << "and not for others";
  EXPECT_EQ(evaluate("pulls.merge", 1, id).text("approvalRequestId"), id) << "it still waits";
  approve(id);
  const Heard used = evaluate("pulls.merge", 1, id);
  EXPECT_EQ(used.text("decision"), "allow") << used.body;
  EXPECT_EQ(evaluate("pulls.merge", 1, id).text("decision"), "block") << "it was used, and counts";
}

TEST_F(LimitedHoldsTest, AGrantHoldsWhereItsOwnChargeAsksForOthers) {
  const std::string id = evaluate("repos.delete", 1).text("approvalRequestId");
  approve(id);
  const Heard used = evaluate("repos.delete", 1, id);
  EXPECT_EQ(used.text("decision"), "allow") << used.body;
}

TEST_F(LimitedHoldsTest, AGrantWhoseQuorumIsStricterByNowIsRefused) {
  const std::string id = evaluate("repos.delete", 1).text("approvalRequestId");
  approve(id);
  const std::string other = evaluate("repos.delete", 2).text("approvalRequestId");
  EXPECT_THAT(quorum_of(other), HasSubstr("finance"));
  const Heard refused = evaluate("repos.delete", 1, id);
  EXPECT_EQ(refused.text("decision"), "block") << refused.body;
  EXPECT_THAT(refused.text("reason"), HasSubstr("policy now asks for others"));
}

TEST_F(LimitedHoldsTest, ARetryJoinsItsHoldAndChargesNothing) {
  const auto put_topic = [this](const std::string& name) {
    return hear(begin({"PUT",
                       kTopics,
                       key_,
                       R"({"names":[")" + name + R"("]})",
                       {{"Content-Type", "application/json"}}}));
  };
  const std::string id = put_topic("a").text("approvalRequestId");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(put_topic("a").text("approvalRequestId"), id);
  EXPECT_THAT(quorum_of(id), testing::Not(HasSubstr("finance")));
  const std::string other = put_topic("b").text("approvalRequestId");
  EXPECT_NE(other, id);
  EXPECT_THAT(quorum_of(other), HasSubstr("finance"));
  EXPECT_EQ(put_topic("b").text("approvalRequestId"), other);
}

// Nobody knows what was charged before the start.
class FreshGateTest : public AgentsTest {
 protected:
  FreshGateTest() : AgentsTest(test_settings(), kLimited) {}
};

TEST_F(FreshGateTest, HasNoRoomUntilItKnowsAsMuchAsALimitLooksBack) {
  const auto ask_once = [&] {
    const auto result =
        begin({"POST", kIssues, key_, R"({"title":"x"})", {{"Content-Type", "application/json"}}});
    pump_until([&] { return result->forwarded || result->response; });
    return result->forwarded.has_value();
  };
  EXPECT_FALSE(ask_once());
  clock_.advance_ms(kHourMs - 1);
  EXPECT_FALSE(ask_once());
  clock_.advance_ms(1);
  EXPECT_TRUE(ask_once());
}

}  // namespace
}  // namespace sentrail::gateway
