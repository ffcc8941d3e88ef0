// Texts that a value has are found, and no others. See runtime/decide/text_finder.hpp.
#include "runtime/decide/text_finder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/limits.hpp"
#include "core/text.hpp"
#include "tests/support/random_policy.hpp"

namespace sentrail::support {
namespace {

using decide::DemandedText;
using decide::TextFinder;
using decide::TextPlace;

// What a search has found before, as Scratch keeps it.
struct Seen {
  std::vector<char>& bits;
  [[nodiscard]] bool has(std::uint32_t i) const { return bits[i] != 0; }
  void add(std::uint32_t i) const { bits[i] = 1; }
};

struct Found {
  std::set<std::uint32_t> texts;
  std::size_t visits = 0;
  bool all = false;
};

TextFinder made_of(const std::vector<DemandedText>& texts) {
  std::vector<const DemandedText*> pointers;
  for (const DemandedText& one : texts) pointers.push_back(&one);
  return TextFinder(pointers);
}

Found found_in(const TextFinder& finder, std::string_view value) {
  Found found;
  std::vector<char> bits(finder.outputs());
  found.all = finder.find(value, Seen{bits}, [&](std::uint32_t text) {
    found.texts.insert(text);
    ++found.visits;
  });
  return found;
}

bool has(std::string_view value, const DemandedText& one) {
  const std::string folded = to_lower_ascii(value);
  const std::string_view in = one.folded ? std::string_view(folded) : value;
  switch (one.place) {
    case TextPlace::head:
      return in.starts_with(one.text);
    case TextPlace::tail:
      return in.ends_with(one.text);
    case TextPlace::anywhere:
      break;
  }
  return in.find(one.text) != in.npos;
}

std::set<std::uint32_t> expected_in(const std::vector<DemandedText>& texts,
                                    std::string_view value) {
  std::set<std::uint32_t> expected;
  for (std::uint32_t i = 0; i < texts.size(); ++i) {
    if (has(value, texts[i])) expected.insert(i);
  }
  return expected;
}

std::string drawn(Random& random, std::string_view letters, std::size_t longest) {
  std::string made;
  for (std::size_t i = random() % (longest + 1); i > 0; --i) {
    made += letters[random() % letters.size()];
  }
  return made;
}

// Few letters, so that texts are parts, heads and tails of each other and of values.
TEST(TextFinder, FindsWhatASearchForEachTextFinds) {
  Random random(51);
  constexpr std::string_view kLetters[] = {"ab", "aAb", "abc", "aAbB\xc3\xa9\xff", "kK.-"};
  std::size_t found_texts = 0;
  std::size_t folded_texts = 0;
  for (int round = 0; round < 3'000; ++round) {
    const std::string_view letters = kLetters[round % std::size(kLetters)];
    const bool folds = random() % 2 == 0;
    std::vector<DemandedText> texts;
    for (std::size_t i = random() % 14; i > 0; --i) {
      DemandedText one{static_cast<TextPlace>(random() % 3), folds && random() % 2 == 0,
                       drawn(random, letters, 6)};
      if (one.folded) one.text = to_lower_ascii(one.text);
      if (one.text.empty() || std::ranges::find(texts, one) != texts.end()) continue;
      folded_texts += one.folded ? 1 : 0;
      texts.push_back(std::move(one));
    }
    const TextFinder finder = made_of(texts);
    for (int k = 0; k < 20; ++k) {
      const std::string value = drawn(random, letters, k < 10 ? 8 : 40);
      const Found found = found_in(finder, value);
      ASSERT_TRUE(found.all);
      ASSERT_EQ(found.texts, expected_in(texts, value)) << value << " round " << round;
      found_texts += found.texts.size();
    }
  }
  EXPECT_GT(found_texts, 40'000u);
  EXPECT_GT(folded_texts, 3'000u);
}

// More bytes than classes, and texts longer than the trie has of them.
TEST(TextFinder, ComparesWhereTheTrieCannotTell) {
  std::vector<DemandedText> texts;
  for (int byte = 0; byte < 256; ++byte) {
    const char one = static_cast<char>(byte);
    texts.push_back({TextPlace::anywhere, false, {one, 'x', one}});
    texts.push_back({TextPlace::head, false, {one, one}});
    texts.push_back({TextPlace::tail, false, {one, one}});
  }
  const std::string head(limits::kTextLookedForMax, 'h');
  for (const char* const rest : {"", "a", "b", "aa", "ab"}) {
    for (const TextPlace place : {TextPlace::anywhere, TextPlace::head}) {
      texts.push_back({place, false, head + rest});
    }
    texts.push_back({TextPlace::tail, false, rest + head});
  }
  const TextFinder finder = made_of(texts);
  std::vector<std::string> values = {head,       head + "a",    "b" + head, "h" + head + "ab",
                                     "a" + head, head.substr(1)};
  for (int byte = 0; byte < 256; ++byte) {
    const char one = static_cast<char>(byte);
    values.push_back({one, one, 'x', one});
    values.push_back({'x', one, 'x', static_cast<char>(byte + 63), one, one});
  }
  for (const std::string& value : values) {
    const Found found = found_in(finder, value);
    ASSERT_TRUE(found.all);
    EXPECT_EQ(found.texts, expected_in(texts, value)) << value;
  }
}

TEST(TextFinder, OfNoTextsFindsNothing) {
  const TextFinder finder = made_of({});
  EXPECT_EQ(found_in(finder, "abc").texts.size(), 0u);
  EXPECT_TRUE(found_in(finder, "").all);
  EXPECT_EQ(finder.outputs(), 0u);
}

TEST(TextFinder, HasAStateForEachByteThatTextsDoNotShare) {
  const TextFinder finder = made_of({{TextPlace::anywhere, false, "abc"},
                                     {TextPlace::anywhere, false, "abd"},
                                     {TextPlace::head, false, "abc"},
                                     {TextPlace::anywhere, false, std::string(500, 'z')}});
  EXPECT_EQ(finder.states(), 3 + 4 + 3 + limits::kTextLookedForMax);
  EXPECT_LT(finder.bytes(), finder.states() * 16 + 2'000);
}

// Each text is told of about once, however often the value has it.
TEST(TextFinder, TellsOfATextOnce) {
  std::vector<DemandedText> texts;
  for (std::size_t i = 1; i <= limits::kTextLookedForMax; ++i) {
    texts.push_back({TextPlace::anywhere, false, std::string(i, 'a')});
  }
  const TextFinder finder = made_of(texts);
  const Found found = found_in(finder, std::string(100'000, 'a'));
  EXPECT_TRUE(found.all);
  EXPECT_EQ(found.texts.size(), texts.size());
  EXPECT_EQ(found.visits, texts.size());
}

// A value that has the beginning of a long text again and again, and never the text.
TEST(TextFinder, GivesUpOnWhatIsNeverThere) {
  const std::string head(limits::kTextLookedForMax, 'a');
  const TextFinder finder =
      made_of({{TextPlace::anywhere, false, head + std::string(9'000, 'a') + "b"}});
  const std::string value(1u << 20, 'a');
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_FALSE(found_in(finder, value).all);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2));
  // A few of them are nothing.
  EXPECT_TRUE(found_in(finder, value.substr(0, 60)).all);
  std::string few;
  for (int i = 0; i < 3; ++i) few += head + "x";
  EXPECT_TRUE(found_in(made_of({{TextPlace::anywhere, false, head + "b"}}), few).all);
}

}  // namespace
}  // namespace sentrail::support
