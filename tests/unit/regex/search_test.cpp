// The engine's searches: limits, code points, and the work that an adversary can cause, counted.
// agree.py compares answers with another engine. L7.9 to L7.14 of docs/language.md.
#include "runtime/decide/regex.hpp"

#include <gtest/gtest.h>

#include <string>

#include "compiler/oracle/regex.hpp"
#include "core/limits.hpp"
#include "tests/unit/regex/searched.hpp"

namespace sentrail::support {
namespace {

// The engine's answer, after the oracle has given the same.
Truth search(std::string_view expression, std::string_view text) {
  const Truth answer = Searched(expression).search(text);
  EXPECT_EQ(answer, compiler::oracle::search(expression, text)) << expression << " on " << text;
  return answer;
}

TEST(Search, FindsPiecesAnywhere) {
  EXPECT_EQ(search("(?i)\\b(drop|truncate)\\b", "select; Drop table"), Truth::t);
  EXPECT_EQ(search("(?i)\\b(drop|truncate)\\b", "raindrops"), Truth::f);
  EXPECT_EQ(search("^a$", "a"), Truth::t);
  EXPECT_EQ(search("^a$", "a\n"), Truth::f);
  EXPECT_EQ(search("", ""), Truth::t);
  EXPECT_EQ(search("a/b", "a/b"), Truth::t);
  EXPECT_EQ(search("a\\/b", "a/b"), Truth::t);
}

TEST(Search, TakesCodePointsWhole) {
  EXPECT_EQ(search("^.$", "\u00e9"), Truth::t);
  EXPECT_EQ(search("^..$", "\u00e9"), Truth::f);
  EXPECT_EQ(search("[\u00e0-\u00ff]", "\u00e9"), Truth::t);
  EXPECT_EQ(search("[^a]", "\U0001f600"), Truth::t);
  EXPECT_EQ(search("\\x{1f600}", "\U0001f600"), Truth::t);
  EXPECT_EQ(search("\\w", "\u00e9"), Truth::f);
}

TEST(Search, FoldsAsciiAlone) {
  EXPECT_EQ(search("(?i)\u00e9", "\u00c9"), Truth::f);
  EXPECT_EQ(search("(?i)k", "\u212a"), Truth::f);
  EXPECT_EQ(search("(?i)[^k]", "K"), Truth::f);
  EXPECT_EQ(search("(?i:a)b", "Ab"), Truth::t);
  EXPECT_EQ(search("(?i:a)b", "AB"), Truth::f);
  EXPECT_EQ(search("(a(?i)b|c)d", "Cd"), Truth::t);
  EXPECT_EQ(search("(a(?i)b|c)d", "CD"), Truth::f);
}

// L7.13.
TEST(Search, ValuesPastTheLimitsAreUndecidable) {
  std::string text(limits::kRegexValueBytesMax, 'a');
  EXPECT_EQ(Searched("^a").search(text), Truth::t);
  text += 'a';
  EXPECT_EQ(search("^a", text), Truth::u);
  EXPECT_EQ(search("a", "a\xff"), Truth::u);
  EXPECT_EQ(search("a", "a\xc3"), Truth::u);
}

// What takes a backtracking engine 2^n takes this one its steps for each character at most.
TEST(Search, AdversariesCauseLinearWork) {
  for (const char* expression :
       {"(a+)+$", "(a|a)*$", "(a|aa)+$", "(.*a){20}$", "(a*)*b", "^(([a-z])+.)+[A-Z]([a-z])+$",
        "(?:a?){100}a{100}$", "((a{0,9}){0,9})*c", "(\\w+\\s?)*\\z", "([ab]*[bc]*[cd]*)*!"}) {
    const Searched searched(expression);
    for (const std::size_t length : {100u, 1'000u, 20'000u}) {
      const std::string text = std::string(length, 'a') + "!";
      EXPECT_LE(searched.looks(text), (length + 2) * searched.step_count()) << expression;
    }
  }
}

}  // namespace
}  // namespace sentrail::support
