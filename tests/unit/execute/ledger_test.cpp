// Tests commits that take too long, with a clock that moves between any two looks at it.
#include <gtest/gtest.h>

#include <deque>
#include <optional>

#include "core/limits.hpp"
#include "runtime/execute/ledger.hpp"
#include "tests/support/memory_kv.hpp"
#include "tests/unit/store/hooks.hpp"

namespace sentrail::execute {
namespace {

// Tells a list of times, then the last one for ever.
class ListedClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const noexcept override { return {}; }
  [[nodiscard]] std::int64_t monotonic_ms() const noexcept override {
    if (times_.size() > 1) times_.pop_front();
    return times_.front();
  }
  void tell(std::deque<std::int64_t> times) {
    times_ = std::move(times);
    times_.push_front(0);
  }

 private:
  mutable std::deque<std::int64_t> times_{0};  // the front was told last
};

constexpr StepName kStep = {"test.built", "test.durable"};

class LedgerTest : public testing::Test {
 protected:
  // Commits, with the writer standing still behind the transaction's back.
  void commit(Patience patience) {
    ledger_.commit(kStep, {}, patience, [this](store::Outcome outcome) { outcome_ = outcome; });
    gate_.wait_until_arrived();
  }

  const test::PlainLeafCodec codec_;
  const SystemClock writer_clock_;
  ListedClock clock_;
  store::GateHook gate_{"writer.batch.applied"};
  std::unique_ptr<store::Store> store_ =
      test::open_memory_store(std::make_shared<test::MemoryDisk>(), codec_);
  store::Writer writer_{*store_, writer_clock_, {}, &gate_};
  Loop loop_{clock_, 16};
  Ledger ledger_{writer_, loop_, clock_, nullptr};
  std::optional<store::Outcome> outcome_;
};

// Whenever the clock moved on, the timer finds its transaction late: nobody waits for ever.
TEST_F(LedgerTest, TheTimerFindsItsTransactionLate) {
  clock_.tell({0, 1});
  commit(Patience::bounded(clock_));
  for (const std::int64_t now_ms : {limits::kAuditWriteMsMax, limits::kAuditWriteMsMax + 1}) {
    clock_.tell({now_ms});
    (void)loop_.run_pending();
  }
  ASSERT_TRUE(outcome_);
  EXPECT_EQ(outcome_->status.error().code, Errc::timed_out);
  EXPECT_TRUE(ledger_.idle());
  gate_.release();
}

// A request that takes several transactions waits for all of them together no longer than for one.
TEST_F(LedgerTest, PatienceIsOfTheRequestNotOfTheCommit) {
  const Patience patience = Patience::bounded(clock_);
  clock_.tell({limits::kAuditWriteMsMax - 1});
  commit(patience);
  (void)loop_.run_pending();
  EXPECT_FALSE(outcome_);
  clock_.tell({limits::kAuditWriteMsMax});
  (void)loop_.run_pending();
  ASSERT_TRUE(outcome_);
  EXPECT_EQ(outcome_->status.error().code, Errc::timed_out);
  gate_.release();
}

TEST_F(LedgerTest, WhatComesTooLateIsNotSubmitted) {
  const Patience patience = Patience::bounded(clock_);
  clock_.tell({limits::kAuditWriteMsMax});
  ledger_.commit(kStep, {}, patience, [this](store::Outcome outcome) { outcome_ = outcome; });
  EXPECT_FALSE(outcome_) << "never from within";
  (void)loop_.run_pending();
  ASSERT_TRUE(outcome_);
  EXPECT_EQ(outcome_->status.error().code, Errc::timed_out);
  EXPECT_EQ(writer_.counts().transactions, 0u);
  gate_.release();
}

TEST_F(LedgerTest, ThePatientWait) {
  commit(Patience());
  clock_.tell({limits::kDayMs});
  (void)loop_.run_pending();
  EXPECT_FALSE(outcome_);
  gate_.release();
  while (!outcome_) (void)loop_.run_pending();
  EXPECT_TRUE(outcome_->status);
}

// The answer crosses with the giving up: exactly one of the two is heard.
TEST_F(LedgerTest, ALateAnswerIsNotHeardTwice) {
  commit(Patience::bounded(clock_));
  gate_.release();
  gate_.wait_for("writer.completions.posted", 1);
  clock_.tell({limits::kDayMs});
  (void)loop_.run_pending();
  ASSERT_TRUE(outcome_);
  EXPECT_TRUE(outcome_->status) << "it was decided before the time was up";
  (void)loop_.run_pending();
  EXPECT_TRUE(ledger_.idle());
}

}  // namespace
}  // namespace sentrail::execute
