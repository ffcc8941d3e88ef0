// The tree's invariants: verify() finds each way to break one, and dumps tell texts apart.
#include "compiler/syntax/ast.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "compiler/syntax/parser.hpp"
#include "tests/support/policy_text.hpp"

namespace sentrail::compiler {
namespace {

constexpr const char* kText =
    "rule a: block when x == 1 and not (y == 2 or z exists)\n"
    "test table \"t\" for g {\n method path effect\n GET \"/\" allow\n}\n";

TEST(AstVerify, FindsEachBrokenInvariant) {
  const std::vector<std::pair<const char*, std::function<void(Ast&)>>> breaks = {
      {"operands", [](Ast& ast) { ast.exprs[ExprId{3}].children.pop_back(); }},
      {"before its operand", [](Ast& ast) { ast.exprs[ExprId{4}].children = {ExprId{5}}; }},
      {"outside its condition", [](Ast& ast) { ast.exprs[ExprId{0}].span.begin = 0; }},
      {"no attribute", [](Ast& ast) { ast.exprs[ExprId{0}].test.path.steps = {}; }},
      {"number of values", [](Ast& ast) { ast.exprs[ExprId{0}].test.operand.literals = {}; }},
      {"does not exist", [](Ast& ast) { ast.tiers[0].rules[0].when = ExprId{99}; }},
      {"rows are not tests", [](Ast& ast) { ast.test_tables[0].tests.clear(); }},
      {"does not fit its columns", [](Ast& ast) { ast.test_tables[0].rows[0].pop_back(); }},
      {"out of order", [](Ast& ast) { std::swap(ast.order.front(), ast.order.back()); }},
      {"outside the order", [](Ast& ast) { ast.order.pop_back(); }},
  };
  for (const auto& [what, damage] : breaks) {
    Sources sources;
    DiagnosticSink sink;
    std::optional<Ast> ast = parse(sources.add("p", kText), sources, sink);
    ASSERT_TRUE(ast.has_value());
    EXPECT_TRUE(ast->verify().has_value());
    damage(*ast);
    const Status status = ast->verify();
    ASSERT_FALSE(status.has_value()) << what;
    EXPECT_NE(status.error().message.find(what), std::string::npos) << status.error().message;
  }
}

TEST(AstDump, TellsDifferentTextsApart) {
  const auto dump = [](const std::string& text) {
    Sources sources;
    DiagnosticSink sink;
    const std::optional<Ast> ast = parse(sources.add("p", text), sources, sink);
    return ast ? ast->dump() : "error";
  };
  EXPECT_NE(dump(R"(list l = ["\n"])"), dump(R"(list l = ["\\n"])"));
  EXPECT_NE(dump(R"(list l = ["\""])"), dump(R"(list l = ["\\\""])"));
  EXPECT_NE(dump(R"(list l = ["a"])"), dump("list l = [a]"));
  EXPECT_NE(dump(R"(list l = ["a, b"])"), dump("list l = [a, b]"));
  EXPECT_NE(dump("rule r: block when x == 1 and (y == 2 and z == 3)"),
            dump("rule r: block when x == 1 and y == 2 and z == 3"));
  EXPECT_NE(dump("rule r: block when a.b == 1"), dump("rule r: block when a.\"b.c\" == 1"));
  EXPECT_EQ(dump("rule r: block when ((x == 1))"), dump("rule r: block when x == 1 # c"));
  EXPECT_EQ(dump("rule r: block on g when x == 1"), dump("rule r: block when x == 1 on g"));
}

}  // namespace
}  // namespace sentrail::compiler
