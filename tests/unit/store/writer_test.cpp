// The writer: one batch for all that waits, one post per port, and late entries taken back.
#include "runtime/store/writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <thread>

#include "tests/support/memory_kv.hpp"
#include "tests/unit/store/fixtures.hpp"
#include "tests/unit/store/hooks.hpp"

namespace sentrail::store {
namespace {

using testing::ElementsAre;

// Remembers each post.
class RecordingPort final : public CompletionPort {
 public:
  void post(std::span<Completion> completions) noexcept override {
    const std::lock_guard lock(mutex_);
    std::vector<std::uint64_t>& tokens = posts_.emplace_back();
    for (Completion& completion : completions) {
      tokens.push_back(completion.token);
      outcomes_.push_back(std::move(completion.outcome));
    }
    arrived_.notify_all();
  }

  void wait_for(std::size_t completions) {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [&] { return outcomes_.size() >= completions; });
  }
  std::vector<std::vector<std::uint64_t>> posts() {
    const std::lock_guard lock(mutex_);
    return posts_;
  }
  std::vector<Outcome> outcomes() {
    const std::lock_guard lock(mutex_);
    return outcomes_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<std::vector<std::uint64_t>> posts_;
  std::vector<Outcome> outcomes_;
};

class WriterTest : public testing::Test {
 protected:
  // Starts a writer that stops at `place` once.
  void start(std::string place, WriterOptions options = {}) {
    hook_ = std::make_unique<GateHook>(std::move(place));
    store_ = test::open_memory_store(disk_, codec_, hook_.get());
    writer_ = std::make_unique<Writer>(*store_, clock_, options, hook_.get());
  }
  Ticket submit(std::uint64_t number, CompletionTarget target = {}) {
    return writer_->submit(transaction(AppendAudit{entry(number)}), target).value();
  }
  std::vector<std::string> leaves() {
    std::vector<std::string> out;
    const std::vector<AuditRow> rows = store_->audit_range(0, 1000).value();
    for (const AuditRow& row : rows) out.push_back(row.leaf);
    return out;
  }
  std::uint64_t writes() {
    const std::lock_guard lock(disk_->mutex);
    return disk_->writes;
  }

