// Patterns as steps. See compiler/lower/pattern.hpp.
#include "compiler/lower/pattern.hpp"

#include <gtest/gtest.h>

namespace sentrail::compiler {
namespace {

// Steps in one line: literals in quotes, `?`, `*`, `|` for the separator, `**`.
std::string steps(std::string_view pattern, char separator = '/') {
  std::string out;
  for (const PatternStep& step : compile_pattern(pattern, separator)) {
    if (!out.empty()) out += ' ';
    switch (step.op) {
      case PatternOp::literal:
        out += "'" + step.text + "'";
        break;
      case PatternOp::any_one:
        out += "?";
        break;
      case PatternOp::any_run:
        out += "*";
        break;
      case PatternOp::separator:
        out += "|";
        break;
      case PatternOp::globstar:
        out += "**";
        break;
    }
  }
  return out;
}

TEST(CompilePattern, MakesStepsOfEverySpecialCharacter) {
  EXPECT_EQ(steps(""), "");
  EXPECT_EQ(steps("main"), "'main'");
  EXPECT_EQ(steps("release/**"), "'release' | **");
  EXPECT_EQ(steps("/a*b?/c"), "| 'a' * 'b' ? | 'c'");
  EXPECT_EQ(steps("ref.*", '.'), "'ref' | *");
  EXPECT_EQ(steps("a/b", '.'), "'a/b'");
  EXPECT_EQ(steps("ä?"), "'ä' ?");
}

TEST(CompilePattern, TakesEscapedCharactersLiterally) {
  EXPECT_EQ(steps(R"(\*\?\\)"), R"('*?\')");
  EXPECT_EQ(steps(R"(a\**)"), "'a*' *");
}

TEST(CompilePattern, JoinsNeighbouringGlobstars) {
  EXPECT_EQ(steps("**/**"), "**");
  EXPECT_EQ(steps("a/**/**/**/b"), "'a' | ** | 'b'");
  EXPECT_EQ(steps("**/a/**"), "** | 'a' | **");
  EXPECT_EQ(steps("**//**"), "** | | **");
}

}  // namespace
}  // namespace sentrail::compiler
