// The steps of RFC 6901's pointers, and what of them is not escaped as it asks.
#include "core/json_pointer.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace sentrail {
namespace {

std::vector<std::string> steps(std::string_view pointer) {
  std::vector<std::string> all;
  while (!pointer.empty()) all.push_back(take_pointer_step(pointer));
  return all;
}

using Steps = std::vector<std::string>;

// source: RFC 6901, section 5.
TEST(JsonPointer, ReadsTheExamplesOfItsDocument) {
  EXPECT_EQ(steps(""), Steps{});
  EXPECT_EQ(steps("/foo"), Steps{"foo"});
  EXPECT_EQ(steps("/foo/0"), (Steps{"foo", "0"}));
  EXPECT_EQ(steps("/"), Steps{""});
  EXPECT_EQ(steps("/a~1b"), Steps{"a/b"});
  EXPECT_EQ(steps("/m~0n"), Steps{"m~n"});
  EXPECT_EQ(steps("/k\"l/ "), (Steps{"k\"l", " "}));
}

TEST(JsonPointer, DecodesAnEscapeOnce) {
  EXPECT_EQ(steps("/~01"), Steps{"~1"});
}

TEST(JsonPointer, KeepsEmptyStepsAndATildeAtTheEnd) {
  EXPECT_EQ(steps("//a/"), (Steps{"", "a", ""}));
  EXPECT_EQ(steps("/a~/b~"), (Steps{"a~", "b~"}));
}

}  // namespace
}  // namespace sentrail
