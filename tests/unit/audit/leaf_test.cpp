// Leaves: one spelling, read strictly, exactly as docs/audit_log.md says.
#include "runtime/audit/leaf.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iostream>
#include <iterator>
#include <random>

#include "core/encoding.hpp"
#include "core/limits.hpp"
#include "core/uuid.hpp"
#include "runtime/audit/event.hpp"

namespace sentrail::audit {
namespace {

using store::AuditEntry;
using store::AuditKind;

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// The lines of the last code block of the page: leaf, leaf hash, chain hash, three times.
std::vector<std::string> documented_vectors() {
  const std::string page = read_file(std::string(SENTRAIL_SOURCE_DIR) + "/docs/audit_log.md");
  const std::size_t end = page.rfind("\n```");
  const std::size_t begin = page.rfind("```\n", end) + 4;
  std::vector<std::string> lines;
  for (std::size_t at = begin; at < end;) {
    const std::size_t next = page.find('\n', at);
    lines.push_back(page.substr(at, next - at));
    at = next + 1;
  }
  return lines;
}

Uuid uuid(std::string_view text) {
  return parse_uuid(text).value();
}

store::Hash filled(std::uint8_t byte) {
  store::Hash hash;
  hash.fill(byte);
  return hash;
}

std::string counting_salt() {
  std::string salt;
  for (int i = 0; i < 32; ++i) salt.push_back(static_cast<char>(i));
  return salt;
}

AuditEntry documented_hold() {
  Personal personal;
  personal.agent_id = "claude-code";
  personal.agent_name = "Claude";
  personal.resource_id = "acme/site#42";
  personal.payload = Payload::of("{\"title\":\"hi\"}");
  const auto committed = [&](Subject subject) {
    return commit(subject, counting_salt(), value_of(subject, personal));
  };
  AuditEntry entry;
  entry.kind = AuditKind::hold;
  entry.id = uuid("00000000-0000-4000-8000-000000000001");
  entry.correlation_id = uuid("00000000-0000-4000-8000-000000000002");
  entry.action_id = uuid("00000000-0000-4000-8000-000000000003");
  entry.workspace_id = uuid("00000000-0000-4000-8000-000000000004");
  entry.boot_id = uuid("00000000-0000-4000-8000-000000000005");
  entry.key_id = uuid("00000000-0000-4000-8000-000000000006");
  entry.policy_id = uuid("00000000-0000-5000-8000-000000000007");
  entry.time_ms = 1767225600000;
  entry.previous = 0;
  entry.source = "gateway";
  entry.tool = "github";
  entry.action = "issues.create";
  entry.resource_type = "issue";
  entry.rule = "starter.main.issues";
  entry.decision = store::AuditDecision::require_approval;
  entry.risk = Risk::medium;
  entry.bundle_hash = filled(0x22);
  entry.approval_hash = filled(0x11);
  entry.state = store::ActionState::held;
  entry.status = 202;
  entry.kill_epoch = 7;
  entry.agent_commitment = committed(Subject::agent);
  entry.resource_commitment = committed(Subject::resource);
  entry.payload_commitment = committed(Subject::payload);
  return entry;
}

TEST(LeafTest, DocumentedVectorsHold) {
  const std::vector<std::string> lines = documented_vectors();
  ASSERT_EQ(lines.size(), 9u);
  AuditEntry restart;
  restart.kind = AuditKind::restart;
  AuditEntry odd;
  odd.action = "tab\tquote\" back\\ nl\n é 😀 \x01/";
  odd.tool = "mcp";
  odd.time_ms = -1;
  const std::array<AuditEntry, 3> entries = {restart, documented_hold(), odd};
  crypto::Digest chain{};
  for (std::size_t i = 0; i < 3; ++i) {
    const std::string leaf = encode_leaf(entries[i], i).value();
    EXPECT_EQ(leaf, lines[3 * i]);
    EXPECT_EQ(hex_encode(leaf_hash(leaf)), lines[3 * i + 1]);
    chain = extend_chain(chain, leaf);
    EXPECT_EQ(hex_encode(chain), lines[3 * i + 2]);
    EXPECT_EQ(decode_leaf(leaf).value(), (Leaf{i, entries[i]}));
  }
}

TEST(LeafTest, DocumentedCommitmentsHold) {
  const std::string page = read_file(std::string(SENTRAIL_SOURCE_DIR) + "/docs/audit_log.md");
  const AuditEntry hold = documented_hold();
  for (const auto& commitment :
       {hold.agent_commitment, hold.resource_commitment, hold.payload_commitment}) {
    EXPECT_THAT(page, testing::HasSubstr("| `" + hex_encode(*commitment) + "` |"));
  }
}

TEST(LeafTest, EveryKeyAndKindIsDocumented) {
  const std::string page = read_file(std::string(SENTRAIL_SOURCE_DIR) + "/docs/audit_log.md");
  const std::string leaf = encode_leaf(documented_hold(), 1).value();
  for (std::size_t at = leaf.find('"'); at != std::string::npos;) {
    const std::size_t end = leaf.find('"', at + 1);
    if (leaf[end + 1] == ':') {
      EXPECT_THAT(page, testing::HasSubstr("| `" + leaf.substr(at + 1, end - at - 1) + "` |"));
    }
    at = leaf.find('"', end + 1);
  }
  for (std::size_t i = 0; i < store::kAuditKindCount; ++i) {
    EXPECT_THAT(page, testing::HasSubstr(std::string(name_of(static_cast<AuditKind>(i)))));
  }
}

// A text of anything that JSON must escape, and of what it must not.
std::string random_text(std::mt19937_64& random) {
  constexpr std::array<std::string_view, 12> kPieces = {
      "a", "\"", "\\", "\n", "\x01", "\x1f", "\x7f", "é", "😀", "/", " ", "\xe2\x80\xa8"};
  std::string out;
  for (std::size_t left = random() % 9; left > 0; --left) out += kPieces[random() % 12];
  return out;
}

AuditEntry random_entry(std::mt19937_64& random) {
  AuditEntry entry;
  const auto id = [&random](Uuid& out) {
    if (random() % 2 == 0) return;
    for (std::uint8_t& byte : out.bytes) byte = static_cast<std::uint8_t>(random());
  };
  const auto hash = [&random](std::optional<store::Hash>& out) {
    if (random() % 2 == 0) out = filled(static_cast<std::uint8_t>(random()));
  };
  const auto number = [&random](std::optional<std::uint64_t>& out) {
    if (random() % 2 == 0) out = random() >> (1 + random() % 60);
  };
  entry.kind = static_cast<AuditKind>(random() % store::kAuditKindCount);
  entry.time_ms = static_cast<std::int64_t>(random());
  for (Uuid* one : {&entry.id, &entry.boot_id, &entry.workspace_id, &entry.correlation_id,
                    &entry.action_id, &entry.key_id, &entry.policy_id}) {
    id(*one);
  }
  for (auto* one : {&entry.previous, &entry.of, &entry.kill_epoch}) number(*one);
  for (std::string* one :
       {&entry.source, &entry.tool, &entry.action, &entry.resource_type, &entry.rule}) {
    *one = random_text(random);
  }
  entry.decision = static_cast<store::AuditDecision>(random() % 5);
  if (random() % 2 == 0) entry.risk = static_cast<Risk>(random() % 4);
  if (random() % 2 == 0) entry.state = static_cast<store::ActionState>(random() % 10);
  if (random() % 2 == 0) entry.status = static_cast<std::int64_t>(random());
  for (auto* one :
       {&entry.bundle_hash, &entry.approval_hash, &entry.agent_commitment,
        &entry.requester_commitment, &entry.person_commitment, &entry.resource_commitment,
        &entry.reason_commitment, &entry.payload_commitment, &entry.response_commitment}) {
    hash(*one);
  }
  return entry;
}

// What both readers say of a leaf, which must be the same.
Result<Leaf> read_leaf(std::string_view bytes) {
  const Result<Leaf> read = decode_leaf(bytes);
  const Result<std::uint64_t> checked = check_leaf(bytes);
  EXPECT_EQ(read.has_value(), checked.has_value()) << bytes;
  if (read && checked) {
    EXPECT_EQ(read->sequence, *checked);
  }
  return read;
}

TEST(LeafTest, EncodeDecodeIdentity) {
  constexpr std::uint64_t kSeed = 20261121;
  std::cout << "seed " << kSeed << "\n";
  std::mt19937_64 random(kSeed);
  for (int round = 0; round < 2000; ++round) {
    const Leaf leaf{random() >> 1, random_entry(random)};
    const std::string bytes = encode_leaf(leaf.entry, leaf.sequence).value();
    const Result<Leaf> read = read_leaf(bytes);
    ASSERT_TRUE(read.has_value()) << read.error().message << "\n" << bytes;
    ASSERT_EQ(*read, leaf) << bytes;
  }
}

// Whatever is read, is written the same: no two spellings of one leaf.
TEST(LeafTest, EveryChangedByteIsRefusedOrAnotherLeaf) {
  const std::string bytes = encode_leaf(documented_hold(), 1).value();
  const Leaf original = read_leaf(bytes).value();
  // What means something in JSON, a digit, a letter, a bad byte, and the neighbour (\x01).
  constexpr std::string_view kBytes = "\"\\,:{}-+.07aAe \n\xff\x01";
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (const char byte : kBytes) {
      std::string changed = bytes;
      changed[at] = byte == '\x01' ? static_cast<char>(changed[at] ^ 1) : byte;
      if (changed == bytes) continue;
      const Result<Leaf> read = read_leaf(changed);
      if (!read) continue;
      ASSERT_NE(*read, original);
      ASSERT_EQ(encode_leaf(read->entry, read->sequence).value(), changed);
    }
  }
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    ASSERT_FALSE(read_leaf(bytes.substr(0, size)).has_value());
  }
  EXPECT_FALSE(read_leaf(bytes + " ").has_value());
}

