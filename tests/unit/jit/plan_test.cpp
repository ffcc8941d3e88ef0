// Which rules get native code: those that a table cannot pass over and that test much, and no
// others. See runtime/jit/plan.hpp.
#include "runtime/jit/plan.hpp"

#include <gtest/gtest.h>

#include <string>

#include "core/limits.hpp"
#include "tests/support/build_ir.hpp"
#include "tests/support/compiled.hpp"
#include "tests/unit/jit/trees.hpp"

namespace sentrail::support {
namespace {

using jit::Coverage;
using jit::Plan;

Plan plan_of(const ir::Policy& policy, Coverage coverage = Coverage::gainful,
             std::size_t instructions_max = limits::kNativeInstructionsMax) {
  const Compiled compiled(policy);
  const decide::BoundProgram& bound = compiled.engine().bound();
  return jit::plan(bound, decide::RuleTable(bound), coverage, instructions_max);
}

TEST(NativePlan, PaysForTreesThatEveryRequestAsks) {
  const Plan plan = plan_of(trees(100));
  EXPECT_TRUE(plan.pays());
  EXPECT_TRUE(plan.whole);
  EXPECT_EQ(plan.blocks.size(), 2u);
  EXPECT_EQ(plan.blocks[0].rules.size(), 64u);
  EXPECT_EQ(plan.blocks[1].rules.size(), 36u);
  EXPECT_EQ(plan.blocks[0].inputs.size(), 4u);
}

TEST(NativePlan, IsNothingForAFewRules) {
  EXPECT_FALSE(plan_of(trees(5)).pays());
  EXPECT_FALSE(plan_of(Book().policy).pays());
}

TEST(NativePlan, IsNothingForRulesThatAreLookedUp) {
  Book book;
  for (std::size_t i = 0; i < 500; ++i) {
    book.add(all_of(book.policy, {book.ask(is("agent.id", i)), book.ask(is("action", i % 30))}));
  }
  EXPECT_FALSE(plan_of(book.policy).pays());
}

TEST(NativePlan, IsNothingForTestsThatItDoesNotKnow) {
  Book book;
  for (int i = 0; i < 300; ++i) {
    book.add(test("body.text", ir::AtomOp::contains, {text("word " + std::to_string(i))}));
  }
  const Plan plan = plan_of(book.policy);
  EXPECT_FALSE(plan.pays());
}

// Some rules are looked up, others are asked by every request: those get code beside the table.
TEST(NativePlan, IsBesideTheTableForSomeRules) {
  ir::Policy policy = trees(200);
  Book names;
  names.policy = policy;
  for (std::size_t i = 0; i < 3'000; ++i) names.add(is("agent.id", i));
  const Plan plan = plan_of(names.policy);
  EXPECT_TRUE(plan.pays());
  EXPECT_FALSE(plan.whole);
  std::size_t rules = 0;
  for (const auto& block : plan.blocks) rules += block.rules.size();
  EXPECT_EQ(rules, 200u);
}

TEST(NativePlan, IsNotForAllRulesOverTheLimitOfInstructions) {
  EXPECT_TRUE(plan_of(trees(300)).whole);
  const Plan plan = plan_of(trees(300), Coverage::gainful, 500);
  EXPECT_FALSE(plan.whole);
}

TEST(NativePlan, IsTheSameEachTime) {
  const Plan one = plan_of(trees(150));
  const Plan two = plan_of(trees(150));
  EXPECT_EQ(one.expected_cost, two.expected_cost);
  EXPECT_EQ(one.cost_without, two.cost_without);
  ASSERT_EQ(one.blocks.size(), two.blocks.size());
  for (std::size_t i = 0; i < one.blocks.size(); ++i) {
    EXPECT_EQ(one.blocks[i].formulas.nodes(), two.blocks[i].formulas.nodes());
  }
}

// However many members a policy names, it reads no more inputs than there is room for.
TEST(NativePlan, NamesNoMoreInputsThanThereIsRoomFor) {
  Book book;
  for (std::size_t i = 0; i < limits::kNativeInputsMax + 50; ++i) {
    book.add(test("body.n" + std::to_string(i), ir::AtomOp::less, {number("5")}));
  }
  const Plan plan = plan_of(book.policy, Coverage::whole);
  EXPECT_EQ(plan.inputs.size(), limits::kNativeInputsMax);
}

}  // namespace
}  // namespace sentrail::support
