// What is a pattern, and what is wrong with one.
#include "compiler/ir/pattern.hpp"

#include <gtest/gtest.h>

namespace sentrail::compiler::ir {
namespace {

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
  EXPECT_EQ(pattern_problem("DOMAIN\\user", '/'),
            "escapes a character that has no special meaning");
  EXPECT_EQ(pattern_problem("a\\", '/'), "ends in a lone `\\`");
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
  EXPECT_EQ(pattern_problem(std::string(513, 'a'), '/'), "is longer than 512 bytes");
}

}  // namespace
}  // namespace sentrail::compiler::ir
