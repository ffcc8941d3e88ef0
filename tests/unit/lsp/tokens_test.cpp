// Tokens cut any text, and cut what parses where the grammar does.
#include "compiler/lsp/tokens.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <set>
#include <sstream>
#include <string>

#include "compiler/lsp/names.hpp"
#include "compiler/lsp/parsed_file.hpp"

namespace sentrail::compiler::lsp {
namespace {

std::string cut(std::string_view text) {
  std::string out;
  for (const Token& token : tokens_of(text)) {
    out += (out.empty() ? "" : " ") + std::string(1, "csrnwo"[static_cast<int>(token.kind)]) + ":" +
           std::string(token.in(text));
  }
  return out;
}

TEST(Tokens, OfEveryKind) {
  EXPECT_EQ(cut("a.b-c* == \"x\\\"y\" # z"), "w:a.b-c* o:== s:\"x\\\"y\" c:# z");
  EXPECT_EQ(cut("x =~ /a\\/b/im, y"), "w:x o:=~ r:/a\\/b/im o:, w:y");
  EXPECT_EQ(cut("-1.5e-3 0..500 -2..-1"), "n:-1.5e-3 n:0..500 n:-2..-1");
  EXPECT_EQ(cut("a<2027-01-31T12:00:00+01:00, 2027-01-31)"),
            "w:a o:< n:2027-01-31T12:00:00+01:00 o:, n:2027-01-31 o:)");
  EXPECT_EQ(cut("[2027-01-31T12:00:00Z..2027-02-01,"),
            "o:[ n:2027-01-31T12:00:00Z..2027-02-01 o:,");
  EXPECT_EQ(cut("a!~b<=3"), "w:a o:!~ w:b o:<= n:3");
  EXPECT_EQ(cut("\"open\nnext"), "s:\"open w:next");
  EXPECT_EQ(cut("a =~ /open\nnext"), "w:a o:=~ r:/open w:next");
  EXPECT_EQ(cut("x/y"), "w:x w:y");
}

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// Every place that the tree names begins where a token does, or within a dotted word.
void expect_agreement(const std::string& path, const std::string& text) {
  const ParsedFile file(path, text);
  std::set<std::uint32_t> begins;
  for (const Token& token : file.tokens) begins.insert(token.begin);
  for (const Comment& comment : file.ast.comments) EXPECT_TRUE(begins.contains(comment.span.begin));
  for (const Expr& expr : file.ast.exprs) {
    if (expr.kind != ExprKind::test) continue;
    EXPECT_TRUE(begins.contains(expr.test.path.span.begin)) << file.slice(expr.span);
    EXPECT_TRUE(begins.contains(expr.test.op_span.begin)) << file.slice(expr.span);
    for (const Literal& literal : expr.test.operand.literals) {
      EXPECT_TRUE(begins.contains(literal.span.begin)) << file.slice(expr.span);
    }
  }
}

TEST(Tokens, AgreeWithTheGrammarOnEveryPack) {
  int count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator("policies")) {
    if (entry.path().extension() != ".sentrail") continue;
    expect_agreement(entry.path().string(), read(entry.path()));
    ++count;
  }
  EXPECT_GE(count, 6);
}

TEST(Tokens, AnyBytesAreCutInOrder) {
  const auto seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const std::string_view letters = "a.\"/#\\\n\r -=~!<>(){}[]:,09eE*\xf0\x9f\xff";
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (std::size_t left = random() % 40; left > 0; --left) {
      text += letters[random() % letters.size()];
    }
    std::uint32_t at = 0;
    for (const Token& token : tokens_of(text)) {
      ASSERT_LE(at, token.begin) << text;
      ASSERT_LT(token.begin, token.end) << text;
      at = token.end;
    }
    ASSERT_LE(at, text.size()) << text;
  }
}

}  // namespace
}  // namespace sentrail::compiler::lsp
