// What goldens cannot show: spans, decoded values, order, the gate's independence of other sources.
#include "compiler/syntax/parser.hpp"

#include <gtest/gtest.h>

#include <string>

namespace sentrail::compiler {
namespace {

class Parser : public ::testing::Test {
 protected:
  const Ast& parse_ok(std::string text) {
    id_ = sources_.add("p.sentrail", std::move(text));
    ast_ = parse(id_, sources_, sink_);
    for (const Diagnostic& diagnostic : sink_.sorted()) {
      ADD_FAILURE() << render_text(diagnostic, sources_, false);
    }
    if (!ast_) ast_.emplace();
    return *ast_;
  }
  std::string_view slice(Span span) { return sources_.slice(span); }

  Sources sources_;
  SourceId id_;
  DiagnosticSink sink_;
  std::optional<Ast> ast_;
};

TEST_F(Parser, SpansEndWithTheLastTokenNotWithTheSeparator) {
  const Ast& ast = parse_ok(
      "tier t { # c\n rule r: block on github [a , b ]\n when (x == 1 or not y in [2] ) # c\n } "
      "\n");
  ASSERT_EQ(ast.tiers.size(), 1u);
  const RuleNode& rule = ast.tiers[0].rules.at(0);
  EXPECT_TRUE(slice(ast.tiers[0].span).ends_with("}"));
  EXPECT_TRUE(slice(rule.span).starts_with("rule r"));
  EXPECT_TRUE(slice(rule.span).ends_with(" )"));
  EXPECT_EQ(slice(rule.name.span), "r");
  EXPECT_EQ(slice(rule.outcome_span), "block");
  EXPECT_EQ(slice(rule.on->span), "on github [a , b ]");
  const Expr& either = ast.exprs[*rule.when];
  EXPECT_EQ(slice(either.span), "(x == 1 or not y in [2] )");
  EXPECT_TRUE(either.parenthesised);
  EXPECT_EQ(slice(ast.exprs[either.children.at(0)].span), "x == 1");
  const Expr& negation = ast.exprs[either.children.at(1)];
  EXPECT_EQ(slice(negation.span), "not y in [2]");
  const compiler::Test& test = ast.exprs[negation.children.at(0)].test;
  EXPECT_EQ(slice(test.path.span), "y");
  EXPECT_EQ(slice(test.op_span), "in");
  EXPECT_EQ(slice(test.operand.span), "[2]");
}

TEST_F(Parser, DecodesStringsAndSteps) {
  const Ast& ast = parse_ok(R"(list l = ["a\"\\\n\t\u{e9}\u{1F600}", "plain"])"
                            "\nrule r: block when body.\"\\u{41}\".\"x y\" == 0");
  EXPECT_EQ(ast.lists.at(0).entries[0].text, "a\"\\\n\té😀");
  EXPECT_EQ(ast.lists[0].entries[1].text, "plain");
  const Path& path = ast.exprs[*ast.tiers.at(0).rules.at(0).when].test.path;
  ASSERT_EQ(path.steps.size(), 3u);
  EXPECT_EQ(path.steps[1].text, "A");
  EXPECT_EQ(path.steps[2].text, "x y");
  EXPECT_EQ(slice(path.steps[2].span), "\"x y\"");
}

TEST_F(Parser, SplitsRanges) {
  const Ast& ast = parse_ok("rule r: block when x in -1.5..2e3");
  const Literal& range = ast.exprs[*ast.tiers.at(0).rules.at(0).when].test.operand.literals[0];
  EXPECT_EQ(range.kind, LiteralKind::range);
  EXPECT_EQ(range.text, "-1.5");
  EXPECT_EQ(range.upper, "2e3");
}

TEST_F(Parser, SplitsRangesOfInstants) {
  const Ast& ast = parse_ok("rule r: block when time in 2026-12-20T00:00:00.5Z..2027-01-05");
  const Literal& range = ast.exprs[*ast.tiers.at(0).rules.at(0).when].test.operand.literals[0];
  EXPECT_EQ(range.kind, LiteralKind::range);
  EXPECT_EQ(range.text, "2026-12-20T00:00:00.5Z");
  EXPECT_EQ(range.upper, "2027-01-05");
}

