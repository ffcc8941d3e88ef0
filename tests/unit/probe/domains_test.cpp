// Values worth trying: neighbours of numbers, texts for patterns.
#include "compiler/probe/domains.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/oracle/glob.hpp"

namespace sentrail::compiler::probe {
namespace {

TEST(Beside, IsOneUnitOfTheLastWrittenPlaceAway) {
  EXPECT_EQ(beside("500", true), "501");
  EXPECT_EQ(beside("500", false), "499");
  EXPECT_EQ(beside("0", true), "1");
  EXPECT_EQ(beside("0", false), "-1");
  EXPECT_EQ(beside("1", false), "0");
  EXPECT_EQ(beside("-1", true), "0");
  EXPECT_EQ(beside("-1", false), "-2");
  EXPECT_EQ(beside("999", true), "1000");
  EXPECT_EQ(beside("1000", false), "999");
  EXPECT_EQ(beside("0.5", true), "0.6");
  EXPECT_EQ(beside("0.5", false), "0.4");
  EXPECT_EQ(beside("0.1", false), "0.0");
  EXPECT_EQ(beside("0.9", true), "1.0");
  EXPECT_EQ(beside("500.00", true), "500.01");
  EXPECT_EQ(beside("500.00", false), "499.99");
  EXPECT_EQ(beside("-0.05", true), "-0.04");
  EXPECT_EQ(beside("1e3", true), "1001");
  EXPECT_EQ(beside("15e-1", true), "1.6");
}

TEST(Beside, GivesUpWhereDigitsWouldNotDo) {
  EXPECT_EQ(beside("1e300", true), std::nullopt);
  EXPECT_EQ(beside("1e-300", true), std::nullopt);
  EXPECT_EQ(beside("no number", true), std::nullopt);
}

TEST(Samples, HoldOneThatMatchesAndOneThatDoesNot) {
  for (const char* pattern :
       {"release/**", "*", "feature/*", "**/x", "a?c", "topic-*/b", "a\\*b"}) {
    bool matched = false;
    bool missed = false;
    for (const std::string& text : samples_of(pattern, '/')) {
      const Truth truth = oracle::matches(pattern, text, '/');
      matched = matched || truth == Truth::t;
      missed = missed || truth == Truth::f;
    }
    EXPECT_TRUE(matched) << pattern;
    EXPECT_TRUE(missed) << pattern;
  }
}

TEST(Samples, DoNotRepeat) {
  EXPECT_THAT(samples_of("a", '/'), testing::ElementsAre("a", "a/a", "aa"));
}

}  // namespace
}  // namespace sentrail::compiler::probe
