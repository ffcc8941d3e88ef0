// Tests votes beside the plain ones: of a list, in another's seat, and in an emergency.
#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "core/encoding.hpp"
#include "core/json_writer.hpp"
#include "crypto/list_hash.hpp"
#include "tests/unit/gateway/gateway_fixture.hpp"

namespace sentrail::gateway {
namespace {

using store::ActionRecord;
using store::ActionState;
using store::Role;
using testing::HasSubstr;
using testing::Not;

GateSettings with_group() {
  GateSettings settings;
  settings.public_url = "http://gate.test";
  settings.version = "test";
  settings.break_glass_group = "security";
  return settings;
}

class VotingRoutesTest : public GatewayTest {
 protected:
  explicit VotingRoutesTest(const GateSettings& settings = test_settings())
      : GatewayTest(settings) {}

  std::vector<ActionRecord> hold_some(std::size_t count) {
    std::vector<ActionRecord> records;
    for (std::size_t i = 0; i < count; ++i) {
      records.push_back(hold(hold_request(R"({"title":")" + std::to_string(i) + "\"}")));
    }
    return records;
  }

  // One line of what is measured.
  std::string measured(const std::string& name) {
    const std::string text = get("/metrics", "").body;
    const std::size_t at = text.find("\n" + name + " ");
    if (at == std::string::npos) return "(absent)";
    return text.substr(at + name.size() + 2, text.find('\n', at + 1) - at - name.size() - 2);
  }
};

// --- lists ---------------------------------------------------------------------------------

class BatchTest : public VotingRoutesTest {
 protected:
  static std::string hash_of(const std::vector<ActionRecord>& records) {
    std::vector<crypto::Digest> hashes;
    for (const ActionRecord& record : records) hashes.push_back(record.approval_hash);
    return hex_encode(crypto::hash_list(crypto::kBatchDomain, hashes));
  }
  static std::string list_of(const std::vector<ActionRecord>& records, const std::string& hash) {
    std::string body;
    JsonWriter json(&body);
    json.begin_object().key("approvalRequestIds").begin_array();
    for (const ActionRecord& record : records) json.string(format_uuid(record.action_id));
    json.end_array().key("hash").string(hash).end_object();
    return body;
  }
  Heard approve(const std::vector<ActionRecord>& records, const std::string& hash) {
    return post("/approvals/batch-decision", rita_, list_of(records, hash));
  }

