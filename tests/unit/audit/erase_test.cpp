// Erasing a subject: its values are gone from every file, and every hash still holds.
#include "runtime/audit/erase.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <thread>

#include "core/encoding.hpp"
#include "core/limits.hpp"
#include "crypto/random.hpp"
#include "runtime/audit/leaf.hpp"
#include "runtime/audit/subject_keys.hpp"
#include "runtime/audit/verify.hpp"
#include "runtime/store/writer.hpp"
#include "tests/support/memory_kv.hpp"

namespace sentrail::audit {
namespace {

// As long as it lives no file grows past `bytes`.
class FilesEnd {
 public:
  explicit FilesEnd(std::size_t bytes) {
    EXPECT_EQ(::getrlimit(RLIMIT_FSIZE, &before_), 0);
    rlimit now = before_;
    now.rlim_cur = bytes;
    EXPECT_EQ(::setrlimit(RLIMIT_FSIZE, &now), 0);
  }
  ~FilesEnd() {
    EXPECT_EQ(::setrlimit(RLIMIT_FSIZE, &before_), 0);
    std::signal(SIGXFSZ, signal_);
  }
  FilesEnd(const FilesEnd&) = delete;
  FilesEnd& operator=(const FilesEnd&) = delete;

 private:
  void (*signal_)(int) = std::signal(SIGXFSZ, SIG_IGN);
  rlimit before_{};
};

class EraseTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = ::testing::TempDir() + "erase-XXXXXX";
    folder_ = ::mkdtemp(name.data());
    path_ = folder_ + "/subjects";
    workspace_.bytes[0] = 1;
    keys_ = SubjectKeys::open(path_, master_).value();
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] Recorder recorder() { return Recorder(master_, Uuid{}, keys_.get()); }

