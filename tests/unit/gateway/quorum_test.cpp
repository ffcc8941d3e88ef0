// From the policy's `from` and `within` to the people whose votes let a call go.
#include <gmock/gmock.h>

#include "core/json_writer.hpp"
#include "tests/unit/gateway/agents_fixture.hpp"

namespace sentrail::gateway {
namespace {

using execute::answered;
using store::ActionRecord;
using store::ActionState;
using store::Role;
using testing::HasSubstr;

constexpr std::string_view kAsking = R"(policy p
language 1
import sentrail.github
guard tier safety {
  rule merging: require_approval from (role admin) within 2h when http.path ends_with "/merge"
}
tier everyday {
  rule both: require_approval from (2 of group leads and role admin) within 24h
    when http.method == "PUT"
  rule reads: allow when risk == low
}
default require_approval from (group sre) within 7d
)";

class QuorumTest : public AgentsTest {
 protected:
  QuorumTest() : AgentsTest(test_settings(), kAsking) {}

  ActionRecord held_by(const std::string& method, const std::string& path,
                       const std::string& body = R"({"name":"x"})") {
    const Heard held = ask({method,
                            "/gateway-proxy/github" + path,
                            key_,
                            body,
                            {{"Content-Type", "application/json"}}});
    EXPECT_EQ(held.status, 202) << held.body;
    const Uuid id = parse_uuid(held.text("approvalRequestId")).value();
    return store_->get_action(workspace_.id, id).value().value();
  }

  std::shared_ptr<FakeResult> begin_vote(const ActionRecord& record, const std::string& token) {
    std::string body;
    JsonWriter json(&body);
    json.begin_object();
    json.key("approvalRequestId").string(format_uuid(record.action_id));
    json.key("decision").string("approved").end_object();
    return begin({"POST", "/approval-decision", token, body});
  }

  // The state of the answer, or its refusal.
  std::string vote(const ActionRecord& record, const std::string& token) {
    const Heard heard = hear(begin_vote(record, token));
    return heard.status == 200 ? heard.text("status") : heard.refusal();
  }

  // Whether a vote sends the call.
  bool vote_sends(const ActionRecord& record, const std::string& token) {
    const std::size_t jobs = sender_.jobs.size();
    const auto result = begin_vote(record, token);
    pump_until([&] { return sender_.jobs.size() > jobs || result->response; });
    if (sender_.jobs.size() == jobs) return false;
    sender_.end(jobs, answered(200));
    return hear(result).text("status") == "executed";
  }
};

TEST_F(QuorumTest, OneRuleIsMetByTheRightPeopleOnly) {
  const ActionRecord record = held_by("PUT", "/repos/acme/web/topics");
  EXPECT_EQ(record.quorum, "2 of leads and 1 of role:admin");
  EXPECT_EQ(record.decide_by_ms, kStart + 24ll * 3600 * 1000);
  EXPECT_EQ(vote(record, signed_in("rita", Role::reviewer)), "403 role_required");
  EXPECT_EQ(vote(record, signed_in("sam", Role::reviewer, {"sre"})), "403 role_required");
  EXPECT_EQ(vote(record, signed_in("ada", Role::admin)), "pending");
  EXPECT_EQ(vote(record, signed_in("olga", Role::owner)), "pending") << "no second lead sits here";
  EXPECT_EQ(vote(record, signed_in("lea", Role::reviewer, {"leads"})), "pending");
  EXPECT_TRUE(sender_.jobs.empty());
  EXPECT_TRUE(vote_sends(record, signed_in("leo", Role::reviewer, {"leads"})));
  EXPECT_EQ(stored(record).state, ActionState::succeeded);
}

// A lead who is an admin too fills one seat of a quorum, not two.
TEST_F(QuorumTest, OnePersonFillsOneSeat) {
  const ActionRecord record = held_by("PUT", "/repos/acme/web/topics");
  EXPECT_EQ(vote(record, signed_in("ada", Role::admin, {"leads"})), "pending");
  EXPECT_EQ(vote(record, signed_in("lea", Role::reviewer, {"leads"})), "pending");
  EXPECT_TRUE(vote_sends(record, signed_in("leo", Role::reviewer, {"leads"})));
}

TEST_F(QuorumTest, TwoRulesAreBothMetInTheShorterTime) {
  const ActionRecord record = held_by("PUT", "/repos/acme/web/pulls/1/merge", R"({"sha":"a"})");
  EXPECT_EQ(record.quorum, "1 of role:admin; 2 of leads and 1 of role:admin");
  EXPECT_EQ(record.decide_by_ms, kStart + 2ll * 3600 * 1000);
  EXPECT_EQ(vote(record, signed_in("lea", Role::reviewer, {"leads"})), "pending");
  EXPECT_EQ(vote(record, signed_in("leo", Role::reviewer, {"leads"})), "pending");
  EXPECT_TRUE(vote_sends(record, signed_in("ada", Role::admin)));
}

TEST_F(QuorumTest, TheDefaultAsksToo) {
  const ActionRecord record = held_by("POST", "/user/repos");
  EXPECT_EQ(record.quorum, "1 of sre");
  EXPECT_EQ(record.decide_by_ms, kStart + 7ll * 24 * 3600 * 1000);
  EXPECT_EQ(vote(record, signed_in("olga", Role::owner)), "403 role_required");
  EXPECT_TRUE(vote_sends(record, signed_in("sam", Role::reviewer, {"sre"})));
}

TEST_F(QuorumTest, WhatNobodyDecidesInTimeExpires) {
  const ActionRecord record = held_by("PUT", "/repos/acme/web/pulls/1/merge", R"({"sha":"a"})");
  clock_.advance_ms(2ll * 3600 * 1000);
  EXPECT_EQ(vote(record, signed_in("ada", Role::admin)), "409 expired");
}

TEST_F(QuorumTest, ASimulationTellsWhomItAsks) {
  const Heard told = post("/simulate-action", key_,
                          R"({"tool":"github","method":"PUT","path":"/repos/acme/web/topics"})");
  EXPECT_EQ(told.status, 200) << told.body;
  EXPECT_THAT(told.body, HasSubstr(R"("approval":{"quorums":["2 of leads and 1 of role:admin"],)"
                                   R"("withinMs":86400000,"usualTime":false})"));
}

}  // namespace
}  // namespace sentrail::gateway
