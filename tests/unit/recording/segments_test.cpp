// Files of records: whole or not there, in order, gone when old or too many.
#include "runtime/recording/segments.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace sentrail::recording {
namespace {

constexpr std::int64_t kHour = 3'600'000;

class SegmentsTest : public testing::Test {
 protected:
  SegmentsTest() {
    std::string name = testing::TempDir() + "sentrail-segments-XXXXXX";
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name + "/requests";
  }
  ~SegmentsTest() override {
    std::filesystem::remove_all(std::filesystem::path(folder_).parent_path());
  }

  std::unique_ptr<Segments> open(std::uint64_t bytes_max = 64u << 20,
                                 std::int64_t retention_ms = 24 * kHour) {
    auto out = Segments::open({folder_, bytes_max, retention_ms});
    EXPECT_TRUE(out) << out.error().message;
    return *std::move(out);
  }
  static std::vector<std::string> all(const Segments& segments, std::size_t limit = 3) {
    std::vector<std::string> out;
    Place place;
    while (true) {
      const auto page = segments.read(place, limit, 1u << 20);
      EXPECT_TRUE(page) << page.error().message;
      if (!page || page->empty()) return out;
      for (const FoundRecord& one : *page) out.push_back(one.bytes);
      place = page->back().next;
    }
  }
  std::vector<std::string> files() const {
    std::vector<std::string> out;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      out.push_back(entry.path().string());
    }
    std::ranges::sort(out);
    return out;
  }

  std::string folder_;
};

TEST_F(SegmentsTest, WhatIsAppendedIsReadInOrderAndAfterAStart) {
  std::vector<std::string> written;
  {
    const auto segments = open();
    for (int i = 0; i < 10; ++i) {
      written.push_back(std::string(static_cast<std::size_t>(i) * 100, 'a') + std::to_string(i));
      ASSERT_TRUE(segments->append(1'000 + i, written.back()));
    }
    ASSERT_TRUE(segments->sync());
    EXPECT_EQ(all(*segments), written);
  }
  const auto again = open();
  EXPECT_EQ(all(*again), written);
  ASSERT_TRUE(again->append(2'000, "more"));
  written.emplace_back("more");
  EXPECT_EQ(all(*again), written);
}

// Every length that a crash may leave of the newest file.
TEST_F(SegmentsTest, WhatACrashLeftOfARecordIsCutOff) {
  std::uint64_t whole = 0;
  {
    const auto segments = open();
    ASSERT_TRUE(segments->append(1'000, "first"));
    whole = segments->size();
    ASSERT_TRUE(segments->append(1'001, "second"));
  }
  const std::string file = files().at(0);
  const std::uint64_t full = std::filesystem::file_size(file);
  std::ifstream in(file, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(in)), {});
  for (std::uint64_t size = 0; size < full; ++size) {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes.substr(0, size);
    const auto segments = open();
    const bool has_first = size >= whole;
    EXPECT_EQ(all(*segments),
              has_first ? std::vector<std::string>{"first"} : std::vector<std::string>{})
        << size;
    ASSERT_TRUE(segments->append(1'002, "third"));
    EXPECT_EQ(all(*segments).back(), "third") << size;
    for (const std::string& one : files()) std::filesystem::remove(one);
  }
}

TEST_F(SegmentsTest, AChangedRecordOfAnOlderFileIsNamed) {
  {
    const auto segments = open();
    ASSERT_TRUE(segments->append(1'000, "first"));
    ASSERT_TRUE(segments->append(1'000 + 2 * kHour, "second"));
  }
  ASSERT_EQ(files().size(), 2u);
  std::fstream file(files()[0], std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(-1, std::ios::end);
  file.put('x');
  file.close();
  const auto read = open()->read({}, 10, 1u << 20);
  ASSERT_FALSE(read);
  EXPECT_NE(read.error().message.find(files()[0] + " was changed"), std::string::npos);
}

TEST_F(SegmentsTest, WhatIsOldGoesAndWhatIsYoungerStays) {
  const auto segments = open();
  for (int hour = 0; hour < 30; ++hour) {
    ASSERT_TRUE(segments->append(hour * kHour, "h" + std::to_string(hour)));
  }
  ASSERT_TRUE(segments->clean(30 * kHour));
  std::vector<std::string> left = all(*segments);
  EXPECT_EQ(left.front(), "h6");
  EXPECT_EQ(left.back(), "h29");
  EXPECT_EQ(files().size(), left.size()) << "the files are gone, not only the records";
  ASSERT_TRUE(segments->clean(60 * kHour));
  EXPECT_TRUE(all(*segments).empty());
  EXPECT_TRUE(files().empty());
  EXPECT_EQ(segments->size(), 0u);
  ASSERT_TRUE(segments->append(60 * kHour, "new"));
  EXPECT_EQ(all(*segments), std::vector<std::string>{"new"});
}

TEST_F(SegmentsTest, TheOldestGoWhereThereIsMoreThanTheCap) {
  constexpr std::uint64_t kCap = 1u << 20;
  const auto segments = open(kCap);
  const std::string record(10'000, 'x');
  for (int i = 0; i < 300; ++i) {
    ASSERT_TRUE(segments->append(1'000 + i, std::to_string(i) + record));
    ASSERT_TRUE(segments->clean(2'000));
    ASSERT_LE(segments->size(), kCap);
  }
  const std::vector<std::string> left = all(*segments);
  EXPECT_EQ(left.back().substr(0, 4), "299x");
  EXPECT_GT(left.size(), 80u) << "no more goes than has to";
  EXPECT_EQ(segments->append(1, std::string(kCap, 'x')).error().code, Errc::limit_exceeded);
}

// A page that was read before files went is continued behind them.
TEST_F(SegmentsTest, ReadingGoesOnBehindWhatWasRemoved) {
  const auto segments = open();
  for (int hour = 0; hour < 6; ++hour) {
    ASSERT_TRUE(segments->append(hour * kHour, "h" + std::to_string(hour)));
  }
  const auto page = segments->read({}, 1, 1u << 20);
  ASSERT_TRUE(page);
  ASSERT_TRUE(segments->clean((24 + 4) * kHour));
  const auto next = segments->read(page->back().next, 1, 1u << 20);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->front().bytes, "h4");
}

TEST_F(SegmentsTest, AForeignFileOfThatNameIsNamedAndKept) {
  std::filesystem::create_directories(folder_);
  const std::string name = folder_ + "/0000000000000007.requests";
  std::ofstream(name) << "somebody's own file, which is none of ours";
  const auto opened = Segments::open({folder_, 1u << 20, kHour});
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message.find(name), std::string::npos);
  EXPECT_TRUE(std::filesystem::exists(name));
}

}  // namespace
}  // namespace sentrail::recording
