// Patterns against values: by example, and every short pattern against every short value by the
// oracle's own matcher. See runtime/decide/pattern.hpp.
#include "runtime/decide/pattern.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "compiler/ir/pattern.hpp"
#include "compiler/oracle/glob.hpp"
#include "core/limits.hpp"
#include "tests/support/build_ir.hpp"
#include "tests/support/compiled.hpp"

namespace sentrail::support {
namespace {

// Patterns of one attribute, compiled into one program.
class Patterns {
 public:
  Patterns(const std::vector<std::string>& patterns, char separator)
      : separator_(separator), compiled_(policy_of(patterns, separator)), set_(program()) {}

  [[nodiscard]] const Program& program() const { return compiled_.program(); }
  [[nodiscard]] std::string_view source(std::uint32_t i) const {
    return program().view(program().patterns[i].source);
  }
  // As the engine asks.
  [[nodiscard]] Truth matches(std::uint32_t pattern, std::string_view value) const {
    const auto matched = decide::MatchedText::of(value, separator_);
    if (!matched.shape.matchable) return Truth::u;
    return certain(set_.matches(pattern, matched));
  }

 private:
  static ir::Policy policy_of(const std::vector<std::string>& patterns, char separator) {
    ir::Policy policy;
    policy.name = "patterns";
    ir::Tier tier{"t", false, {}};
    for (const std::string& text : patterns) {
      const char* const attribute = separator == '/' ? "http.path" : "tool";
      const auto when = atom(policy, test(attribute, ir::AtomOp::matches, {pattern(text)}));
      tier.rules.push_back(rule("r", Outcome::block, when));
    }
    policy.tiers.push_back(std::move(tier));
    return policy;
  }