  const std::string rita_ = signed_in("rita", Role::reviewer);
};

TEST_F(BatchTest, AListIsApprovedByTheHashOfItsHashes) {
  const std::vector<ActionRecord> records = hold_some(3);
  const Heard heard = approve(records, hash_of(records));
  ASSERT_EQ(heard.status, 200) << heard.body;
  EXPECT_EQ(heard.text("ok"), "true");
  EXPECT_EQ(heard.at("items").size(), 3u);
  for (const ActionRecord& record : records) {
    EXPECT_EQ(stored(record).votes.size(), 1u);
    EXPECT_EQ(stored(record).votes.front().approval_hash, record.approval_hash);
  }
  EXPECT_EQ(measured("sentrail_votes_total{verdict=\"approve\"}"), "3");
}

TEST_F(BatchTest, AnotherOrderOrAnotherCallIsAnotherList) {
  std::vector<ActionRecord> records = hold_some(2);
  const std::string hash = hash_of(records);
  std::reverse(records.begin(), records.end());
  EXPECT_EQ(approve(records, hash).refusal(), "409 hash_mismatch");
  records.push_back(hold(hold_request(R"({"title":"late"})")));
  EXPECT_EQ(approve(records, hash).refusal(), "409 hash_mismatch");
  EXPECT_EQ(approve(records, hash_of(records).substr(0, 12)).refusal(), "409 hash_mismatch");
  for (const ActionRecord& record : records) {
    EXPECT_EQ(stored(record).state, ActionState::held);
    EXPECT_TRUE(stored(record).votes.empty());
  }
}

TEST_F(BatchTest, OneRiskOneWorkspaceAndABoundedList) {
  std::vector<ActionRecord> records = hold_some(1);
  execute::HoldRequest risky = hold_request(R"({"title":"risky"})");
  risky.draft.risk = Risk::high;
  records.push_back(hold(std::move(risky)));
  EXPECT_EQ(approve(records, hash_of(records)).refusal(), "409 mixed_risk");
  EXPECT_EQ(approve({}, hash_of({})).status, 400);
  ActionRecord unknown = records.front();
  unknown.action_id = workspace_.id;
  EXPECT_EQ(approve({unknown}, hash_of({unknown})).status, 404);
  const std::vector<ActionRecord> twice = {records.front(), records.front()};
  EXPECT_EQ(approve(twice, hash_of(twice)).status, 400);
  const std::vector<ActionRecord> many(65, records.front());
  EXPECT_EQ(approve(many, hash_of(many)).status, 400);
  EXPECT_TRUE(stored(records.front()).votes.empty());
}

TEST_F(BatchTest, WhatCannotBeVotedOnIsToldCallByCall) {
  const std::vector<ActionRecord> records = hold_some(2);
  const Heard first = approve({records[0]}, hash_of({records[0]}));
  ASSERT_EQ(first.text("ok"), "true") << first.body;
  const Heard heard = approve(records, hash_of(records));
  ASSERT_EQ(heard.status, 200) << heard.body;
  EXPECT_EQ(heard.text("ok"), "false");
  const JsonValue again = heard.at("items").first_child();
  EXPECT_NE(Heard::text_of(again.find("code")), "(absent)");
  EXPECT_EQ(Heard::text_of(again.next().find("code")), "(absent)");
  EXPECT_EQ(stored(records[1]).votes.size(), 1u);
}

// docs/api.md, batch-decision: `code` is as of a single decision.
TEST_F(BatchTest, AnItemIsRefusedAsADecisionAloneIs) {
  std::vector<ActionRecord> records = hold_some(3);
  execute::HoldRequest of_others = hold_request(R"({"title":"of others"})");
  of_others.draft.quorum = "1 of platform_leads";
  records.push_back(hold(std::move(of_others)));
  execute::HoldRequest own = hold_request(R"({"title":"own"})");
  own.draft.requested_by = "rita";
  records.push_back(hold(std::move(own)));
  const auto alone = [&](const ActionRecord& record) {
    return post("/approval-decision", rita_,
                R"({"approvalRequestId":")" + format_uuid(record.action_id) +
                    R"(","decision":"approved"})");
  };
  ASSERT_EQ(approve({records[1]}, hash_of({records[1]})).text("ok"), "true");
  const std::string bob = signed_in("bob", Role::reviewer);
  ASSERT_EQ(post("/approval-decision", bob,
                 R"({"approvalRequestId":")" + format_uuid(records[2].action_id) +
                     R"(","decision":"denied"})")
                .status,
            200);
  const Heard heard = approve(records, hash_of(records));
  ASSERT_EQ(heard.status, 200) << heard.body;
  std::set<std::string> codes;
  JsonValue item = heard.at("items").first_child();
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (i > 0) item = item.next();
    if (i == 0) continue;  // counted
    const Heard single = alone(records[i]);
    EXPECT_EQ(Heard::text_of(item.find("code")), single.text("code")) << i;
    EXPECT_EQ(Heard::text_of(item.find("error")), single.text("error")) << i;
    codes.insert(single.text("code"));
  }
  EXPECT_EQ(codes, (std::set<std::string>{"already_voted", "already_decided", "role_required",
                                          "self_approval"}));
}

// --- seats that were lent --------------------------------------------------------------------

class DelegationTest : public VotingRoutesTest {
 protected:
  static constexpr std::int64_t kLentMs = 300'000;  // shorter than a session that nobody uses

