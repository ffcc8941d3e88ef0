// Tests the queue of held calls, votes and what comes of them, and settling doubts.
#include <gmock/gmock.h>

#include "core/encoding.hpp"
#include "core/json_writer.hpp"
#include "tests/unit/gateway/gateway_fixture.hpp"

namespace sentrail::gateway {
namespace {

using execute::answered;
using store::ActionRecord;
using store::ActionState;
using store::Role;
using testing::HasSubstr;

class ApprovalsTest : public GatewayTest {
 protected:
  static std::string word(const ActionRecord& record, std::string_view decision,
                          std::optional<std::string> hash = std::nullopt) {
    std::string body;
    JsonWriter json(&body);
    json.begin_object();
    json.key("approvalRequestId").string(format_uuid(record.action_id));
    json.key("decision").string(decision);
    if (hash) json.key("hash").string(*hash);
    json.end_object();
    return body;
  }

  Heard decide(const ActionRecord& record, const std::string& token, std::string_view decision,
               std::optional<std::string> hash = std::nullopt) {
    return post("/approval-decision", token, word(record, decision, std::move(hash)));
  }

  // Begins an approval and waits until the call is at the sender.
  std::shared_ptr<FakeResult> approve_until_sent(const ActionRecord& record,
                                                 const std::string& token) {
    const std::size_t jobs = sender_.jobs.size();
    auto result = begin({"POST", "/approval-decision", token, word(record, "approved")});
    pump_until([&] { return sender_.jobs.size() > jobs || result->response; });
    EXPECT_FALSE(result->response) << "answered before the call was sent";
    return result;
  }

  static std::string digits(const ActionRecord& record, std::size_t count) {
    return hex_encode(record.approval_hash).substr(0, count);
  }