  char separator_;
  Compiled compiled_;
  decide::PatternSet set_;
};

Truth match(const std::string& pattern, std::string_view value, char separator = '/') {
  return Patterns({pattern}, separator).matches(0, value);
}

TEST(Pattern, StarsStayWithinTheirSegment) {
  EXPECT_EQ(match("a/*", "a/b"), Truth::t);
  EXPECT_EQ(match("a/*", "a/b/c"), Truth::f);
  EXPECT_EQ(match("a/*", "a/"), Truth::t);
  EXPECT_EQ(match("a/*", "a"), Truth::f);
  EXPECT_EQ(match("ci-*", "ci-a/b"), Truth::f);
  EXPECT_EQ(match("a.*", "a.b/c", '.'), Truth::t);
}

TEST(Pattern, GlobstarsStandForAnyNumberOfSegments) {
  for (const char* value : {"/a", "/a/b", "/a/b/c", "/a/"}) {
    EXPECT_EQ(match("/a/**", value), Truth::t) << value;
  }
  EXPECT_EQ(match("/a/**", "/ab"), Truth::f);
  EXPECT_EQ(match("**", ""), Truth::t);
  EXPECT_EQ(match("**/c", "a/b/c"), Truth::t);
  EXPECT_EQ(match("a/**/b/**/c", "a/x/b/y/b/z/c"), Truth::t);
  EXPECT_EQ(match("a/**/b/**/c", "a/x/y/z/c"), Truth::f);
}

TEST(Pattern, QuestionMarksTakeOneCharacterOfAnyLength) {
  EXPECT_EQ(match("a?c", "abc"), Truth::t);
  EXPECT_EQ(match("a?c", "a\u00e4c"), Truth::t);
  EXPECT_EQ(match("a?c", "a\U0001F600c"), Truth::t);
  EXPECT_EQ(match("a?c", "ac"), Truth::f);
  EXPECT_EQ(match("a?c", "a/c"), Truth::f);
  EXPECT_EQ(match("*?\u00e4", "x\u00e4"), Truth::t);
  EXPECT_EQ(match("*?\u00e4", "\u00e4"), Truth::f);
}

TEST(Pattern, AmbiguousValuesAreUndecidable) {
  using std::string_view_literals::operator""sv;
  for (const std::string_view value :
       {"a//b"sv, "//"sv, "."sv, ".."sv, "a/../b"sv, "a/."sv, "./a"sv, "a\\b"sv, "a\0b"sv, "\xff"sv,
        "a/\xc3"sv, "\xed\xa0\x80"sv, "\xf5\x80\x80\x80"sv, "longer/than/a/word//x"sv,
        "longer/than/a/word/../x"sv, "x/longer/than/a/word/.."sv, "seven77//x"sv}) {
    EXPECT_EQ(match("**", value), Truth::u) << value;
  }
  for (const std::string_view value : {"a.b"sv, "..."sv, ".a/b."sv, "a/..b"sv, "/"sv, "/a/"sv,
                                       "a\tb"sv, "\x7f"sv, "eight888/x"sv, "seven77/8/9"sv}) {
    EXPECT_EQ(match("**", value), Truth::t) << value;
  }
  EXPECT_EQ(match("**", "a..b", '.'), Truth::t);
  EXPECT_EQ(match("**", "a\\b\0"sv, '.'), Truth::t);
  EXPECT_EQ(match("**", "\xff", '.'), Truth::u);
}

TEST(Pattern, LongValuesAreUndecidable) {
  EXPECT_EQ(match("a*", std::string(limits::kMatchedBytesMax, 'a')), Truth::t);
  EXPECT_EQ(match("a*", std::string(limits::kMatchedBytesMax + 1, 'a')), Truth::u);
}

TEST(Pattern, EscapedCharactersAreLiteral) {
  EXPECT_EQ(match(R"(a\*)", "a*"), Truth::t);
  EXPECT_EQ(match(R"(a\*)", "ab"), Truth::f);
  EXPECT_EQ(match(R"(\?)", "?"), Truth::t);
}

// All texts of up to `length` characters of `alphabet`.
std::vector<std::string> texts(std::string_view alphabet, std::size_t length) {
  std::vector<std::string> all = {""};
  std::size_t begin = 0;
  for (std::size_t i = 0; i < length; ++i) {
    const std::size_t end = all.size();
    for (std::size_t k = begin; k < end; ++k) {
      for (const char c : alphabet) all.push_back(all[k] + c);
    }
    begin = end;
  }
  return all;
}

void compare_all(std::string_view pattern_alphabet, std::size_t pattern_length,
                 std::string_view value_alphabet, std::size_t value_length, char separator) {
  std::vector<std::string> patterns;
  for (const std::string& pattern : texts(pattern_alphabet, pattern_length)) {
    if (!compiler::ir::pattern_problem(pattern, separator)) patterns.push_back(pattern);
  }
  const Patterns compiled(patterns, separator);
  const std::vector<std::string> values = texts(value_alphabet, value_length);
  std::size_t matched = 0;
  for (std::uint32_t p = 0; p < compiled.program().patterns.size(); ++p) {
    for (const std::string& value : values) {
      const Truth expected = compiler::oracle::matches(compiled.source(p), value, separator);
      ASSERT_EQ(compiled.matches(p, value), expected)
          << "`" << compiled.source(p) << "` on `" << value << "`";
      matched += expected == Truth::t ? 1 : 0;
    }
  }
  std::printf("[   WORLDS ] patterns × values: %zu, matched %zu\n",
              compiled.program().patterns.size() * values.size(), matched);
  EXPECT_GT(matched, 1'000u);
}

TEST(Pattern, AgreesWithTheOracleOnAllShortPathPatterns) {
  compare_all("ab*?/", 4, "ab/", 5, '/');
}

TEST(Pattern, AgreesWithTheOracleOnAllShortDottedPatterns) {
  compare_all("a*?.", 5, "a.", 6, '.');
}

TEST(Pattern, AgreesWithTheOracleWhereHeadsMatter) {
  // Eight and sixteen bytes are where literal heads are compared.
  const std::string head = "abcdefgh";
  const Patterns compiled({head + "*", head + "/**", head + "ijklmnop*", head + "ijklmnop/**",
                           head + "ijklmno?", head + "/ijklmnopq*", head},
                          '/');
  for (const std::string tail : {"", "i", "/", "/x", "ijklmnop", "ijklmnopq", "ijklmnop/x",
                                 "ijklmno\u00e4", "/ijklmnop", "/ijklmnopqr", "ijklmnox"}) {
    for (std::uint32_t p = 0; p < compiled.program().patterns.size(); ++p) {
      const std::string value = head + tail;
      EXPECT_EQ(compiled.matches(p, value),
                compiler::oracle::matches(compiled.source(p), value, '/'))
          << compiled.source(p) << " on " << value;
    }
  }
}

TEST(Pattern, HostileValuesCostTheProductOfLengthsAtMost) {
  // Without a bound this pattern takes longer than the universe has existed.
  std::string stars;
  while (stars.size() + 3 < limits::kPatternBytesMax) stars += "*a";
  const Patterns compiled({stars + "*b", "**/" + stars.substr(0, 64) + "b/**/c"}, '/');
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(compiled.matches(0, std::string(limits::kMatchedBytesMax, 'a')), Truth::f);
  std::string segments;
  while (segments.size() + 34 < limits::kMatchedBytesMax) segments += std::string(32, 'a') + "/";
  EXPECT_EQ(compiled.matches(1, segments + "x"), Truth::f);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
}

}  // namespace
}  // namespace sentrail::support
