// What is old goes, and nothing else; the space is given back; a crash in the middle costs nothing.
//
// Neighbours: runtime/audit/retention.hpp, store/forgetting.hpp. The store is the real one.
#include "runtime/audit/retention.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "core/limits.hpp"
#include "crypto/random.hpp"
#include "runtime/audit/event.hpp"
#include "runtime/audit/leaf.hpp"
#include "runtime/audit/verify.hpp"
#include "runtime/store/scrub.hpp"
#include "runtime/store/store_rocksdb.hpp"

namespace sentrail::audit {
namespace {

constexpr std::int64_t kDay = 86'400'000;
constexpr std::int64_t kStart = 1'790'000'000'000;
constexpr std::size_t kPayloadBytes = 3'000;

class RetentionTest : public testing::Test {
 protected:
  RetentionTest() {
    std::string name = testing::TempDir() + "sentrail-retention-XXXXXX";
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    open();
    options_.entries_ms = 30 * kDay;
    options_.calls_ms = 30 * kDay;
    options_.pause_ms = 0;
  }
  ~RetentionTest() override {
    close();
    std::filesystem::remove_all(folder_);
  }

  void open() {
    store::OpenOptions options;
    options.directory = folder_ + "/store";
    options.create = true;
    options.codec = &codec_;
    auto opened = store::open_rocksdb_store(options);
    ASSERT_TRUE(opened) << opened.error().message;
    opened_ = *std::move(opened);
    writer_ = std::make_unique<store::Writer>(*opened_.store, clock_);
  }
  void close() {
    writer_.reset();
    opened_ = {};
  }
  void reopen() {
    close();
    open();
  }

  void commit(store::Operation operation) {
    store::Transaction transaction;
    transaction.operations.push_back(std::move(operation));
    const store::Outcome outcome = writer_->commit(std::move(transaction), 20'000);
    ASSERT_TRUE(outcome.status) << outcome.status.error().message;
  }
  store::Outcome try_forget(std::uint64_t from, std::uint64_t until) {
    store::Transaction transaction;
    transaction.operations.emplace_back(store::ForgetEntries{from, until});
    return writer_->commit(std::move(transaction), 20'000);
  }
  // Entries of an agent, all at this instant, with a payload that does not compress.
  void append(std::size_t count, const std::string& agent = "octo") {
    for (std::size_t i = 0; i < count; ++i) {
      store::AuditEntry entry;
      entry.kind = store::AuditKind::decision;
      entry.time_ms = clock_.now().unix_ms;
      entry.workspace_id = workspace_;
      entry.correlation_id = crypto::uuid_v7(entry.time_ms);
      entry.tool = "github";
      Personal personal;
      personal.agent_id = agent;
      std::string payload(kPayloadBytes, '\0');
      crypto::fill_random(
          std::span(reinterpret_cast<std::uint8_t*>(payload.data()), payload.size()));
      personal.payload = Payload::of(payload);
      ASSERT_NO_FATAL_FAILURE(
          commit(store::AppendAudit{recorder_.record(std::move(entry), personal)}));
    }
  }
  std::unique_ptr<Retention> retention() {
    auto made = Retention::open(options_, *opened_.engine, *opened_.store, *writer_, clock_,
                                [this] { return slowest_; });
    EXPECT_TRUE(made) << made.error().message;
    return *std::move(made);
  }
  std::size_t found(const std::string& agent) {
    store::AuditQuery query;
    query.terms.push_back(recorder_.term(workspace_, store::AuditColumn::agent, agent));
    query.limit = 1'000;
    const auto page = opened_.store->search_audit(workspace_, query);
    EXPECT_TRUE(page) << page.error().message;
    return page ? page->items.size() : 0;
  }
  bool has_sealed(std::uint64_t sequence) {
    return !opened_.store->audit_range(sequence, 1).value().front().sealed.empty();
  }
  std::uint64_t bytes_of(std::string_view ending) const {
    std::uint64_t bytes = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_)) {
      if (entry.path().string().ends_with(ending)) bytes += entry.file_size();
    }
    return bytes;
  }
  std::uint64_t used() {
    std::uint64_t bytes = 0;
    for (const auto& [place, usage] : scrub().usage) bytes += usage.bytes;
    return bytes;
  }
  store::ScrubReport scrub() {
    auto report = store::scrub(*opened_.engine, codec_, true);
    EXPECT_TRUE(report) << report.error().message;
    return *std::move(report);
  }

