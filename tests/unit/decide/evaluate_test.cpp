// Single tests at their edges: the last element, the end of a range, the longest list.
// See runtime/decide/evaluate.hpp; the oracle is asked the same in tests/unit/oracle/atom_test.cpp.
#include "runtime/decide/evaluate.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "core/limits.hpp"
#include "tests/support/build_ir.hpp"
#include "tests/support/compiled.hpp"
#include "tests/support/facts_of.hpp"

namespace sentrail::support {
namespace {

// The truth of one test on one value of its attribute.
Truth truth_of(const ir::Atom& tested, oracle::Value value) {
  ir::Policy policy;
  policy.name = "one";
  policy.default_effect = Effect::require_approval;
  const auto when = atom(policy, tested);
  policy.tiers.push_back({"t", false, {rule("r", Outcome::allow, when)}});
  oracle::Request request;
  request.values.emplace(row_of(tested.attribute.attribute).name, std::move(value));
  const std::optional<OwnedFacts> facts = OwnedFacts::of(request);
  const Decision decision = Compiled(policy).decide(**facts);
  return decision.undecidable ? Truth::u : certain(decision.effect == Effect::allow);
}

TEST(Evaluate, HasLooksAtEveryElement) {
  const ir::Atom wanted = test("body", ir::AtomOp::has, {text("a")});
  EXPECT_EQ(truth_of(wanted, strings_value({"a", "b", "c"})), Truth::t);
  EXPECT_EQ(truth_of(wanted, strings_value({"b", "c", "a"})), Truth::t);
  EXPECT_EQ(truth_of(wanted, strings_value({"b", "c"})), Truth::f);
  EXPECT_EQ(truth_of(wanted, list_value({null_value(), string_value("b")})), Truth::u);
  EXPECT_EQ(truth_of(wanted, list_value({null_value(), string_value("a")})), Truth::t);
  EXPECT_EQ(truth_of(wanted, list_value({})), Truth::f);
}

TEST(Evaluate, ListsAreReadUpToTheLimit) {
  std::vector<oracle::Value> many(limits::kListElementsMax, string_value("b"));
  for (const char* attribute : {"body", "agent.roles"}) {
    const ir::Atom wanted = test(attribute, ir::AtomOp::has, {text("b")});
    EXPECT_EQ(truth_of(wanted, list_value(many)), Truth::t) << attribute;
  }
  many.push_back(string_value("b"));
  for (const char* attribute : {"body", "agent.roles"}) {
    const ir::Atom wanted = test(attribute, ir::AtomOp::has, {text("b")});
    EXPECT_EQ(truth_of(wanted, list_value(many)), Truth::u) << attribute;
  }
}

TEST(Evaluate, HasComparesNumbersByValueAndBools) {
  const oracle::Value list = list_value({number_value("1.50"), boolean_value(true)});
  EXPECT_EQ(truth_of(test("body", ir::AtomOp::has, {number("15e-1")}), list), Truth::t);
  EXPECT_EQ(truth_of(test("body", ir::AtomOp::has, {boolean(true)}), list), Truth::t);
  EXPECT_EQ(truth_of(test("body", ir::AtomOp::has, {number("2")}), list), Truth::u);
}

TEST(Evaluate, RangesHoldBothEnds) {
  const ir::Atom within = test("body", ir::AtomOp::in, {range("1", "5")});
  EXPECT_EQ(truth_of(within, number_value("1.0")), Truth::t);
  EXPECT_EQ(truth_of(within, number_value("5")), Truth::t);
  EXPECT_EQ(truth_of(within, number_value("5.1")), Truth::f);
  EXPECT_EQ(truth_of(within, number_value("0.9")), Truth::f);
}

}  // namespace
}  // namespace sentrail::support
