// What is a pattern, and what is wrong with one.
#include "compiler/ir/pattern.hpp"

#include <gtest/gtest.h>

namespace sentrail::compiler::ir {
namespace {

std::string what_is_wrong(const std::string& pattern) {
  return pattern_problem(pattern, '/').value_or(PatternProblem{}).what;
}

TEST(Pattern, IsWhatHasAnUnescapedWildcard) {
  EXPECT_TRUE(has_wildcard("a*"));
  EXPECT_TRUE(has_wildcard("?"));
  EXPECT_TRUE(has_wildcard("\\\\*"));  // an escaped backslash, then a wildcard
  EXPECT_FALSE(has_wildcard("a\\*b\\?"));
  EXPECT_FALSE(has_wildcard("plain"));
  EXPECT_FALSE(has_wildcard(""));
}

TEST(Pattern, LosesItsEscapesAsALiteral) {
  EXPECT_EQ(unescape_literal("a\\*b"), "a*b");
  EXPECT_EQ(unescape_literal("DOMAIN\\\\user"), "DOMAIN\\user");
  EXPECT_EQ(unescape_literal(""), "");
}

TEST(Pattern, IsRefusedForUnknownEscapes) {
  EXPECT_EQ(what_is_wrong("DOMAIN\\user"), "has a backslash before what is not special");
  EXPECT_EQ(what_is_wrong("a\\"), "has a backslash before what is not special");
  EXPECT_FALSE(pattern_problem("\\*\\?\\\\", '/'));
}

TEST(Pattern, HasDoubleStarsAsWholeSegmentsOnly) {
  for (const char* good : {"**", "a/**", "**/a", "a/**/b", "**/**", "*", "a*/*b"}) {
    EXPECT_FALSE(pattern_problem(good, '/')) << good;
  }
  for (const char* bad : {"a**", "**a", "a/b**/c", "***", "a/***", "****", "a.**"}) {
    EXPECT_TRUE(pattern_problem(bad, '/')) << bad;
  }
  EXPECT_FALSE(pattern_problem("a.**", '.'));
  EXPECT_TRUE(pattern_problem("a/**", '.'));
}

TEST(Pattern, HasALimit) {
  EXPECT_FALSE(pattern_problem(std::string(512, 'a'), '/'));
  EXPECT_EQ(what_is_wrong(std::string(513, 'a')), "is longer than 512 bytes");
}

}  // namespace
}  // namespace sentrail::compiler::ir
