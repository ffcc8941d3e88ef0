// All short texts over small alphabets: the wall and the second reader agree on every one.
#include <gtest/gtest.h>

#include "core/json_writer.hpp"
#include "core/limits.hpp"
#include "tests/support/plain_json.hpp"
#include "wire/json.hpp"

namespace sentrail::wire {
namespace {

struct Counts {
  std::size_t texts = 0;
  std::size_t accepted = 0;
};

// Tries every text of exactly `length` symbols.
void try_all(const std::vector<std::string>& symbols, std::size_t length, Counts& counts) {
  std::vector<std::size_t> digits(length, 0);
  while (true) {
    std::string text;
    for (const std::size_t digit : digits) text += symbols[digit];
    ++counts.texts;
    const auto parsed = parse_json(text);
    const auto plain = testing::plain_json(text, limits::kJsonDepthMax);
    ASSERT_EQ(parsed.has_value(), plain.has_value()) << text;
    if (parsed) {
      ++counts.accepted;
      std::string again;
      JsonWriter(&again).raw(parsed->root());
      ASSERT_EQ(again, *plain) << text;
    }
    std::size_t i = 0;
    while (i < length && ++digits[i] == symbols.size()) digits[i++] = 0;
    if (i == length) return;
  }
}

TEST(JsonExhaustive, StructureUpToSixSymbols) {
  Counts counts;
  for (std::size_t length = 1; length <= 6; ++length) {
    try_all({"[", "]", "{", "}", ",", ":", "\"a\"", "1"}, length, counts);
  }
  EXPECT_EQ(counts.texts, 299'592u);
  EXPECT_EQ(counts.accepted, 42u);
}

TEST(JsonExhaustive, BytesUpToFive) {
  Counts counts;
  for (std::size_t length = 1; length <= 5; ++length) {
    try_all({"[", "]", "\"", "\\", "n", "1", "-", ".", "e", "\x0c"}, length, counts);
  }
  EXPECT_EQ(counts.texts, 111'110u);
  EXPECT_GT(counts.accepted, 100u);
}

TEST(JsonExhaustive, EscapesAndSurrogates) {
  Counts counts;
  for (std::size_t length = 1; length <= 5; ++length) {
    try_all({"\"", "\\u", "d800", "DC00", "0041", "d83d", "\\", "\\n", "\xf0\x9f\x98\x80"}, length,
            counts);
  }
  // The same inside quotes, so that every text is a whole string.
  for (std::size_t length = 1; length <= 4; ++length) {
    try_all({"\"\\ud800", "\\udc00", "\\ud83d", "\\u0041", "\\u000", "\\uD8g0", "x", "\""}, length,
            counts);
  }
  EXPECT_GT(counts.accepted, 50u);
}

// Every object of up to five members out of six, two of which are one key spelled twice.
TEST(JsonExhaustive, RepeatedKeys) {
  const std::vector<std::string> members = {R"("a":1)", R"("\u0061":{})", R"("b":[])",
                                            R"("":"")", R"("A":0)",       R"("b ":{"a":{"b":2}})"};
  std::size_t accepted = 0;
  std::vector<std::string> lists = {""};
  for (std::size_t length = 1, begin = 0; length <= 5; ++length) {
    const std::size_t end = lists.size();
    for (std::size_t i = begin; i < end; ++i) {
      for (const std::string& member : members) {
        lists.push_back(lists[i].empty() ? member : lists[i] + "," + member);
        const std::string text = "{" + lists.back() + "}";
        const auto parsed = parse_json(text);
        ASSERT_EQ(parsed.has_value(), testing::plain_json(text, limits::kJsonDepthMax).has_value())
            << text;
        accepted += parsed.has_value() ? 1 : 0;
      }
    }
    begin = end;
  }
  EXPECT_EQ(lists.size(), 9331u);
  // k of the five keys in any order, `a` in either spelling: 6 + 28 + 96 + 216 + 240.
  EXPECT_EQ(accepted, 586u);
}

}  // namespace
}  // namespace sentrail::wire