  std::string show(const ActionRecord& record) const {
    return "/approvals/" + format_uuid(record.action_id);
  }
};

// The voter's role is taken away after the gate has read it and before the vote is durable.
TEST_F(ApprovalsTest, AVoteRestsOnTheVotersRecord) {
  store::Person rita = add_person("rita", Role::reviewer);
  const std::string token = session_of(rita);
  const ActionRecord record = hold();
  rita.memberships.front().role = Role::member;
  put(store::Put<store::Person>{rita, rita.version});
  const Heard heard = decide(record, token, "approved");
  EXPECT_EQ(heard.refusal(), "503 unavailable");
  EXPECT_EQ(stored(record).state, ActionState::held);
  EXPECT_TRUE(sender_.jobs.empty());
  reload();
  EXPECT_EQ(decide(record, token, "approved").refusal(), "403 role_required");
}

TEST_F(ApprovalsTest, AnApprovalIsAnsweredWithItsResult) {
  const std::string rita = signed_in("rita", Role::reviewer);
  const ActionRecord record = hold();
  const auto result = approve_until_sent(record, rita);
  sender_.end(0, answered(201, R"({"number":7})"));
  const Heard heard = hear(result);
  ASSERT_EQ(heard.status, 200) << heard.body;
  EXPECT_EQ(heard.text("status"), "executed");
  EXPECT_EQ(Heard::text_of(heard.at("executionResult").find("status")), "201");
  EXPECT_EQ(Heard::text_of(heard.at("executionResult").find("body").find("number")), "7");
  EXPECT_EQ(result->answers, 1);
  EXPECT_EQ(watch_.size(), 0u);
}

TEST_F(ApprovalsTest, AFailureIsTold) {
  const std::string rita = signed_in("rita", Role::reviewer);
  const auto result = approve_until_sent(hold(), rita);
  sender_.end(0, answered(422, "no such label"));
  const Heard heard = hear(result);
  EXPECT_EQ(heard.text("status"), "failed");
  EXPECT_EQ(Heard::text_of(heard.at("executionResult").find("body")), "no such label");
}

TEST_F(ApprovalsTest, WhoWaitsTooLongIsToldThatItIsApproved) {
  const std::string rita = signed_in("rita", Role::reviewer);
  const ActionRecord record = hold();
  const auto result = approve_until_sent(record, rita);
  clock_.advance_ms(limits::kDecisionWaitMsMax);
  const Heard heard = hear(result);
  EXPECT_EQ(heard.text("status"), "approved");
  EXPECT_EQ(heard.text("executionResult"), "null");
  sender_.end(0, answered(201));
  pump_until([&] { return stored(record).state == ActionState::succeeded; });
  EXPECT_EQ(result->answers, 1);
}

TEST_F(ApprovalsTest, ARevokedCallIsTold) {
  const std::string rita = signed_in("rita", Role::reviewer);
  rechecker_.answer = [](const auto&, const auto&, auto) {
    return execute::RecheckAnswer{{execute::Recheck::kill_switch, ""}, {}};
  };
  const Heard heard = decide(hold(), rita, "approved");
  EXPECT_EQ(heard.text("status"), "revoked");
  EXPECT_TRUE(sender_.jobs.empty());
}

TEST_F(ApprovalsTest, ADenialIsAnsweredAtOnce) {
  const std::string rita = signed_in("rita", Role::reviewer);
  const ActionRecord record = hold();
  const Heard heard = decide(record, rita, "denied");
  EXPECT_EQ(heard.text("status"), "denied");
  EXPECT_EQ(stored(record).state, ActionState::denied);
  EXPECT_TRUE(sender_.jobs.empty());
  EXPECT_EQ(watch_.size(), 0u);
}

TEST_F(ApprovalsTest, OneVoteOfTwoLeavesItPending) {
  execute::HoldRequest request = hold_request();
  request.draft.quorum = "2 of role:reviewer";
  const ActionRecord record = hold(std::move(request));
  const std::string rita = signed_in("rita", Role::reviewer);
  const std::string ruth = signed_in("ruth", Role::admin);
  EXPECT_EQ(decide(record, rita, "approved").text("status"), "pending");
  EXPECT_EQ(decide(record, rita, "approved").refusal(), "409 already_voted");
  const auto result = approve_until_sent(record, ruth);
  sender_.end(0, answered(200));
  EXPECT_EQ(hear(result).text("status"), "executed");
  const Heard shown = get(show(record), rita);
  EXPECT_EQ(shown.at("approval").find("votes").size(), 2u);
  EXPECT_THAT(shown.body, HasSubstr(R"("name":"ruth","decision":"approved")"));
}

TEST_F(ApprovalsTest, ASecondDecisionIsTooLate) {
  const std::string rita = signed_in("rita", Role::reviewer);
  const std::string ruth = signed_in("ruth", Role::reviewer);
  const ActionRecord record = hold();
  EXPECT_EQ(decide(record, rita, "denied").status, 200);
  EXPECT_EQ(decide(record, ruth, "approved").refusal(), "409 already_decided");
  EXPECT_EQ(decide(record, ruth, "denied").refusal(), "409 already_decided");
  EXPECT_EQ(stored(record).votes.size(), 1u);
}

TEST_F(ApprovalsTest, OfTwoOppositeVotesAtOnceOneCounts) {
  const std::string rita = signed_in("rita", Role::reviewer);
  const std::string ruth = signed_in("ruth", Role::reviewer);
  const ActionRecord record = hold();
  const auto deny = begin({"POST", "/approval-decision", rita, word(record, "denied")});
  const auto approve = begin({"POST", "/approval-decision", ruth, word(record, "approved")});
  bool is_ended = false;  // a sender reports once
  pump_until([&] {
    if (!is_ended && !sender_.jobs.empty()) {
      is_ended = true;
      sender_.end(0, answered(201));
    }
    return deny->response && approve->response;
  });
  const std::string denied = hear(deny).refusal();
  const std::string approved = hear(approve).refusal();
  EXPECT_TRUE((denied == "200 (absent)") != (approved == "200 (absent)"))
      << denied << " and " << approved;
  EXPECT_TRUE(denied == "409 already_decided" || approved == "409 already_decided");
}

TEST_F(ApprovalsTest, AnExpiredCallIsNotApproved) {
  const std::string rita = signed_in("rita", Role::reviewer);
  const ActionRecord record = hold();
  clock_.advance_ms(limits::kDecideByMsDefault);
  const std::string again = signed_in("ruth", Role::reviewer);
  EXPECT_EQ(decide(record, again, "approved").refusal(), "409 expired");
  pump_until([&] { return stored(record).state == ActionState::expired; });
  EXPECT_EQ(decide(record, again, "denied").refusal(), "409 expired");
  EXPECT_EQ(decide(record, rita, "denied").refusal(), "401 sign_in_required");
}

TEST_F(ApprovalsTest, NobodyApprovesTheirOwn) {
  const store::Person owner = add_person("olga", Role::owner);
  const store::Person maker = add_person("mara", Role::admin);
  execute::HoldRequest request = hold_request();
  request.draft.agent_owner = format_uuid(owner.id);
  request.draft.delegation_chain = {format_uuid(maker.id)};
  request.draft.requested_by = "rita";
  const ActionRecord record = hold(std::move(request));
  for (const std::string& token :
       {session_of(owner), session_of(maker), signed_in("rita", Role::reviewer)}) {
    EXPECT_EQ(decide(record, token, "approved").refusal(), "403 self_approval");
  }
  EXPECT_EQ(stored(record).state, ActionState::held);
  EXPECT_EQ(decide(record, session_of(owner), "denied").text("status"), "denied");
}

TEST_F(ApprovalsTest, WhoHasNoSeatDoesNotApprove) {
  execute::HoldRequest request = hold_request();
  request.draft.quorum = "1 of platform_leads";
  const ActionRecord record = hold(std::move(request));
  EXPECT_EQ(decide(record, signed_in("rita", Role::reviewer), "approved").refusal(),
            "403 role_required");
  const auto result =
      approve_until_sent(record, signed_in("petra", Role::reviewer, {"platform_leads"}));
  sender_.end(0, answered(200));
  EXPECT_EQ(hear(result).text("status"), "executed");
}

TEST_F(ApprovalsTest, TheHashMustBeTheCallsOwn) {
  const std::string rita = signed_in("rita", Role::reviewer);
  const ActionRecord record = hold();
  std::string wrong = digits(record, 12);
  wrong.back() = wrong.back() == '0' ? '1' : '0';
  for (const char* decision : {"approved", "denied"}) {
    EXPECT_EQ(decide(record, rita, decision, wrong).refusal(), "409 hash_mismatch");
    EXPECT_EQ(decide(record, rita, decision, digits(record, 11)).refusal(), "400 invalid_request");
    EXPECT_EQ(decide(record, rita, decision, "").refusal(), "400 invalid_request");
    EXPECT_EQ(decide(record, rita, decision, digits(record, 64) + "0").refusal(),
              "400 invalid_request");
    EXPECT_EQ(decide(record, rita, decision, std::string(12, 'g')).refusal(),
              "400 invalid_request");
  }
  EXPECT_TRUE(stored(record).votes.empty());
  EXPECT_EQ(decide(record, rita, "denied", digits(record, 12)).status, 200);
}

TEST_F(ApprovalsTest, BadDecisionsAreRefused) {
  const std::string rita = signed_in("rita", Role::reviewer);
  const std::string id = format_uuid(hold().action_id);
  const std::vector<std::string> all_bad = {
      std::string(),
      std::string("{}"),
      R"({"approvalRequestId":")" + id + R"("})",
      R"({"approvalRequestId":")" + id + R"(","decision":"yes"})",
      R"({"approvalRequestId":")" + id + R"(","decision":true})",
      R"({"approvalRequestId":"1","decision":"approved"})",
      R"({"approvalRequestId":")" + id + R"(","decision":"approved","decision":"denied"})",
      R"({"approvalRequestId":")" + id + R"(","decision":"approved","force":true})",
      R"({"approvalRequestId":")" + id + R"(","decision":"denied","reason":")" +
          std::string(limits::kVoteReasonBytesMax + 1, 'x') + R"("})"};
  for (const std::string& bad : all_bad) {
    EXPECT_EQ(post("/approval-decision", rita, bad).refusal(), "400 invalid_request") << bad;
  }
}