  void append(const Personal& personal) { append(personal, workspace_); }
  void append(const Personal& personal, const Uuid& workspace) {
    store::AuditEntry entry;
    entry.workspace_id = workspace;
    entry.kind = store::AuditKind::decision;
    entry.time_ms = ++now_;
    commit(recorder().record(std::move(entry), personal));
  }
  void commit(store::AuditEntry entry) {
    store::Transaction transaction;
    transaction.operations.emplace_back(store::AppendAudit{std::move(entry)});
    const store::Transaction* one = &transaction;
    ASSERT_TRUE(store_->apply(std::span(&one, 1)).front().status);
  }
  static Personal by_agent(const std::string& id) {
    Personal personal;
    personal.agent_id = id;
    personal.resource_id = "secret-" + id;
    personal.requested_by = id;
    return personal;
  }
  static Personal by_both(const std::string& agent, const std::string& person) {
    Personal personal = by_agent(agent);
    personal.person_id = person;
    personal.person_name = "name of " + person;
    personal.reason = "words of " + person;
    return personal;
  }
  OpenedEntry opened(std::uint64_t sequence) {
    return recorder().open(store_->audit_range(sequence, 1).value().front()).value();
  }
  // Does what the command does.
  std::size_t erase(store::AuditColumn column, const std::string& id) {
    const DataSubject subject{workspace_, column, id};
    const Traces traces = find_traces(*store_, recorder(), subject).value();
    commit(redact_entry(recorder(), subject, traces, ++now_, "art. 17", "tester"));
    std::size_t keys = 0;
    for (const Uuid& place : subject.places()) {
      keys += keys_->erase(place, subject.kind(), id, traces.key_ids).value();
    }
    return keys;
  }
  std::string file() const {
    std::ifstream in(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void reopen() {
    keys_.reset();
    keys_ = SubjectKeys::open(path_, master_).value();
  }
  // New subjects, more at once than there are keys in stock, and the ids of their keys.
  static constexpr std::size_t kMany = 2'500;
  std::set<Uuid> keys_of_many() {
    std::set<Uuid> ids;
    for (std::size_t i = 0; i < kMany; ++i) {
      ids.insert(keys_->key_of(workspace_, kAgentKeys, std::to_string(i)).value().id);
    }
    return ids;
  }
  // Writes an entry as it is where no key can be had.
  void append_unkeyed(const Personal& personal) {
    store::AuditEntry entry;
    entry.workspace_id = workspace_;
    entry.kind = store::AuditKind::decision;
    entry.time_ms = ++now_;
    commit(Recorder(master_, Uuid{}).record(std::move(entry), personal));
  }

  std::string folder_;
  std::string path_;
  Uuid workspace_;
  std::int64_t now_ = 1'000;
  crypto::SealKey master_ = crypto::SealKey::generate();
  std::unique_ptr<SubjectKeys> keys_;
  LeafCodec codec_;
  std::shared_ptr<test::MemoryDisk> disk_ = std::make_shared<test::MemoryDisk>();
  std::unique_ptr<store::Store> store_ = test::open_memory_store(disk_, codec_);
};

TEST_F(EraseTest, OneSubjectGoesAndTheOthersStay) {
  append(by_agent("octo"));
  append(by_agent("other"));
  append(by_both("octo", "p1"));
  EXPECT_EQ(opened(0).personal.resource_id, "secret-octo");
  EXPECT_EQ(erase(store::AuditColumn::agent, "octo"), 1u);
  EXPECT_TRUE(opened(0).erased);
  EXPECT_EQ(opened(0).personal, Personal{});
  EXPECT_EQ(opened(1).personal, by_agent("other"));
  EXPECT_FALSE(opened(1).erased);
  const OpenedEntry both = opened(2);
  EXPECT_TRUE(both.erased);
  EXPECT_EQ(both.personal.person_name, "name of p1");
  EXPECT_EQ(both.personal.resource_id, "");
  EXPECT_EQ(erase(store::AuditColumn::person, "p1"), 1u);
  EXPECT_EQ(opened(2).personal, Personal{});
  EXPECT_FALSE(verify_store(*store_)->fault);
}

TEST_F(EraseTest, TheEntryNamesNumbersReasonAndActorAndNotTheSubject) {
  append(by_agent("octo"));
  append(by_agent("octo"));
  erase(store::AuditColumn::agent, "octo");
  const OpenedEntry told = opened(2);
  EXPECT_EQ(told.entry.kind, store::AuditKind::redact);
  EXPECT_EQ(told.personal.reason, "art. 17");
  EXPECT_EQ(told.personal.requested_by, "tester");
  EXPECT_EQ(told.personal.payload, Payload::of("1,0"));
  EXPECT_EQ(told.personal.agent_id, "");
}

TEST_F(EraseTest, TheKeyIsInNoFileAndNoMemoryAnyMore) {
  append(by_agent("octo"));
  ASSERT_TRUE(keys_->settle());
  const store::AuditRow row = store_->audit_range(0, 1).value().front();
  const Uuid id = row.sealed.at(0).key_id;
  ASSERT_NE(id, Uuid{});
  EXPECT_NE(file().find(as_chars(id.bytes)), std::string::npos);
  const std::string before = file();
  erase(store::AuditColumn::agent, "octo");
  EXPECT_EQ(keys_->find(id), std::nullopt);
  EXPECT_EQ(file().find(as_chars(id.bytes)), std::string::npos);
  // No byte of the slot is what it was: the wrapped key is gone with its id.
  const std::size_t at = before.find(as_chars(id.bytes));
  EXPECT_EQ(file().find(before.substr(at + 32, 72)), std::string::npos);
  EXPECT_EQ(file().size(), before.size());
  reopen();
  EXPECT_EQ(keys_->find(id), std::nullopt);
  EXPECT_TRUE(opened(0).erased);
}

TEST_F(EraseTest, KeysOutliveTheProcessWhetherTheirTagsDidOrNot) {
  append(by_agent("octo"));
  ASSERT_TRUE(keys_->settle());
  append(by_agent("late"));  // its tag is not written down
  reopen();
  EXPECT_EQ(opened(0).personal, by_agent("octo"));
  EXPECT_EQ(opened(1).personal, by_agent("late"));
  append(by_agent("octo"));
  append(by_agent("late"));
  const auto id = [this](std::uint64_t sequence) {
    return store_->audit_range(sequence, 1).value().front().sealed.at(0).key_id;
  };
  EXPECT_EQ(id(0), id(2));
  EXPECT_NE(id(1), id(3));
  EXPECT_EQ(erase(store::AuditColumn::agent, "late"), 2u);
  EXPECT_TRUE(opened(1).erased);
  EXPECT_TRUE(opened(3).erased);
  EXPECT_FALSE(opened(2).erased);
}

TEST_F(EraseTest, StartsLeaveNoUnusedKeysBehind) {
  append(by_agent("sam"));
  reopen();
  const auto size = std::filesystem::file_size(path_);
  for (int start = 0; start < 3; ++start) {
    append(by_agent("bot-" + std::to_string(start)));
    reopen();
  }
  EXPECT_LT(std::filesystem::file_size(path_), size + 4 * 1'024);
  for (std::uint64_t entry = 0; entry < 4; ++entry) EXPECT_FALSE(opened(entry).erased);
}

TEST_F(EraseTest, WhoComesAgainHasANewKey) {
  append(by_agent("octo"));
  erase(store::AuditColumn::agent, "octo");
  append(by_agent("octo"));
  EXPECT_EQ(opened(2).personal, by_agent("octo"));
  EXPECT_TRUE(opened(0).erased);
}

TEST_F(EraseTest, MoreNewSubjectsThanTheStockHasAllGetOneAndNobodyWaitsForTheDisk) {
  const std::string before = file();
  const std::set<Uuid> ids = keys_of_many();
  EXPECT_EQ(ids.size(), kMany);
  EXPECT_EQ(file(), before);
  EXPECT_TRUE(keys_->make_durable());
  const std::string after = file();
  for (const Uuid& id : ids) EXPECT_NE(after.find(as_chars(id.bytes)), std::string::npos);
  EXPECT_TRUE(keys_->make_durable());
  EXPECT_EQ(file(), after) << "there was nothing to do";
  reopen();
  EXPECT_EQ(keys_of_many(), ids);
  Uuid other;
  EXPECT_FALSE(ids.contains(keys_->key_of(other, kAgentKeys, "0").value().id));
  EXPECT_FALSE(ids.contains(keys_->key_of(workspace_, kPersonKeys, "0").value().id));
}

TEST_F(EraseTest, KeysThatCannotBeMadeDurableAreTriedAgain) {
  const std::set<Uuid> ids = keys_of_many();
  {
    const FilesEnd end(file().size());
    EXPECT_EQ(keys_->make_durable().error().code, Errc::io);
    EXPECT_EQ(keys_->settle().error().code, Errc::io);
  }
  ASSERT_TRUE(keys_->make_durable());
  reopen();
  EXPECT_EQ(keys_of_many(), ids);
}

TEST_F(EraseTest, AStockThatCannotBeFilledLeavesNoHole) {
  for (int i = 0; i < 1'000; ++i) {
    static_cast<void>(keys_->key_of(workspace_, kAgentKeys, std::to_string(i)));
  }
  const std::size_t size = file().size();
  {
    const FilesEnd end(size);
    EXPECT_EQ(keys_->settle().error().code, Errc::io);
  }
  ASSERT_TRUE(keys_->settle());
  EXPECT_EQ(file().size(), size + 1'000 * 128);
}

TEST_F(EraseTest, AKeyThatIsErasedBeforeItIsOnDiskNeverIs) {
  const std::set<Uuid> ids = keys_of_many();
  const Uuid last = keys_->key_of(workspace_, kAgentKeys, std::to_string(kMany - 1)).value().id;
  EXPECT_EQ(keys_->erase(workspace_, kAgentKeys, std::to_string(kMany - 1), {}).value(), 1u);
  ASSERT_TRUE(keys_->make_durable());
  EXPECT_EQ(file().find(as_chars(last.bytes)), std::string::npos);
  reopen();
  EXPECT_EQ(keys_->find(last), std::nullopt);
  for (const Uuid& id : ids) EXPECT_EQ(keys_->find(id).has_value(), id != last);
}

// What a writer has acknowledged opens with what is on disk by then.
TEST_F(EraseTest, NoEntryIsAcknowledgedBeforeItsKeyIsOnDisk) {
  const SystemClock clock;
  store::WriterOptions options;
  options.before_batch = [this] { return keys_->make_durable(); };
  store::Writer writer(*store_, clock, options);
  for (std::size_t i = 0; i < kMany; ++i) {
    store::AuditEntry entry;
    entry.workspace_id = workspace_;
    entry.time_ms = ++now_;
    store::Transaction transaction;
    transaction.operations.emplace_back(
        store::AppendAudit{recorder().record(std::move(entry), by_agent(std::to_string(i)))});
    if (i + 1 < kMany) {
      ASSERT_TRUE(writer.submit(std::move(transaction), {}));
    } else {
      ASSERT_TRUE(writer.commit(std::move(transaction), -1).status);
    }
  }
  std::filesystem::copy_file(path_, path_ + ".seen");
  const auto seen = SubjectKeys::open(path_ + ".seen", master_).value();
  const Recorder reader(master_, Uuid{}, seen.get());
  const std::vector<store::AuditRow> rows = store_->audit_range(0, kMany).value();
  ASSERT_EQ(rows.size(), kMany);
  for (const store::AuditRow& row : rows) EXPECT_FALSE(reader.open(row).value().erased);
}

TEST_F(EraseTest, WhatNoKeyCouldBeHadForIsCountedAndNotSaidToBeErased) {
  append(by_agent("octo"));
  append_unkeyed(by_agent("octo"));
  append_unkeyed(by_both("octo", "p1"));
  append_unkeyed(by_agent("other"));
  const auto traces = [this](store::AuditColumn column, const std::string& id) {
    return find_traces(*store_, recorder(), {workspace_, column, id}).value();
  };
  const Traces agents = traces(store::AuditColumn::agent, "octo");
  EXPECT_EQ(agents.sequences, std::vector<std::uint64_t>{0});
  EXPECT_EQ(agents.left, 2u);
  EXPECT_EQ(traces(store::AuditColumn::person, "p1").left, 1u);
  erase(store::AuditColumn::agent, "octo");
  EXPECT_TRUE(opened(0).erased);
  EXPECT_EQ(opened(1).personal, by_agent("octo"));
}

// What belongs to no workspace, such as who signed in.
TEST_F(EraseTest, APersonIsErasedFromTheServersEntriesTooAndAnAgentIsNot) {
  append(by_both("", "p1"));
  append(by_both("", "p1"), Uuid{});
  append(by_both("", "p2"), Uuid{});
  append(by_agent("octo"));
  append(by_agent("octo"), Uuid{});
  const DataSubject person{workspace_, store::AuditColumn::person, "p1"};
  const Traces traces = find_traces(*store_, recorder(), person).value();
  EXPECT_EQ(traces.sequences, (std::vector<std::uint64_t>{1, 0}));
  EXPECT_EQ(erase(store::AuditColumn::person, "p1"), 2u);
  EXPECT_TRUE(opened(0).erased);
  EXPECT_TRUE(opened(1).erased);
  EXPECT_EQ(opened(2).personal, by_both("", "p2"));
  EXPECT_EQ(erase(store::AuditColumn::agent, "octo"), 1u);
  EXPECT_TRUE(opened(3).erased);
  EXPECT_FALSE(opened(4).erased);
}

TEST_F(EraseTest, AnErasedKeyIsNotWrittenDownLater) {
  const Uuid id = keys_->key_of(workspace_, kAgentKeys, "octo").value().id;
  EXPECT_EQ(keys_->erase(workspace_, kAgentKeys, "octo", {}).value(), 1u);
  ASSERT_TRUE(keys_->settle());
  reopen();
  EXPECT_EQ(keys_->find(id), std::nullopt);
  EXPECT_NE(keys_->key_of(workspace_, kAgentKeys, "octo").value().id, id);
}

TEST_F(EraseTest, AWorkspaceHasSoManySubjectsAndNoMore) {
  for (std::size_t i = 0; i < limits::kSubjectsPerWorkspaceMax; ++i) {
    ASSERT_TRUE(keys_->key_of(workspace_, kAgentKeys, std::to_string(i)));
  }
  EXPECT_EQ(keys_->key_of(workspace_, kAgentKeys, "x").error().code, Errc::limit_exceeded);
  EXPECT_EQ(keys_->refusals(), 1u);
  EXPECT_TRUE(keys_->key_of(workspace_, kAgentKeys, "7"));
  EXPECT_TRUE(keys_->key_of(Uuid{}, kAgentKeys, "x"));
  ASSERT_TRUE(keys_->settle());
  reopen();
  EXPECT_EQ(keys_->key_of(workspace_, kAgentKeys, "x").error().code, Errc::limit_exceeded);
  EXPECT_EQ(keys_->erase(workspace_, kAgentKeys, "7", {}).value(), 1u);
  EXPECT_TRUE(keys_->key_of(workspace_, kAgentKeys, "x"));
}

TEST_F(EraseTest, OnlyTheFileThatTheStoreKnowsIsOpened) {
  const Uuid id = keys_->id();
  EXPECT_EQ(SubjectKeys::id_in(path_).value(), id);
  keys_.reset();
  EXPECT_TRUE(SubjectKeys::open(path_, master_, id));
  Uuid other = id;
  other.bytes[15] ^= 1;
  EXPECT_EQ(SubjectKeys::open(path_, master_, other).error().code, Errc::conflict);
  std::filesystem::remove(path_);
  EXPECT_EQ(SubjectKeys::open(path_, master_, id).error().code, Errc::not_found);
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(EraseTest, ManyThreadsMeetOneSubjectAndItHasOneKey) {
  std::vector<std::thread> threads;
  std::vector<std::set<Uuid>> ids(4);
  for (std::set<Uuid>& seen : ids) {
    threads.emplace_back([this, &seen] {
      for (int i = 0; i < 3'000; ++i) {
        const auto key = keys_->key_of(workspace_, kAgentKeys, std::to_string(i % 1'500));
        if (key) seen.insert(key->id);
        if (key && i % 100 == 0) static_cast<void>(keys_->find(key->id));
      }
    });
  }
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(keys_->make_durable());
    ASSERT_TRUE(keys_->settle());
  }
  for (std::thread& thread : threads) thread.join();
  std::set<Uuid> all;
  for (const std::set<Uuid>& seen : ids) all.insert(seen.begin(), seen.end());
  EXPECT_EQ(all.size(), 1'500u);
  EXPECT_EQ(keys_->refusals(), 0u);
}

TEST_F(EraseTest, AnotherMasterKeyIsNoticedWhereAllSubjectsAreErased) {
  append(by_agent("octo"));
  ASSERT_EQ(erase(store::AuditColumn::agent, "octo"), 1u);
  keys_.reset();
  EXPECT_EQ(SubjectKeys::open(path_, crypto::SealKey::generate()).error().code, Errc::corrupt);
  EXPECT_TRUE(SubjectKeys::open(path_, master_));
}

TEST_F(EraseTest, AFileThatIsNotOursIsRefused) {
  keys_.reset();
  EXPECT_EQ(SubjectKeys::open(path_, crypto::SealKey::generate()).error().code, Errc::corrupt);
  ::chmod(path_.c_str(), 0640);
  EXPECT_EQ(SubjectKeys::open(path_, master_).error().code, Errc::permission_denied);
  ::chmod(path_.c_str(), 0600);
  std::ofstream(path_) << std::string(128, 'x');
  EXPECT_EQ(SubjectKeys::open(path_, master_).error().code, Errc::corrupt);
}

}  // namespace
}  // namespace sentrail::audit
