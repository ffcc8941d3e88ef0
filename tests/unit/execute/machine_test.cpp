// Tests what the table of docs/execution.md leaves out: votes, retries, doubt, effects.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/limits.hpp"
#include "tests/unit/execute/machine_fixture.hpp"

namespace sentrail::execute {
namespace {

using store::ActionState;
using store::AuditDecision;
using store::AuditKind;
using store::Resend;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

Errc refused(const Action& action, const Event& event, std::int64_t now_ms = kNow) {
  const auto step = transition(action, event, now_ms);
  EXPECT_FALSE(step);
  return step ? Errc::unsupported : step.error().code;
}

// --- votes ---------------------------------------------------------------------------------

TEST(Votes, ApprovalSetsTheDeadlineAndDispatches) {
  const Step step = must(action_in(ActionState::held), approve_by(reviewer(1)));
  const store::ActionRecord& record = step.action.record;
  EXPECT_EQ(record.state, ActionState::approved);
  EXPECT_EQ(record.decided_ms, kNow);
  EXPECT_EQ(record.execute_by_ms, kNow + record.execute_within_ms);
  ASSERT_THAT(record.votes, SizeIs(1));
  EXPECT_EQ(record.votes[0].approval_hash, shown_hash());
  EXPECT_THAT(record.votes[0].groups, ElementsAre("role:reviewer"));
  EXPECT_THAT(effects_of<Dispatch>(step), ElementsAre(Dispatch{kNow}));
  EXPECT_THAT(effects_of<SetDeadline>(step), ElementsAre(SetDeadline{record.execute_by_ms}));
  EXPECT_THAT(effects_of<AppendAudit>(step),
              ElementsAre(AppendAudit{AuditKind::approve, AuditDecision::allow,
                                      reviewer(1).person_id, "looks right", "person1"}));
  EXPECT_THAT(effects_of<Notify>(step), ElementsAre(Notify{"approvalDecided", {}}));
}

TEST(Votes, QuorumWaitsForDistinctPeople) {
  Action held = action_in(ActionState::held);
  held.record.quorum = "2 of sre";
  const Step first = must(held, approve_by(reviewer(1, {"sre"})));
  EXPECT_EQ(first.action.record.state, ActionState::held);
  EXPECT_THAT(effects_of<Dispatch>(first), IsEmpty());
  EXPECT_EQ(effects_of<AppendAudit>(first).at(0).decision, AuditDecision::require_approval);
  EXPECT_EQ(refused(first.action, approve_by(reviewer(1, {"sre"}))), Errc::already_exists);
  EXPECT_EQ(refused(first.action, deny_by(reviewer(1, {"sre"}))), Errc::already_exists);
  const Step second = must(first.action, approve_by(reviewer(2, {"sre"})));
  EXPECT_EQ(second.action.record.state, ActionState::approved);
}

// Two rules held the call: both must be content, and one person can be of use to both.
TEST(Votes, EveryQuorumOfACallIsMet) {
  Action held = action_in(ActionState::held);
  held.record.quorum = "1 of leads and 1 of sre; 2 of sre";
  const Step first = must(held, approve_by(reviewer(1, {"sre"})));
  const Step second = must(first.action, approve_by(reviewer(2, {"sre"})));
  EXPECT_EQ(second.action.record.state, ActionState::held);
  EXPECT_EQ(refused(second.action, approve_by(reviewer(3))), Errc::permission_denied);
  const Step third = must(second.action, approve_by(reviewer(4, {"leads"})));
  EXPECT_EQ(third.action.record.state, ActionState::approved);
}

TEST(Votes, OneDenialWins) {
  Action held = action_in(ActionState::held);
  held.record.quorum = "2 of sre";
  const Step first = must(held, approve_by(reviewer(1, {"sre"})));
  const Step denied = must(first.action, deny_by(reviewer(9)));
  EXPECT_EQ(denied.action.record.state, ActionState::denied);
  EXPECT_EQ(effects_of<AppendAudit>(denied).at(0).decision, AuditDecision::block);
  EXPECT_EQ(refused(denied.action, approve_by(reviewer(2, {"sre"}))), Errc::conflict);
}

TEST(Votes, EachRefusalHasItsOwnError) {
  const Action held = action_in(ActionState::held);
  EXPECT_EQ(refused(held, approve_by(reviewer(1)), kDecideBy), Errc::timed_out);
  EXPECT_EQ(refused(held, deny_by(reviewer(1)), kDecideBy), Errc::timed_out);
  EXPECT_EQ(refused(action_in(ActionState::expired), approve_by(reviewer(1))), Errc::timed_out);
  EXPECT_EQ(refused(action_in(ActionState::approved), deny_by(reviewer(1))), Errc::conflict);

  VoteCast other_hash = approve_by(reviewer(1));
  other_hash.shown[0] ^= 1;
  EXPECT_EQ(refused(held, other_hash), Errc::invalid_argument);
  VoteCast wordy = deny_by(reviewer(1));
  wordy.reason.assign(limits::kVoteReasonBytesMax + 1, 'x');
  EXPECT_EQ(refused(held, wordy), Errc::limit_exceeded);
  VoteCast outsider = approve_by(reviewer(1));
  outsider.voter.role = store::Role::auditor;
  EXPECT_EQ(refused(held, outsider), Errc::permission_denied);
}

TEST(Votes, ADenialNeedsNoHash) {
  VoteCast blind = deny_by(reviewer(1));
  blind.shown = {};
  EXPECT_EQ(must(action_in(ActionState::held), blind).action.record.state, ActionState::denied);
}

TEST(Votes, TheRequesterNeverApproves) {
  Action held = action_in(ActionState::held);
  held.record.requested_by = "person1";
  EXPECT_EQ(refused(held, approve_by(reviewer(1))), Errc::permission_denied);
  EXPECT_EQ(must(held, deny_by(reviewer(1))).action.record.state, ActionState::denied);
  EXPECT_EQ(must(held, approve_by(reviewer(2))).action.record.state, ActionState::approved);
}

// A repeat after a lost answer hears that it was counted, whatever happened since.
TEST(Votes, ARepeatedVoteIsToldSoInEveryState) {
  for (const ActionState state : kStates) {
    Action action = action_in(state);
    action.record.votes.push_back({reviewer(1).person_id,
                                   store::Verdict::approve,
                                   kNow,
                                   shown_hash(),
                                   {"role:reviewer"},
                                   "",
                                   "",
                                   Uuid{},
                                   0});
    EXPECT_EQ(refused(action, approve_by(reviewer(1))), Errc::already_exists) << name_of(state);
  }
}

TEST(Votes, DeadlineOfExecutionDoesNotOverflow) {
  Action held = action_in(ActionState::held);
  held.record.execute_within_ms = std::numeric_limits<std::int64_t>::max();
  const Step step = must(held, approve_by(reviewer(1)));
  EXPECT_EQ(step.action.record.execute_by_ms, std::numeric_limits<std::int64_t>::max());
}

// --- hold ----------------------------------------------------------------------------------

TEST(Hold, StartsTheLifeOfACall) {
  store::ActionRecord draft = action_in(ActionState::held).record;
  draft.state = ActionState::succeeded;
  draft.reason = "Policy 'x' matched";
  const auto step = hold(draft, kNow);
  ASSERT_TRUE(step) << step.error().message;
  EXPECT_EQ(step->action.record.state, ActionState::held);
  EXPECT_EQ(step->action.record.created_ms, kNow);
  EXPECT_THAT(effects_of<AppendAudit>(*step),
              ElementsAre(AppendAudit{AuditKind::hold, AuditDecision::require_approval, Uuid{},
                                      "Policy 'x' matched", ""}));
  EXPECT_THAT(effects_of<Notify>(*step), ElementsAre(Notify{"approvalRequired", {}}));
  // One second later than of the fixture's own hold, which began a second ago.
  EXPECT_THAT(effects_of<SetDeadline>(*step), ElementsAre(SetDeadline{kEscalateAt + 1'000}));
  draft.escalations.clear();
  EXPECT_THAT(effects_of<SetDeadline>(hold(draft, kNow).value()),
              ElementsAre(SetDeadline{kDecideBy}));
}

TEST(Hold, RefusesSenselessDrafts) {
  const store::ActionRecord good = action_in(ActionState::held).record;
  store::ActionRecord draft = good;
  draft.decide_by_ms = kNow;
  EXPECT_EQ(hold(draft, kNow).error().code, Errc::invalid_argument);
  draft = good;
  draft.execute_within_ms = 0;
  EXPECT_EQ(hold(draft, kNow).error().code, Errc::invalid_argument);
  draft = good;
  draft.quorum = "someone";
  EXPECT_EQ(hold(draft, kNow).error().code, Errc::invalid_argument);
  draft = good;
  draft.votes.emplace_back();
  EXPECT_EQ(hold(draft, kNow).error().code, Errc::invalid_argument);
}

// --- recheck and claim ---------------------------------------------------------------------

TEST(Recheck, ReasonsAreTheDocumentedOnes) {
  const Step killed =
      must(action_in(ActionState::approved), Claimed{executor(), {Recheck::kill_switch, ""}});
  EXPECT_EQ(killed.action.record.state, ActionState::revoked);
  EXPECT_EQ(killed.action.record.result_note, "Kill switch is active");
  const Step other = must(action_in(ActionState::claimed),
                          Rechecked{Recheck::policy_stricter, "rule main.guard.x blocks it"});
  EXPECT_EQ(other.action.record.result_note,
            "the current policy is stricter: rule main.guard.x blocks it");
  const Step changed =
      must(action_in(ActionState::approved), Rechecked{Recheck::binding_mismatch, ""});
  EXPECT_EQ(changed.action.record.state, ActionState::failed);
  EXPECT_EQ(changed.action.record.result_note, "action_hash_mismatch");
}

TEST(Claim, RaisesTheFenceAndTakesALease) {
  const Step step = must(action_in(ActionState::approved), Claimed{executor(), {}});
  EXPECT_EQ(step.action.record.fence, 1u);
  EXPECT_EQ(step.action.record.executor_id, executor());
  EXPECT_EQ(step.action.record.lease_until_ms, kNow + limits::kClaimLeaseMs);
  EXPECT_THAT(effects_of<Send>(step), IsEmpty()) << "a claim sends nothing";
}

TEST(Claim, IsRefusedAfterTheDeadlineAndForGrants) {
  EXPECT_EQ(refused(action_in(ActionState::approved), Claimed{executor(), {}}, kExecuteBy),
            Errc::timed_out);
  Action grant = action_in(ActionState::approved);
  grant.record.kind = store::ActionKind::grant;
  EXPECT_EQ(refused(grant, Claimed{executor(), {}}), Errc::conflict);
}

TEST(Fence, OldReportsAreRefused) {
  for (const ActionState state : {ActionState::claimed, ActionState::sending}) {
    const Action action = action_in(state);
    for (const std::uint64_t fence : {action.record.fence - 1, action.record.fence + 1}) {
      EXPECT_EQ(refused(action, IntentRecorded{fence}), Errc::conflict);
      EXPECT_EQ(refused(action, FirstByteSent{fence}), Errc::conflict);
      EXPECT_EQ(refused(action, NothingSent{fence, ""}), Errc::conflict);
      EXPECT_EQ(refused(action, ConnectionLost{fence, ""}), Errc::conflict);
      EXPECT_EQ(refused(action, ResponseReceived{fence, 200, {}}), Errc::conflict);
    }
  }
  EXPECT_EQ(refused(action_in(ActionState::in_doubt), ResponseReceived{2, 200, {}}),
            Errc::conflict);
}

TEST(Intent, SendsAndOnlyIntentSends) {
  const Step step = must(action_in(ActionState::claimed), IntentRecorded{3});
  EXPECT_THAT(effects_of<Send>(step), ElementsAre(Send{3}));
  EXPECT_EQ(refused(action_in(ActionState::claimed), IntentRecorded{3}, kLeaseUntil),
            Errc::timed_out);
  Action late = action_in(ActionState::claimed);
  late.record.lease_until_ms = kExecuteBy + 1;
  EXPECT_EQ(refused(late, IntentRecorded{3}, kExecuteBy), Errc::timed_out);
}

TEST(Deadlines, AreNotEarly) {
  EXPECT_EQ(refused(action_in(ActionState::held), DecideByReached{}, kDecideBy - 1),
            Errc::conflict);
  EXPECT_EQ(refused(action_in(ActionState::approved), ExecuteByReached{}, kExecuteBy - 1),
            Errc::conflict);
  EXPECT_EQ(refused(action_in(ActionState::sending), LeaseLapsed{}, kLeaseUntil - 1),
            Errc::conflict);
}

// --- sending again -------------------------------------------------------------------------

TEST(Retry, NothingSentIsTriedAgainLaterAndNotForEver) {
  Action action = sending(Resend::never);
  std::vector<std::int64_t> pauses;
  while (action.record.state == ActionState::sending) {
    const Step step = must(action, NothingSent{3, "connection refused"});
    for (const Dispatch& dispatch : effects_of<Dispatch>(step)) {
      pauses.push_back(dispatch.after_ms - kNow);
    }
    action = step.action;
    if (action.record.state == ActionState::approved) action.record.state = ActionState::sending;
  }
  EXPECT_THAT(pauses, ElementsAre(1'000, 2'000, 4'000, 8'000));
  EXPECT_EQ(action.record.state, ActionState::failed);
  EXPECT_THAT(action.record.result_note, HasSubstr("connection refused"));
  EXPECT_FALSE(action.record.maybe_applied);
}

TEST(Retry, AStopOfTheServerUsesUpNoTry) {
  for (const std::uint32_t attempts : {0u, limits::kSendAttemptsMax - 1}) {
    for (const bool maybe_applied : {false, true}) {
      const Action before = sending(Resend::guarded, attempts, maybe_applied);
      const Step step = must(before, NothingSent{3, "stopping", true});
      EXPECT_EQ(step.action.record.state, ActionState::approved);
      EXPECT_EQ(step.action.record.attempts, attempts);
      EXPECT_EQ(step.action.record.maybe_applied, maybe_applied);
      EXPECT_THAT(effects_of<AppendAudit>(step)[0].reason, HasSubstr("not tried: stopping"));
    }
  }
  Action sent = sending(Resend::never);
  sent.bytes_out = true;
  EXPECT_EQ(must(sent, NothingSent{3, "", true}).action.record.state, ActionState::in_doubt);
}

TEST(Retry, NothingSentIsNotBelievedAfterTheFirstByte) {
  Action action = sending(Resend::never);
  action = must(action, FirstByteSent{3}).action;
  EXPECT_TRUE(action.bytes_out);
  EXPECT_EQ(must(action, NothingSent{3, ""}).action.record.state, ActionState::in_doubt);
}

TEST(Retry, LostAnswers) {
  EXPECT_EQ(must(sending(Resend::never), ConnectionLost{3, "reset"}).action.record.state,
            ActionState::in_doubt);
  const Step safe = must(sending(Resend::safe), ConnectionLost{3, "reset"});
  EXPECT_EQ(safe.action.record.state, ActionState::approved);
  EXPECT_FALSE(safe.action.record.maybe_applied);
  const Step guarded = must(sending(Resend::guarded), ConnectionLost{3, "reset"});
  EXPECT_EQ(guarded.action.record.state, ActionState::approved);
  EXPECT_TRUE(guarded.action.record.maybe_applied);

  const std::uint32_t last = limits::kSendAttemptsMax - 1;
  EXPECT_EQ(must(sending(Resend::safe, last), ConnectionLost{3, ""}).action.record.state,
            ActionState::failed);
  EXPECT_EQ(must(sending(Resend::guarded, last), ConnectionLost{3, ""}).action.record.state,
            ActionState::in_doubt);
}

TEST(Retry, AnswersOfOtherGateways) {
  for (const std::uint32_t status : {502u, 504u}) {
    EXPECT_EQ(must(sending(Resend::never), ResponseReceived{3, status, {}}).action.record.state,
              ActionState::in_doubt);
    EXPECT_EQ(must(sending(Resend::safe), ResponseReceived{3, status, {}}).action.record.state,
              ActionState::failed);
    EXPECT_EQ(must(sending(Resend::guarded), ResponseReceived{3, status, {}}).action.record.state,
              ActionState::approved);
  }
  for (const std::uint32_t status : {0u, 100u, 199u, 600u, 99999u}) {
    EXPECT_EQ(must(sending(Resend::never), ResponseReceived{3, status, {}}).action.record.state,
              ActionState::in_doubt)
        << status;
  }
}

// What came is for whoever settles the doubt; what will be tried again is not an answer yet.
TEST(Retry, AnAnswerThatSettlesNothingIsKept) {
  const ResponseReceived bad_gateway{3, 502, {executor(), 9, {}}};
  const auto kept_by = [&](const Action& before) {
    const Step step = must(before, bad_gateway);
    EXPECT_EQ(step.action.record.state, ActionState::in_doubt);
    EXPECT_EQ(step.action.record.status, 502u);
    EXPECT_EQ(step.action.record.response, bad_gateway.response);
    return effects_of<KeepResult>(step);
  };
  EXPECT_THAT(kept_by(sending(Resend::never)), ElementsAre(KeepResult{502}));
  EXPECT_THAT(kept_by(sending(Resend::guarded, 1, true)), ElementsAre(KeepResult{502}));
  EXPECT_THAT(kept_by(sending(Resend::guarded, limits::kSendAttemptsMax - 1)),
              ElementsAre(KeepResult{502}));
  const Step again = must(sending(Resend::guarded), bad_gateway);
  EXPECT_EQ(again.action.record.response, store::BlobRef{});
  EXPECT_TRUE(effects_of<KeepResult>(again).empty());
  const Step nonsense = must(sending(Resend::never), ResponseReceived{3, 99, bad_gateway.response});
  EXPECT_EQ(nonsense.action.record.response, store::BlobRef{});
}

TEST(Retry, EveryOtherAnswerIsFinal) {
  for (std::uint32_t status = 200; status < 600; ++status) {
    if (status == 502 || status == 504) continue;
    const Step step = must(sending(Resend::never), ResponseReceived{3, status, {}});
    const bool success = (status < 300) || status == 303 || status == 304;
    EXPECT_EQ(step.action.record.state, success ? ActionState::succeeded : ActionState::failed)
        << status;
    EXPECT_EQ(step.action.record.status, status);
    EXPECT_THAT(effects_of<KeepResult>(step), ElementsAre(KeepResult{status}));
  }
}

// After a try that may have been applied, only a success settles.
TEST(Doubt, WhatMayHaveBeenAppliedNeverEndsAsUnsent) {
  const Action maybe = sending(Resend::guarded, 1, true);
  for (const std::uint32_t status : {303u, 304u, 400u, 405u, 409u, 412u, 422u, 500u, 502u}) {
    EXPECT_EQ(must(maybe, ResponseReceived{3, status, {}}).action.record.state,
              ActionState::in_doubt)
        << status;
  }
  EXPECT_EQ(must(maybe, ResponseReceived{3, 200, {}}).action.record.state, ActionState::succeeded);

  Action again = action_in(ActionState::approved);
  again.record.maybe_applied = true;
  const std::vector<std::pair<Event, std::int64_t>> ends = {
      {ExecuteByReached{}, kExecuteBy},
      {Rechecked{Recheck::kill_switch, ""}, kNow},
      {Rechecked{Recheck::binding_mismatch, ""}, kNow},
      {Claimed{executor(), {Recheck::policy_stricter, ""}}, kNow},
      {Withdrawn{}, kNow}};
  for (const auto& [event, at] : ends) {
    const Step step = must(again, event, at);
    EXPECT_EQ(step.action.record.state, ActionState::in_doubt) << event.index();
    EXPECT_THAT(effects_of<Notify>(step), ElementsAre(Notify{"escalation", {}}));
  }
  Action claimed = action_in(ActionState::claimed);
  claimed.record.maybe_applied = true;
  claimed.record.attempts = limits::kSendAttemptsMax - 1;
  EXPECT_EQ(must(claimed, NothingSent{3, ""}).action.record.state, ActionState::in_doubt);
}

TEST(Doubt, ALateAnswerSettlesOnlyWhatItWouldHaveSettled) {
  Action doubt = action_in(ActionState::in_doubt);
  const Step late = must(doubt, ResponseReceived{3, 201, {}});
  EXPECT_EQ(late.action.record.state, ActionState::succeeded);
  EXPECT_EQ(effects_of<AppendAudit>(late).at(0).kind, AuditKind::reconcile);
  EXPECT_EQ(refused(doubt, ResponseReceived{3, 504, {}}), Errc::conflict);
  EXPECT_EQ(refused(doubt, ResponseReceived{3, 0, {}}), Errc::conflict);
  doubt.record.maybe_applied = true;
  EXPECT_EQ(refused(doubt, ResponseReceived{3, 409, {}}), Errc::conflict);
}

TEST(Doubt, PeopleSettleIt) {
  const Action doubt = action_in(ActionState::in_doubt);
  const Step applied = must(doubt, DoubtSettled{admin(4), true, "seen on the page"});
  EXPECT_EQ(applied.action.record.result_note, "marked as applied by a person: seen on the page");
  EXPECT_EQ(effects_of<AppendAudit>(applied).at(0).person_id, admin(4).person_id);
  approvals::Voter owner = admin(5);
  owner.role = store::Role::owner;
  EXPECT_EQ(must(doubt, DoubtSettled{owner, false, ""}).action.record.state, ActionState::failed);
  for (const store::Role role :
       {store::Role::reviewer, store::Role::auditor, store::Role::member}) {
    approvals::Voter lesser = reviewer(6);
    lesser.role = role;
    EXPECT_EQ(refused(doubt, DoubtSettled{lesser, true, ""}), Errc::permission_denied);
  }
}

// --- grants --------------------------------------------------------------------------------

TEST(Grant, IsUsedOnceAndInTime) {
  Action held = action_in(ActionState::held);
  held.record.kind = store::ActionKind::grant;
  const Step approved = must(held, approve_by(reviewer(1)));
  EXPECT_EQ(approved.action.record.state, ActionState::approved);
  EXPECT_THAT(effects_of<Dispatch>(approved), IsEmpty()) << "nobody claims a grant";
  const Step used = must(approved.action, GrantUsed{});
  EXPECT_EQ(used.action.record.state, ActionState::succeeded);
  EXPECT_EQ(effects_of<AppendAudit>(used).at(0).decision, AuditDecision::allow);
  EXPECT_EQ(refused(used.action, GrantUsed{}), Errc::conflict);
  EXPECT_EQ(refused(approved.action, GrantUsed{}, approved.action.record.execute_by_ms),
            Errc::timed_out);
}

// --- words ---------------------------------------------------------------------------------

TEST(Words, AgentsSeeEightStatuses) {
  std::vector<std::string> seen;
  for (const ActionState state : kStates) seen.emplace_back(status_of(state));
  EXPECT_THAT(seen, ElementsAre("pending", "approved", "approved", "approved", "in_doubt", "denied",
                                "expired", "executed", "failed", "revoked"));
}

TEST(Words, ResendRule) {
  const std::vector<approvals::HeaderField> none;
  const std::vector<approvals::HeaderField> guard = {{"if-match", "\"x\""}};
  const std::vector<approvals::HeaderField> key = {{"idempotency", "stripe"}};
  const std::vector<approvals::HeaderField> both = {key[0], guard[0]};
  for (const char* method : {"GET", "HEAD", "OPTIONS", "TRACE"}) {
    for (const auto& has : {none, guard, key, both}) {
      EXPECT_EQ(resend_rule(method, has), Resend::safe) << method;
    }
  }
  for (const char* method : {"POST", "PUT", "DELETE", "PATCH", "get", "QUERY", ""}) {
    EXPECT_EQ(resend_rule(method, none), Resend::never) << method;
    EXPECT_EQ(resend_rule(method, guard), Resend::guarded) << method;
    EXPECT_EQ(resend_rule(method, key), Resend::keyed) << method;
    EXPECT_EQ(resend_rule(method, both), Resend::keyed) << method;
  }
}

}  // namespace
}  // namespace sentrail::execute
