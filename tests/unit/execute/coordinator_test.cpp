// Tests the coordinator over a store in memory: whole lives, attaching, deadlines, faults.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "core/limits.hpp"
#include "tests/unit/execute/coordinator_fixture.hpp"

namespace sentrail::execute {
namespace {

using store::ActionState;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

// --- whole lives ---------------------------------------------------------------------------

TEST_F(CoordinatorTest, HoldApproveSendSucceed) {
  const Held held = hold().value();
  EXPECT_FALSE(held.attached);
  EXPECT_EQ(held.record.version, 1u);
  EXPECT_EQ(stored(held.record), held.record);
  EXPECT_TRUE(sender_.jobs.empty());

  const store::ActionRecord approved = vote(held.record).value();
  EXPECT_EQ(approved.state, ActionState::approved);
  pump_until([&] { return !sender_.jobs.empty(); });
  EXPECT_EQ(stored(held.record).state, ActionState::sending) << "the intent comes first";
  EXPECT_EQ(sender_.jobs[0].call, request().call) << "what was approved is what is sent";
  EXPECT_EQ(rechecker_.asked, 2) << "when claiming and before the intent";
  EXPECT_EQ(coordinator_->sending(), 1u);

  sender_.end(0, answered(201, "{\"number\":7}"));
  pump_until_state(held.record, ActionState::succeeded);
  const store::ActionRecord done = stored(held.record);
  EXPECT_EQ(done.status, 201u);
  const auto blob = store_->get_blob(workspace(), done.response.id).value();
  ASSERT_TRUE(blob);
  EXPECT_EQ(vault_.open_response(done, *blob).value().body, "{\"number\":7}");
  EXPECT_THAT(log_of(done), ElementsAre("hold", "approve", "claim", "sending", "result"));
  pump_until([&] { return coordinator_->sending() == 0; });
  EXPECT_THAT(sender_.jobs, SizeIs(1));
}

TEST_F(CoordinatorTest, DenyEndsIt) {
  const Held held = hold().value();
  EXPECT_EQ(vote(held.record, 1, store::Verdict::deny).value().state, ActionState::denied);
  EXPECT_EQ(vote(held.record, 2).error().code, Errc::conflict);
  EXPECT_THAT(log_of(held.record), ElementsAre("hold", "deny"));
  EXPECT_TRUE(sender_.jobs.empty());
}

TEST_F(CoordinatorTest, EveryChangeIsToldOnceDurable) {
  const store::ActionRecord record = sent_to_sender();
  sender_.end(0, answered(200));
  pump_until_state(record, ActionState::succeeded);
  pump_until([&] { return changes_.size() >= 5; });
  std::vector<ActionState> states;
  for (const store::ActionRecord& change : changes_) states.push_back(change.state);
  EXPECT_THAT(states, ElementsAre(ActionState::held, ActionState::approved, ActionState::claimed,
                                  ActionState::sending, ActionState::succeeded));
  for (std::size_t i = 0; i < changes_.size(); ++i) EXPECT_EQ(changes_[i].version, i + 1);
}

TEST_F(CoordinatorTest, MessagesGoToEveryChannelOnceWithTheChange) {
  (void)hold();
  std::set<std::string> channels;
  const auto items = store_->due_outbox(kStart + 1, 10);
  for (const store::OutboxItem& item : items.value()) {
    EXPECT_EQ(item.event, "approvalRequired");
    EXPECT_THAT(item.payload, HasSubstr("\"status\":\"pending\""));
    channels.insert(item.channel);
  }
  EXPECT_THAT(channels, ElementsAre("email", "slack"));
}

// --- attaching -----------------------------------------------------------------------------

TEST_F(CoordinatorTest, TheSameCallAttachesWhileItIsOpen) {
  const Held first = hold().value();
  const Held second = hold().value();
  EXPECT_TRUE(second.attached);
  EXPECT_EQ(second.record.action_id, first.record.action_id);
  EXPECT_NE(second.audit_id, first.audit_id);
  EXPECT_FALSE(hold(request("{\"title\":\"other\"}")).value().attached);
  EXPECT_THAT(log_of(first.record), ElementsAre("hold", "attach"));

  (void)vote(first.record, 1, store::Verdict::deny);
  const Held third = hold().value();
  EXPECT_FALSE(third.attached) << "what has ended is asked anew";
  EXPECT_NE(third.record.approval_hash, first.record.approval_hash) << "single use";
}

TEST_F(CoordinatorTest, FiftyPendingPerAgent) {
  for (std::size_t i = 0; i < limits::kPendingPerAgentMax; ++i) {
    ASSERT_TRUE(hold(request("{\"n\":" + std::to_string(i) + "}")));
  }
  EXPECT_EQ(hold(request("one more")).error().code, Errc::limit_exceeded);
  EXPECT_TRUE(hold(request("{\"n\":0}")).value().attached) << "joining needs no room";
  HoldRequest other = request("one more");
  other.draft.agent_id = "other-bot";
  EXPECT_TRUE(hold(other));
}

TEST_F(CoordinatorTest, RefusesWhatItCannotHold) {
  HoldRequest large = request();
  large.call.body.assign(limits::kBodyHeldBytesMax + 1, 'x');
  EXPECT_EQ(hold(large).error().code, Errc::limit_exceeded);
  HoldRequest smuggling = request();
  smuggling.call.headers = {{"X", "a\r\nY: b"}};
  EXPECT_EQ(hold(smuggling).error().code, Errc::invalid_argument);
  HoldRequest nobody = request();
  nobody.draft.quorum = "everyone";
  EXPECT_EQ(hold(nobody).error().code, Errc::invalid_argument);
  EXPECT_EQ(store_->audit_head().size, 0u);
}

// --- people --------------------------------------------------------------------------------

TEST_F(CoordinatorTest, SimultaneousVotesAreCountedOneByOne) {
  HoldRequest made = request();
  made.draft.quorum = "3 of role:reviewer";
  const Held held = hold(made).value();
  std::vector<Result<store::ActionRecord>> answers;
  for (std::uint8_t person = 1; person <= 5; ++person) {
    coordinator_->vote(ref_of(held.record),
                       {reviewer(person), store::Verdict::approve, held.record.approval_hash, ""},
                       {}, [&](auto answer) { answers.push_back(std::move(answer)); });
  }
  pump_until([&] { return answers.size() == 5; });
  EXPECT_EQ(std::count_if(answers.begin(), answers.end(), [](auto& a) { return a.has_value(); }),
            3);
  EXPECT_THAT(stored(held.record).votes, SizeIs(3));
  for (const auto& answer : answers) {
    if (!answer) {
      EXPECT_EQ(answer.error().code, Errc::conflict);
    }
  }
}

TEST_F(CoordinatorTest, UnknownCallsAndOtherWorkspacesAreNotFound) {
  const Held held = hold().value();
  store::ActionRecord elsewhere = held.record;
  elsewhere.workspace_id.bytes[9] = 1;
  EXPECT_EQ(vote(elsewhere).error().code, Errc::not_found);
  store::ActionRecord unknown = held.record;
  unknown.action_id.bytes[9] ^= 1;
  EXPECT_EQ(vote(unknown).error().code, Errc::not_found);
}

// --- deadlines -----------------------------------------------------------------------------

TEST_F(CoordinatorTest, UndecidedCallsExpire) {
  (void)recover();
  const Held held = hold().value();
  clock_.advance_ms(limits::kDecideByMsDefault - 1);
  (void)coordinator_->run_pending();
  EXPECT_EQ(stored(held.record).state, ActionState::held);
  clock_.advance_ms(limits::kSweepMs + 1);
  pump_until_state(held.record, ActionState::expired);
  EXPECT_EQ(vote(held.record).error().code, Errc::timed_out);
}

TEST_F(CoordinatorTest, SettingTheClockBackExtendsNothing) {
  (void)recover();
  const Held held = hold().value();
  clock_.jump_to(Instant{kStart - limits::kDayMs});
  clock_.advance_ms(limits::kDecideByMsDefault + limits::kSweepMs);
  EXPECT_EQ(vote(held.record).error().code, Errc::timed_out);
  pump_until_state(held.record, ActionState::expired);
}

TEST_F(CoordinatorTest, ApprovedCallsThatCannotBeSentExpire) {
  (void)recover();
  const store::ActionRecord record = sent_to_sender();
  sender_.end(0, {SendReport::End::nothing_sent, "connection refused", {}});
  pump_until_state(record, ActionState::approved);
  EXPECT_EQ(stored(record).attempts, 1u);
  clock_.advance_ms(limits::kExecuteByMsDefault);
  pump_until([&] { return is_final(stored(record).state); });
  EXPECT_EQ(stored(record).state, ActionState::expired);
  EXPECT_THAT(sender_.jobs, SizeIs(1));
}

TEST_F(CoordinatorTest, NothingSentIsTriedAgainAfterAPause) {
  const store::ActionRecord record = sent_to_sender();
  sender_.end(0, {SendReport::End::nothing_sent, "connection refused", {}});
  pump_until_state(record, ActionState::approved);
  for (int i = 0; i < 10; ++i) (void)coordinator_->run_pending();
  EXPECT_THAT(sender_.jobs, SizeIs(1));
  clock_.advance_ms(limits::kSendRetryMs);
  pump_until([&] { return sender_.jobs.size() == 2; });
  EXPECT_GT(sender_.jobs[1].fence, sender_.jobs[0].fence);
  sender_.end(1, answered(201));
  pump_until_state(record, ActionState::succeeded);
}

TEST_F(CoordinatorTest, AnAnswerAfterTheLeaseSettlesTheDoubt) {
  (void)recover();
  const store::ActionRecord record = sent_to_sender();
  clock_.advance_ms(limits::kClaimLeaseMs);
  pump_until_state(record, ActionState::in_doubt);
  sender_.end(0, answered(201));
  pump_until_state(record, ActionState::succeeded);
  EXPECT_EQ(log_of(record).back(), "reconcile");
}

// --- doubt ---------------------------------------------------------------------------------

TEST_F(CoordinatorTest, ALostAnswerIsDoubtUntilAPersonSettlesIt) {
  const store::ActionRecord record = sent_to_sender();
  sender_.end(0, {SendReport::End::no_answer, "connection reset", {}});
  pump_until_state(record, ActionState::in_doubt);
  EXPECT_THAT(stored(record).result_note, HasSubstr("connection reset"));
  clock_.advance_ms(limits::kDayMs);
  for (int i = 0; i < 10; ++i) (void)coordinator_->run_pending();
  EXPECT_THAT(sender_.jobs, SizeIs(1)) << "never resent";
  const auto settled = wait<store::ActionRecord>([&](auto done) {
    coordinator_->settle(ref_of(record), {admin(2), false, "not on the page"}, {}, done);
  });
  EXPECT_EQ(settled.value().state, ActionState::failed);
}

TEST_F(CoordinatorTest, ABadGatewayIsDoubtAndWhatItSaidIsKept) {
  const store::ActionRecord record = sent_to_sender();
  sender_.end(0, answered(502, "<h1>Bad Gateway</h1>"));
  pump_until_state(record, ActionState::in_doubt);
  const store::ActionRecord doubtful = stored(record);
  const auto blob = store_->get_blob(workspace(), doubtful.response.id).value();
  ASSERT_TRUE(blob);
  const StoredResponse kept = vault_.open_response(doubtful, *blob).value();
  EXPECT_EQ(kept.status, 502u);
  EXPECT_EQ(kept.body, "<h1>Bad Gateway</h1>");
}

// --- rechecks ------------------------------------------------------------------------------

TEST_F(CoordinatorTest, StoppedWhenClaiming) {
  rechecker_.answer = [](const auto&, const auto&, RecheckAt) {
    return RecheckAnswer{{Recheck::kill_switch, ""}, {}};
  };
  const Held held = hold().value();
  (void)vote(held.record);
  pump_until_state(held.record, ActionState::revoked);
  EXPECT_EQ(stored(held.record).result_note, "Kill switch is active");
  EXPECT_TRUE(sender_.jobs.empty());
}

TEST_F(CoordinatorTest, WhatMayPassLaterStaysApprovedAndIsAskedAgain) {
  bool told = false;
  rechecker_.answer = [&told](const auto&, const auto&, RecheckAt) {
    RecheckAnswer answer;
    answer.later = !told;
    if (!told) answer.verdict.recheck = Recheck::policy_stricter;
    return answer;
  };
  const Held held = hold().value();
  (void)vote(held.record);
  for (int i = 0; i < 10; ++i) (void)coordinator_->run_pending();
  EXPECT_EQ(stored(held.record).state, ActionState::approved);
  EXPECT_EQ(stored(held.record).attempts, 0u);
  told = true;
  clock_.advance_ms(10'000);
  pump_until_state(held.record, ActionState::sending);
  EXPECT_THAT(log_of(held.record), ElementsAre("hold", "approve", "claim", "sending"));
}

TEST_F(CoordinatorTest, WhatMayPassLaterExpiresAllTheSame) {
  rechecker_.answer = [](const auto&, const auto&, RecheckAt) {
    return RecheckAnswer{{Recheck::policy_stricter, ""}, {}, true};
  };
  const Held held = hold().value();
  (void)vote(held.record);
  for (int i = 0; i < 10; ++i) (void)coordinator_->run_pending();
  clock_.advance_ms(held.record.execute_within_ms);
  pump_until_state(held.record, ActionState::expired);
  EXPECT_TRUE(sender_.jobs.empty());
}

TEST_F(CoordinatorTest, StoppedBetweenClaimAndIntent) {
  rechecker_.answer = [](const auto&, const auto&, RecheckAt at) {
    return RecheckAnswer{{at == RecheckAt::claim ? Recheck::pass : Recheck::policy_stricter, ""},
                         {}};
  };
  const Held held = hold().value();
  (void)vote(held.record);
  pump_until_state(held.record, ActionState::revoked);
  EXPECT_THAT(log_of(held.record), ElementsAre("hold", "approve", "claim", "revoke"));
  EXPECT_TRUE(sender_.jobs.empty());
}

// The kill state changes after the recheck and before the intent is durable: the intent's
// transaction rests on the version it saw, so it fails, and the recheck is asked anew.
TEST_F(CoordinatorTest, AKillSwitchBetweenRecheckAndIntentWins) {
  rechecker_.answer = [this](const auto&, const auto&, RecheckAt at) {
    const store::KillState state = store_->get_kill_state(workspace()).value();
    RecheckAnswer answer;
    if (state.enabled) answer.verdict.recheck = Recheck::kill_switch;
    answer.operations.emplace_back(store::RequireKillVersion{workspace(), state.version});
    if (at == RecheckAt::intent && !state.enabled) {
      store::KillState killed = state;
      killed.workspace_id = workspace();
      killed.enabled = true;
      store::Transaction kill;
      kill.operations.emplace_back(store::Put<store::KillState>{killed, state.version});
      EXPECT_TRUE(writer_->commit(kill).status);
    }
    return answer;
  };
  const Held held = hold().value();
  (void)vote(held.record);
  pump_until_state(held.record, ActionState::revoked);
  EXPECT_TRUE(sender_.jobs.empty());
}

TEST_F(CoordinatorTest, ChangedBytesOnDiskAreNeverSent) {
  const Held held = hold().value();
  {
    const std::lock_guard lock(disk_->mutex);
    auto& blobs = disk_->spaces[static_cast<std::size_t>(store::Space::blobs)];
    ASSERT_THAT(blobs, SizeIs(1));
    blobs.begin()->second.back() = static_cast<char>(blobs.begin()->second.back() ^ 1);
  }
  (void)vote(held.record);
  pump_until_state(held.record, ActionState::failed);
  EXPECT_THAT(stored(held.record).result_note, HasSubstr("action_hash_mismatch"));
  EXPECT_TRUE(sender_.jobs.empty());
}

// --- grants --------------------------------------------------------------------------------

TEST_F(CoordinatorTest, AGrantIsUsedOnceByTheSameRequest) {
  HoldRequest made = request();
  made.draft.kind = store::ActionKind::grant;
  const Held held = hold(made).value();
  const approvals::BindingInput same = bind(held.record, made.call).value();
  const auto use = [&](const approvals::BindingInput& asked) {
    return wait<std::optional<store::ActionRecord>>(
        [&](auto done) { coordinator_->use_grant(ref_of(held.record), {asked, {}, {}}, done); });
  };
  EXPECT_EQ(use(same).error().code, Errc::conflict) << "not approved yet";
  (void)vote(held.record);
  approvals::BindingInput other = same;
  other.body_hash[0] ^= 1;
  EXPECT_EQ(use(other).error().code, Errc::permission_denied);
  approvals::BindingInput stricter = same;
  stricter.quorum += "; 1 of finance";
  EXPECT_EQ(use(stricter).error().code, Errc::permission_denied) << "finance did not approve";
  EXPECT_EQ(use(same).value()->state, ActionState::succeeded);
  EXPECT_EQ(use(same).error().code, Errc::conflict);
  EXPECT_EQ(use(stricter).error().code, Errc::conflict) << "used up, whomever policy asks";
  EXPECT_TRUE(sender_.jobs.empty());
}

// The kill state changes after the repeat was judged and before the grant is used: nothing is used,
// and the caller is told to judge anew.
TEST_F(CoordinatorTest, AKillSwitchBetweenJudgingAndUsingAGrantWins) {
  HoldRequest made = request();
  made.draft.kind = store::ActionKind::grant;
  const Held held = hold(made).value();
  (void)vote(held.record);
  const auto use = [&](std::uint64_t kill_version) {
    GrantUse repeat{bind(held.record, made.call).value(),
                    {store::RequireKillVersion{workspace(), kill_version}},
                    {}};
    return wait<std::optional<store::ActionRecord>>(
        [&](auto done) { coordinator_->use_grant(ref_of(held.record), repeat, done); });
  };
  store::KillState killed;
  killed.workspace_id = workspace();
  killed.enabled = true;
  store::Transaction kill;
  kill.operations.emplace_back(store::Put<store::KillState>{killed, 0});
  EXPECT_TRUE(writer_->commit(kill).status);
  const auto stale = use(0);
  ASSERT_TRUE(stale);
  EXPECT_FALSE(stale->has_value());
  EXPECT_EQ(stored(held.record).state, ActionState::approved);
  EXPECT_EQ(use(1).value()->state, ActionState::succeeded);
}

// --- broken disks --------------------------------------------------------------------------

TEST_F(CoordinatorTest, ABrokenDiskHoldsNothingAndSendsNothing) {
  const Held held = hold().value();
  {
    const std::lock_guard lock(disk_->mutex);
    disk_->next_failure = Error{Errc::io, "no space left"};
  }
  EXPECT_FALSE(vote(held.record));
  EXPECT_FALSE(hold(request("another")));
  for (int i = 0; i < 100; ++i) (void)coordinator_->run_pending();
  EXPECT_TRUE(sender_.jobs.empty());
}

TEST_F(CoordinatorTest, AResultThatCannotBeStoredIsDoubtAfterTheRestart) {
  const store::ActionRecord record = sent_to_sender();
  {
    const std::lock_guard lock(disk_->mutex);
    disk_->next_failure = Error{Errc::io, "no space left"};
  }
  sender_.end(0, answered(201));
  pump_until([&] { return coordinator_->sending() == 0; });
  restart();
  EXPECT_EQ(stored(record).state, ActionState::in_doubt);
}

TEST_F(CoordinatorTest, StopAnswersWhatWasAskedBefore) {
  std::optional<Result<Held>> answer;
  coordinator_->hold(request(), [&](Result<Held> held) { answer = std::move(held); });
  coordinator_->stop();
  coordinator_->run();
  ASSERT_TRUE(answer);
  EXPECT_TRUE(*answer);
  coordinator_->hold(request("late"), [&](Result<Held> held) { answer = std::move(held); });
  EXPECT_EQ(answer->error().code, Errc::unavailable);
}

}  // namespace
}  // namespace sentrail::execute
