// Patterns. Paragraphs L7 of docs/language.md.
#include "compiler/oracle/glob.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/limits.hpp"

namespace sentrail::compiler::oracle {
namespace {

using std::string_view_literals::operator""sv;

struct Row {
  std::string_view pattern;
  char separator;
  std::string_view value;
  Truth expected;
};

constexpr Truth kT = Truth::t;
constexpr Truth kF = Truth::f;
constexpr Truth kU = Truth::u;

void expect_rows(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    EXPECT_EQ(matches(row.pattern, row.value, row.separator), row.expected)
        << row.pattern << " on " << row.value;
  }
}

TEST(OracleGlob, StarStaysInASegment) {
  expect_rows({{"release/*", '/', "release/1", kT},
               {"release/*", '/', "release/1/2", kF},
               {"release/*", '/', "release/", kT},
               {"release/*", '/', "release", kF},
               {"*", '/', "", kT},
               {"*", '/', "a.b", kT},
               {"*", '.', "a.b", kF},
               {"*.b", '.', "a.b", kT},
               {"a*c", '/', "abc", kT},
               {"a*c", '/', "ac", kT},
               {"a*c", '/', "a/c", kF},
               {"*a*a*b", '/', "aaaaab", kT},
               {"*a*a*b", '/', "aaaaaa", kF}});
}

TEST(OracleGlob, DoubleStarIsAnyNumberOfSegments) {
  expect_rows({{"/a/**", '/', "/a", kT},
               {"/a/**", '/', "/a/b/c", kT},
               {"/a/**", '/', "/ab", kF},
               {"/a/**", '/', "/a/", kT},
               {"**/b", '/', "b", kT},
               {"**/b", '/', "a/a/b", kT},
               {"**/b", '/', "ab", kF},
               {"a/**/c", '/', "a/c", kT},
               {"a/**/c", '/', "a/b/b/c", kT},
               {"a/**/c", '/', "a/b/b/d", kF},
               {"**", '/', "", kT},
               {"**", '.', "a..b", kT},
               {"db.**", '.', "db", kT},
               {"db.**", '.', "db.x.y", kT},
               {"db.**", '.', "dbx", kF},
               {"**/a/**/a", '/', "a/b/a/b/a", kT}});
}

TEST(OracleGlob, QuestionMarkIsOneCodePoint) {
  expect_rows({{"a?c", '/', "abc", kT},
               {"a?c", '/', "aäc", kT},
               {"a?c", '/', "a\U0001F600c", kT},
               {"a?c", '/', "ac", kF},
               {"a?c", '/', "a/c", kF},
               {"a?c", '.', "a.c", kF},
               {"?", '/', "e\u0301", kF}});
}

TEST(OracleGlob, BackslashEscapes) {
  expect_rows({{"a\\*", '.', "a*", kT},
               {"a\\*", '.', "ab", kF},
               {"\\?", '.', "?", kT},
               {"\\\\", '.', "\\", kT},
               {"\\*\\*", '.', "**", kT},
               {"\\*\\*", '.', "ab", kF}});
}

TEST(OracleGlob, MatchesTheWholeValueAndItsCase) {
  expect_rows({{"main", '/', "main", kT},
               {"main", '/', "main2", kF},
               {"main", '/', "Main", kF},
               {"", '/', "", kT},
               {"", '/', "a", kF}});
}

TEST(OracleGlob, IsUndecidableOnAmbiguousPaths) {
  for (const std::string_view value : {"."sv, ".."sv, "a/./b"sv, "a/.."sv, "../a"sv, "a//b"sv,
                                       "//a"sv, "a//"sv, "//"sv, "a\\b"sv, "a\0b"sv, "\0"sv}) {
    EXPECT_EQ(matches("**", value, '/'), kU) << value;
    EXPECT_EQ(matches("no", value, '/'), kU) << value;
    EXPECT_NE(matches("**", value, '.'), kU) << value;
  }
  for (const std::string_view value : {"/"sv, "/a"sv, "a/"sv, ""sv, "..."sv, ".a/b."sv}) {
    EXPECT_EQ(matches("**", value, '/'), kT) << value;
  }
}

TEST(OracleGlob, IsUndecidableOnWhatIsNotUtf8OrTooLong) {
  for (const std::string_view value :
       {"\xff"sv, "\xc3"sv, "a\xc0\x80"sv, "\xed\xa0\x80"sv, "\xf4\x90\x80\x80"sv, "\xe0\x80\x80"sv,
        "\x80"sv, "\xf5\x80\x80\x80"sv}) {
    EXPECT_EQ(matches("**", value, '.'), kU);
  }
  EXPECT_EQ(matches("\xf4\x8f\xbf\xbf"sv, "\xf4\x8f\xbf\xbf"sv, '.'), kT);  // U+10FFFF
  const std::string longest(limits::kMatchedBytesMax, 'a');
  EXPECT_EQ(matches("a*", longest, '.'), kT);
  EXPECT_EQ(matches("a*", longest + "a", '.'), kU);
}

}  // namespace
}  // namespace sentrail::compiler::oracle
