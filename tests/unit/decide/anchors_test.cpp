// Patterns found by a text that they demand: none that matches is ever missed.
// See runtime/decide/anchors.hpp.
#include "runtime/decide/anchors.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/lower/lower.hpp"
#include "runtime/decide/pattern.hpp"
#include "tests/support/build_ir.hpp"
#include "tests/support/random_pattern.hpp"

namespace sentrail::support {
namespace {

using decide::Anchor;
using decide::AnchorIndex;
using decide::AnchorPlace;

// Patterns of one attribute, in the order given, twins once.
class Patterns {
 public:
  Patterns(const std::vector<std::string>& patterns, char separator)
      : storage_(lowered(patterns, separator)), set_(storage_.view()) {}

  [[nodiscard]] Program program() const { return storage_.view(); }
  [[nodiscard]] std::uint32_t count() const {
    return static_cast<std::uint32_t>(storage_.patterns.size());
  }
  [[nodiscard]] std::string_view source(std::uint32_t pattern) const {
    return program().view(program().patterns[pattern].source);
  }
  [[nodiscard]] bool matches(std::uint32_t pattern, std::string_view value) const {
    const auto separator = static_cast<char>(program().patterns[pattern].separator);
    return set_.matches(pattern, decide::MatchedText::of(value, separator));
  }
  [[nodiscard]] char separator() const {
    return program().patterns.empty() ? '/' : static_cast<char>(program().patterns[0].separator);
  }
  // Those that have an anchor.
  [[nodiscard]] std::vector<std::uint32_t> anchored() const {
    std::vector<std::uint32_t> made;
    for (std::uint32_t i = 0; i < count(); ++i) {
      if (!decide::anchors_of(program(), i).empty()) made.push_back(i);
    }
    return made;
  }

 private:
  static ProgramStorage lowered(const std::vector<std::string>& patterns, char separator) {
    ir::Policy policy;
    policy.name = "patterns";
    ir::Tier tier{"t", false, {}};
    for (const std::string& one : patterns) {
      const char* const attribute = separator == '/' ? "http.path" : "tool";
      const auto when = atom(policy, test(attribute, ir::AtomOp::matches, {pattern(one)}));
      tier.rules.push_back(rule("r", Outcome::block, when));
    }
    policy.tiers.push_back(std::move(tier));
    return std::move(*compiler::lower(policy));
  }