  std::string folder_;
  const LeafCodec codec_;
  ManualClock clock_{Instant{kStart}};
  Uuid workspace_ = crypto::uuid_v4();
  Recorder recorder_{crypto::SealKey::generate(), crypto::uuid_v4()};
  store::OpenedStore opened_;
  std::unique_ptr<store::Writer> writer_;
  RetentionOptions options_;
  SlowestReader slowest_;
};

TEST_F(RetentionTest, WhatIsOldIsALeafAndNoMoreAndTheSpaceIsFree) {
  append(600, "old");
  clock_.advance_ms(31 * kDay);
  append(10, "young");
  const store::AuditHead head = opened_.store->audit_head();
  // All of it in files, as it is after weeks.
  ASSERT_TRUE(opened_.engine->reclaim(store::Space::audit, "", std::string(64, '\xff')));
  const std::uint64_t before = bytes_of(".sst");
  const std::uint64_t used_before = used();
  ASSERT_GT(before, 600 * kPayloadBytes);
  const auto one = retention();
  const Result<bool> ran = one->run();
  ASSERT_TRUE(ran) << ran.error().message;
  EXPECT_TRUE(*ran);
  EXPECT_EQ(one->state().forgotten, 600u);
  EXPECT_GT(one->state().index_rows, 0u);
  EXPECT_EQ(found("old"), 0u);
  EXPECT_EQ(found("young"), 10u);
  EXPECT_FALSE(has_sealed(0));
  EXPECT_FALSE(has_sealed(599));
  EXPECT_TRUE(has_sealed(600));
  EXPECT_LT(bytes_of(".sst"), before / 3) << "on disk, not only in the rows";
  EXPECT_LT(used(), used_before / 2) << "as `sentrail store usage` shows it";
  EXPECT_FALSE(*one->run()) << "nothing more is old";

  // The log is what it was, also for the next start and for who hashes all of it.
  reopen();
  EXPECT_EQ(opened_.store->audit_head(), head);
  const store::ScrubReport report = scrub();
  EXPECT_EQ(report.faults, 0u) << (report.examples.empty() ? "" : report.examples.front());
  EXPECT_EQ(report.head, head);
  EXPECT_EQ(retention()->state().forgotten, 600u);
  const OpenedEntry opened =
      recorder_.open(opened_.store->audit_range(7, 1).value().front()).value();
  EXPECT_TRUE(opened.erased) << "its columns are gone, and the answer says so";
}

TEST_F(RetentionTest, NothingGoesThatAnExporterHasNotDelivered) {
  append(200);
  clock_.advance_ms(31 * kDay);
  slowest_ = {150, "siem"};
  const auto one = retention();
  ASSERT_TRUE(one->run());
  EXPECT_EQ(one->state().forgotten, 150u);
  EXPECT_EQ(one->state().waits, "the exporter `siem` is at entry 150");
  slowest_ = {200, "siem"};
  ASSERT_TRUE(one->run());
  EXPECT_EQ(one->state().forgotten, 200u);
}

TEST_F(RetentionTest, WhatACrashCutShortIsFinished) {
  append(300);
  clock_.advance_ms(31 * kDay);
  append(1);
  // As a process leaves it that ended after one step, before the index.
  ASSERT_TRUE(try_forget(0, limits::kForgetEntriesMax).status);
  reopen();
  EXPECT_EQ(found("octo"), 301u);
  const auto one = retention();
  EXPECT_EQ(one->state().forgotten, limits::kForgetEntriesMax);
  ASSERT_TRUE(one->run());
  EXPECT_EQ(one->state().forgotten, 300u);
  EXPECT_EQ(found("octo"), 1u);
  EXPECT_EQ(scrub().faults, 0u);
}

// Ended after the entries and before the index: the next process cleans it.
TEST_F(RetentionTest, AnIndexThatWasLeftIsCleanedThoughNoEntryIsOld) {
  append(20);
  clock_.advance_ms(31 * kDay);
  ASSERT_TRUE(try_forget(0, 20).status);
  const auto one = retention();
  ASSERT_TRUE(one->run());
  EXPECT_EQ(found("octo"), 0u);
}

TEST_F(RetentionTest, OnlyWhatComesNextIsForgottenAndOnlyWhatIsWritten) {
  append(10);
  EXPECT_EQ(try_forget(1, 2).status.error().code, Errc::conflict);
  EXPECT_EQ(try_forget(0, 11).status.error().code, Errc::invalid_argument);
  EXPECT_EQ(try_forget(0, 0).status.error().code, Errc::invalid_argument);
  append(limits::kForgetEntriesMax);
  EXPECT_EQ(try_forget(0, limits::kForgetEntriesMax + 1).status.error().code,
            Errc::invalid_argument);
  EXPECT_TRUE(has_sealed(0));
  EXPECT_TRUE(try_forget(0, 1).status);
  EXPECT_FALSE(has_sealed(0));
  EXPECT_EQ(try_forget(0, 1).status.error().code, Errc::conflict) << "twice";
}

TEST_F(RetentionTest, AClockThatGoesBackForgetsNothingMore) {
  append(5);
  clock_.jump_to(Instant{kStart - 100 * kDay});
  append(5);
  clock_.jump_to(Instant{kStart + 1});
  const auto one = retention();
  ASSERT_TRUE(one->run());
  EXPECT_EQ(one->state().forgotten, 0u) << "what is behind a younger entry waits for it";
  clock_.advance_ms(31 * kDay);
  ASSERT_TRUE(one->run());
  EXPECT_EQ(one->state().forgotten, 10u);
}

TEST_F(RetentionTest, CallsThatAreOverLoseTheirBytesAndKeepTheirRecord) {
  store::Workspace workspace;
  workspace.id = workspace_;
  workspace.name = "acme";
  commit(store::Put<store::Workspace>{workspace, 0});
  const auto put = [this](store::ActionState state) {
    store::ActionRecord record;
    record.action_id = crypto::uuid_v4();
    record.correlation_id = crypto::uuid_v4();
    record.workspace_id = workspace_;
    crypto::fill_random(record.attach_hash);
    record.agent_id = "octo";
    record.state = state;
    record.created_ms = clock_.now().unix_ms;
    record.finished_ms = store::is_final(state) ? record.created_ms : 0;
    record.request.id = crypto::uuid_v4();
    commit(store::PutBlob{workspace_, record.request.id, "sealed"});
    commit(store::PutAction{record, 0, false, 0});
    return record;
  };
  const auto over = put(store::ActionState::succeeded);
  const auto held = put(store::ActionState::held);
  const auto doubt = put(store::ActionState::in_doubt);
  clock_.advance_ms(31 * kDay);
  const auto young = put(store::ActionState::denied);
  const auto one = retention();
  ASSERT_TRUE(one->run());
  EXPECT_EQ(one->state().calls, 1u);
  const auto blob = [this](const store::ActionRecord& record) {
    return opened_.store->get_blob(workspace_, record.request.id).value().has_value();
  };
  EXPECT_FALSE(blob(over));
  EXPECT_TRUE(blob(held));
  EXPECT_TRUE(blob(doubt));
  EXPECT_TRUE(blob(young));
  const auto left = opened_.store->get_action(workspace_, over.action_id).value();
  ASSERT_TRUE(left);
  EXPECT_EQ(left->request.id, Uuid{});
  EXPECT_EQ(left->state, store::ActionState::succeeded);
  EXPECT_EQ(left->agent_id, "octo");
  EXPECT_FALSE(*one->run()) << "once";
  EXPECT_EQ(scrub().faults, 0u);
}

}  // namespace
}  // namespace sentrail::audit
