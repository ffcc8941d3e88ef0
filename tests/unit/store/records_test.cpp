// Records as bytes: what is written is read back, and nothing else is read at all.
#include "runtime/store/records.hpp"

#include <gtest/gtest.h>

#include <random>

#include "core/encoding.hpp"
#include "runtime/store/records_codec.hpp"
#include "runtime/store/records_fields.hpp"

namespace sentrail::store {
namespace {

// A codec that fills every field with random legal values instead of reading them.
class Filler {
 public:
  explicit Filler(std::uint64_t seed) : random_(seed) {}

  template <class... Fields>
  void operator()(Fields&... fields) {
    (field(fields), ...);
  }

 private:
  void field(std::string& text) {
    text.assign(random_() % 40, '\0');
    for (char& c : text) c = static_cast<char>(random_());
  }
  void field(Uuid& id) { field(id.bytes); }
  template <std::size_t kSize>
  void field(std::array<std::uint8_t, kSize>& bytes) {
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random_());
  }
  template <class T>
  void field(std::optional<T>& value) {
    if (random_() % 2 == 0) field(value.emplace());
  }
  template <class T>
  void field(std::vector<T>& values) {
    values.resize(random_() % 4);
    for (T& value : values) field(value);
  }
  template <class T>
  void field(T& value) {
    if constexpr (std::is_enum_v<T>) {
      value = static_cast<T>(random_() % (kLastEnumerator<T> + 1u));
    } else if constexpr (std::is_same_v<T, bool>) {
      value = random_() % 2 == 0;
    } else if constexpr (std::is_integral_v<T>) {
      value = static_cast<T>(random_());
    } else {
      describe(*this, value);
    }
  }

  std::mt19937_64 random_;
};

template <class Record>
Record random_record(std::uint64_t seed) {
  Record record;
  Filler filler(seed);
  describe(filler, record);
  if constexpr (requires { describe_second(filler, record); }) describe_second(filler, record);
  if constexpr (requires { describe_third(filler, record); }) describe_third(filler, record);
  if constexpr (requires { describe_fourth(filler, record); }) describe_fourth(filler, record);
  return record;
}

template <class Record>
class RecordTest : public testing::Test {};

using AllRecords = testing::Types<Workspace, ApiKey, Agent, Person, Session, Connection, KillState,
                                  ActionRecord, AuditEntry, OutboxItem, Setting, SealedParts,
                                  Delegation, BreakGlassCode, BreakGlassGrant, Charges, LimitClock>;
TYPED_TEST_SUITE(RecordTest, AllRecords);

TYPED_TEST(RecordTest, EncodeDecodeIdentity) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const TypeParam record = random_record<TypeParam>(seed);
    const Result<TypeParam> read = decode_record<TypeParam>(encode_record(record));
    ASSERT_TRUE(read.has_value()) << "seed " << seed << ": " << read.error().message;
    ASSERT_EQ(*read, record) << "seed " << seed;
  }
}

TYPED_TEST(RecordTest, EveryTruncationIsRefused) {
  const std::string bytes = encode_record(random_record<TypeParam>(7));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto read = decode_record<TypeParam>(std::string_view(bytes).substr(0, size));
    ASSERT_FALSE(read.has_value()) << "at " << size << " of " << bytes.size();
    ASSERT_EQ(read.error().code, Errc::corrupt);
  }
}

TYPED_TEST(RecordTest, TrailingBytesAreRefused) {
  const std::string bytes = encode_record(random_record<TypeParam>(7)) + '\0';
  EXPECT_EQ(decode_record<TypeParam>(bytes).error().code, Errc::corrupt);
}

TYPED_TEST(RecordTest, NewerVersionIsRefusedByName) {
  std::string bytes = encode_record(random_record<TypeParam>(7));
  bytes[1] = static_cast<char>(bytes[1] + 1);
  EXPECT_EQ(decode_record<TypeParam>(bytes).error().code, Errc::unsupported);
  bytes[1] = 0;
  EXPECT_EQ(decode_record<TypeParam>(bytes).error().code, Errc::corrupt);
}

TYPED_TEST(RecordTest, ForeignTagIsRefused) {
  std::string bytes = encode_record(random_record<TypeParam>(7));
  bytes[0] = static_cast<char>(bytes[0] + 1);
  EXPECT_EQ(decode_record<TypeParam>(bytes).error().code, Errc::corrupt);
}

// Garbled bytes are refused or are another record in its one spelling; never a crash.
TYPED_TEST(RecordTest, GarbledBytesHaveOneReadingOrNone) {
  std::mt19937_64 random(20261121);
  for (int round = 0; round < 3000; ++round) {
    std::string bytes = encode_record(random_record<TypeParam>(random() % 50));
    const std::size_t at = 2 + random() % (bytes.size() - 2);
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << (random() % 8)));
    const auto read = decode_record<TypeParam>(bytes);
    if (read.has_value()) {
      ASSERT_EQ(encode_record(*read), bytes);
    }
  }
}

// A record as an earlier version wrote it: without the fields that came later, all empty here.
template <class Record>
void expect_version_is_read(Record record, char version, std::size_t added) {
  std::string bytes = encode_record(record);
  ASSERT_GT(bytes[1], version);
  bytes[1] = version;
  EXPECT_EQ(decode_record<Record>(bytes).error().code, Errc::corrupt);
  bytes.resize(bytes.size() - added);
  const Result<Record> read = decode_record<Record>(bytes);
  ASSERT_TRUE(read.has_value()) << read.error().message;
  EXPECT_EQ(*read, record);
}

TEST(RecordsTest, RecordsOfEarlierVersionsAreRead) {
  constexpr std::size_t kLength = 4;
  ActionRecord held = random_record<ActionRecord>(3);
  held.escalations.clear();
  held.escalated = 0;
  held.edited_by = held.edited_from = held.replaced_by = held.break_glass = Uuid{};
  for (Vote& vote : held.votes) {
    vote.on_behalf_of = Uuid{};
    vote.shown_ms = 0;
  }
  ASSERT_FALSE(held.votes.empty());
  const std::size_t fourth = kLength + 4 + 4 * 16 + held.votes.size() * (16 + 8);
  expect_version_is_read(held, 3, fourth);
  held.agent_ip.clear();
  expect_version_is_read(held, 2, fourth + kLength);
  held.hidden.clear();
  expect_version_is_read(held, 1, fourth + 2 * kLength);
  AuditEntry entry = random_record<AuditEntry>(3);
  entry.obligations.clear();
  entry.tags.clear();
  entry.shadows.clear();
  expect_version_is_read(entry, 1, 3 * kLength);
}

TEST(RecordsTest, StoredBytesNeverChange) {
  Setting setting;
  setting.workspace_id.bytes.fill(0xab);
  setting.name = "n";
  setting.version = 3;
  setting.value = "xy";
  EXPECT_EQ(hex_encode(encode_record(setting)),
            "0b01abababababababababababababababab000000016e0000000000000003000000027879");
}

TEST(RecordsTest, ListLongerThanItsBytesIsRefusedBeforeAllocating) {
  // An agent whose list of roles claims four billion entries.
  Agent agent;
  std::string bytes = encode_record(agent);
  const std::size_t roles_at = bytes.size() - 8 - 1 - 4;
  for (std::size_t i = 0; i < 4; ++i) bytes[roles_at + i] = '\xff';
  EXPECT_EQ(decode_record<Agent>(bytes).error().code, Errc::corrupt);
}

}  // namespace
}  // namespace sentrail::store
