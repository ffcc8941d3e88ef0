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
