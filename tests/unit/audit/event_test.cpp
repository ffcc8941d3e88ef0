// Personal data: committed in the log, sealed beside it, nowhere in clear.
#include "runtime/audit/event.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/limits.hpp"
#include "crypto/random.hpp"
#include "runtime/audit/leaf.hpp"
#include "runtime/store/records_codec.hpp"

namespace sentrail::audit {
namespace {

using store::AuditColumn;
using store::AuditEntry;
using testing::HasSubstr;
using testing::Not;

Personal somebody() {
  Personal personal;
  personal.agent_id = "agent-of-ada";
  personal.agent_name = "Ada's agent";
  personal.requested_by = "ada@example.com";
  personal.person_id = "grace";
  personal.person_name = "Grace Hopper";
  personal.resource_id = "ada/diary#1";
  personal.reason = "because Ada asked";
  personal.payload = Payload::of("{\"secret\":true}");
  personal.response = Payload::of("{\"answer\":42}");
  return personal;
}

AuditEntry plain_entry() {
  AuditEntry entry;
  entry.workspace_id = crypto::uuid_v4();
  entry.correlation_id = crypto::uuid_v4();
  entry.tool = "github";
  entry.action = "issues.create";
  entry.resource_type = "issue";
  entry.source = "gateway";
  entry.decision = store::AuditDecision::allow;
  entry.risk = Risk::medium;
  entry.time_ms = 5;
  return entry;
}

store::AuditRow row_of(const AuditEntry& entry) {
  store::AuditRow row;
  row.leaf = encode_leaf(entry, 0).value();
  row.sealed = entry.sealed;
  return row;
}

class RecorderTest : public testing::Test {
 protected:
  crypto::SealKey master_ = crypto::SealKey::generate();
  Uuid boot_ = crypto::uuid_v4();
  Recorder recorder_{master_, boot_};
};

TEST_F(RecorderTest, WhatIsRecordedCanBeOpened) {
  const AuditEntry entry = recorder_.record(plain_entry(), somebody());
  EXPECT_EQ(entry.boot_id, boot_);
  EXPECT_NE(entry.id, Uuid{});
  const OpenedEntry opened = recorder_.open(row_of(entry)).value();
  EXPECT_EQ(opened.personal, somebody());
  EXPECT_FALSE(opened.erased);
  const Columns columns = opened.columns();
  EXPECT_EQ(columns.id, entry.id);
  EXPECT_EQ(columns.workspace_id, entry.workspace_id);
  EXPECT_EQ(columns.correlation_id, entry.correlation_id);
  EXPECT_EQ(columns.agent_id, "agent-of-ada");
  EXPECT_EQ(columns.agent_name, "Ada's agent");
  EXPECT_EQ(columns.tool, "github");
  EXPECT_EQ(columns.action, "issues.create");
  EXPECT_EQ(columns.decision, "allow");
  EXPECT_EQ(columns.risk_level, "medium");
  EXPECT_EQ(columns.matched_policy_id, Uuid{});
  EXPECT_EQ(columns.resource_type, "issue");
  EXPECT_EQ(columns.resource_id, "ada/diary#1");
  EXPECT_EQ(columns.requested_by, "ada@example.com");
  EXPECT_EQ(columns.payload_preview, "{\"secret\":true}");
  EXPECT_EQ(columns.source, "gateway");
  EXPECT_EQ(columns.created_at_ms, 5);
}

TEST_F(RecorderTest, NothingPersonalStandsInClear) {
  const AuditEntry entry = recorder_.record(plain_entry(), somebody());
  const std::string everything = encode_leaf(entry, 0).value() + store::encode_record(entry);
  // Words long enough, and with letters that are no hexadecimal digits: chance does not write them.
  for (const char* word : {"agent-of-ada", "Ada's", "ada@", "grace", "Grace", "diary", "secret",
                           "answer", "example.com", "because", "Ada asked"}) {
    EXPECT_THAT(everything, Not(HasSubstr(word)));
  }
}

TEST_F(RecorderTest, EqualEventsHaveDifferentCommitmentsAndEqualTerms) {
  AuditEntry entry = plain_entry();
  const AuditEntry one = recorder_.record(entry, somebody());
  const AuditEntry two = recorder_.record(entry, somebody());
  EXPECT_NE(one.id, two.id);
  EXPECT_NE(one.agent_commitment, two.agent_commitment);
  EXPECT_EQ(one.terms, two.terms);
  EXPECT_THAT(one.terms, testing::Contains(recorder_.term(entry.workspace_id, AuditColumn::agent,
                                                          "agent-of-ada")));
  EXPECT_THAT(one.terms, testing::Contains(recorder_.term(entry.workspace_id, AuditColumn::resource,
                                                          "ada/diary#1")));
}

TEST_F(RecorderTest, TermsDifferByColumnWorkspaceAndKey) {
  const Uuid home = crypto::uuid_v4();
  const store::AuditTerm term = recorder_.term(home, AuditColumn::agent, "x");
  EXPECT_NE(term.value, recorder_.term(home, AuditColumn::person, "x").value);
  EXPECT_NE(term.value, recorder_.term(crypto::uuid_v4(), AuditColumn::agent, "x").value);
  const Recorder other(crypto::SealKey::generate(), boot_);
  EXPECT_NE(term.value, other.term(home, AuditColumn::agent, "x").value);
}

TEST_F(RecorderTest, NothingPersonalMeansNothingSealed) {
  const AuditEntry entry = recorder_.record(plain_entry(), {});
  EXPECT_TRUE(entry.sealed.empty());
  EXPECT_TRUE(entry.terms.empty());
  EXPECT_FALSE(entry.agent_commitment.has_value());
  EXPECT_EQ(recorder_.open(row_of(entry)).value().personal, Personal{});
}

TEST_F(RecorderTest, PartsOfAnotherEntryWorkspaceOrKeyDoNotOpen) {
  const AuditEntry entry = recorder_.record(plain_entry(), somebody());
  const AuditEntry other = recorder_.record(plain_entry(), somebody());
  store::AuditRow swapped = row_of(entry);
  swapped.sealed = other.sealed;
  EXPECT_EQ(recorder_.open(swapped).error().code, Errc::corrupt);
  const Recorder stranger(crypto::SealKey::generate(), boot_);
  EXPECT_EQ(stranger.open(row_of(entry)).error().code, Errc::corrupt);
  store::AuditRow flipped = row_of(entry);
  flipped.sealed[0].bytes[30] = static_cast<char>(flipped.sealed[0].bytes[30] ^ 1);
  EXPECT_EQ(recorder_.open(flipped).error().code, Errc::corrupt);
}

TEST_F(RecorderTest, ValuesMustMatchTheirCommitments) {
  AuditEntry entry = recorder_.record(plain_entry(), somebody());
  entry.reason_commitment = entry.agent_commitment;
  EXPECT_THAT(recorder_.open(row_of(entry)).error().message, HasSubstr("reason"));
  entry.reason_commitment.reset();
  EXPECT_THAT(recorder_.open(row_of(entry)).error().message, HasSubstr("reason"));
}

TEST_F(RecorderTest, PartsUnderAKeyThatIsGoneAreErased) {
  AuditEntry entry = recorder_.record(plain_entry(), somebody());
  entry.sealed[0].key_id = crypto::uuid_v4();
  const OpenedEntry opened = recorder_.open(row_of(entry)).value();
  EXPECT_TRUE(opened.erased);
  EXPECT_EQ(opened.personal, Personal{});
  EXPECT_EQ(opened.entry.agent_commitment, entry.agent_commitment);
}

TEST(CommitTest, NamesSaltsAndValuesCannotSlideIntoEachOther) {
  EXPECT_NE(commit(Subject::agent, "ab", "c"), commit(Subject::agent, "a", "bc"));
  EXPECT_NE(commit(Subject::reason, "s", "v"), commit(Subject::resource, "s", "v"));
  Personal one;
  one.agent_id = "ab";
  one.agent_name = "c";
  Personal two;
  two.agent_id = "a";
  two.agent_name = "bc";
  EXPECT_NE(value_of(Subject::agent, one), value_of(Subject::agent, two));
}

TEST(PayloadTest, LongPayloadsAreHashedWholeAndShownInPart) {
  const std::string bytes(limits::kAuditPreviewBytesMax + 1, 'x');
  const Payload payload = Payload::of(bytes);
  EXPECT_EQ(payload.preview.size(), limits::kAuditPreviewBytesMax);
  EXPECT_EQ(payload.hash, crypto::sha256(bytes));
}

}  // namespace
}  // namespace sentrail::audit