TEST_F(ApprovalsTest, CallsOfOtherWorkspacesDoNotExist) {
  const store::Workspace other = add_workspace("other");
  const std::string theo = session_of(add_person("theo", Role::owner, {}, other.id));
  const ActionRecord record = hold();
  EXPECT_EQ(decide(record, theo, "approved").refusal(), "404 not_found");
  EXPECT_EQ(get(show(record), theo).refusal(), "404 not_found");
  EXPECT_EQ(
      post(show(record) + "/resolve", theo, R"({"resolution":"applied","reason":"x"})").refusal(),
      "404 not_found");
  EXPECT_EQ(get("/approvals", theo).at("approvals").size(), 0u);
  EXPECT_EQ(stored(record).state, ActionState::held);
}

TEST_F(ApprovalsTest, WhatIsShownIsExactlyWhatWillBeSent) {
  const std::string rita = signed_in("rita", Role::reviewer);
  const Heard text = get(show(hold()), rita);
  EXPECT_THAT(text.body,
              HasSubstr(R"("request":{"method":"POST","url":"https://api.github.com/repos/a/b/)"
                        R"(issues","headers":[{"name":"Accept","value":"application/json"}],)"
                        R"("body":"{\"title\":\"x\"}","bodyEncoding":"utf-8"},"result":null)"));
  const Heard bytes = get(show(hold(hold_request("\xff\x01"))), rita);
  EXPECT_THAT(bytes.body, HasSubstr(R"("body":"/wE=","bodyEncoding":"base64")"));
}

