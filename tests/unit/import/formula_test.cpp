// Bounds of formulas, and what may be dropped from them.
#include "compiler/import/formula.hpp"

#include <gtest/gtest.h>

#include "compiler/import/attributes.hpp"

namespace sentrail::compiler::import_ {
namespace {

FormulaRef is_text(const std::string& path, const std::string& text) {
  return compare(*place_named(path), Comparison::equal, {ConstantKind::string, text});
}

std::string lower(const FormulaRef& formula, Leaning leaning = Leaning::none) {
  const FormulaRef bound = lower_bound(formula, leaning);
  return bound->kind == FormulaKind::never ? "never" : write_condition(bound);
}

std::string upper(const FormulaRef& formula, Leaning leaning = Leaning::none) {
  const FormulaRef bound = upper_bound(formula, leaning);
  return bound->kind == FormulaKind::never ? "never" : write_condition(bound);
}

TEST(Formula, AnUnknownIsFalseBelowAndTrueAbove) {
  const FormulaRef a = is_text("action", "a");
  EXPECT_EQ(lower(both({a, unknown("x")})), "never");
  EXPECT_EQ(upper(both({a, unknown("x")})), "action == \"a\"");
  EXPECT_EQ(lower(either({a, unknown("x")})), "action == \"a\"");
  EXPECT_EQ(upper(either({a, unknown("x")})), "always");
}

TEST(Formula, NegationTurnsTheBoundsRound) {
  const FormulaRef a = is_text("action", "a");
  EXPECT_EQ(lower(negation(both({a, unknown("x")}))), "action != \"a\"");
  EXPECT_EQ(upper(negation(both({a, unknown("x")}))), "always");
  EXPECT_EQ(lower(negation(unknown("x"))), "never");
  EXPECT_EQ(upper(negation(unknown("x"))), "always");
}

TEST(Formula, TwoReadingsAreBothOrOne) {
  const FormulaRef reading = ambiguous(is_text("action", "a"), is_text("tool", "t"), "x");
  EXPECT_EQ(lower(reading), "action == \"a\" and tool == \"t\"");
  EXPECT_EQ(upper(reading), "action == \"a\" or tool == \"t\"");
  EXPECT_EQ(lower(negation(reading)), "action != \"a\" and tool != \"t\"");
  EXPECT_FALSE(is_exact(reading));
}

TEST(Formula, PresenceIsSaidOnlyWhereNothingImpliesIt) {
  const FormulaRef x = is_text("args.x", "a");
  EXPECT_EQ(lower(both({exists("args.x"), x})), "args.x == \"a\"");
  EXPECT_EQ(lower(both({exists("args.x"), negation(x)})), "args.x exists and args.x != \"a\"");
  EXPECT_EQ(lower(both({exists("args"), x})), "args.x == \"a\"");
  EXPECT_EQ(lower(both({exists("args.xy"), x})), "args.xy exists and args.x == \"a\"");
}

TEST(Formula, KindsAreDroppedOnlyWhereUndecidableDecidesTheSame) {
  const FormulaRef big =
      compare(*place_named("args.n"), Comparison::greater, {ConstantKind::number, "5"});
  const FormulaRef guarded = both({is_kind("args.n", ValueKind::number), big});
  EXPECT_EQ(lower(guarded, Leaning::allow), "args.n > 5");
  EXPECT_EQ(upper(guarded, Leaning::block), "args.n is number and args.n > 5");
  EXPECT_EQ(lower(guarded), "args.n is number and args.n > 5");
  const FormulaRef failing = either({negation(is_kind("args.n", ValueKind::number)), big});
  EXPECT_EQ(upper(failing, Leaning::block), "args.n is absent or args.n > 5");
  EXPECT_EQ(upper(failing), "not args.n is number or args.n > 5");
}

TEST(Formula, CommonPartsStandOnce) {
  const FormulaRef a = is_text("action", "a");
  const FormulaRef b = is_text("tool", "b");
  const FormulaRef c = is_text("env", "c");
  EXPECT_EQ(lower(either({both({a, b}), both({a, c})})),
            "action == \"a\" and (tool == \"b\" or env == \"c\")");
  EXPECT_EQ(lower(both({either({a, b}), either({a, c})})),
            "action == \"a\" or (tool == \"b\" and env == \"c\")");
  EXPECT_EQ(lower(either({a, both({a, b})})), "action == \"a\"");
  EXPECT_EQ(lower(either({exists("args.x"), negation(exists("args.x"))})), "always");
}

// `a and (not a or b)` is undecidable where `a` is, `a and b` false where `b` is.
TEST(Formula, UnitsAreResolvedWhereUndecidableDecidesTheSame) {
  const FormulaRef a = is_text("args.a", "a");
  const FormulaRef b = is_text("tool", "b");
  const FormulaRef join = both({a, either({negation(a), b})});
  EXPECT_EQ(lower(join, Leaning::allow), "args.a == \"a\" and tool == \"b\"");
  EXPECT_EQ(upper(join, Leaning::block), "args.a == \"a\" and (args.a != \"a\" or tool == \"b\")");
  EXPECT_EQ(lower(join), "args.a == \"a\" and (args.a != \"a\" or tool == \"b\")");
  const FormulaRef there = exists("args.a");
  EXPECT_EQ(upper(both({there, either({negation(there), b})}), Leaning::block),
            "args.a exists and tool == \"b\"");
}

TEST(Formula, WhatIsTooLargeDoesNotFit) {
  FormulaRef deep = is_text("action", "a");
  for (int i = 0; i < 60; ++i) {
    const std::string text = std::to_string(i);
    deep = i % 2 == 0 ? both({is_text("tool", text), deep}) : either({is_text("env", text), deep});
  }
  EXPECT_FALSE(fits(deep));
  EXPECT_TRUE(fits(is_text("action", "a")));
}

TEST(Attributes, TypesSayWhatCanBeCompared) {
  const Constant five{ConstantKind::number, "5"};
  EXPECT_EQ(compare(*place_named("agent.id"), Comparison::equal, five)->kind, FormulaKind::unknown);
  EXPECT_EQ(compare(*place_named("agent.roles"), Comparison::equal, five)->kind,
            FormulaKind::unknown);
  EXPECT_EQ(compare(*place_named("risk"), Comparison::equal, {ConstantKind::string, "grave"})->kind,
            FormulaKind::unknown);
  EXPECT_EQ(compare(*place_named("args.n"), Comparison::less, {ConstantKind::string, "x"})->kind,
            FormulaKind::unknown);
  const Constant long_one{ConstantKind::string, std::string(5'000, 'x')};
  EXPECT_EQ(compare(*place_named("agent.id"), Comparison::equal, long_one)->kind,
            FormulaKind::unknown);
  EXPECT_FALSE(place_named("agent.id.x"));
  EXPECT_FALSE(place_named("nothing"));
  EXPECT_EQ(place_named("http.headers.x-real-ip")->path, "http.headers.\"x-real-ip\"");
}

TEST(Attributes, WildcardsOfAListAreEscaped) {
  const FormulaRef test = is_one_of(
      *place_named("agent.id"), {{ConstantKind::string, "ci-*"}, {ConstantKind::string, "a?\\b"}});
  EXPECT_EQ(write_condition(test), "agent.id in [\"ci-\\\\*\", \"a\\\\?\\\\\\\\b\"]");
}

}  // namespace
}  // namespace sentrail::compiler::import_