  Heard lend(const std::string& token, const std::string& to, const std::string& more = {}) {
    return post("/delegations", token,
                R"({"to":")" + to + R"(","endsAt":")" + format_rfc3339(Instant{kStart + kLentMs}) +
                    "\"" + more + "}");
  }
  Heard decide_for(const ActionRecord& record, const std::string& token, const std::string& name,
                   const std::string& decision = "denied") {
    return post("/approval-decision", token,
                R"({"approvalRequestId":")" + format_uuid(record.action_id) + R"(","decision":")" +
                    decision + R"(","onBehalfOf":")" + name + "\"}");
  }
  Heard decide(const ActionRecord& record, const std::string& token, const std::string& decision) {
    return post("/approval-decision", token,
                R"({"approvalRequestId":")" + format_uuid(record.action_id) + R"(","decision":")" +
                    decision + "\"}");
  }

  const std::string ann_ = signed_in("ann", Role::reviewer);
  const std::string bob_ = signed_in("bob", Role::reviewer);
};

TEST_F(DelegationTest, ALentSeatIsFilledAndTheVoteSaysWhose) {
  const ActionRecord record = hold();
  EXPECT_EQ(decide_for(record, bob_, "ann").refusal(), "403 no_delegation");
  const Heard lent = lend(ann_, "bob");
  ASSERT_EQ(lent.status, 200) << lent.body;
  EXPECT_EQ(Heard::text_of(lent.at("delegation").find("status")), "active");
  EXPECT_EQ(Heard::text_of(lent.at("delegation").find("toName")), "bob");
  EXPECT_EQ(decide_for(record, bob_, "ann").text("status"), "denied");
  EXPECT_NE(stored(record).votes.front().on_behalf_of, Uuid{});
  EXPECT_EQ(measured("sentrail_votes_total{verdict=\"deny\"}"), "1");
}

// Whoever lent a seat that has approved has no approval left, but may deny still: what then is in
// the way is told for what it is.
TEST_F(DelegationTest, WhoseSeatHasApprovedMayDenyOnly) {
  ASSERT_EQ(lend(ann_, "bob").status, 200);
  execute::HoldRequest request = hold_request();
  request.draft.quorum = "2 of role:reviewer";
  const ActionRecord record = hold(std::move(request));
  ASSERT_EQ(decide_for(record, bob_, "ann", "approved").text("status"), "pending");
  EXPECT_EQ(decide_for(record, bob_, "ann", "approved").refusal(), "409 already_voted");
  EXPECT_EQ(decide(record, ann_, "approved").refusal(), "409 already_voted");
  EXPECT_EQ(stored(record).votes.size(), 1u);
  EXPECT_EQ(decide(record, ann_, "denied").text("status"), "denied");
  EXPECT_EQ(stored(record).votes.size(), 2u);
  EXPECT_EQ(decide(record, ann_, "denied").refusal(), "409 already_voted");
}

TEST_F(DelegationTest, WhoseSeatHasVotedHearsWhatStandsAgainstADenial) {
  ASSERT_EQ(lend(ann_, "bob").status, 200);
  const ActionRecord record = hold();
  ASSERT_EQ(decide_for(record, bob_, "ann").text("status"), "denied");
  EXPECT_EQ(decide(record, ann_, "approved").refusal(), "409 already_voted");
  EXPECT_EQ(decide(record, ann_, "denied").refusal(), "409 already_decided");
}

TEST_F(DelegationTest, ItIsForItsToolsAndItsTimeAlone) {
  ASSERT_EQ(lend(ann_, "bob", R"(,"tools":["linear"])").status, 200);
  const ActionRecord record = hold();
  EXPECT_EQ(decide_for(record, bob_, "ann").refusal(), "403 no_delegation");
  ASSERT_EQ(lend(ann_, "bob").status, 200);
  clock_.advance_ms(kLentMs);
  EXPECT_EQ(decide_for(record, bob_, "ann").refusal(), "403 no_delegation");
  EXPECT_TRUE(stored(record).votes.empty());
}