TEST_F(ApprovalsTest, AKeyThatMayLookSeesAndDoesNotDecide) {
  const std::string key = add_key({"admin-read"});
  const ActionRecord record = hold();
  EXPECT_EQ(get(show(record), key).status, 200);
  EXPECT_EQ(get("/approvals?status=pending", key).at("approvals").size(), 1u);
  EXPECT_EQ(decide(record, key, "approved").refusal(), "401 sign_in_required");
}

TEST_F(ApprovalsTest, TheListIsPagedAndFiltered) {
  const std::string rita = signed_in("rita", Role::reviewer);
  std::vector<ActionRecord> records;
  for (int i = 0; i < 5; ++i) {
    clock_.advance_ms(1);
    records.push_back(hold(hold_request(std::to_string(i))));
  }
  EXPECT_EQ(decide(records[2], rita, "denied").status, 200);
  const auto sent = approve_until_sent(records[3], rita);
  const auto count = [&](const std::string& query) {
    return get("/approvals" + query, rita).at("approvals").size();
  };
  EXPECT_EQ(count(""), 5u);
  EXPECT_EQ(count("?status=pending"), 3u);
  EXPECT_EQ(count("?status=denied"), 1u);
  EXPECT_EQ(count("?status=approved"), 1u);
  EXPECT_EQ(count("?status=executed"), 0u);
  const Heard first = get("/approvals?limit=4", rita);
  EXPECT_EQ(Heard::text_of(first.at("approvals").first_child().find("id")),
            format_uuid(records[4].action_id));
  const Heard rest = get("/approvals?limit=4&cursor=" + first.text("next"), rita);
  EXPECT_EQ(rest.at("approvals").size(), 1u);
  EXPECT_EQ(rest.text("next"), "null");
  for (const char* bad : {"?status=open", "?limit=0", "?limit=101", "?limit=x", "?cursor=!",
                          "?cursor=AAAA", "?limit=1&limit=2", "?state=held"}) {
    EXPECT_EQ(get(std::string("/approvals") + bad, rita).refusal(), "400 invalid_request") << bad;
  }
  sender_.end(0, answered(200));
  EXPECT_EQ(hear(sent).status, 200);
}

TEST_F(ApprovalsTest, ADoubtIsSettledByAnAdmin) {
  const std::string rita = signed_in("rita", Role::reviewer);
  const std::string adam = signed_in("adam", Role::admin);
  const ActionRecord record = hold();
  const std::string resolve = show(record) + "/resolve";
  const std::string applied = R"({"resolution":"applied","reason":"it is there"})";
  EXPECT_EQ(post(resolve, adam, applied).refusal(), "409 not_in_doubt");
  const auto result = approve_until_sent(record, rita);
  sender_.end(0, {execute::SendReport::End::no_answer, "closed", {}});
  EXPECT_EQ(hear(result).text("status"), "in_doubt");
  for (const char* bad : {R"({"resolution":"applied"})", R"({"resolution":"applied","reason":""})",
                          R"({"resolution":"maybe","reason":"x"})", R"({"reason":"x"})"}) {
    EXPECT_EQ(post(resolve, adam, bad).refusal(), "400 invalid_request") << bad;
  }
  EXPECT_EQ(post(resolve, rita, applied).refusal(), "403 role_required");
  EXPECT_EQ(post(resolve, adam, applied).text("status"), "executed");
  EXPECT_EQ(post(resolve, adam, applied).refusal(), "409 not_in_doubt");
  EXPECT_EQ(get("/approvals/nonsense", adam).refusal(), "404 not_found");
}

}  // namespace
}  // namespace sentrail::gateway
