// Erasing a subject: its values are gone from every file, and every hash still holds.
#include "runtime/audit/erase.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "core/encoding.hpp"
#include "crypto/random.hpp"
#include "runtime/audit/leaf.hpp"
#include "runtime/audit/subject_keys.hpp"
#include "runtime/audit/verify.hpp"
#include "tests/support/memory_kv.hpp"

namespace sentrail::audit {
namespace {

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

  void append(const Personal& personal) {
    store::AuditEntry entry;
    entry.workspace_id = workspace_;
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
    return keys_->erase(workspace_, subject.kind(), id, traces.key_ids).value();
  }
  std::string file() const {
    std::ifstream in(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void reopen() {
    keys_.reset();
    keys_ = SubjectKeys::open(path_, master_).value();
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

TEST_F(EraseTest, WhoComesAgainHasANewKey) {
  append(by_agent("octo"));
  erase(store::AuditColumn::agent, "octo");
  append(by_agent("octo"));
  EXPECT_EQ(opened(2).personal, by_agent("octo"));
  EXPECT_TRUE(opened(0).erased);
}

TEST_F(EraseTest, MoreNewSubjectsThanTheStockHasAllGetOne) {
  std::set<Uuid> ids;
  for (int i = 0; i < 2'500; ++i) {
    ids.insert(keys_->key_of(workspace_, kAgentKeys, std::to_string(i)).value().id);
  }
  EXPECT_EQ(ids.size(), 2'500u);
  Uuid other;
  EXPECT_FALSE(ids.contains(keys_->key_of(other, kAgentKeys, "0").value().id));
  EXPECT_FALSE(ids.contains(keys_->key_of(workspace_, kPersonKeys, "0").value().id));
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
