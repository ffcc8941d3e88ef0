// Verification names the first wrong entry, whatever was changed.
#include "runtime/audit/verify.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "runtime/audit/leaf.hpp"
#include "runtime/store/keys.hpp"
#include "tests/support/memory_kv.hpp"
#include "tests/unit/store/fixtures.hpp"

namespace sentrail::audit {
namespace {

using store::Space;
using testing::HasSubstr;

class VerifyTest : public testing::Test {
 protected:
  void SetUp() override {
    store_ = test::open_memory_store(disk_, codec_);
    store::Transaction many;
    for (std::uint64_t i = 0; i < kEntries; ++i) {
      many.operations.push_back(store::AppendAudit{store::entry(i)});
    }
    ASSERT_TRUE(store::apply(*store_, many).status.has_value());
  }
  std::string exported(std::uint64_t from = 0) {
    std::ostringstream out;
    EXPECT_TRUE(write_export(*store_, from, out).has_value());
    return out.str();
  }
  static VerifyReport verify(const std::string& file,
                             const std::optional<store::AuditHead>& expected = {}) {
    std::istringstream in(file);
    return verify_export(in, expected);
  }
  std::string& leaf_row(std::uint64_t sequence) {
    return disk_->spaces[static_cast<std::size_t>(Space::audit)].at(store::leaf_key(sequence));
  }

  static constexpr std::uint64_t kEntries = 700;  // more than a page

  LeafCodec codec_;
  std::shared_ptr<test::MemoryDisk> disk_ = std::make_shared<test::MemoryDisk>();
  std::unique_ptr<store::Store> store_;
};

TEST_F(VerifyTest, WholeLogIsGood) {
  const VerifyReport report = verify_store(*store_).value();
  EXPECT_FALSE(report.fault.has_value());
  EXPECT_EQ(report.head, store_->audit_head());
  const VerifyReport range = verify_store(*store_, 650).value();
  EXPECT_FALSE(range.fault.has_value());
  EXPECT_EQ(range.begin.size, 650u);
  EXPECT_FALSE(verify_store(*store_, kEntries).value().fault.has_value());
  EXPECT_EQ(verify_store(*store_, kEntries + 1).error().code, Errc::invalid_argument);
}

TEST_F(VerifyTest, ChangedEntryInTheStoreIsNamed) {
  std::string& row = leaf_row(613);
  row[row.find("github")] = 'G';
  const VerifyReport report = verify_store(*store_).value();
  EXPECT_EQ(report.fault, (Fault{613, "the chain hash does not match"}));
  EXPECT_EQ(report.head.size, 613u);
}

TEST_F(VerifyTest, MissingEntryInTheStoreIsNamed) {
  disk_->spaces[static_cast<std::size_t>(Space::audit)].erase(store::leaf_key(613));
  const VerifyReport report = verify_store(*store_).value();
  ASSERT_TRUE(report.fault.has_value());
  EXPECT_EQ(report.fault->sequence, 613u);
  EXPECT_THAT(report.fault->why, HasSubstr("missing"));
}

TEST_F(VerifyTest, ExportsAreGood) {
  for (const std::uint64_t from : {std::uint64_t{0}, std::uint64_t{650}, kEntries}) {
    const VerifyReport report = verify(exported(from), store_->audit_head());
    EXPECT_FALSE(report.fault.has_value()) << report.fault->why;
    EXPECT_EQ(report.begin.size, from);
    EXPECT_EQ(report.head, store_->audit_head());
  }
  std::ostringstream out;
  EXPECT_EQ(write_export(*store_, kEntries + 1, out).error().code, Errc::invalid_argument);
}

TEST_F(VerifyTest, EmptyLogIsGood) {
  const auto disk = std::make_shared<test::MemoryDisk>();
  const auto empty = test::open_memory_store(disk, codec_);
  std::ostringstream out;
  ASSERT_TRUE(write_export(*empty, 0, out).has_value());
  EXPECT_FALSE(verify(out.str()).fault.has_value());
  EXPECT_FALSE(verify_store(*empty).value().fault.has_value());
}

// Every byte of a small export, flipped in every bit: always found, at the right entry.
TEST_F(VerifyTest, EveryFlippedBitOfAnExportIsFound) {
  const std::string file = exported(697);
  std::uint64_t line = 0;
  for (std::size_t at = 0; at < file.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = file;
      changed[at] = static_cast<char>(changed[at] ^ (1 << bit));
      const VerifyReport report = verify(changed);
      ASSERT_TRUE(report.fault.has_value()) << "byte " << at << " bit " << bit;
      if (line == 0) continue;  // a log that begins elsewhere is wrong from its beginning
      ASSERT_EQ(report.fault->sequence, 696 + line) << "byte " << at;
    }
    if (file[at] == '\n') ++line;
  }
}

TEST_F(VerifyTest, CutsInsertionsAndSwapsAreFound) {
  const std::string file = exported();
  std::vector<std::string> lines;
  std::istringstream in(file);
  for (std::string line; std::getline(in, line);) lines.push_back(line + "\n");
  const auto joined = [](const std::vector<std::string>& parts) {
    std::string out;
    for (const std::string& part : parts) out += part;
    return out;
  };
  std::vector<std::string> swapped = lines;
  std::swap(swapped[10], swapped[11]);
  EXPECT_EQ(verify(joined(swapped)).fault->sequence, 9u);
  std::vector<std::string> missing = lines;
  missing.erase(missing.begin() + 10);
  EXPECT_EQ(verify(joined(missing)).fault->sequence, 9u);
  std::vector<std::string> repeated = lines;
  repeated.insert(repeated.begin() + 10, lines[10]);
  EXPECT_EQ(verify(joined(repeated)).fault->sequence, 10u);
  EXPECT_THAT(verify(file + "\n").fault->why, HasSubstr("follows"));
  EXPECT_THAT(verify("").fault->why, HasSubstr("no export"));
  for (std::size_t size = 0; size < file.size(); size += 997) {
    EXPECT_TRUE(verify(file.substr(0, size)).fault.has_value()) << size;
  }
}

TEST_F(VerifyTest, ShorterLogIsFoundByAHeadFromElsewhere) {
  const store::AuditHead known = store_->audit_head();
  // An honest log of fewer entries, as a restored backup would be.
  const auto disk = std::make_shared<test::MemoryDisk>();
  const auto shorter = test::open_memory_store(disk, codec_);
  ASSERT_TRUE(
      store::apply(*shorter, store::transaction(store::AppendAudit{store::entry(0)})).status);
  std::ostringstream out;
  ASSERT_TRUE(write_export(*shorter, 0, out).has_value());
  EXPECT_FALSE(verify(out.str()).fault.has_value());
  EXPECT_THAT(verify(out.str(), known).fault->why, HasSubstr("elsewhere"));
}

}  // namespace
}  // namespace sentrail::audit
