// How many steps an expression takes, and that no nesting of repetitions takes long to refuse.
#include "compiler/regex/compile.hpp"

#include <gtest/gtest.h>

#include <string>

#include "core/limits.hpp"
#include "tests/unit/regex/searched.hpp"

namespace sentrail::compiler::regex {
namespace {

std::size_t steps(std::string_view expression) {
  const auto program = compile(*parse(expression));
  return program ? program->steps.size() : 0;
}

TEST(Compile, CountsSteps) {
  EXPECT_EQ(steps(""), 1u);     // match
  EXPECT_EQ(steps("ab"), 3u);   // two sets
  EXPECT_EQ(steps("a|b"), 5u);  // split, a, jump, b
  EXPECT_EQ(steps("a*"), 4u);   // split, a, jump
  EXPECT_EQ(steps("a+"), 3u);   // a, split
  EXPECT_EQ(steps("a{3}"), 4u);
  EXPECT_EQ(steps("a{2,}"), 4u);   // a, a, split
  EXPECT_EQ(steps("a{1,3}"), 6u);  // a, split, a, split, a
  EXPECT_EQ(steps("a{511}"), limits::kRegexStepsMax);
  EXPECT_EQ(steps("a{512}"), 0u);
}

TEST(Compile, RefusesWhatIsTooLargeAtOnce) {
  EXPECT_EQ(steps("((((a{1000}){1000}){1000}){1000}){1000}"), 0u);
  EXPECT_EQ(steps("((((){1000}){1000}){1000}){1000}"), 1u);
  EXPECT_EQ(steps("(((|){0,1000}){0,1000}){0,1000}"), 0u);
  const auto program = compile(*parse("(a{100}){100}"));
  ASSERT_FALSE(program.has_value());
  EXPECT_NE(program.error().what.find("512 steps"), std::string::npos);
}

TEST(Compile, EqualSetsStandOnce) {
  const auto program = compile(*parse("\\d\\d[0-9](?i)a[aA]"));
  ASSERT_TRUE(program.has_value());
  EXPECT_EQ(program->sets.size(), 2u);
}

// The steps of random texts are those of a program that verifies.
TEST(Compile, ProductsVerify) {
  for (const char* expression :
       {"", "a|b|", "(a|b)*c{2,5}", "[^\\x{0}-\\x{10ffff}]", "(?i)[^k]", "^\\b(?:a?){0,7}$"}) {
    const support::Searched searched(expression);
    EXPECT_GT(searched.step_count(), 0u);
  }
}

}  // namespace
}  // namespace sentrail::compiler::regex
