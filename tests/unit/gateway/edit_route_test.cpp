// Tests editing a call that waits: a new request in its place, decided anew.
#include <gmock/gmock.h>

#include "core/encoding.hpp"
#include "tests/unit/gateway/agents_fixture.hpp"

namespace sentrail::gateway {
namespace {

using store::ActionRecord;
using store::ActionState;
using store::Role;

class EditTest : public AgentsTest {
 protected:
  static constexpr std::string_view kEditPolicy = R"(policy p
language 1
import sentrail.github
tier everyday {
  rule never: block when body.name == "forbidden"
}
default require_approval because "ask"
)";

  EditTest() : AgentsTest(test_settings(), kEditPolicy) {}

  ActionRecord held(const std::string& body = R"({"name":"before"})") {
    const Heard heard = ask({"POST",
                             "/gateway-proxy/github/user/repos",
                             key_,
                             body,
                             {{"Content-Type", "application/json"}}});
    EXPECT_EQ(heard.status, 202) << heard.body;
    return record_of(heard);
  }
  ActionRecord record_of(const Heard& heard) {
    const Uuid id = parse_uuid(heard.text("approvalRequestId")).value();
    return store_->get_action(workspace_.id, id).value().value();
  }
  Heard edit(const std::string& token, const ActionRecord& record, const std::string& body,
             std::size_t digits = 12) {
    return post("/approvals/" + format_uuid(record.action_id) + "/edit", token,
                R"({"hash":")" + hex_encode(record.approval_hash).substr(0, digits) +
                    R"(","body":)" + body + "}");
  }
  std::string decide(const std::string& token, const ActionRecord& record) {
    const Heard heard =
        post("/approval-decision", token,
             R"({"approvalRequestId":")" + format_uuid(record.action_id) +
                 R"(","decision":"denied","hash":")" + hex_encode(record.approval_hash) + "\"}");
    return heard.status == 200 ? heard.text("status") : heard.refusal();
  }

  const std::string bob_ = signed_in("bob", Role::reviewer);
};

TEST_F(EditTest, ANewRequestTakesThePlaceOfTheOld) {
  const ActionRecord old = held();
  const Heard heard = edit(bob_, old, R"({"name":"after"})");
  ASSERT_EQ(heard.status, 200) << heard.body;
  EXPECT_EQ(heard.text("status"), "pending");
  EXPECT_EQ(heard.text("editedFrom"), format_uuid(old.action_id));
  const JsonValue change = heard.at("changes").first_child();
  EXPECT_EQ(Heard::text_of(change.find("pointer")), "/name");
  EXPECT_EQ(Heard::text_of(change.find("old")), "before");
  EXPECT_EQ(Heard::text_of(change.find("new")), "after");
  const ActionRecord made = record_of(heard);
  EXPECT_NE(made.approval_hash, old.approval_hash);
  EXPECT_TRUE(made.votes.empty());
  EXPECT_EQ(stored(old).state, ActionState::revoked);
  // Neither the old hash nor the old request decides about anything any more.
  EXPECT_EQ(decide(signed_in("cyd", Role::reviewer), old), "409 already_decided");
}

TEST_F(EditTest, WhoEditedNeverApproves) {
  const ActionRecord made = record_of(edit(bob_, held(), R"({"name":"after"})"));
  const Heard heard = post(
      "/approval-decision", bob_,
      R"({"approvalRequestId":")" + format_uuid(made.action_id) + R"(","decision":"approved"})");
  EXPECT_EQ(heard.refusal(), "403 self_approval");
  // Nor does the first editor of what was edited twice.
  const std::string cyd = signed_in("cyd", Role::reviewer);
  const ActionRecord again = record_of(edit(cyd, made, R"({"name":"later"})"));
  for (const std::string& editor : {bob_, cyd}) {
    const Heard refused = post(
        "/approval-decision", editor,
        R"({"approvalRequestId":")" + format_uuid(again.action_id) + R"(","decision":"approved"})");
    EXPECT_EQ(refused.refusal(), "403 self_approval");
  }
}

TEST_F(EditTest, PolicyDecidesAboutWhatItBecame) {
  const ActionRecord old = held();
  EXPECT_EQ(edit(bob_, old, R"({"name":"forbidden"})").refusal(), "409 edit_blocked");
  EXPECT_EQ(stored(old).state, ActionState::held);
  kill_unseen();
  reload();
  EXPECT_EQ(edit(bob_, old, R"({"name":"after"})").refusal(), "409 edit_blocked");
}

TEST_F(EditTest, WhatIsNoEditIsRefusedAndTheOldOneWaitsOn) {
  const ActionRecord old = held();
  EXPECT_EQ(edit(bob_, old, R"({"name":"before"})").status, 400) << "it changes nothing";
  EXPECT_EQ(edit(bob_, old, R"({"name":"after"})", 4).status, 400);
  ActionRecord other = old;
  other.approval_hash[0] ^= 1;
  EXPECT_EQ(edit(bob_, other, R"({"name":"after"})").refusal(), "409 hash_mismatch");
  other.action_id = workspace_.id;
  EXPECT_EQ(edit(bob_, other, R"({"name":"after"})").status, 404);
  EXPECT_EQ(edit(signed_in("mel", Role::member), old, R"({"name":"after"})").status, 403);
  EXPECT_EQ(stored(old).state, ActionState::held);
  EXPECT_EQ(decide(bob_, old), "denied");
  EXPECT_EQ(edit(bob_, old, R"({"name":"after"})").refusal(), "409 not_editable");
}

TEST_F(EditTest, WhatWaitsAlreadyIsNotMadeTwice) {
  const ActionRecord old = held();
  held(R"({"name":"after"})");
  EXPECT_EQ(edit(bob_, old, R"({"name":"after"})").refusal(), "409 already_pending");
  EXPECT_EQ(stored(old).state, ActionState::held);
}

}  // namespace
}  // namespace sentrail::gateway
