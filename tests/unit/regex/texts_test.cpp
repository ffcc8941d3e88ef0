// What values must have for a regular expression to match. See runtime/decide/regex_texts.hpp.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "core/limits.hpp"
#include "core/text.hpp"
#include "runtime/decide/regex_texts.hpp"
#include "tests/support/random_regex.hpp"
#include "tests/unit/regex/searched.hpp"

namespace sentrail::support {
namespace {

using decide::DemandedText;
using decide::TextChoice;
using decide::TextPlace;

// One choice: its texts with what their place and case say, `^a`, `a$`, `i:a`.
std::string shown(const DemandedText& one) {
  std::string out = one.folded ? "i:" : "";
  if (one.place == TextPlace::head) out += "^";
  out += one.text;
  if (one.place == TextPlace::tail) out += "$";
  return out;
}

using Shown = std::vector<std::vector<std::string>>;

Shown choices_of(std::string_view expression) {
  const auto storage = steps_of(expression);
  Shown out;
  for (const TextChoice& choice : decide::texts_of(storage->view(), 0)) {
    out.emplace_back();
    for (const DemandedText& one : choice) out.back().push_back(shown(one));
  }
  return out;
}

TEST(RegexTexts, AreThoseThatEveryMatchHas) {
  EXPECT_EQ(choices_of("abc"), (Shown{{"abc"}}));
  EXPECT_EQ(choices_of("^abc"), (Shown{{"^abc"}}));
  EXPECT_EQ(choices_of("abc$"), (Shown{{"abc$"}}));
  EXPECT_EQ(choices_of("ab[0-9]+cd"), (Shown{{"ab"}, {"cd"}}));
  EXPECT_EQ(choices_of("a.*b"), (Shown{{"a"}, {"b"}}));
  EXPECT_EQ(choices_of("(ab)+c"), (Shown{{"ab"}, {"ab", "c"}, {"c"}}));
  EXPECT_EQ(choices_of("x(ab)?y"), (Shown{{"x"}, {"aby", "y"}, {"y"}}));
  EXPECT_EQ(choices_of("\\bdrop\\b"), (Shown{{"drop"}}));
  EXPECT_EQ(choices_of("a{3}"), (Shown{{"aaa"}}));
  EXPECT_EQ(choices_of("é+x"), (Shown{{"é"}, {"x", "é"}, {"x"}}));
}

TEST(RegexTexts, AreOneOfAlternatives) {
  EXPECT_EQ(choices_of("^(raw|jpg)-"), (Shown{{"^jpg-", "^raw-"}, {"jpg-", "raw-"}, {"-"}}));
  EXPECT_EQ(choices_of("a|bc"), (Shown{{"a", "bc"}}));
  EXPECT_EQ(choices_of("^a|b"), (Shown{{"b", "^a"}}));
  EXPECT_EQ(choices_of("\\.(key|pem)$"), (Shown{{"."}, {"key$", "pem$"}}));
  EXPECT_EQ(choices_of("a|a"), (Shown{{"a"}}));
}

TEST(RegexTexts, AreNoneWhereAMatchNeedsNone) {
  for (const char* const expression :
       {"", "a*", "[0-9]", "(a|)", "a|.", "(ab|c*)", ".*", "^$", "[ab]", "\\b", "(?i)[a-c]"}) {
    EXPECT_EQ(choices_of(expression), Shown{}) << expression;
  }
  std::string many = "a0";
  for (std::size_t i = 1; i <= decide::kChoiceTextsMax; ++i) many += "|a" + std::to_string(i) + "b";
  EXPECT_EQ(choices_of(many), Shown{});
}

TEST(RegexTexts, AreFoldedWhereCaseMeansNothing) {
  EXPECT_EQ(choices_of("(?i)DROP 1"), (Shown{{"i:drop 1"}}));
  EXPECT_EQ(choices_of("(?i:d)ROP"), (Shown{{"i:drop"}}));
  EXPECT_EQ(choices_of("(?i)1-2"), (Shown{{"1-2"}}));
  EXPECT_EQ(choices_of("[dD]x"), (Shown{{"i:dx"}}));
  EXPECT_EQ(choices_of("[dE]x"), (Shown{{"x"}}));
}

TEST(RegexTexts, AreCut) {
  const std::string longest(limits::kTextLookedForMax, 'a');
  EXPECT_EQ(choices_of(longest + "$"), (Shown{{longest + "$"}}));
  EXPECT_EQ(choices_of(longest + "bcd$"), (Shown{{longest}, {"bcd$"}}));
}

// `m` makes `^` hold behind a newline too.
TEST(RegexTexts, AreAtTheHeadOfTheTextNotOfALine) {
  EXPECT_EQ(choices_of("(?m)^a"), (Shown{{"a"}}));
  EXPECT_EQ(choices_of("(?m)a$"), (Shown{{"a"}}));
  EXPECT_EQ(choices_of("(?m)\\Aa"), (Shown{{"^a"}}));
}

bool has(std::string_view value, const DemandedText& one) {
  const std::string in = one.folded ? to_lower_ascii(value) : std::string(value);
  if (one.place == TextPlace::head) return in.starts_with(one.text);
  if (one.place == TextPlace::tail) return in.ends_with(one.text);
  return in.find(one.text) != in.npos;
}

TEST(RegexTexts, EveryMatchHasOneOfEachChoice) {
  constexpr std::string_view kPieces[] = {"a",  "b", "A",    "B",    "c",      "1", ".",     "/",
                                          "\n", "-", "main", "MAIN", "\u00e9", " ", "\u00c9"};
  Random random(52);
  std::size_t matches = 0;
  std::size_t choices = 0;
  for (int round = 0; round < 6'000; ++round) {
    const std::string expression = random_regex(random);
    const auto storage = steps_of(expression);
    if (!storage) continue;
    const decide::RegexSet set(storage->view());
    const std::vector<TextChoice> texts = decide::texts_of(storage->view(), 0);
    choices += texts.size();
    for (int k = 0; k < 40; ++k) {
      std::string value;
      for (std::size_t i = random() % 9; i > 0; --i)
        value += kPieces[random() % std::size(kPieces)];
      if (set.search(0, value) != Truth::t) continue;
      ++matches;
      for (const TextChoice& choice : texts) {
        const bool any =
            std::ranges::any_of(choice, [&](const DemandedText& one) { return has(value, one); });
        ASSERT_TRUE(any) << expression << " on " << value << " without " << shown(choice.front());
      }
    }
  }
  EXPECT_GT(matches, 30'000u);
  EXPECT_GT(choices, 2'000u);
}

// Steps that no compiler lays out so: whoever made them, a match has what is demanded.
TEST(RegexTexts, HoldOfAnyStepsThatVerify) {
  Random random(53);
  std::size_t matches = 0;
  std::size_t choices = 0;
  for (int round = 0; round < 20'000; ++round) {
    ProgramStorage storage = std::move(*steps_of("a|b|A|[aA]|B"));
    auto& steps = storage.regex_steps;
    const auto step = [&] { return static_cast<std::uint32_t>(random() % steps.size()); };
    for (std::size_t i = 0; i + 1 < steps.size(); ++i) {
      switch (random() % 6) {
        case 0:
          steps[i] = {static_cast<std::uint32_t>(RegexOp::split), step(), step()};
          break;
        case 1:
          steps[i] = {static_cast<std::uint32_t>(RegexOp::jump), step(), 0};
          break;
        case 2:
          steps[i] = {static_cast<std::uint32_t>(RegexOp::assertion),
                      static_cast<std::uint32_t>(random() % 6), 0};
          break;
        case 3:
          if (random() % 3 == 0) steps[i] = {static_cast<std::uint32_t>(RegexOp::match), 0, 0};
          break;
        default:
          steps[i] = {static_cast<std::uint32_t>(RegexOp::set),
                      static_cast<std::uint32_t>(random() % storage.regexes[0].sets_count), 0};
      }
    }
    const decide::RegexSet set(storage.view());
    const std::vector<TextChoice> texts = decide::texts_of(storage.view(), 0);
    choices += texts.size();
    for (int k = 0; k < 12; ++k) {
      std::string value;
      for (std::size_t i = random() % 7; i > 0; --i) value += "aAbBc"[random() % 5];
      if (set.search(0, value) != Truth::t) continue;
      ++matches;
      for (const TextChoice& choice : texts) {
        const bool any =
            std::ranges::any_of(choice, [&](const DemandedText& one) { return has(value, one); });
        ASSERT_TRUE(any) << "round " << round << " on " << value;
      }
    }
  }
  EXPECT_GT(matches, 20'000u);
  EXPECT_GT(choices, 10'000u);
}

}  // namespace
}  // namespace sentrail::support