  test::PlainLeafCodec codec_;
  SystemClock clock_;
  std::shared_ptr<test::MemoryDisk> disk_ = std::make_shared<test::MemoryDisk>();
  RecordingPort port_;
  RecordingPort other_port_;
  std::unique_ptr<GateHook> hook_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Writer> writer_;
};

TEST_F(WriterTest, EverythingThatWaitsIsOneBatch) {
  start("store.batch.staged");
  submit(0, {&port_, 0});
  hook_->wait_until_arrived();
  for (std::uint64_t i = 1; i <= 100; ++i) submit(i, {&port_, i});
  hook_->release();
  port_.wait_for(101);
  EXPECT_EQ(writes(), 2u);
  EXPECT_EQ(writer_->counts().batches, 2u);
  EXPECT_EQ(writer_->counts().transactions, 101u);
  std::uint64_t next = 0;
  for (const Outcome& outcome : port_.outcomes()) {
    EXPECT_TRUE(outcome.status.has_value());
    EXPECT_EQ(outcome.first_sequence, next++);
  }
}

TEST_F(WriterTest, EachPortHearsOncePerBatch) {
  start("store.batch.staged");
  submit(0, {&port_, 100});
  hook_->wait_until_arrived();
  for (std::uint64_t i = 1; i <= 4; ++i) submit(i, {i % 2 == 0 ? &port_ : &other_port_, i});
  submit(5);  // nobody is told
  hook_->release();
  port_.wait_for(3);
  other_port_.wait_for(2);
  EXPECT_THAT(port_.posts(), ElementsAre(ElementsAre(100), ElementsAre(2, 4)));
  EXPECT_THAT(other_port_.posts(), ElementsAre(ElementsAre(1, 3)));
}

TEST_F(WriterTest, BatchesAreBounded) {
  WriterOptions options;
  options.batch_max = 10;
  start("store.batch.staged", options);
  submit(0, {&port_, 0});
  hook_->wait_until_arrived();
  for (std::uint64_t i = 1; i <= 25; ++i) submit(i, {&port_, i});
  hook_->release();
  port_.wait_for(26);
  EXPECT_EQ(port_.posts().size(), 4u);
}

TEST_F(WriterTest, FullQueueRefusesAtOnce) {
  WriterOptions options;
  options.queue_max = 3;
  start("store.batch.staged", options);
  submit(0);
  hook_->wait_until_arrived();
  for (std::uint64_t i = 1; i <= 3; ++i) submit(i, {&port_, i});
  const auto refused = writer_->submit(transaction(AppendAudit{entry(4)}), {&port_, 4});
  EXPECT_EQ(refused.error().code, Errc::unavailable);
  hook_->release();
  port_.wait_for(3);
  EXPECT_EQ(leaves().size(), 4u);
}

TEST_F(WriterTest, QueuedBytesAreBounded) {
  WriterOptions options;
  options.queue_bytes_max = 1'000'000;
  start("store.batch.staged", options);
  submit(0);
  hook_->wait_until_arrived();
  const std::string large(600'000, 'x');
  EXPECT_TRUE(writer_->submit(transaction(PutBlob{kHome, id_of(1), large}), {}).has_value());
  EXPECT_EQ(writer_->submit(transaction(PutBlob{kHome, id_of(2), large}), {}).error().code,
            Errc::unavailable);
  EXPECT_TRUE(writer_->submit(transaction(AppendAudit{entry(1)}), {}).has_value());
  hook_->release();
}

// Of what lists many counters, either way, the list counts.
TEST_F(WriterTest, QueuedBytesOfChargesAreBounded) {
  WriterOptions options;
  options.queue_bytes_max = 1'000'000;
  start("store.batch.staged", options);
  submit(0);
  hook_->wait_until_arrived();
  Charges charges;
  charges.counters.resize(options.queue_bytes_max / sizeof(ChargedCounter));
  EXPECT_FALSE(writer_->submit(transaction(GiveBackCharges{charges}), {}));
  EXPECT_FALSE(writer_->submit(transaction(ChargeLimits{charges, {}, false}), {}));
  Transaction late = transaction(AppendAudit{entry(1)});
  late.if_withdrawn.emplace_back(GiveBackCharges{charges});
  EXPECT_FALSE(writer_->submit(late, {}));
  EXPECT_TRUE(writer_->submit(transaction(AppendAudit{entry(1)}), {}));
  hook_->release();
}

TEST_F(WriterTest, WhatIsGivenUpIsHeardOfByWhoWantsTo) {
  start("store.batch.written");
  Ticket landed = submit(1, {&port_, 1, true});
  hook_->wait_until_arrived();
  Ticket skipped = submit(2, {&port_, 2, true});
  EXPECT_TRUE(landed.give_up());
  EXPECT_TRUE(skipped.give_up());
  hook_->release();
  port_.wait_for(2);
  EXPECT_THAT(port_.posts(), ElementsAre(ElementsAre(1), ElementsAre(2)));
  EXPECT_TRUE(port_.outcomes()[0].status) << "it landed, and is withdrawn";
  EXPECT_EQ(port_.outcomes()[1].status.error().code, Errc::timed_out);
  hook_->wait_for("writer.completions.posted", 2);
  EXPECT_THAT(leaves(), ElementsAre("decision 0 github", "withdrawn 1 github of 0"));
}

// What entries need is on disk before they are, or they are not told of.
TEST_F(WriterTest, WhatABatchNeedsIsThereBeforeIt) {
  std::uint64_t written = 0;  // batches, when it was asked last
  int asked = 0;
  bool fails = false;
  WriterOptions options;
  options.before_batch = [&]() -> Status {
    written = writes();
    ++asked;
    if (fails) return fail(Errc::io, "no keys");
    return {};
  };
  start("nowhere", options);
  EXPECT_TRUE(writer_->commit(transaction(AppendAudit{entry(0)}), 60'000).status);
  EXPECT_EQ(written, 0u);
  fails = true;
  const Outcome refused = writer_->commit(transaction(AppendAudit{entry(1)}), 60'000);
  EXPECT_EQ(refused.status.error().code, Errc::unavailable);
  EXPECT_EQ(refused.status.error().message, "no keys");
  fails = false;
  EXPECT_TRUE(writer_->commit(transaction(AppendAudit{entry(2)}), 60'000).status);
  EXPECT_EQ(asked, 3);
  EXPECT_THAT(leaves(), ElementsAre("decision 0 github", "decision 1 github"));
}

// What is refused for that holds up no withdrawal.
TEST_F(WriterTest, AWithdrawalNeedsNothing) {
  bool fails = false;
  WriterOptions options;
  options.before_batch = [&]() -> Status {
    if (fails) return fail(Errc::io, "no keys");
    return {};
  };
  start("store.batch.written", options);
  Ticket late = submit(1);
  hook_->wait_until_arrived();
  fails = true;
  submit(2, {&port_, 2});
  EXPECT_TRUE(late.give_up());
  hook_->release();
  port_.wait_for(1);
  EXPECT_EQ(port_.outcomes()[0].status.error().code, Errc::unavailable);
  EXPECT_THAT(leaves(), ElementsAre("decision 0 github", "withdrawn 1 github of 0"));
}

TEST_F(WriterTest, GivenUpBeforeItsBatchIsNeverWritten) {
  start("store.batch.staged");
  submit(0, {&port_, 0});
  hook_->wait_until_arrived();
  Ticket gone = submit(1, {&port_, 1});
  submit(2, {&port_, 2});
  EXPECT_TRUE(gone.give_up());
  EXPECT_TRUE(gone.give_up());
  hook_->release();
  port_.wait_for(2);
  EXPECT_THAT(leaves(), ElementsAre("decision 0 github", "decision 1 github"));
  EXPECT_EQ(writer_->counts().skipped, 1u);
  EXPECT_THAT(port_.posts(), ElementsAre(ElementsAre(0), ElementsAre(2)));
}

TEST_F(WriterTest, LateEntryIsTakenBackAndItsHoldRevoked) {
  start("store.batch.written");
  Transaction hold = transaction(AppendAudit{entry(7)}, PutAction{held_action(1)});
  ActionRecord revoked = held_action(1);
  revoked.state = ActionState::revoked;
  hold.if_withdrawn = {PutAction{revoked, 1}};
  Ticket ticket = writer_->submit(hold, {&port_, 7}).value();
  hook_->wait_until_arrived();  // on disk, but nobody has been told
  EXPECT_TRUE(ticket.give_up());
  hook_->release();
  hook_->wait_for("writer.completions.posted", 2);
  EXPECT_THAT(leaves(), ElementsAre("decision 0 github", "withdrawn 1 github of 0"));
  EXPECT_EQ(store_->get_action(kHome, id_of(1001)).value()->state, ActionState::revoked);
  EXPECT_TRUE(port_.posts().empty());
  EXPECT_EQ(writer_->counts().withdrawn, 1u);
}

TEST_F(WriterTest, EveryEntryOfALateTransactionIsTakenBackEvenOnConflict) {
  start("store.batch.written");
  Transaction both = transaction(AppendAudit{entry(1)}, AppendAudit{entry(2)});
  both.if_withdrawn = {RequireKillVersion{kHome, 99}};
  Ticket ticket = writer_->submit(both, {&port_, 1}).value();
  hook_->wait_until_arrived();
  EXPECT_TRUE(ticket.give_up());
  hook_->release();
  hook_->wait_for("writer.completions.posted", 3);
  EXPECT_THAT(leaves(), ElementsAre("decision 0 github", "decision 1 github",
                                    "withdrawn 2 github of 0", "withdrawn 3 github of 1"));
}

TEST_F(WriterTest, LateConflictNeedsNoWithdrawal) {
  start("store.batch.staged");
  Ticket ticket =
      writer_->submit(transaction(AppendAudit{entry(1)}, RequireKillVersion{kHome, 9}), {}).value();
  hook_->wait_until_arrived();
  EXPECT_TRUE(ticket.give_up());
  hook_->release();
  hook_->wait_for("writer.completions.posted", 1);
  EXPECT_EQ(writer_->counts().withdrawn, 0u);
  EXPECT_TRUE(leaves().empty());
}

TEST_F(WriterTest, WithdrawalHasAnIdOfItsOwn) {
  AuditEntry original = entry(1);
  start("store.batch.written");
  Ticket ticket = submit(1);
  hook_->wait_until_arrived();
  EXPECT_TRUE(ticket.give_up());
  hook_->release();
  hook_->wait_for("writer.completions.posted", 2);
  AuditQuery by_id;
  by_id.terms = {
      {AuditColumn::id, std::string(reinterpret_cast<const char*>(original.id.bytes.data()), 16)}};
  EXPECT_EQ(store_->search_audit(kHome, by_id).value().items.size(), 1u);
  AuditQuery withdrawn;
  withdrawn.terms = {{AuditColumn::kind, "withdrawn"}, {AuditColumn::decision, "block"}};
  EXPECT_EQ(store_->search_audit(kHome, withdrawn).value().items.size(), 1u);
}

TEST_F(WriterTest, DecidedIsDecided) {
  start("nowhere");
  Ticket ticket = submit(0, {&port_, 0});
  port_.wait_for(1);
  EXPECT_FALSE(ticket.give_up());
  EXPECT_THAT(leaves(), ElementsAre("decision 0 github"));
}

TEST_F(WriterTest, CommitWaitsOrGivesUp) {
  start("store.batch.staged");
  const Outcome late = writer_->commit(transaction(AppendAudit{entry(0)}), 1);
  EXPECT_EQ(late.status.error().code, Errc::timed_out);
  hook_->release();
  const Outcome good = writer_->commit(transaction(AppendAudit{entry(1)}), 60'000);
  EXPECT_TRUE(good.status.has_value());
  EXPECT_EQ(good.audit_count, 1u);
}

TEST_F(WriterTest, FailureOfTheDiskClosesTheStoreAtOnce) {
  start("store.batch.staged");
  submit(0, {&port_, 0});
  hook_->wait_until_arrived();
  submit(1, {&port_, 1});
  {
    const std::lock_guard lock(disk_->mutex);
    disk_->next_failure = Error{Errc::io, "the disk is full"};
  }
  hook_->release();
  port_.wait_for(2);
  const std::vector<Outcome> outcomes = port_.outcomes();
  EXPECT_EQ(outcomes[0].status.error().code, Errc::io);
  EXPECT_EQ(outcomes[1].status.error().code, Errc::unavailable);
  const auto refused = writer_->submit(transaction(AppendAudit{entry(2)}), {});
  EXPECT_EQ(refused.error().code, Errc::unavailable);
  EXPECT_THAT(refused.error().message, testing::HasSubstr("the disk is full"));
  EXPECT_EQ(store_->health().error().message, "the disk is full");
  EXPECT_TRUE(leaves().empty());
}

TEST_F(WriterTest, EndingAppliesWhatIsQueued) {
  start("store.batch.staged");
  submit(0);
  hook_->wait_until_arrived();
  for (std::uint64_t i = 1; i <= 30; ++i) submit(i, {&port_, i});
  std::thread ending([this] { writer_.reset(); });
  hook_->release();
  ending.join();
  EXPECT_EQ(port_.outcomes().size(), 30u);
  EXPECT_EQ(leaves().size(), 31u);
}

TEST_F(WriterTest, FloorIsSyncedWhileNobodyWrites) {
  WriterOptions options;
  options.floor_interval_ms = 1;
  start("nowhere", options);
  submit(0);
  hook_->wait_for("writer.floor.synced", 1);
}

TEST_F(WriterTest, ManyThreadsGetDenseNumbers) {
  start("nowhere");
  constexpr std::uint64_t kThreads = 8;
  constexpr std::uint64_t kEach = 200;
  std::vector<std::set<std::uint64_t>> seen(kThreads);
  std::vector<std::thread> threads;
  for (std::uint64_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([this, t, &seen] {
      for (std::uint64_t i = 0; i < kEach; ++i) {
        const Outcome outcome =
            writer_->commit(transaction(AppendAudit{entry(t * kEach + i)}), 60'000);
        if (outcome.status) seen[t].insert(outcome.first_sequence);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::set<std::uint64_t> all;
  for (const auto& one : seen) all.insert(one.begin(), one.end());
  EXPECT_EQ(all.size(), kThreads * kEach);
  EXPECT_EQ(*all.rbegin(), kThreads * kEach - 1);
  EXPECT_EQ(store_->audit_head().size, kThreads * kEach);
}

// Callers that give up at any moment agree with the log: what was given up is not there, or is
// there with its withdrawal; what was completed is there without.
TEST_F(WriterTest, GivingUpAndCompletingNeverDisagree) {
  start("nowhere");
  constexpr std::uint64_t kThreads = 4;
  constexpr std::uint64_t kEach = 150;
  std::vector<std::uint64_t> completed(kThreads);
  std::vector<std::uint64_t> given_up(kThreads);
  std::vector<std::thread> threads;
  for (std::uint64_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([this, t, &completed, &given_up] {
      for (std::uint64_t i = 0; i < kEach; ++i) {
        const Outcome outcome = writer_->commit(transaction(AppendAudit{entry(i)}), 0);
        ++(outcome.status ? completed[t] : given_up[t]);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const WriterCounts before = writer_->counts();
  writer_.reset();
  std::uint64_t entries = 0;
  std::uint64_t withdrawals = 0;
  std::uint64_t from = 0;
  while (true) {
    const std::vector<AuditRow> rows = store_->audit_range(from, 500).value();
    if (rows.empty()) break;
    from += rows.size();
    for (const AuditRow& row : rows) ++(row.leaf.starts_with("withdrawn") ? withdrawals : entries);
  }
  const std::uint64_t done = completed[0] + completed[1] + completed[2] + completed[3];
  EXPECT_EQ(entries, done + withdrawals);
  EXPECT_LE(before.withdrawn, withdrawals);
  EXPECT_EQ(done + given_up[0] + given_up[1] + given_up[2] + given_up[3], kThreads * kEach);
}

}  // namespace
}  // namespace sentrail::store
