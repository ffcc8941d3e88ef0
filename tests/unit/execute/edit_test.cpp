// Tests edits of held calls, and approvals of one person alone in an emergency.
//
// Neighbours: machine_test.cpp, coordinator_test.cpp.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/execute/coordinator_fixture.hpp"

namespace sentrail::execute {
namespace {

using store::ActionState;
using testing::ElementsAre;
using testing::HasSubstr;

Uuid some_id(std::uint8_t first) {
  Uuid id;
  id.bytes[0] = first;
  return id;
}

Withdrawn edit_by(const approvals::Voter& editor) {
  return {"edited by " + editor.name + ": its arguments changed", some_id(9), editor};
}

TEST(Edit, EndsWhatWaitsAndNamesWhatCameInItsPlace) {
  const auto step = transition(action_in(ActionState::held), edit_by(reviewer(1)), kNow);
  ASSERT_TRUE(step) << step.error().message;
  const store::ActionRecord& record = step->action.record;
  EXPECT_EQ(record.state, ActionState::revoked);
  EXPECT_EQ(record.replaced_by, some_id(9));
  EXPECT_THAT(record.result_note, HasSubstr("arguments changed"));
  const auto audit = effects_of<AppendAudit>(*step);
  ASSERT_EQ(audit.size(), 1u);
  EXPECT_EQ(audit[0].kind, store::AuditKind::revoke);
  EXPECT_EQ(audit[0].person_name, "person1");
}

TEST(Edit, IsOfWhatNobodyHasDecidedYet) {
  for (const ActionState state : kStates) {
    const auto step = transition(action_in(state), edit_by(reviewer(1)), kNow);
    EXPECT_EQ(step.has_value(), state == ActionState::held) << name_of(state);
  }
  EXPECT_FALSE(transition(action_in(ActionState::held), edit_by(reviewer(1)), kDecideBy));
}

TEST(Edit, ItsEditorNeverApprovesNorDoesAnybodyForThem) {
  Action edited = action_in(ActionState::held);
  edited.record.edited_by = reviewer(1).person_id;
  EXPECT_FALSE(transition(edited, approve_by(reviewer(1)), kNow));
  approvals::Voter delegate = reviewer(2);
  delegate.on_behalf_of =
      approvals::Delegator{reviewer(1).person_id, "person1", "", store::Role::reviewer, {}};
  EXPECT_FALSE(transition(edited, approve_by(delegate), kNow));
  EXPECT_TRUE(transition(edited, deny_by(reviewer(1)), kNow));
  EXPECT_TRUE(transition(edited, approve_by(reviewer(2)), kNow));
}

// --- in an emergency -----------------------------------------------------------------------

VoteCast alone(approvals::Voter voter) {
  VoteCast cast = approve_by(std::move(voter));
  cast.break_glass = some_id(7);
  return cast;
}

TEST(BreakGlass, NeedsNoSeatAndSaysWhichGrantItWas) {
  Action held = action_in(ActionState::held);
  held.record.quorum = "2 of leads and 1 of security";
  EXPECT_FALSE(transition(held, approve_by(reviewer(1)), kNow));
  const auto step = transition(held, alone(reviewer(1)), kNow);
  ASSERT_TRUE(step) << step.error().message;
  EXPECT_EQ(step->action.record.state, ActionState::approved);
  EXPECT_EQ(step->action.record.break_glass, some_id(7));
  EXPECT_EQ(step->action.record.quorum, held.record.quorum);
  EXPECT_EQ(effects_of<AppendAudit>(*step).at(0).kind, store::AuditKind::break_glass);
}

TEST(BreakGlass, IsNotForTheRequestersOwnCallsNorForOthersNames) {
  Action own = action_in(ActionState::held);
  own.record.requested_by = reviewer(1).name;
  EXPECT_FALSE(transition(own, alone(reviewer(1)), kNow));
  own = action_in(ActionState::held);
  own.record.agent_owner = format_uuid(reviewer(1).person_id);
  EXPECT_FALSE(transition(own, alone(reviewer(1)), kNow));
  own = action_in(ActionState::held);
  own.record.edited_by = reviewer(1).person_id;
  EXPECT_FALSE(transition(own, alone(reviewer(1)), kNow));

  const Action held = action_in(ActionState::held);
  approvals::Voter lent = reviewer(1);
  lent.on_behalf_of =
      approvals::Delegator{reviewer(2).person_id, "person2", "", store::Role::reviewer, {}};
  EXPECT_FALSE(transition(held, alone(lent), kNow));
  approvals::Voter auditor = reviewer(1);
  auditor.role = store::Role::auditor;
  EXPECT_FALSE(transition(held, alone(auditor), kNow));
  VoteCast other = alone(reviewer(1));
  other.shown[0] ^= 1;
  EXPECT_FALSE(transition(held, other, kNow)) << "it too is bound to what was shown";
  EXPECT_FALSE(transition(held, alone(reviewer(1)), kDecideBy));
  for (const ActionState state : kStates) {
    if (state == ActionState::held) continue;
    EXPECT_FALSE(transition(action_in(state), alone(reviewer(1)), kNow)) << name_of(state);
  }
}

// --- with a store --------------------------------------------------------------------------

class EditTest : public CoordinatorTest {
 protected:
  Result<store::ActionRecord> edit(const store::ActionRecord& record, const std::string& body) {
    return wait<store::ActionRecord>([&](auto done) {
      coordinator_->edit(ref_of(record), request(body), reviewer(1), "arguments changed", {}, done);
    });
  }
};

TEST_F(EditTest, BothCallsNameEachOtherAndAreOneTransaction) {
  const store::ActionRecord before = hold().value().record;
  const auto edited = edit(before, "{\"title\":\"y\"}");
  ASSERT_TRUE(edited) << edited.error().message;
  const store::ActionRecord old = stored(before);
  const store::ActionRecord now = stored(*edited);
  EXPECT_EQ(old.state, ActionState::revoked);
  EXPECT_EQ(old.replaced_by, now.action_id);
  EXPECT_EQ(now.state, ActionState::held);
  EXPECT_EQ(now.edited_from, old.action_id);
  EXPECT_EQ(now.edited_by, reviewer(1).person_id);
  EXPECT_NE(now.approval_hash, old.approval_hash);
  EXPECT_THAT(log_of(old), ElementsAre("hold", "revoke"));
  EXPECT_THAT(log_of(now), ElementsAre("hold"));
  EXPECT_FALSE(vote(now, 1)) << "the editor approves it";
  ASSERT_TRUE(vote(now, 2));
  pump_until([&] { return !sender_.jobs.empty(); });
  EXPECT_EQ(sender_.jobs.at(0).call.body, "{\"title\":\"y\"}");
}

TEST_F(EditTest, NothingChangesWhereTheEditedCallWaitsAlready) {
  const store::ActionRecord before = hold().value().record;
  ASSERT_TRUE(hold(request("{\"title\":\"y\"}")));
  const auto edited = edit(before, "{\"title\":\"y\"}");
  ASSERT_FALSE(edited);
  EXPECT_EQ(edited.error().code, Errc::already_exists);
  EXPECT_EQ(stored(before).state, ActionState::held);
  EXPECT_EQ(stored(before).replaced_by, Uuid{});
}

TEST_F(EditTest, WhatWasDecidedIsNotEdited) {
  const store::ActionRecord before = hold().value().record;
  ASSERT_TRUE(vote(before, 2, store::Verdict::deny));
  const auto edited = edit(before, "{\"title\":\"y\"}");
  ASSERT_FALSE(edited);
  EXPECT_EQ(edited.error().code, Errc::conflict);
  EXPECT_THAT(log_of(before), ElementsAre("hold", "deny"));
}

}  // namespace
}  // namespace sentrail::execute
