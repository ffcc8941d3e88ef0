// What is read, what is refused and where, and what is anchored. L7.7 to L7.11 of docs/language.md.
#include <gtest/gtest.h>

#include <string>

#include "compiler/regex/tree.hpp"
#include "core/limits.hpp"

namespace sentrail::compiler::regex {
namespace {

struct Refused {
  const char* name;
  std::string expression;
  const char* what;  // a part of it
  std::size_t offset;
};

void PrintTo(const Refused& one, std::ostream* out) {
  *out << one.expression;
}

class ParseRefuses : public testing::TestWithParam<Refused> {};

TEST_P(ParseRefuses, WithTheReasonAndThePlace) {
  const auto tree = parse(GetParam().expression);
  ASSERT_FALSE(tree.has_value());
  EXPECT_NE(tree.error().what.find(GetParam().what), std::string::npos) << tree.error().what;
  EXPECT_EQ(tree.error().offset, GetParam().offset);
  EXPECT_FALSE(tree.error().help.empty());
}

std::string nested(std::size_t depth) {
  return std::string(depth, '(') + "a" + std::string(depth, ')');
}

const Refused kRefused[] = {
    {"back_reference", "(a)b\\1", "refers back", 4},
    {"look_ahead", "a(?=b)", "looks around", 1},
    {"negative_look_ahead", "a(?!b)", "looks around", 1},
    {"look_behind", "(?<=a)b", "looks around", 0},
    {"negative_look_behind", "(?<!a)b", "looks around", 0},
    {"atomic", "x(?>a)", "atomic", 1},
    {"possessive", "ab*+", "possessive", 2},
    {"named", "(?P<n>a)", "names a group", 0},
    {"named_shortly", "(?<n>a)", "names a group", 0},
    {"conditional", "(?(1)a)", "not known", 0},
    {"comment", "(?#a)", "not known", 0},
    {"flag", "(?x)a", "not known", 0},
    {"no_flag", "(?)a", "without flags", 0},
    {"property", "a\\p{L}", "property", 1},
    {"unknown_escape", "a\\q", "unknown escape", 1},
    {"last_backslash", "a\\", "ends with a backslash", 1},
    {"no_character", "\\x{110000}", "names no character", 0},
    {"surrogate", "\\u{d800}", "names no character", 0},
    {"short_number", "\\x4", "names no character", 0},
    {"open_group", "a(b", "never closed", 1},
    {"close_group", "a)b", "closes nothing", 1},
    {"open_class", "a[b", "never closed", 1},
    {"empty_class", "[]a]", "empty class", 0},
    {"class_in_class", "[a[b]", "within a class", 2},
    {"posix_class", "[[:alpha:]]", "within a class", 1},
    {"descending", "[b-a]", "holds nothing", 1},
    {"range_of_class", "[\\d-z]", "begins with a class", 1},
    {"repeats_nothing", "|*", "repeats nothing", 1},
    {"repeats_flags", "(?i)*", "repeats nothing", 4},
    {"repeats_repetition", "a**", "repeats a repetition", 2},
    {"brace", "a{", "begins no repetition", 1},
    {"brace_without_count", "a{,2}", "begins no repetition", 1},
    {"close_brace", "a}", "closes nothing", 1},
    {"descending_count", "a{3,2}", "fewer times", 1},
    {"large_count", "a{1001}", "more than 1000", 1},
    {"huge_count", "a{99999999999999999999}", "more than 1000", 1},
    {"not_utf8", "a\xff", "not UTF-8", 0},
    {"deep", nested(limits::kRegexDepthMax + 1), "deep", limits::kRegexDepthMax},
    {"long", std::string(limits::kRegexBytesMax + 1, 'a'), "bytes", limits::kRegexBytesMax},
};
INSTANTIATE_TEST_SUITE_P(All, ParseRefuses, testing::ValuesIn(kRefused),
                         [](const testing::TestParamInfo<Refused>& one) {
                           return std::string(one.param.name);
                         });

TEST(Parse, ReadsUpToTheLimits) {
  EXPECT_TRUE(parse(nested(limits::kRegexDepthMax)).has_value());
  EXPECT_TRUE(parse(std::string(limits::kRegexBytesMax, 'a')).has_value());
  EXPECT_TRUE(parse("a{1000}").has_value());
  EXPECT_TRUE(parse("").has_value());
}

// Every beginning of an expression with everything in it is read or refused, at a place within it.
TEST(Parse, EveryTruncationHasAnAnswer) {
  const std::string whole = "(?i)^a(?:b|c){2,3}?[^\\d\\-x-z]\\b\\x{1f600}\\x41(?s-m:.)$|\\/[\\]]*";
  ASSERT_TRUE(parse(whole).has_value());
  for (std::size_t end = 0; end < whole.size(); ++end) {
    const auto tree = parse(std::string_view(whole).substr(0, end));
    if (!tree) {
      EXPECT_LE(tree.error().offset, end);
    }
  }
}

TEST(Parse, AnchorsHoldForEveryAlternative) {
  for (const char* anchored : {"^a$", "\\Aa\\z", "(^a|^b)$", "^(a|b)$", "^$", "(?i)^a$",
                               "^(?:a$|b$)", "\\b^a$", "(^a$)+"}) {
    EXPECT_TRUE(is_anchored(*parse(anchored))) << anchored;
  }
  for (const char* loose : {"a", "^a", "a$", "^a|b$", "^a$|b", "(?m)^a$", "^?a$", "(^a$)*", "",
                            "a^b$", "^a(b$|c)", "^(a$)?"}) {
    EXPECT_FALSE(is_anchored(*parse(loose))) << loose;
  }
}

}  // namespace
}  // namespace sentrail::compiler::regex
