// A small value outside the database: what survives a torn write, and who may read it.
#include "runtime/store/slot_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

namespace sentrail::store {
namespace {

constexpr std::size_t kSlotBytes = 4096;

class SlotFileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = ::testing::TempDir() + "slots-XXXXXX";
    folder_ = ::mkdtemp(name.data());
    path_ = folder_ + "/stops";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  Result<SlotFile> open() { return SlotFile::open(path_, kSlotBytes); }

  void flip(std::size_t at) {
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(static_cast<std::streamoff>(at));
    const char byte = static_cast<char>(file.get() ^ 1);
    file.seekp(static_cast<std::streamoff>(at));
    file.put(byte);
  }

  std::string folder_;
  std::string path_;
};

TEST_F(SlotFileTest, KeepsTheNewestValue) {
  {
    Result<SlotFile> file = open();
    ASSERT_TRUE(file);
    EXPECT_EQ(file->value(), "");
    for (const char* value : {"one", "", "three"}) ASSERT_TRUE(file->replace(value));
  }
  Result<SlotFile> again = open();
  ASSERT_TRUE(again);
  EXPECT_EQ(again->value(), "three");
  ASSERT_TRUE(again->replace("four"));
  EXPECT_EQ(open()->value(), "four");
}

TEST_F(SlotFileTest, NeverGrows) {
  Result<SlotFile> file = open();
  ASSERT_TRUE(file);
  const auto bytes = std::filesystem::file_size(path_);
  EXPECT_EQ(bytes, 2 * kSlotBytes);
  ASSERT_TRUE(file->replace(std::string(file->value_bytes_max(), 'x')));
  ASSERT_TRUE(file->replace(std::string(file->value_bytes_max(), 'y')));
  EXPECT_EQ(std::filesystem::file_size(path_), bytes);
  const Status more = file->replace(std::string(file->value_bytes_max() + 1, 'z'));
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().code, Errc::limit_exceeded);
  EXPECT_EQ(open()->value().front(), 'y');
}

TEST_F(SlotFileTest, AnyFlippedBitOfOneSlotCostsThatSlotOnly) {
  {
    Result<SlotFile> file = open();
    ASSERT_TRUE(file);
    ASSERT_TRUE(file->replace("old"));   // second slot
    ASSERT_TRUE(file->replace("new!"));  // first slot
  }
  constexpr std::size_t kUsed = 16 + 8 + 4 + 4 + 8;
  for (std::size_t at = 0; at < kUsed; ++at) {
    flip(at);
    const Result<SlotFile> file = open();
    ASSERT_TRUE(file) << at;
    EXPECT_EQ(file->value(), "old") << at;
    flip(at);
  }
  EXPECT_EQ(open()->value(), "new!");
}

TEST_F(SlotFileTest, DamageInBothSlotsAndOpenFilesAreRefused) {
  ASSERT_TRUE(open()->replace("value"));
  ::chmod(path_.c_str(), 0644);
  EXPECT_EQ(open().error().code, Errc::permission_denied);
  ::chmod(path_.c_str(), 0600);
  flip(20);
  flip(kSlotBytes + 20);
  EXPECT_EQ(open().error().code, Errc::corrupt);
}

}  // namespace
}  // namespace sentrail::store