TEST_F(DelegationTest, WhoMadeItOrAnAdminEndsIt) {
  const Heard lent = lend(ann_, "bob");
  const std::string end =
      "/delegations/" + Heard::text_of(lent.at("delegation").find("id")) + "/end";
  EXPECT_EQ(post(end, bob_, "{}").status, 403);
  EXPECT_EQ(post(end, ann_, R"({"more":1})").status, 400);
  EXPECT_EQ(Heard::text_of(post(end, ann_, "{}").at("delegation").find("status")), "ended");
  EXPECT_EQ(post(end, signed_in("ada", Role::admin), "{}").status, 409);
  EXPECT_EQ(decide_for(hold(), bob_, "ann").refusal(), "403 no_delegation");
  EXPECT_EQ(get("/delegations", signed_in("aud", Role::auditor)).at("delegations").size(), 1u);
}

TEST_F(DelegationTest, WhatIsNoDelegationIsRefused) {
  for (const std::string body :
       {R"({"to":"bob"})", R"({"to":"nobody","endsAt":"2026-12-24T18:00:00Z"})",
        R"({"to":"bob","endsAt":"tomorrow"})", R"({"to":"bob","endsAt":"2020-01-01T00:00:00Z"})",
        R"({"to":"ann","endsAt":"2026-12-24T18:00:00Z"})", "[]", "{"}) {
    EXPECT_EQ(post("/delegations", ann_, body).status, 400) << body;
  }
  EXPECT_EQ(lend(signed_in("mel", Role::member), "bob").status, 403);
  EXPECT_EQ(lend("", "bob").status, 401);
}

// --- emergencies -----------------------------------------------------------------------------

class BreakGlassTest : public VotingRoutesTest {
 protected:
  BreakGlassTest() : VotingRoutesTest(with_group()) {}

  std::string code_for(const std::string& name) {
    return post("/break-glass/codes", ada_, R"({"person":")" + name + "\"}").text("code");
  }
  Heard use(const std::string& token, const std::string& code, const ActionRecord* record = nullptr,
            const std::string& reason = "production is down") {
    std::string body = R"({"code":")" + code + R"(","reason":")" + reason + "\"";
    if (record != nullptr) {
      body += R"(,"approvalRequestId":")" + format_uuid(record->action_id) + R"(","hash":")" +
              hex_encode(record->approval_hash) + "\"";
    }
    return post("/break-glass", token, body + "}");
  }
  ActionRecord hold_for_two() {
    execute::HoldRequest request = hold_request();
    request.draft.quorum = "2 of role:admin";
    return hold(std::move(request));
  }

  const std::string ada_ = signed_in("ada", Role::admin);
  const std::string bob_ = signed_in("bob", Role::reviewer);
};

TEST_F(BreakGlassTest, OnePersonApprovesAloneAndAGroupIsToldInTheSameBreath) {
  const std::string code = code_for("bob");
  EXPECT_THAT(code, HasSubstr("sbg_"));
  const ActionRecord record = hold_for_two();
  const std::size_t told = store_->due_outbox(clock_.now().unix_ms, 100)->size();
  const Heard heard = use(bob_, code, &record);
  ASSERT_EQ(heard.status, 200) << heard.body;
  EXPECT_EQ(Heard::text_of(heard.at("grant").find("review")), "open");
  EXPECT_NE(stored(record).break_glass, Uuid{});
  EXPECT_NE(stored(record).state, ActionState::held);
  const auto due = store_->due_outbox(clock_.now().unix_ms, 100).value();
  ASSERT_GT(due.size(), told);
  EXPECT_TRUE(std::any_of(due.begin(), due.end(), [](const store::OutboxItem& item) {
    return item.channel == "group:security" && item.payload.find("breakGlass") != std::string::npos;
  }));
  EXPECT_EQ(measured("sentrail_votes_emergency_total"), "1");
}

