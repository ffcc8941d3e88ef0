// CEL conditions: what each construct becomes, and what is lost.
#include "compiler/import/cel.hpp"

#include <gtest/gtest.h>

namespace sentrail::compiler::import_ {
namespace {

// The value and where it is defined, as `value @ defined`; `lost` if any of it is not known.
std::string carried(std::string_view text) {
  const Carried result = carry_cel(text, default_map());
  if (!is_exact(result.value) || !is_exact(result.defined)) return "lost";
  const auto written = [](const FormulaRef& formula) {
    const FormulaRef bound = lower_bound(formula, Leaning::none);
    return bound->kind == FormulaKind::never ? std::string("never") : write_condition(bound);
  };
  return written(result.value) + " @ " + written(result.defined);
}

TEST(Cel, Comparisons) {
  EXPECT_EQ(carried("true"), "always @ always");
  EXPECT_EQ(carried("tool_name == 'x'"), "mcp.tool == \"x\" @ always");
  EXPECT_EQ(carried("'x' == tool_name"), "mcp.tool == \"x\" @ always");
  EXPECT_EQ(carried("tool_name != \"x\""), "mcp.tool != \"x\" @ always");
  EXPECT_EQ(carried("identity_name == ''"), "agent.name is absent or agent.name == \"\" @ always");
  EXPECT_EQ(carried("arguments.a.b == 5"), "args.a.b == 5 @ args.a.b exists");
  EXPECT_EQ(carried("5 < arguments['a b']"), "args.\"a b\" > 5 @ args.\"a b\" is number");
  EXPECT_EQ(carried("tool_args.n >= -1.5e3"), "args.n >= -1.5e3 @ args.n is number");
  EXPECT_EQ(carried("arguments.n == 0x1F"), "args.n == 31 @ args.n exists");
  EXPECT_EQ(carried("arguments.n == 7u"), "args.n == 7 @ args.n exists");
  EXPECT_EQ(carried("arguments.ok"), "args.ok == true @ args.ok is bool");
  EXPECT_EQ(carried("arguments.x == null"), "args.x is null @ args.x exists");
  EXPECT_EQ(carried("action_type == 'tool_call'"), "mcp.tool exists @ always");
}

TEST(Cel, SetsAndKeys) {
  EXPECT_EQ(carried("'admin' in user_roles"), "agent.roles has \"admin\" @ always");
  EXPECT_EQ(carried("tool_name in ['a', 'b']"), "mcp.tool in [\"a\", \"b\"] @ always");
  EXPECT_EQ(carried("'path' in arguments"), "args.path exists @ always");
  EXPECT_EQ(carried("has(arguments.path)"), "args.path exists @ always");
  EXPECT_EQ(carried("has(arguments.a.b)"), "args.a.b exists @ args.a is object");
  EXPECT_EQ(carried("user_roles.exists(r, r == 'a')"), "agent.roles has \"a\" @ always");
  EXPECT_EQ(carried("user_roles.exists(r, r in ['a', 'b'])"),
            "agent.roles has \"a\" or agent.roles has \"b\" @ always");
  EXPECT_EQ(carried("sets.contains(user_roles, ['a', 'b'])"),
            "agent.roles has \"a\" and agent.roles has \"b\" @ always");
  EXPECT_EQ(carried("sets.intersects(arguments.tags, ['a'])"),
            "args.tags has \"a\" @ args.tags is list");
}

TEST(Cel, TextsAndSizes) {
  EXPECT_EQ(carried("arguments.p.startsWith('/a')"),
            "args.p starts_with \"/a\" @ args.p is string");
  EXPECT_EQ(carried("action_arg(arguments, 'p').endsWith('x')"),
            "args.p ends_with \"x\" @ args.p is string");
  EXPECT_EQ(carried("tool_name.contains('x')"), "mcp.tool contains \"x\" @ always");
  const std::string sizable = " @ args.l is string or args.l is list or args.l is object";
  EXPECT_EQ(carried("size(arguments.l) > 3"), "size(args.l) > 3" + sizable);
  EXPECT_EQ(carried("arguments.l.size() == 3"), "size(args.l) == 3" + sizable);
  EXPECT_EQ(carried("arguments.p.matches('^a+$')"), "args.p =~ /^a+$/ @ args.p is string");
  EXPECT_EQ(carried("matches(arguments.p, r'a\\.b/c')"),
            "args.p =~ /a\\.b\\/c/ @ args.p is string");
  EXPECT_EQ(carried("glob('read_*', tool_name)"), "mcp.tool =~ /^read_[^\\/]*$/ @ always");
  EXPECT_EQ(carried("tool_name == 'a\\x41\\u00e9\\n\\101'"), "mcp.tool == \"aAé\\nA\" @ always");
  EXPECT_EQ(carried("tool_name == '''it's'''"), "mcp.tool == \"it's\" @ always");
}

TEST(Cel, OneSideThatSettlesIsEnough) {
  EXPECT_EQ(carried("arguments.a == 1 && tool_name == 'x'"),
            "args.a == 1 and mcp.tool == \"x\" @ mcp.tool != \"x\" or args.a exists");
  EXPECT_EQ(carried("arguments.a == 1 || tool_name == 'x'"),
            "args.a == 1 or mcp.tool == \"x\" @ mcp.tool == \"x\" or args.a exists");
  EXPECT_EQ(carried("!(tool_name == 'x')"), "mcp.tool != \"x\" @ always");
  EXPECT_EQ(carried("tool_name == 'x' ? 'a' in user_roles : false"),
            "mcp.tool == \"x\" and agent.roles has \"a\" @ always");
}

TEST(Cel, WhatHasNoCounterpartIsLost) {
  for (const char* text : {"session_call_count > 1",
                           "request_time.getHours() < 9",
                           "arguments.a == arguments.b",
                           "arguments.a + 1 > 2",
                           "arguments.l[0] == 1",
                           "dest_ip_in_cidr(dest_ip, '10.0.0.0/8')",
                           "action_arg_contains(arguments, 'x')",
                           "arguments.a.lowerAscii() == 'x'",
                           "arguments.l.all(x, x > 1)",
                           "tool_name < 'x'",
                           "tool_name == 5",
                           "{'a': 1} == arguments",
                           "b'x' == arguments.a",
                           "'x' in arguments.a",
                           "size('x') > 1",
                           "user_roles == ['a']",
                           "identity_name.size() > 0",
                           "int(arguments.a) > 1",
                           "action_type == 'command_exec'",
                           "tool_name",
                           "'x'",
                           "arguments.p.matches('(?P<n>a)')",
                           "arguments.p.matches(tool_name)"}) {
    EXPECT_EQ(carried(text), "lost") << text;
  }
}

TEST(Cel, WhatIsNotCelIsLostWithItsPlace) {
  for (const char* text : {"", "1 +", "a b", "'x", "tool_name = 'x'", "(tool_name", "'\\q' == a",
                           "a.", "a[", "0x", "1abc", "\xff", "!!", "has(", "a ? b"}) {
    const Carried result = carry_cel(text, default_map());
    ASSERT_EQ(result.value->kind, FormulaKind::unknown) << text;
    EXPECT_NE(result.value->reason.find("is not CEL: line 1"), std::string::npos)
        << result.value->reason;
  }
}

TEST(Cel, NestingIsBounded) {
  for (const std::size_t depth : {60u, 70u, 100'000u}) {
    for (const auto& [open, close] : {std::pair{"(", ")"}, std::pair{"!", ""}, std::pair{"[", "]"},
                                      std::pair{"-", ""}, std::pair{"f(", ")"}}) {
      std::string text;
      for (std::size_t i = 0; i < depth; ++i) text += open;
      text += "true";
      for (std::size_t i = 0; i < depth; ++i) text += close;
      const Result<CelExpression> parsed = parse_cel(text);
      EXPECT_TRUE(parsed || depth > 60) << open << depth << parsed.error().message;
      EXPECT_TRUE(!parsed || depth < 1'000) << open << depth;
    }
    std::string chain = "arguments";
    for (std::size_t i = 0; i < depth; ++i) chain += ".a";
    EXPECT_EQ(carry_cel(chain, default_map()).value->kind, FormulaKind::unknown);
    std::string wide = "tool_name == 'x'";
    for (std::size_t i = 0; i < depth; ++i) wide += " || tool_name == 'y'";
    EXPECT_TRUE(parse_cel(wide)) << depth;
  }
}

TEST(Cel, ExpressionsOfRe2) {
  EXPECT_EQ(regex_of_re2("^a\\sb$"), "^a[ \\t\\n\\f\\r]b$");
  EXPECT_EQ(regex_of_re2("\\S"), "[^ \\t\\n\\f\\r]");
  EXPECT_EQ(regex_of_re2("[\\s,]"), "[ \\t\\n\\f\\r,]");
  EXPECT_EQ(regex_of_re2("(?i)drop"), "(?i)drop");
  EXPECT_EQ(regex_of_re2("(?i)sky"), "(?i)[sS\\x{17f}][kK\\x{212a}]y");
  EXPECT_EQ(regex_of_re2("[[]"), "[\\[]");
  for (const char* text : {"(?i)[a-z]", "(?i)é", "\\pL", "\\Qa\\E", "(?P<n>a)", "[[:alpha:]]",
                           "a(?i)b", "[\\S]", "\\C", "[", "\\"}) {
    EXPECT_FALSE(regex_of_re2(text)) << text;
  }
}

}  // namespace
}  // namespace sentrail::compiler::import_