TEST(LeafTest, OtherSpellingsAreRefused) {
  const std::string good = R"({"kind":"restart","seq":0,"time_ms":0,"tool":"a","v":1})";
  ASSERT_TRUE(read_leaf(good).has_value());
  for (
      const char* bad :
      {R"({"seq":0,"kind":"restart","time_ms":0,"tool":"a","v":1})",          // order
       R"({"kind":"restart","seq":0,"seq":0,"time_ms":0,"tool":"a","v":1})",  // repeated
       R"({"kind":"restart","seq":00,"time_ms":0,"tool":"a","v":1})",
       R"({"kind":"restart","seq":-0,"time_ms":0,"tool":"a","v":1})",
       R"({"kind":"restart","seq":0.0,"time_ms":0,"tool":"a","v":1})",
       R"({"kind":"restart","seq":0,"time_ms":9223372036854775808,"tool":"a","v":1})",
       R"({"kind":"restart","seq":-1,"time_ms":0,"tool":"a","v":1})",
       R"({"kind":"restart","seq":"0","time_ms":0,"tool":"a","v":1})",
       R"({"kind":"restart","seq":0,"time_ms":0,"tool":"\u0061","v":1})",
       R"({"kind":"restart","seq":0,"time_ms":0,"tool":"","v":1})",
       R"({"kind":"restart","seq":0,"time_ms":0,"tool":null,"v":1})",
       R"({"kind":"restart","seq":0,"time_ms":0,"tool":["a"],"v":1})",
       R"({"kind":"restart","seq":0,"time_ms":0,"tool":"a"})",
       R"({"kind":"restart","seq":0,"time_ms":0,"tool":"a","v":1,"z":1})",
       R"({"kind":"restart", "seq":0,"time_ms":0,"tool":"a","v":1})",
       R"({"kind":"made up","seq":0,"time_ms":0,"tool":"a","v":1})",
       R"({"decision":"","kind":"restart","seq":0,"time_ms":0,"tool":"a","v":1})",
       R"({"id":"00000000-0000-0000-0000-000000000000","kind":"restart","seq":0,"time_ms":0,"v":1})",
       R"({"id":"0000000A-0000-0000-0000-000000000000","kind":"restart","seq":0,"time_ms":0,"v":1})",
       "{\"kind\":\"restart\",\"seq\":0,\"time_ms\":0,\"tool\":\"\xff\",\"v\":1}",
       "{}",
       "",
       "[]"}) {
    const Result<Leaf> read = read_leaf(bad);
    ASSERT_FALSE(read.has_value()) << bad;
    EXPECT_EQ(read.error().code, Errc::corrupt) << bad;
  }
  EXPECT_EQ(read_leaf(R"({"kind":"restart","seq":0,"time_ms":0,"v":2})").error().code,
            Errc::unsupported);
}

