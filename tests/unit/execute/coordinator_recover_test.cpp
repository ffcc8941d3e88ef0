// Tests what a start settles, and when sending begins.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "core/limits.hpp"
#include "tests/unit/execute/coordinator_fixture.hpp"

namespace sentrail::execute {
namespace {

using store::ActionState;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class CoordinatorRecoverTest : public CoordinatorTest {
 protected:
  // The coordinator of a process that comes after this one was killed.
  RecoveryReport start_anew() {
    close();
    open();
    return recover();
  }

  void turn() {
    for (int i = 0; i < 1'000; ++i) (void)coordinator_->run_pending();
  }

  // Approved, and not taken up by anybody.
  store::ActionRecord approved(HoldRequest made = request("approved")) {
    coordinator_->stop_sending();
    const store::ActionRecord record = hold(std::move(made)).value().record;
    EXPECT_TRUE(vote(record));
    return record;
  }
};

TEST_F(CoordinatorRecoverTest, ARestartKeepsHoldsAndSendsWhatWasApproved) {
  const Held waiting = hold(request("waiting")).value();
  const Held approved = hold(request("approved")).value();
  (void)wait<store::ActionRecord>([&](auto done) {
    coordinator_->vote(ref_of(approved.record),
                       {reviewer(1), store::Verdict::approve, approved.record.approval_hash, ""},
                       {}, done);
  });
  const std::size_t jobs = sender_.jobs.size();
  restart();
  EXPECT_EQ(stored(waiting.record).state, ActionState::held);
  pump_until([&] { return sender_.jobs.size() > jobs; });
  EXPECT_EQ(sender_.jobs.back().call.body, "approved");
  EXPECT_TRUE(vote(waiting.record));
}

TEST_F(CoordinatorRecoverTest, ARestartWhileSendingIsDoubt) {
  const store::ActionRecord record = sent_to_sender();
  close();
  open();
  const RecoveryReport report = recover();
  EXPECT_EQ(report.in_doubt, 1u);
  EXPECT_EQ(report.given_back, 0u);
  EXPECT_EQ(stored(record).state, ActionState::in_doubt);
  for (int i = 0; i < 10; ++i) (void)coordinator_->run_pending();
  EXPECT_THAT(sender_.jobs, SizeIs(1));
}

// A process was killed between its claim and its intent; the store of this one is older than what
// that one wrote, so that the claim is no sign that nothing was sent.
TEST_F(CoordinatorRecoverTest, AStoreThatWentBackSendsNothing) {
  const store::ActionRecord sending = sent_to_sender(request("sending"));
  rechecker_.answer = [this](const auto&, const auto&, RecheckAt) {
    coordinator_->stop_sending();
    return RecheckAnswer{};
  };
  const store::ActionRecord claimed = hold(request("claimed")).value().record;
  ASSERT_TRUE(vote(claimed));
  pump_until_state(claimed, ActionState::claimed);
  rechecker_.answer = nullptr;
  const store::ActionRecord agreed = approved();
  const store::ActionRecord waiting = hold(request("waiting")).value().record;
  HoldRequest asked = request("grant");
  asked.draft.kind = store::ActionKind::grant;
  const store::ActionRecord granted = approved(asked);

  store_went_back_ = true;
  const RecoveryReport report = start_anew();
  EXPECT_EQ(report.in_doubt, 3u);
  EXPECT_EQ(report.revoked, 2u);
  EXPECT_EQ(report.given_back, 0u);
  EXPECT_EQ(report.approved, 0u);
  for (const store::ActionRecord& doubtful : {sending, claimed, agreed}) {
    EXPECT_EQ(stored(doubtful).state, ActionState::in_doubt);
    EXPECT_EQ(log_of(doubtful).back(), "in_doubt");
  }
  EXPECT_THAT(stored(agreed).result_note, HasSubstr("the store went back"));
  for (const store::ActionRecord& again : {waiting, granted}) {
    EXPECT_EQ(stored(again).state, ActionState::revoked);
    EXPECT_EQ(log_of(again).back(), "revoke");
    EXPECT_FALSE(vote(again));
  }
  turn();
  EXPECT_THAT(sender_.jobs, SizeIs(1)) << "only what the killed process sent";

  store_went_back_ = false;
  const RecoveryReport after = start_anew();
  EXPECT_EQ(after.in_doubt + after.revoked + after.given_back + after.approved, 0u);
  EXPECT_THAT(sender_.jobs, SizeIs(1));
}

// More than are settled at once.
TEST_F(CoordinatorRecoverTest, EveryCallOfAStoreThatWentBackIsSettled) {
  constexpr std::size_t kCalls = 600;
  for (std::size_t i = 0; i < kCalls; ++i) {
    HoldRequest made = request(std::to_string(i));
    made.draft.agent_id = made.draft.requested_by = "bot-" + std::to_string(i % 20);
    ASSERT_TRUE(hold(std::move(made)));
  }
  store_went_back_ = true;
  EXPECT_EQ(start_anew().revoked, kCalls);
  EXPECT_THAT(store_->actions_in(ActionState::held).value(), IsEmpty());
}

TEST_F(CoordinatorRecoverTest, NothingLeavesBeforeSendingBegins) {
  prober_.settle = 0;
  const store::ActionRecord doubtful = sent_to_sender(request("in doubt"));
  const store::ActionRecord agreed = approved();
  sender_.jobs.clear();
  begins_later_ = true;
  const RecoveryReport report = start_anew();
  EXPECT_EQ(report.in_doubt, 1u);
  EXPECT_EQ(report.approved, 1u);
  const store::ActionRecord later = hold(request("approved before it begins")).value().record;
  ASSERT_TRUE(vote(later));
  clock_.advance_ms(limits::kSweepMs + 1);
  turn();
  EXPECT_THAT(sender_.jobs, IsEmpty());

  coordinator_->begin_sending();
  pump_until([&] { return sender_.jobs.size() == 3; });
  turn();
  EXPECT_THAT(sender_.jobs, SizeIs(3));
  EXPECT_EQ(stored(agreed).state, ActionState::sending);
  EXPECT_EQ(stored(later).state, ActionState::sending);
  EXPECT_EQ(stored(doubtful).state, ActionState::in_doubt);
}

TEST_F(CoordinatorRecoverTest, WhatStoppedDoesNotBeginAgain) {
  (void)approved();
  begins_later_ = true;
  (void)start_anew();
  coordinator_->stop_sending();
  coordinator_->begin_sending();
  turn();
  EXPECT_THAT(sender_.jobs, IsEmpty());
}

}  // namespace
}  // namespace sentrail::execute
