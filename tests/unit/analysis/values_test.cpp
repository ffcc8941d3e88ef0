// Numbers between numbers, and the strings that stand for classes.
#include <gtest/gtest.h>

#include "compiler/analysis/number_classes.hpp"
#include "compiler/analysis/text_classes.hpp"

namespace sentrail::compiler::analysis {
namespace {

std::optional<std::string> between(const char* low, const char* high) {
  const auto number = [](const char* text) {
    return *text == '\0' ? std::nullopt : Decimal::parse(text);
  };
  return number_between(number(low), number(high));
}

TEST(NumberBetween, IsShortAndNatural) {
  EXPECT_EQ(between("0", "500"), "1");
  EXPECT_EQ(between("500", ""), "501");
  EXPECT_EQ(between("", "0"), "-1");
  EXPECT_EQ(between("-5", "7"), "0");
  EXPECT_EQ(between("0", "1"), "0.1");
  EXPECT_EQ(between("1", "2"), "1.1");
  EXPECT_EQ(between("0.99", "1"), "0.991");
  EXPECT_EQ(between("-2", "-1"), "-1.1");
  EXPECT_EQ(between("", ""), "0");
  EXPECT_EQ(between("1e6144", ""), "2e6144");
}

TEST(NumberBetween, IsNothingWhereNoComparableNumberLies) {
  EXPECT_EQ(between("0", "1e-6144"), std::nullopt);
  EXPECT_EQ(
      between("12345678901234567890123456789012345678", "12345678901234567890123456789012345679"),
      std::nullopt);
  EXPECT_EQ(between("99999999999999999999999999999999999999e6144", ""), std::nullopt);
}

TEST(TextClasses, HaveShortNaturalWitnesses) {
  const std::vector<TextMatcher> tests = {
      {TextTest::literal, "main"}, {TextTest::pattern, "release/**"}, {TextTest::pattern, "m*"}};
  const auto found = text_classes(tests, '/');
  ASSERT_TRUE(found.has_value());
  std::vector<std::string> witnesses;
  for (const TextClass& one : found->classes) witnesses.push_back(one.witness);
  EXPECT_EQ(witnesses, (std::vector<std::string>{"x", "m", "main", "release", "x//y"}));
  EXPECT_TRUE(found->classes.back().odd);
  EXPECT_EQ(found->of_test[0], std::vector<std::uint32_t>{2});
  EXPECT_EQ(found->of_test[1], std::vector<std::uint32_t>{3});
  EXPECT_EQ(found->of_test[2], (std::vector<std::uint32_t>{1, 2}));
}

TEST(TextClasses, StopAtTheirBudget) {
  // Each pattern asks for one letter at one place, wherever it begins: their sets are many.
  std::vector<TextMatcher> tests;
  for (int i = 0; i < 24; ++i) tests.push_back({TextTest::pattern, "*a" + std::string(i, '?')});
  tests.push_back({TextTest::contains, "b"});
  EXPECT_FALSE(text_classes(tests, '/').has_value());
}

}  // namespace
}  // namespace sentrail::compiler::analysis
