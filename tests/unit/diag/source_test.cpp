// Places in texts and the loading of files.
#include "compiler/source.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "core/limits.hpp"

namespace sentrail::compiler {
namespace {

TEST(Source, LocatesInCodePoints) {
  const Source source("p", "ab\nñx\n\nlast");
  const auto at = [&](std::uint32_t offset) {
    const LineColumn place = source.locate(offset);
    return std::to_string(place.line) + ":" + std::to_string(place.column);
  };
  EXPECT_EQ(at(0), "1:1");
  EXPECT_EQ(at(2), "1:3");
  EXPECT_EQ(at(3), "2:1");
  EXPECT_EQ(at(5), "2:2");
  EXPECT_EQ(at(7), "3:1");
  EXPECT_EQ(at(8), "4:1");
  EXPECT_EQ(at(99), "4:5");
}

TEST(Source, GivesLinesWithoutTheirEnds) {
  const Source source("p", "one\r\ntwo\n");
  EXPECT_EQ(source.line_at(1), "one");
  EXPECT_EQ(source.line_at(5), "two");
  EXPECT_EQ(source.line_at(9), "");
  EXPECT_EQ(Source("e", "").line_at(0), "");
}

TEST(Sources, KeepsAddressesStable) {
  Sources sources;
  const SourceId first = sources.add("first", "abc");
  const std::string_view text = sources[first].text();
  for (int i = 0; i < 100; ++i) sources.add("more", "x");
  EXPECT_EQ(sources[first].text().data(), text.data());
  EXPECT_EQ(sources.slice(Span{first, 1, 3}), "bc");
  EXPECT_EQ(sources.size(), 101u);
}

TEST(Sources, ReadsFilesAndSaysWhyNot) {
  const auto path = std::filesystem::temp_directory_path() /
                    ("sentrail_source_test_" + std::to_string(::getpid()));
  std::ofstream(path, std::ios::binary) << "policy a\n";
  Sources sources;
  const Result<SourceId> read = sources.add_file(path.string());
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(sources[*read].text(), "policy a\n");

  std::filesystem::resize_file(path, limits::kSourceBytesMax + 1);
  const Result<SourceId> large = sources.add_file(path.string());
  ASSERT_FALSE(large.has_value());
  EXPECT_EQ(large.error().code, Errc::limit_exceeded);
  std::filesystem::remove(path);

  const Result<SourceId> missing = sources.add_file(path.string());
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().code, Errc::io);
  EXPECT_FALSE(sources.add_file("/").has_value());
}

}  // namespace
}  // namespace sentrail::compiler
