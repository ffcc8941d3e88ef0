// Tests the coordinator before a writer whose queue is full, or who is slow to take things in.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "core/limits.hpp"
#include "tests/unit/execute/coordinator_fixture.hpp"
#include "tests/unit/store/hooks.hpp"

namespace sentrail::execute {
namespace {

using store::ActionState;
using testing::ElementsAre;
using testing::SizeIs;

// Lets the writer's batches pass, or so many more.
class Turnstile {
 public:
  // As WriterOptions::before_batch.
  Status pass() {
    std::unique_lock lock(mutex_);
    stands_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return left_ > 0; });
    stands_ = false;
    --left_;
    return {};
  }
  void let(std::int64_t batches) {
    const std::lock_guard lock(mutex_);
    left_ = batches;
    changed_.notify_all();
  }
  // Waits until a batch stands before it, and cannot pass.
  void wait_until_one_stands() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return stands_ && left_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::int64_t left_ = INT64_MAX;
  bool stands_ = false;
};

class CoordinatorQueueTest : public CoordinatorTest {
 protected:
  // Opens anew with a turnstile before the writer, and a queue of so many.
  void open_with_turnstile(std::size_t queue_max = limits::kWriterQueueMax) {
    close();
    writer_options_.queue_max = queue_max;
    hook_of_store_ = &hook_;
    writer_options_.before_batch = [this] { return turnstile_.pass(); };
    open();
  }
  store::Transaction any_entry() {
    store::Transaction transaction;
    store::AuditEntry entry;
    entry.workspace_id = workspace();
    transaction.operations.emplace_back(store::AppendAudit{recorder_.record(entry, {})});
    return transaction;
  }
  // Has the writer stand before its turnstile with one batch, and its queue full with another.
  void fill_queue() {
    turnstile_.let(0);
    EXPECT_TRUE(writer_->submit(any_entry(), {}));
    turnstile_.wait_until_one_stands();
    EXPECT_TRUE(writer_->submit(any_entry(), {}));
    EXPECT_FALSE(writer_->submit(any_entry(), {})) << "the queue is full";
  }
  // Lets all of that pass, and waits until it has.
  void empty_queue() {
    const std::uint64_t transactions = writer_->counts().transactions + 2;
    turnstile_.let(INT64_MAX);
    while (writer_->counts().transactions < transactions) std::this_thread::yield();
  }
  ~CoordinatorQueueTest() override {
    turnstile_.let(INT64_MAX);
    close();
    hook_of_store_ = nullptr;
  }

  void turn(int turns = 10) {
    for (int i = 0; i < turns; ++i) (void)coordinator_->run_pending();
  }

  Turnstile turnstile_;
  store::GateHook hook_{"no such place"};  // counts only
};

// Nobody else knows what the upstream said.
TEST_F(CoordinatorQueueTest, AnAnswerIsKeptWhileTheWritersQueueIsFull) {
  open_with_turnstile(1);
  const store::ActionRecord record = sent_to_sender();
  fill_queue();
  sender_.end(0, answered(201, "{\"number\":7}"));
  for (int i = 0; i < 20; ++i) {
    turn();
    clock_.advance_ms(1'000);
  }
  EXPECT_EQ(stored(record).state, ActionState::sending);
  EXPECT_EQ(coordinator_->sending(), 1u) << "it was given up";
  empty_queue();
  clock_.advance_ms(1'000);
  pump_until_state(record, ActionState::succeeded);
  EXPECT_EQ(stored(record).status, 201u);
  EXPECT_THAT(log_of(record), ElementsAre("hold", "approve", "claim", "sending", "result"));
  pump_until([&] { return coordinator_->sending() == 0; });
  EXPECT_THAT(sender_.jobs, SizeIs(1)) << "it was sent again";
}

// The lease is over before the store takes anything in: the doubt ends with the answer.
TEST_F(CoordinatorQueueTest, AnAnswerThatIsKeptForLongEndsTheDoubt) {
  open_with_turnstile(1);
  (void)recover();
  const store::ActionRecord record = sent_to_sender();
  fill_queue();
  sender_.end(0, answered(201));
  turn();
  clock_.advance_ms(limits::kClaimLeaseMs);
  turn();
  empty_queue();
  for (int i = 0; i < 10; ++i) {
    clock_.advance_ms(limits::kSweepMs);
    turn();
  }
  pump_until([&] {
    clock_.advance_ms(1);
    return stored(record).state == ActionState::succeeded;
  });
}

TEST_F(CoordinatorQueueTest, AServerThatStopsDoesNotTellForEver) {
  open_with_turnstile(1);
  const store::ActionRecord record = sent_to_sender();
  fill_queue();
  sender_.end(0, answered(201));
  coordinator_->stop_sending();
  for (int i = 0; i < 100; ++i) {
    turn();
    clock_.advance_ms(1'000);
  }
  EXPECT_EQ(coordinator_->sending(), 0u);
  EXPECT_EQ(stored(record).state, ActionState::sending) << "the next start puts it in doubt";
}

// The call that a repetition would join ends before that is written: the repetition is a new call.
TEST_F(CoordinatorQueueTest, NobodyJoinsACallThatEndedMeanwhile) {
  const Held pending = hold(request("same")).value();
  open_with_turnstile();
  turnstile_.let(0);
  std::optional<Result<Held>> answer;
  coordinator_->hold(request("same"), [&](Result<Held> held) { answer = std::move(held); });
  turn();
  turnstile_.wait_until_one_stands();  // with the hold, which finds that there is one
  std::optional<Result<store::ActionRecord>> denied;
  coordinator_->vote(ref_of(pending.record),
                     {reviewer(1), store::Verdict::deny, pending.record.approval_hash, "no"}, {},
                     [&](auto result) { denied = result; });
  turn();
  turnstile_.let(1);
  hook_.wait_for("writer.completions.posted", 1);
  turnstile_.wait_until_one_stands();  // with the denial
  turn();                              // the repetition finds the call open, and joins it
  EXPECT_FALSE(answer);
  turnstile_.let(INT64_MAX);
  pump_until([&] { return answer && denied; });
  ASSERT_TRUE(*answer) << answer->error().message;
  EXPECT_FALSE((*answer)->attached);
  EXPECT_NE((*answer)->record.action_id, pending.record.action_id);
  EXPECT_EQ(stored((*answer)->record).state, ActionState::held);
  EXPECT_THAT(log_of(pending.record), ElementsAre("hold", "deny"));
}

}  // namespace
}  // namespace sentrail::execute
