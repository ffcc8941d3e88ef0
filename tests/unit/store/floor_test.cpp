// The floor: what was noted is there, whichever slot was torn.
#include "runtime/store/floor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "runtime/store/files.hpp"
#include "tests/unit/store/fixtures.hpp"

namespace sentrail::store {
namespace {

FloorMark mark_of(std::uint64_t size) {
  return {{size, hash_of(static_cast<std::uint8_t>(size))}, size * 2};
}

class FloorTest : public testing::Test {
 protected:
  std::string read() const {
    std::ifstream in(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }
  void write(const std::string& bytes) const {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << bytes;
  }

  TemporaryDirectory directory_;
  std::string path_ = directory_.path() + "/floor";
};

TEST_F(FloorTest, NewFloorIsAtNothing) {
  EXPECT_EQ(Floor::create(path_).value()->mark(), FloorMark{});
  EXPECT_EQ(Floor::open(path_).value()->mark(), FloorMark{});
  EXPECT_EQ(Floor::create(path_).error().code, Errc::already_exists);
  EXPECT_EQ(Floor::open(path_ + "x").error().code, Errc::not_found);
}

TEST_F(FloorTest, NewestNoteIsReadBackSyncedOrNot) {
  for (const bool synced : {false, true}) {
    std::unique_ptr<Floor> floor =
        synced ? Floor::open(path_).value() : Floor::create(path_).value();
    for (std::uint64_t i = 1; i <= 5; ++i) {
      ASSERT_TRUE(floor->note(mark_of(i)).has_value());
      ASSERT_TRUE(!synced || floor->sync().has_value());
    }
    floor.reset();
    EXPECT_EQ(Floor::open(path_).value()->mark(), mark_of(5));
  }
}

// A note that is not synced never touches the slot that is: tearing it loses that note alone.
TEST_F(FloorTest, TornNoteLeavesTheSyncedOne) {
  std::unique_ptr<Floor> floor = Floor::create(path_).value();
  for (std::uint64_t i = 1; i <= 6; ++i) {
    ASSERT_TRUE(floor->note(mark_of(i)).has_value());
    ASSERT_TRUE(floor->sync().has_value());
    const std::string synced = read();
    ASSERT_TRUE(floor->note(mark_of(100 + i)).has_value());
    ASSERT_TRUE(floor->note(mark_of(200 + i)).has_value());
    const std::string noted = read();
    for (std::size_t at = 0; at < noted.size(); ++at) {
      if (noted[at] == synced[at]) continue;
      // Any byte of what was being written may be anything.
      std::string torn = noted;
      torn[at] = static_cast<char>(torn[at] ^ 0x55);
      write(torn);
      ASSERT_EQ(Floor::open(path_).value()->mark(), mark_of(i)) << "byte " << at;
    }
    write(noted);
    floor = Floor::open(path_).value();
    ASSERT_EQ(floor->mark(), mark_of(200 + i));
  }
}

TEST_F(FloorTest, DamagedInBothSlotsIsRefused) {
  ASSERT_TRUE(Floor::create(path_).value()->note(mark_of(1)).has_value());
  std::string bytes = read();
  bytes[40] = static_cast<char>(bytes[40] ^ 1);
  bytes[4096 + 40] = static_cast<char>(bytes[4096 + 40] ^ 1);
  write(bytes);
  const auto opened = Floor::open(path_);
  EXPECT_EQ(opened.error().code, Errc::corrupt);
  EXPECT_THAT(opened.error().message, testing::HasSubstr("doctor"));
  write("short");
  EXPECT_EQ(Floor::open(path_).error().code, Errc::corrupt);
}

TEST_F(FloorTest, NewerFormatIsRefusedByName) {
  static_cast<void>(Floor::create(path_));
  std::string bytes = read();
  bytes[15] = '2';  // sentrail-floor-2
  write(bytes);
  EXPECT_EQ(Floor::open(path_).error().code, Errc::unsupported);
}

TEST(FilesTest, LockKeepsASecondHolderOut) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() + "/lock";
  {
    const Result<FileHandle> held = lock_file(path);
    ASSERT_TRUE(held.has_value());
    const Result<FileHandle> second = lock_file(path);
    ASSERT_FALSE(second.has_value());
    EXPECT_EQ(second.error().code, Errc::unavailable);
    EXPECT_THAT(second.error().message, testing::HasSubstr(std::to_string(::getpid())));
  }
  EXPECT_TRUE(lock_file(path).has_value());
}

TEST(FilesTest, DirectoriesAreMadeOnceAndFilesAreNotDirectories) {
  const TemporaryDirectory directory;
  EXPECT_TRUE(make_directory(directory.path() + "/a").has_value());
  EXPECT_TRUE(make_directory(directory.path() + "/a").has_value());
  std::ofstream(directory.path() + "/file") << "x";
  EXPECT_EQ(make_directory(directory.path() + "/file").error().code, Errc::io);
  EXPECT_EQ(make_directory(directory.path() + "/none/deeper").error().code, Errc::io);
}

}  // namespace
}  // namespace sentrail::store