TEST_F(BreakGlassTest, TheCodeIsOnesOwnAndItsMakersIsAnothers) {
  EXPECT_EQ(post("/break-glass/codes", ada_, R"({"person":"ada"})").status, 403);
  EXPECT_EQ(post("/break-glass/codes", bob_, R"({"person":"ada"})").status, 403);
  const std::string code = code_for("bob");
  const ActionRecord record = hold_for_two();
  const std::string cyd = signed_in("cyd", Role::reviewer);
  EXPECT_EQ(use(cyd, code, &record).refusal(), "403 wrong_code");
  EXPECT_EQ(use(bob_, code + "x", &record).refusal(), "403 wrong_code");
  ASSERT_EQ(post("/break-glass/codes", ada_, R"({"person":"bob","revoke":true})").status, 200);
  EXPECT_EQ(use(bob_, code, &record).refusal(), "403 wrong_code");
  EXPECT_EQ(stored(record).state, ActionState::held);
  EXPECT_TRUE(store_->list_break_glass_grants(workspace_.id)->empty());
}

TEST_F(BreakGlassTest, WrongCodesAreCountedAsWrongPassphrasesAre) {
  const std::string code = code_for("bob");
  for (int i = 0; i < 5; ++i) EXPECT_EQ(use(bob_, "sbg_guess").refusal(), "403 wrong_code");
  EXPECT_EQ(use(bob_, code).refusal(), "429 too_many_attempts");
}

TEST_F(BreakGlassTest, ItNeedsAReasonTheHashThatWasShownAndNoStop) {
  const std::string code = code_for("bob");
  ActionRecord record = hold_for_two();
  EXPECT_EQ(use(bob_, code, &record, "help").status, 400);
  ActionRecord other = record;
  other.approval_hash[0] ^= 1;
  EXPECT_EQ(use(bob_, code, &other).refusal(), "409 hash_mismatch");
  store::KillState kill;
  kill.workspace_id = workspace_.id;
  kill.enabled = true;
  put(store::Put<store::KillState>{kill, 0});
  reload();
  EXPECT_EQ(use(bob_, code, &record).refusal(), "409 stopped");
  EXPECT_EQ(stored(record).state, ActionState::held);
}

TEST_F(BreakGlassTest, TheReviewStaysOpenUntilAnotherAdminClosesIt) {
  const std::string cyd = signed_in("cyd", Role::admin);
  const std::string code = post("/break-glass/codes", ada_, R"({"person":"cyd"})").text("code");
  const Heard begun = use(cyd, code);
  ASSERT_EQ(begun.status, 200) << begun.body;
  const std::string id = Heard::text_of(begun.at("grant").find("id"));
  EXPECT_EQ(Heard::text_of(use(cyd, code).at("grant").find("id")), id) << "one that lasts goes on";
  const std::string close = "/break-glass/" + id + "/close";
  const std::string found = R"({"reason":"it was an emergency"})";
  EXPECT_EQ(post(close, cyd, found).refusal(), "403 own_review");
  EXPECT_EQ(post(close, ada_, R"({"reason":"ok"})").status, 400);
  EXPECT_EQ(get("/break-glass", ada_).text("openReviews"), "1");
  EXPECT_EQ(post(close, ada_, found).status, 200);
  EXPECT_EQ(post(close, ada_, found).refusal(), "409 closed");
  EXPECT_EQ(get("/break-glass", ada_).text("openReviews"), "0");
}

TEST_F(VotingRoutesTest, WithoutAGroupToTellThereAreNoEmergencies) {
  const std::string ada = signed_in("ada", Role::admin);
  const std::string bob = signed_in("bob", Role::reviewer);
  const std::string code = post("/break-glass/codes", ada, R"({"person":"bob"})").text("code");
  const std::string body = R"({"code":")" + code + R"(","reason":"production is down"})";
  EXPECT_EQ(post("/break-glass", bob, body).refusal(), "409 no_break_glass");
}

}  // namespace
}  // namespace sentrail::gateway
