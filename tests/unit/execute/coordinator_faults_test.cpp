// Tests the coordinator where things go wrong: slow and broken disks, jumping clocks, people who
// may not decide, more calls than places, servers that stop.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "core/limits.hpp"
#include "tests/unit/execute/coordinator_fixture.hpp"
#include "tests/unit/store/hooks.hpp"

namespace sentrail::execute {
namespace {

using store::ActionState;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class CoordinatorFaultsTest : public CoordinatorTest {
 protected:
  // Opens anew with a store and a writer that stop once at a place.
  void open_stopping_at(const std::string& place) {
    close();
    hook_ = std::make_unique<store::GateHook>(place);
    hook_of_store_ = hook_.get();
    open();
  }
  ~CoordinatorFaultsTest() override {
    close();
    hook_of_store_ = nullptr;
  }

  void turn(int turns = 10) {
    for (int i = 0; i < turns; ++i) (void)coordinator_->run_pending();
  }
  void break_disk() {
    const std::lock_guard lock(disk_->mutex);
    disk_->next_failure = Error{Errc::io, "no space left"};
  }
  // Starts to hold; the answer comes to `answer_`.
  void begin_hold(const std::string& body) {
    coordinator_->hold(request(body), [this](Result<Held> held) { answer_ = std::move(held); });
    turn(1);
  }
  // An approved grant, and what starts to use it; the answer comes to `used_`.
  static HoldRequest grant_request() {
    HoldRequest made = request("granted");
    made.draft.kind = store::ActionKind::grant;
    return made;
  }
  store::ActionRecord granted() {
    const store::ActionRecord record = hold(grant_request()).value().record;
    EXPECT_TRUE(vote(record));
    return record;
  }
  void begin_use(const store::ActionRecord& grant) {
    GrantUse use{bind(grant, grant_request().call).value(), {}, {}};
    coordinator_->use_grant(ref_of(grant), std::move(use),
                            [this](auto used) { used_.emplace(std::move(used)); });
    turn();
  }
  std::vector<ActionState> states_of_all() {
    std::vector<ActionState> states;
    const auto page = store_->list_actions(workspace(), {}).value();
    for (const store::ActionRecord& record : page.items) states.push_back(record.state);
    return states;
  }

  std::optional<Result<Held>> answer_;
  std::optional<Result<std::optional<store::ActionRecord>>> used_;
  std::unique_ptr<store::GateHook> hook_;
};

// --- slow disks ----------------------------------------------------------------------------

TEST_F(CoordinatorFaultsTest, AHoldThatTakesTooLongIsRefusedAndNeverWritten) {
  open_stopping_at("writer.batch.taken");
  begin_hold("stands in the way");
  hook_->wait_until_arrived();
  std::optional<Result<Held>> behind;
  coordinator_->hold(request("behind"), [&](Result<Held> held) { behind = std::move(held); });
  turn();
  clock_.advance_ms(limits::kAuditWriteMsMax - 1);
  turn();
  EXPECT_FALSE(behind) << "it may come yet";
  clock_.advance_ms(1);
  pump_until([&] { return behind.has_value(); });
  EXPECT_EQ(behind->error().code, Errc::timed_out);
  hook_->release();
  hook_->wait_for("writer.completions.posted", 2);
  EXPECT_THAT(states_of_all(), ElementsAre(ActionState::revoked)) << "only what had been taken";
}

// The disk takes nearly all the time to say that the same call is pending; what is left of it, and
// not a second helping, is for the entry of the repetition.
TEST_F(CoordinatorFaultsTest, ARepetitionWaitsNoLongerThanAnyOtherHold) {
  const Held pending = hold(request("same")).value();
  open_stopping_at("writer.batch.taken");
  begin_hold("same");
  hook_->wait_until_arrived();
  clock_.advance_ms(limits::kAuditWriteMsMax - 1);
  turn();
  EXPECT_FALSE(answer_);
  hook_->release();
  hook_->wait_for("writer.completions.posted", 1);
  clock_.advance_ms(1);
  pump_until([&] { return answer_.has_value(); });
  ASSERT_FALSE(*answer_);
  EXPECT_EQ(answer_->error().code, Errc::timed_out);
  EXPECT_THAT(log_of(pending.record), ElementsAre("hold"));
  EXPECT_EQ(stored(pending.record).state, ActionState::held) << "the first one still waits";
}

TEST_F(CoordinatorFaultsTest, AHoldThatLandsTooLateIsRevokedAndCannotBeApproved) {
  open_stopping_at("store.batch.written");
  begin_hold("late");
  hook_->wait_until_arrived();  // on disk, and nobody was told
  clock_.advance_ms(limits::kAuditWriteMsMax);
  pump_until([&] { return answer_.has_value(); });
  EXPECT_EQ(answer_->error().code, Errc::timed_out);
  hook_->release();
  hook_->wait_for("writer.completions.posted", 2);
  const auto page = store_->list_actions(workspace(), {}).value();
  ASSERT_THAT(page.items, SizeIs(1));
  EXPECT_EQ(page.items[0].state, ActionState::revoked);
  EXPECT_THAT(log_of(page.items[0]), ElementsAre("hold", "withdrawn"));
  EXPECT_EQ(vote(page.items[0]).error().code, Errc::conflict);
  EXPECT_THAT(sender_.jobs, IsEmpty());
}

// Who was answered `block` has no use for it any more, and whoever follows the call hears its end.
TEST_F(CoordinatorFaultsTest, AUseThatLandsTooLateEndsTheGrantAndEverybodyIsTold) {
  const store::ActionRecord grant = granted();
  open_stopping_at("store.batch.written");
  begin_use(grant);
  hook_->wait_until_arrived();  // on disk, and nobody was told
  clock_.advance_ms(limits::kAuditWriteMsMax);
  pump_until([&] { return used_.has_value(); });
  EXPECT_EQ(used_->error().code, Errc::timed_out);
  changes_.clear();
  hook_->release();
  pump_until([&] { return !changes_.empty(); });
  hook_->wait_for("writer.completions.posted", 2);
  EXPECT_EQ(stored(grant).state, ActionState::failed);
  EXPECT_THAT(log_of(grant), ElementsAre("hold", "approve", "grant", "withdrawn"));
  ASSERT_THAT(changes_, SizeIs(1));
  EXPECT_EQ(changes_[0], stored(grant));
}

// Nothing came of it: the grant is as good as before.
TEST_F(CoordinatorFaultsTest, AUseThatIsGivenUpBeforeItIsWrittenUsesNothingUp) {
  const store::ActionRecord grant = granted();
  open_stopping_at("writer.batch.taken");
  begin_hold("stands in the way");
  hook_->wait_until_arrived();
  begin_use(grant);
  clock_.advance_ms(limits::kAuditWriteMsMax);
  pump_until([&] { return used_.has_value(); });
  EXPECT_EQ(used_->error().code, Errc::timed_out);
  used_.reset();
  changes_.clear();
  hook_->release();
  begin_use(grant);
  pump_until([&] { return used_.has_value(); });
  EXPECT_EQ(used_->value()->state, ActionState::succeeded);
  EXPECT_THAT(log_of(grant), ElementsAre("hold", "approve", "grant"));
  EXPECT_THAT(changes_, SizeIs(1));
}

// A send that began now could outlast the lease, and another would take the call.
TEST_F(CoordinatorFaultsTest, AnIntentThatLeavesTooLittleOfTheLeaseIsNotSent) {
  open_stopping_at("-");
  rechecker_.answer = [this](const auto&, const auto&, RecheckAt at) {
    if (at != RecheckAt::intent) return RecheckAnswer{};
    clock_.advance_ms(limits::kClaimLeaseMs - limits::kUpstreamTotalMsDefault);
    return RecheckAnswer{};
  };
  const Held held = hold().value();
  (void)vote(held.record);
  pump_until([&] { return stored(held.record).attempts == 1; });
  EXPECT_EQ(stored(held.record).state, ActionState::approved);
  EXPECT_THAT(sender_.jobs, IsEmpty());
}

// A sweep found the claim lapsed and gave the call back while its executor still was at it.
TEST_F(CoordinatorFaultsTest, AClaimThatLapsedIsTakenAgain) {
  bool lapsed = false;
  rechecker_.answer = [&](const store::ActionRecord& record, const auto&, RecheckAt at) {
    if (at == RecheckAt::intent && !std::exchange(lapsed, true)) {
      const Step step = transition({record, false}, ExecutorLost{}, kStart).value();
      store::Transaction given_back;
      given_back.operations.emplace_back(
          store::PutAction{step.action.record, record.version, false, 0});
      EXPECT_TRUE(writer_->commit(given_back).status);
    }
    return RecheckAnswer{};
  };
  const Held held = hold().value();
  (void)vote(held.record);
  pump_until([&] { return rechecker_.asked == 3; });  // the intent once more, and it was refused
  EXPECT_THAT(sender_.jobs, IsEmpty()) << "the claim was lost";
  clock_.advance_ms(limits::kSendRetryMs);
  pump_until([&] { return sender_.jobs.size() == 1; });
  EXPECT_EQ(sender_.jobs[0].fence, 2u);
}

// --- broken disks --------------------------------------------------------------------------

TEST_F(CoordinatorFaultsTest, AnIntentThatCannotBeStoredSendsNothing) {
  rechecker_.answer = [this](const auto&, const auto&, RecheckAt at) {
    if (at == RecheckAt::intent) break_disk();
    return RecheckAnswer{};
  };
  const Held held = hold().value();
  (void)vote(held.record);
  pump_until([&] { return !store_->health().has_value(); });
  turn(1000);
  EXPECT_THAT(sender_.jobs, IsEmpty());
  rechecker_.answer = nullptr;
  restart();
  pump_until([&] { return sender_.jobs.size() == 1; });
  sender_.end(0, answered(201));
  pump_until_state(held.record, ActionState::succeeded);
}

TEST_F(CoordinatorFaultsTest, ABrokenStoreIsSaidToEverybodyAndDoesNotKeepTheSweepBusy) {
  (void)recover();
  for (int i = 0; i < 40; ++i) ASSERT_TRUE(hold(request(std::to_string(i))));
  break_disk();
  EXPECT_EQ(hold(request("x")).error().code, Errc::io);
  EXPECT_EQ(hold(request("y")).error().code, Errc::unavailable);
  clock_.advance_ms(limits::kDecideByMsDefault + limits::kSweepMs);
  int turns = 0;
  while (coordinator_->run_pending()) ASSERT_LT(++turns, 1000) << "it never rests";
}

// --- clocks --------------------------------------------------------------------------------

TEST_F(CoordinatorFaultsTest, AClockThatJumpsForwardExpiresAndNeverSends) {
  (void)recover();
  const Held pending = hold(request("pending")).value();
  const Held approved = hold(request("approved")).value();
  clock_.jump_to(Instant{kStart + 365 * limits::kDayMs});
  EXPECT_EQ(vote(approved.record).error().code, Errc::timed_out);
  clock_.advance_ms(limits::kSweepMs);
  pump_until_state(pending.record, ActionState::expired);
  pump_until_state(approved.record, ActionState::expired);
  clock_.jump_to(Instant{kStart});
  EXPECT_EQ(vote(pending.record).error().code, Errc::timed_out) << "what has expired stays so";
  EXPECT_THAT(sender_.jobs, IsEmpty());
}

TEST_F(CoordinatorFaultsTest, AnApprovalFromBeforeAJumpIsNotUsedAfterIt) {
  (void)recover();
  rechecker_.answer = [this](const auto&, const auto&, RecheckAt at) {
    if (at == RecheckAt::claim) clock_.jump_to(Instant{kStart + limits::kDayMs});
    return RecheckAnswer{};
  };
  const Held held = hold().value();
  (void)vote(held.record);
  pump_until([&] { return rechecker_.asked == 1; });
  clock_.advance_ms(limits::kSweepMs);
  pump_until_state(held.record, ActionState::expired);
  EXPECT_THAT(sender_.jobs, IsEmpty());
}

// --- people --------------------------------------------------------------------------------

TEST_F(CoordinatorFaultsTest, DoubleLateAndSelfApprovalsChangeNothing) {
  HoldRequest made = request();
  made.draft.quorum = "2 of role:reviewer";
  made.draft.requested_by = format_uuid(reviewer(3).person_id);
  made.draft.agent_owner = format_uuid(reviewer(4).person_id);
  made.draft.delegation_chain = {format_uuid(reviewer(5).person_id)};
  const Held held = hold(made).value();
  ASSERT_TRUE(vote(held.record, 1));
  const store::ActionRecord before = stored(held.record);
  const std::uint64_t entries = store_->audit_head().size;
  EXPECT_EQ(vote(held.record, 1).error().code, Errc::already_exists) << "double";
  for (std::uint8_t person = 3; person <= 5; ++person) {
    EXPECT_EQ(vote(held.record, person).error().code, Errc::permission_denied) << int{person};
  }
  store::ActionRecord other = held.record;
  other.approval_hash[0] ^= 1;
  EXPECT_EQ(vote(other, 2).error().code, Errc::invalid_argument) << "shown something else";
  EXPECT_EQ(stored(held.record), before);
  EXPECT_EQ(store_->audit_head().size, entries);
  clock_.advance_ms(limits::kDecideByMsDefault);
  EXPECT_EQ(vote(held.record, 2).error().code, Errc::timed_out) << "late";
  EXPECT_THAT(sender_.jobs, IsEmpty());
}

// --- more calls than places; stopping ------------------------------------------------------

TEST_F(CoordinatorFaultsTest, AFreedPlaceGoesToTheNextThatStillMayBeSent) {
  std::vector<store::ActionRecord> records;
  for (std::size_t i = 0; i < limits::kExecutionsMax + 3; ++i) {
    HoldRequest made = request("call " + std::to_string(i));
    made.draft.agent_id = "bot-" + std::to_string(i % 8);
    records.push_back(hold(made).value().record);
    ASSERT_TRUE(vote(records.back()));
  }
  pump_until([&] { return sender_.jobs.size() == limits::kExecutionsMax; });
  turn(1000);
  ASSERT_THAT(sender_.jobs, SizeIs(limits::kExecutionsMax));
  const auto place_of = [](const Call& call) { return std::stoul(call.body.substr(5)); };
  rechecker_.answer = [&](const auto&, const Call& call, RecheckAt) {
    const bool stricter = place_of(call) < limits::kExecutionsMax + 2;
    return RecheckAnswer{{stricter ? Recheck::policy_stricter : Recheck::pass, ""}, {}};
  };
  sender_.end(0, answered(201));
  pump_until([&] { return sender_.jobs.size() == limits::kExecutionsMax + 1; });
  EXPECT_EQ(place_of(sender_.jobs.back().call), limits::kExecutionsMax + 2);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(stored(records[limits::kExecutionsMax + i]).state, ActionState::revoked);
  }
}

TEST_F(CoordinatorFaultsTest, AServerThatStopsSendsNothingMore) {
  const store::ActionRecord sent = sent_to_sender(request("sent"));
  coordinator_->stop_sending();
  const Held held = hold(request("approved while stopping")).value();
  ASSERT_TRUE(vote(held.record));
  sender_.end(0, answered(201));
  pump_until_state(sent, ActionState::succeeded);
  turn(1000);
  EXPECT_EQ(coordinator_->sending(), 0u);
  EXPECT_THAT(sender_.jobs, SizeIs(1));
  EXPECT_EQ(stored(held.record).state, ActionState::approved);
  restart();
  pump_until([&] { return sender_.jobs.size() == 2; });
}

TEST_F(CoordinatorFaultsTest, AClaimWhileStoppingIsGivenBackAtTheNextStart) {
  rechecker_.answer = [this](const auto&, const auto&, RecheckAt) {
    coordinator_->stop_sending();
    return RecheckAnswer{};
  };
  const Held held = hold().value();
  (void)vote(held.record);
  pump_until_state(held.record, ActionState::claimed);
  turn(1000);
  EXPECT_THAT(sender_.jobs, IsEmpty());
  close();
  open();
  rechecker_.answer = nullptr;
  EXPECT_EQ(recover().given_back, 1u);
  pump_until([&] { return sender_.jobs.size() == 1; });
}

// On the last try: the stop is ours, and says nothing about the upstream.
TEST_F(CoordinatorFaultsTest, AnIntentWhileStoppingIsTakenBackAndUsesUpNoTry) {
  const store::ActionRecord record = sent_to_sender();
  const std::uint32_t last = limits::kSendAttemptsMax - 1;
  for (std::uint32_t tries = 1; tries <= last; ++tries) {
    sender_.end(tries - 1, {SendReport::End::nothing_sent, "connection refused", {}});
    pump_until([&] { return stored(record).attempts == tries; });
    if (tries == last) break;
    clock_.advance_ms(limits::kSendRetryMs << (tries - 1));
    pump_until([&] { return sender_.jobs.size() == tries + 1; });
  }
  rechecker_.answer = [this](const auto&, const auto&, RecheckAt at) {
    if (at == RecheckAt::intent) coordinator_->stop_sending();
    return RecheckAnswer{};
  };
  clock_.advance_ms(limits::kSendRetryMs << (last - 1));
  pump_until([&] { return log_of(record).back() == "sending"; });
  pump_until([&] { return log_of(record).back() == "result"; });
  ASSERT_EQ(stored(record).state, ActionState::approved);
  EXPECT_EQ(stored(record).attempts, last);
  pump_until([&] { return coordinator_->sending() == 0; });
  EXPECT_THAT(sender_.jobs, SizeIs(last));
  rechecker_.answer = nullptr;
  restart();
  clock_.advance_ms(limits::kSendRetryMs);
  pump_until([&] { return sender_.jobs.size() == last + 1; });
  sender_.end(last, answered(201));
  pump_until_state(record, ActionState::succeeded);
}

}  // namespace
}  // namespace sentrail::execute