  ProgramStorage storage_;
  decide::PatternSet set_;
};

std::string described(const std::string& pattern, char separator = '/') {
  const Patterns made({pattern}, separator);
  std::string out;
  for (const Anchor& one : decide::anchors_of(made.program(), 0)) {
    out += one.place == AnchorPlace::head   ? " head "
           : one.place == AnchorPlace::tail ? " tail "
                                            : " segment ";
    out += one.text;
  }
  return out;
}

TEST(AnchorsOf, HeadsEndAtTheFirstWildcard) {
  EXPECT_EQ(described("a/b*"), " head a/b segment a");
  EXPECT_EQ(described("a/b/*"), " head a/b/ segment a segment b");
  EXPECT_EQ(described("a*b"), " head a tail b");
  EXPECT_EQ(described("a?"), " head a");
}

// `a/**` also matches `a`, and `**/a` too.
TEST(AnchorsOf, AGlobstarTakesItsSeparatorWithIt) {
  EXPECT_EQ(described("a/**"), " head a segment a");
  EXPECT_EQ(described("/a/**"), " head /a segment a");
  EXPECT_EQ(described("**/a"), " tail a segment a");
  EXPECT_EQ(described("a/**/b"), " head a tail b segment a segment b");
  EXPECT_EQ(described("a/*/**"), " head a/ segment a");
}

TEST(AnchorsOf, SegmentsAreWhole) {
  EXPECT_EQ(described("**/x/*.yaml"), " tail .yaml segment x");
  EXPECT_EQ(described("**/x/**"), " segment x");
  EXPECT_EQ(described("/a/*/b"), " head /a/ tail /b segment a segment b");
  EXPECT_EQ(described("**/x*/**"), "");
}

TEST(AnchorsOf, WildcardsAloneDemandNothing) {
  for (const char* one : {"*", "**", "?", "??", "*?", "*/*", "**/*", ""}) {
    EXPECT_EQ(described(one), "") << one;
  }
  EXPECT_EQ(described("?x"), " tail x");
  EXPECT_EQ(described("/*"), " head /");
  EXPECT_EQ(described("*/"), " tail /");
}

TEST(AnchorsOf, EscapesAreTheirCharacters) {
  EXPECT_EQ(described("\\*"), " head * tail * segment *");
  EXPECT_EQ(described("a\\*/?"), " head a*/ segment a*");
}

TEST(AnchorsOf, DotsSeparateWhereTheAttributeSaysSo) {
  EXPECT_EQ(described("a.**", '.'), " head a segment a");
  EXPECT_EQ(described("**.b", '.'), " tail b segment b");
  EXPECT_EQ(described("a.b/c", '.'), " head a.b/c tail a.b/c segment a segment b/c");
  EXPECT_EQ(described("a.b", '/'), " head a.b tail a.b segment a.b");
}

TEST(AnchorsOf, EveryMatchHasThem) {
  Random random(5);
  std::uint64_t matches = 0;
  for (int i = 0; i < 400; ++i) {
    const char separator = "/."[i % 2];
    std::vector<std::string> texts;
    for (int k = 0; k < 20; ++k) texts.push_back(random_pattern(random, separator).text);
    const Patterns patterns(texts, separator);
    for (int k = 0; k < 40; ++k) {
      const std::string value = random_segments(random, separator);
      const std::string walled = separator + value + separator;
      for (std::uint32_t one = 0; one < patterns.count(); ++one) {
        if (!patterns.matches(one, value)) continue;
        ++matches;
        for (const Anchor& anchor : decide::anchors_of(patterns.program(), one)) {
          const bool there = anchor.place == AnchorPlace::head ? value.starts_with(anchor.text)
                             : anchor.place == AnchorPlace::tail
                                 ? value.ends_with(anchor.text)
                                 : walled.find(separator + anchor.text + separator) != walled.npos;
          ASSERT_TRUE(there) << patterns.source(one) << " on " << value << ": " << anchor.text;
        }
      }
    }
  }
  EXPECT_GT(matches, 10'000u);
}

std::set<std::uint32_t> found_in(const AnchorIndex& index, std::string_view value,
                                 char separator = '/') {
  std::set<std::uint32_t> found;
  const auto text = decide::MatchedText::of(value, separator);
  const bool all = index.find(text, [&](decide::FoundPattern pattern) {
    found.insert(pattern.pattern);
    return true;
  });
  EXPECT_TRUE(all);
  return found;
}

// Gives how many patterns matched.
std::size_t expect_none_missed(const Patterns& patterns, const AnchorIndex& index,
                               std::string_view value) {
  std::size_t matched = 0;
  const std::set<std::uint32_t> found = found_in(index, value, patterns.separator());
  for (const std::uint32_t one : patterns.anchored()) {
    if (!patterns.matches(one, value)) continue;
    ++matched;
    EXPECT_TRUE(found.contains(one)) << patterns.source(one) << " on " << value;
  }
  return matched;
}

TEST(AnchorIndex, MissesNoMatch) {
  Random random(6);
  std::size_t matched = 0;
  for (int i = 0; i < 200; ++i) {
    const char separator = "/."[i % 2];
    std::vector<std::string> texts;
    for (std::size_t k = 1 + random() % 60; k > 0; --k) {
      texts.push_back(random_pattern(random, separator).text);
    }
    const Patterns patterns(texts, separator);
    const AnchorIndex index(patterns.program(), patterns.anchored());
    for (int k = 0; k < 40; ++k) {
      matched += expect_none_missed(patterns, index, random_segments(random, separator));
    }
  }
  EXPECT_GT(matched, 2'000u);
}

TEST(AnchorIndex, FindsFewOfMany) {
  std::vector<std::string> texts;
  for (int i = 0; i < 1'000; ++i) texts.push_back("**/s" + std::to_string(i) + "/*.yaml");
  const Patterns patterns(texts, '/');
  const AnchorIndex index(patterns.program(), patterns.anchored());
  EXPECT_EQ(index.lookups(), 1u);  // segments: `.yaml` would find all
  EXPECT_EQ(found_in(index, "a/s7/b.yaml").size(), 1u);
  EXPECT_EQ(found_in(index, "a/t/b.yaml").size(), 0u);
  EXPECT_EQ(found_in(index, "s1/s2/s1/s3").size(), 3u);
}

// More lengths than are looked up are cut to shorter ones, on either side.
TEST(AnchorIndex, CutsLengthsAndStillMissesNoMatch) {
  for (const bool head : {true, false}) {
    std::vector<std::string> texts;
    std::vector<std::string> values;
    for (std::size_t bytes = 1; bytes <= 4 * AnchorIndex::kLengthsMax; ++bytes) {
      for (std::size_t twins = 0; twins < 1 + bytes % 3; ++twins) {
        std::string own;
        for (std::size_t i = 0; i < bytes; ++i) own += static_cast<char>('a' + (i + twins) % 26);
        texts.push_back(head ? own + "*" : "*" + own);
        values.push_back(head ? own + "x" : "x" + own);
      }
    }
    const Patterns patterns(texts, '/');
    const AnchorIndex index(patterns.program(), patterns.anchored());
    EXPECT_EQ(index.lookups(), AnchorIndex::kLengthsMax);
    for (const std::string& value : values) {
      EXPECT_GT(expect_none_missed(patterns, index, value), 0u) << value;
    }
  }
}

TEST(AnchorIndex, HasRoomForManyPatternsUnderOneAnchor) {
  std::vector<std::string> texts;
  for (int i = 0; i < 50; ++i)
    texts.push_back("a/**/" + std::string(1, "xyz"[i % 3]) + "*" + std::to_string(i) + "*/**");
  const Patterns patterns(texts, '/');
  const AnchorIndex index(patterns.program(), patterns.anchored());
  EXPECT_EQ(found_in(index, "a/x").size(), 50u);
  EXPECT_EQ(found_in(index, "b/x").size(), 0u);
}

// Texts that collide cost time, and nothing is lost: with no room at all every value finds all.
TEST(AnchorIndex, FindsWhatHasNoPlaceNearItsHash) {
  std::vector<std::string> texts;
  for (int i = 0; i < 200; ++i) texts.push_back("**/s" + std::to_string(i) + "/**");
  const Patterns patterns(texts, '/');
  for (const std::uint32_t probes_max : {0u, 1u, 2u}) {
    const AnchorIndex index(patterns.program(), patterns.anchored(), probes_max);
    EXPECT_EQ(index.size(), 200u);
    for (int i = 0; i < 200; ++i) {
      const std::string value = "a/s" + std::to_string(i);
      EXPECT_EQ(expect_none_missed(patterns, index, value), 1u);
    }
    const std::size_t found = found_in(index, "a/b").size();
    EXPECT_EQ(found == 200u, probes_max == 0) << found;
    EXPECT_LT(AnchorIndex(patterns.program(), patterns.anchored()).lookups(), 2u);
  }
}

TEST(AnchorIndex, ReadsValuesOfAllShapes) {
  const Patterns patterns({"**/a/**", "a*", "*b", "/**/c/**"}, '/');
  const AnchorIndex index(patterns.program(), patterns.anchored());
  for (const char* value : {"", "/", "a", "b", "/a", "a/", "/c", "c/", "a/a/a", "ab", "/c/b"}) {
    expect_none_missed(patterns, index, value);
  }
  EXPECT_EQ(found_in(index, ""), std::set<std::uint32_t>{});
  EXPECT_EQ(found_in(index, std::string_view{}), std::set<std::uint32_t>{});
}

TEST(AnchorIndex, StopsWhereItIsTold) {
  for (const char* value : {"a/a/a/a", "a/x", "x/a", "a"}) {
    const Patterns patterns({"**/a/**", "a/*", "*/a", "a/b/**"}, '/');
    const AnchorIndex index(patterns.program(), patterns.anchored());
    for (int most = 0; most < 3; ++most) {
      int visits = 0;
      const auto text = decide::MatchedText::of(value, '/');
      const bool all = index.find(text, [&](decide::FoundPattern) { return ++visits <= most; });
      EXPECT_EQ(all, visits <= most) << value;
      EXPECT_LE(visits, most + 1) << value;
    }
  }
}

TEST(AnchorIndex, OfNothingFindsNothing) {
  const Patterns patterns({"*"}, '/');
  const AnchorIndex index(patterns.program(), {});
  EXPECT_EQ(index.lookups(), 0u);
  EXPECT_TRUE(found_in(index, "a/b").empty());
}

}  // namespace
}  // namespace sentrail::support