TEST(LeafTest, WhatCannotBeLoggedIsSaidSo) {
  AuditEntry entry;
  entry.tool = "\xff";
  EXPECT_EQ(encode_leaf(entry, 0).error().code, Errc::invalid_argument);
  entry.tool = "github";
  EXPECT_EQ(encode_leaf(entry, 1ull << 63).error().code, Errc::invalid_argument);
  entry.of = UINT64_MAX;
  EXPECT_EQ(encode_leaf(entry, 0).error().code, Errc::invalid_argument);
}

TEST(LeafTest, WhateverIsLoggedCanBeWithdrawn) {
  AuditEntry entry;
  entry.decision = store::AuditDecision::allow;
  const std::size_t fixed = encode_leaf(entry, 0)->size();
  // The longest rule that still fits.
  entry.rule = std::string(limits::kAuditEntryBytesMax - limits::kAuditWithdrawalBytes - fixed -
                               std::string_view("\"rule\":\"\",").size(),
                           'r');
  ASSERT_TRUE(encode_leaf(entry, 0).has_value());
  AuditEntry longer = entry;
  longer.rule += 'r';
  EXPECT_EQ(encode_leaf(longer, 0).error().code, Errc::limit_exceeded);

  entry.kind = AuditKind::withdrawn;
  entry.of = INT64_MAX;
  entry.decision = store::AuditDecision::require_approval;
  const Result<std::string> withdrawn = encode_leaf(entry, INT64_MAX);
  ASSERT_TRUE(withdrawn.has_value());
  EXPECT_TRUE(decode_leaf(*withdrawn).has_value());
}

}  // namespace
}  // namespace sentrail::audit
