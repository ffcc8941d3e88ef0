// Tests that files are read whole, or refused for a reason.
#include "core/read_file.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace sentrail {
namespace {

TEST(ReadFile, WholeFilesAndReasons) {
  std::string name = testing::TempDir() + "read-XXXXXX";
  const int file = ::mkstemp(name.data());
  ASSERT_GE(file, 0);
  const std::string text(40'000, 'x');
  ASSERT_EQ(::write(file, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  EXPECT_EQ(read_file(name, 40'000).value(), text);
  EXPECT_EQ(read_file(name, 39'999).error().code, Errc::limit_exceeded);
  ::close(file);
  ::unlink(name.c_str());
  EXPECT_EQ(read_file(name, 1).error().code, Errc::not_found);
  // A folder opens, and cannot be read.
  EXPECT_EQ(read_file(testing::TempDir(), 1).error().code, Errc::io);
}

}  // namespace
}  // namespace sentrail