TEST_F(Parser, KeepsTheOrderOfDeclarationsAndMarksTheImplicitTier) {
  const Ast& ast = parse_ok(
      "policy p language 1 rule a: block when always list l = [] rule b: block when always");
  std::vector<DeclKind> kinds;
  for (const Decl& decl : ast.order) kinds.push_back(decl.kind);
  EXPECT_EQ(kinds, (std::vector<DeclKind>{DeclKind::policy, DeclKind::language, DeclKind::tier,
                                          DeclKind::rule, DeclKind::list, DeclKind::rule}));
  ASSERT_EQ(ast.tiers.size(), 1u);
  EXPECT_TRUE(ast.tiers[0].implicit);
  EXPECT_EQ(ast.tiers[0].rules.size(), 2u);
  EXPECT_EQ(slice(ast.order[5].span), "rule b: block when always");
}

TEST_F(Parser, GivesOneTestForEachRow) {
  const Ast& ast = parse_ok(
      "test table \"t\" for github {\n path rule method effect\n \"/a\" - GET allow\n"
      " \"/b\" default PUT block }");
  ASSERT_EQ(ast.test_tables.size(), 1u);
  EXPECT_TRUE(ast.tests.empty());
  const TestTableNode& table = ast.test_tables[0];
  ASSERT_EQ(table.tests.size(), 2u);
  EXPECT_EQ(table.tests[0].name.text, "t: GET /a");
  EXPECT_FALSE(table.tests[0].expect.rule.has_value());
  EXPECT_EQ(table.tests[1].expect.rule->text, "default");
  EXPECT_EQ(table.tests[1].expect.effect, Effect::block);
  EXPECT_EQ(table.tests[1].given.method->text, "PUT");
  EXPECT_EQ(slice(table.tests[1].span), "\"/b\" default PUT block");
}

TEST_F(Parser, KeepsCommentsOnceAndTellsWhereTheyStand) {
  const Ast& ast = parse_ok("# one\nlist l = [ # two  \n 1, # three\n # four\n]\n  # five");
  ASSERT_EQ(ast.comments.size(), 5u);
  EXPECT_EQ(slice(ast.comments[1].span), "# two");
  const std::vector<bool> expected = {true, false, false, true, true};
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(ast.comments[i].own_line, expected[i]) << i;
}

TEST_F(Parser, ReadsCarriageReturnsBeforeNewlinesAsPartOfThem) {
  const Ast& ast = parse_ok(
      "# c\r\nlist l = [\r\n1]\r\ntest \"t\" {\r\n given g GET \"/\" body {\r\n}"
      "\r\n expect allow }\r\n");
  EXPECT_EQ(slice(ast.comments.at(0).span), "# c");
  EXPECT_EQ(ast.tests.at(0).given.body->text, "{\n}");
}

TEST_F(Parser, ErrorsOfOneSourceDoNotConcernTheNext) {
  const SourceId bad = sources_.add("bad", "rule");
  EXPECT_FALSE(parse(bad, sources_, sink_).has_value());
  EXPECT_EQ(sink_.error_count(), 1u);
  const SourceId good = sources_.add("good", "rule r: block when always");
  EXPECT_TRUE(parse(good, sources_, sink_).has_value());
  EXPECT_EQ(sink_.error_count(), 1u);
}

TEST_F(Parser, TestIsAWordWhereAValueIsDemanded) {
  const Ast& ast = parse_ok(
      "rule r: block when env == test or env in [test, live]\n"
      "test table \"t\" for g { method path effect\n}\n");
  EXPECT_EQ(ast.test_tables.size(), 1u);
  const SourceId id = sources_.add("missing", "rule r: block when env ==\ntest \"t\" {}\n");
  DiagnosticSink sink;
  EXPECT_FALSE(parse(id, sources_, sink).has_value());
  EXPECT_EQ(sink.sorted().at(0).kind, DiagnosticKind::expected_value);
  EXPECT_EQ(sink.sorted().at(0).span.begin, 25u);
}

}  // namespace
}  // namespace sentrail::compiler
