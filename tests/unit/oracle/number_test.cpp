// Numbers by value, exactly. Paragraphs L6 of docs/language.md.
#include "compiler/oracle/number.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "core/decimal.hpp"

namespace sentrail::compiler::oracle {
namespace {

int compare_texts(const char* a, const char* b) {
  const auto left = number_of(a);
  const auto right = number_of(b);
  EXPECT_TRUE(left) << a;
  EXPECT_TRUE(right) << b;
  return compare(left.value_or(Number{}), right.value_or(Number{}));
}

TEST(OracleNumber, IsReadByJsonsGrammarOnly) {
  for (const char* bad : {"", "-", "01", "+1", "1.", ".5", "1e", "1e+", "0x1", "1 ", " 1", "1a",
                          "--1", "NaN", "1e1.5", "1..2"}) {
    EXPECT_FALSE(number_of(bad)) << bad;
  }
}

TEST(OracleNumber, IsEqualByValue) {
  const std::vector<std::vector<const char*>> classes = {
      {"0", "-0", "0.0", "0e5", "0e99999999999999999999", "-0.000e-7"},
      {"1", "1.0", "1e0", "10e-1", "0.1e1", "0.01E+2", "1.000000000000000000000000000000000000000"},
      {"-1", "-1.0", "-100e-2"},
      {"123456789012345678901234567890", "12345678901234567890123456789e1",
       "1.23456789012345678901234567890e29"},
  };
  for (const auto& members : classes) {
    for (const char* a : members) {
      for (const char* b : members) EXPECT_EQ(compare_texts(a, b), 0) << a << " and " << b;
    }
  }
}

TEST(OracleNumber, IsOrderedByValue) {
  const std::vector<const char*> ascending = {"-1e6144",
                                              "-9007199254740993",
                                              "-9007199254740992",
                                              "-2",
                                              "-1",
                                              "-0.5",
                                              "-1e-6144",
                                              "0",
                                              "1e-6144",
                                              "0.1",
                                              "0.10000000000000000001",
                                              "0.5",
                                              "1",
                                              "1.5",
                                              "2",
                                              "9.99",
                                              "10",
                                              "9007199254740992",
                                              "9007199254740993",
                                              "1e6144"};
  for (std::size_t i = 0; i < ascending.size(); ++i) {
    for (std::size_t k = 0; k < ascending.size(); ++k) {
      const int expected = i < k ? -1 : i > k ? 1 : 0;
      EXPECT_EQ(compare_texts(ascending[i], ascending[k]), expected)
          << ascending[i] << " and " << ascending[k];
    }
  }
}

TEST(OracleNumber, EndsAtThirtyEightDigitsAndItsExponent) {
  const std::string digits(38, '7');
  EXPECT_TRUE(number_of(digits));
  EXPECT_FALSE(number_of(digits + "7"));
  EXPECT_TRUE(number_of(digits + "000"));  // zeros at the end are exponent
  EXPECT_TRUE(number_of("0.000" + digits));
  EXPECT_TRUE(number_of("1e6144"));
  EXPECT_FALSE(number_of("1e6145"));
  EXPECT_FALSE(number_of("10e6144"));
  EXPECT_TRUE(number_of("0.1e6145"));
  EXPECT_TRUE(number_of("1e-6144"));
  EXPECT_FALSE(number_of("0.1e-6144"));
  EXPECT_FALSE(number_of("1e99999999999999999999999"));
}

// Two implementations of L6, written apart, must agree on what a number is and which is greater.
TEST(OracleNumber, AgreesWithTheExactDecimalsOfTheEngines) {
  constexpr std::uint64_t kSeed = 38;
  std::printf("seed %llu\n", static_cast<unsigned long long>(kSeed));
  std::mt19937_64 random(kSeed);
  const auto digits = [&random](std::size_t most) {
    std::string text;
    for (std::size_t i = random() % most + 1; i > 0; --i) text += "0123456789000099"[random() % 16];
    return text;
  };
  std::vector<std::string> texts;
  for (int i = 0; i < 3'000; ++i) {
    std::string text = random() % 2 == 0 ? "-" : "";
    const std::string whole = digits(24);
    const std::size_t first = whole.find_first_not_of('0');
    text += first == std::string::npos ? "0" : whole.substr(first);
    if (random() % 2 == 0) text += "." + digits(24);
    constexpr const char* kPowers[] = {"", "e1", "E-7", "e+12", "e-30", "e6144", "e-6144", "e6130"};
    text += kPowers[random() % 8];
    texts.push_back(std::move(text));
  }
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto ours = number_of(texts[i]);
    const auto theirs = Decimal::parse(texts[i]);
    ASSERT_EQ(ours.has_value(), theirs.has_value()) << texts[i];
    for (std::size_t k = 0; ours && k < 40; ++k) {
      const std::string& other = texts[random() % texts.size()];
      const auto right = number_of(other);
      if (!right) continue;
      const auto order = sentrail::compare(*theirs, *Decimal::parse(other));
      const int expected = order < 0 ? -1 : order > 0 ? 1 : 0;
      ASSERT_EQ(compare(*ours, *right), expected) << texts[i] << " and " << other;
    }
  }
}

}  // namespace
}  // namespace sentrail::compiler::oracle
