// The classes of strings by tests of any kind, against the oracle on every short string.
#include "compiler/analysis/text_product.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>

#include "compiler/oracle/glob.hpp"
#include "compiler/oracle/regex.hpp"
#include "core/limits.hpp"

namespace sentrail::compiler::analysis {
namespace {

// What the oracle says of a test.
Truth oracle_says(const TextMatcher& test, const std::string& text, char separator) {
  const auto sure = [](bool holds) { return holds ? Truth::t : Truth::f; };
  switch (test.test) {
    case TextTest::pattern:
      return oracle::matches(test.text, text, separator);
    case TextTest::search:
      return oracle::search(test.text, text);
    case TextTest::contains:
      return sure(text.find(test.text) != std::string::npos);
    case TextTest::starts_with:
      return sure(text.starts_with(test.text));
    case TextTest::ends_with:
      return sure(text.ends_with(test.text));
    default:
      return sure(text == test.text);
  }
}

using Truths = std::vector<Truth>;

Truths oracle_says(const std::vector<TextMatcher>& tests, const std::string& text, char separator) {
  Truths truths;
  for (const TextMatcher& test : tests) truths.push_back(oracle_says(test, text, separator));
  return truths;
}

Truths class_says(const std::vector<TextMatcher>& tests, const ProductClass& one) {
  Truths truths(tests.size(), Truth::f);
  for (const std::uint32_t test : one.matching) truths[test] = Truth::t;
  for (std::size_t i = 0; i < tests.size(); ++i) {
    if (one.odd && tests[i].test == TextTest::pattern) truths[i] = Truth::u;
    if (one.past_limit && tests[i].test == TextTest::search) truths[i] = Truth::u;
  }
  return truths;
}

// Tests that are drawn from what tells short strings of a few letters apart.
class Drawn {
 public:
  explicit Drawn(std::uint64_t seed) : random_(seed) {}

  TextMatcher test(char separator) {
    static const std::vector<std::string> kExpressions = {
        "a",       "^a",      "a$",        "^(ab)*$",   "\\bab\\b", "a.b",       "(?i)A[^b]",
        "(?s)a.b", "^$",      "(?m)^b$",   "\\Ba",      "a|bb",     "b{2}",      "[^a/]",
        "\\W",     "^.?a.?$", "(?m)a$|^b", "\\Aa|b\\z", "^[ab]+$",  "(?:a|b/)+$"};
    switch (draw(6)) {
      case 0:
        return {TextTest::literal, word(3)};
      case 1:
        return {TextTest::pattern, pattern(separator)};
      case 2:
        return {TextTest::contains, word(2)};
      case 3:
        return {TextTest::starts_with, word(2)};
      case 4:
        return {TextTest::ends_with, word(2)};
      default:
        return {TextTest::search, kExpressions[draw(kExpressions.size())]};
    }
  }

  std::size_t draw(std::size_t below) {
    return std::uniform_int_distribution<std::size_t>(0, below - 1)(random_);
  }

 private:
  std::string word(std::size_t most) {
    std::string out;
    for (std::size_t left = draw(most + 1); left > 0; --left) out += "ab/."[draw(4)];
    return out;
  }

  std::string pattern(char separator) {
    static const std::vector<std::string> kSegments = {"a",  "*", "**", "?", "a*",
                                                       "*b", "",  "ab", "."};
    std::string out = kSegments[draw(kSegments.size())];
    for (std::size_t left = draw(3); left > 0; --left) {
      out += separator + kSegments[draw(kSegments.size())];
    }
    return out;
  }

  std::mt19937_64 random_;
};

// Calls `visit` with every string of at most five of some letters.
template <typename Visit>
void for_each_string(Visit&& visit) {
  static constexpr std::string_view kLetters = "ab/.\n ";
  std::vector<std::string> words = {""};
  for (std::size_t i = 0; i < words.size(); ++i) {
    visit(words[i]);
    if (words[i].size() == 5) continue;
    for (const char c : kLetters) words.push_back(words[i] + c);
  }
}

TEST(TextProduct, HasEveryClassAndNoOther) {
  const std::uint64_t seed = std::random_device{}();
  RecordProperty("seed", std::to_string(seed));
  Drawn drawn(seed);
  for (int round = 0; round < 30; ++round) {
    const char separator = drawn.draw(2) == 0 ? '/' : '.';
    std::vector<TextMatcher> tests;
    for (std::size_t left = 1 + drawn.draw(4); left > 0; --left) {
      const TextMatcher test = drawn.test(separator);
      const auto same = [&](const TextMatcher& other) {
        return other.test == test.test && other.text == test.text;
      };
      if (std::ranges::none_of(tests, same)) tests.push_back(test);
    }
    std::string context = "seed " + std::to_string(seed) + ", separator " + separator;
    for (const TextMatcher& test : tests) {
      context += "; " + std::to_string(static_cast<int>(test.test)) + " `" + test.text + "`";
    }
    const auto classes = text_product(tests, separator);
    ASSERT_TRUE(classes.has_value()) << context;
    std::set<Truths> known;
    for (const ProductClass& one : *classes) {
      const Truths truths = class_says(tests, one);
      EXPECT_TRUE(known.insert(truths).second) << context << ": twice, " << one.witness.size();
      EXPECT_EQ(oracle_says(tests, one.witness, separator), truths)
          << context << ": " << one.witness.substr(0, 100);
    }
    for_each_string([&](const std::string& text) {
      EXPECT_TRUE(known.contains(oracle_says(tests, text, separator))) << context << ": " << text;
    });
  }
}

TEST(TextProduct, KnowsTextsPastTheLimits) {
  const std::vector<TextMatcher> tests = {{TextTest::contains, "ab"},
                                          {TextTest::pattern, "a*"},
                                          {TextTest::search, "b$"},
                                          {TextTest::ends_with, "b"}};
  const auto classes = text_product(tests, '.');
  ASSERT_TRUE(classes.has_value());
  std::size_t odd = 0;
  std::size_t past = 0;
  for (const ProductClass& one : *classes) {
    EXPECT_EQ(one.odd, one.witness.size() > limits::kMatchedBytesMax);
    EXPECT_EQ(one.past_limit, one.witness.size() > limits::kRegexValueBytesMax);
    odd += one.odd && !one.past_limit ? 1 : 0;
    past += one.past_limit ? 1 : 0;
  }
  EXPECT_EQ(odd, 4u);  // with `ab` or without, ending in b or not: `b$` is as the end is
  EXPECT_EQ(past, 4u);
}

TEST(TextProduct, WhatIsFiniteIsNeverPastALimit) {
  const std::vector<TextMatcher> tests = {{TextTest::search, "^(a|b)$"}, {TextTest::literal, "a"}};
  const auto classes = text_product(tests, '.');
  ASSERT_TRUE(classes.has_value());
  std::vector<std::string> witnesses;
  for (const ProductClass& one : *classes) {
    if (!one.past_limit) witnesses.push_back(one.witness);
  }
  EXPECT_EQ(witnesses, (std::vector<std::string>{"", "a", "b"}));
}

}  // namespace
}  // namespace sentrail::compiler::analysis
