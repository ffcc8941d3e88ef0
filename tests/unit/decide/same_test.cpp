// Equality between attributes: the engine and the oracle on every pair of values of all kinds.
// source: docs/language.md, L5.16.
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "compiler/oracle/oracle.hpp"
#include "tests/support/build_ir.hpp"
#include "tests/support/compiled.hpp"
#include "tests/support/facts_of.hpp"

namespace sentrail::support {
namespace {

constexpr Truth kT = Truth::t;
constexpr Truth kF = Truth::f;
constexpr Truth kU = Truth::u;

// The truth of one condition; both judges agree on it.
Truth truth_of(ir::Policy policy, ir::ConditionId when, const oracle::Request& request) {
  policy.name = "one";
  policy.default_effect = Effect::require_approval;
  policy.tiers.push_back({"t", false, {rule("r", Outcome::allow, when)}});
  const Truth slow = oracle::evaluate(policy, when, request);
  const std::optional<OwnedFacts> facts = OwnedFacts::of(request);
  const Decision decision = Compiled(policy).decide(**facts);
  const Truth fast = decision.undecidable ? kU : certain(decision.effect == Effect::allow);
  EXPECT_EQ(fast, slow) << policy.dump() << describe(request);
  return slow;
}

// `body.a == body.b`, and the other way round.
Truth of_members(const oracle::Value& a, const oracle::Value& b) {
  oracle::Request request;
  oracle::Value& body = request.values["body"] = object_value({});
  for (const auto& [name, value] : {std::pair("a", a), std::pair("b", b)}) {
    if (value.kind == oracle::ValueKind::absent) continue;
    body.names.emplace_back(name);
    body.elements.push_back(value);
  }
  ir::Policy policy;
  const Truth truth = truth_of(policy, atom(policy, same("body.a", "body.b")), request);
  ir::Policy turned;
  EXPECT_EQ(truth_of(turned, atom(turned, same("body.b", "body.a")), request), truth);
  return truth;
}

TEST(Same, L5_16_OnEveryPairOfKinds) {
  // Rows and columns in one order; what cannot be read of a member stands for its name twice.
  const std::vector<oracle::Value> values = {absent(),
                                             null_value(),
                                             boolean_value(true),
                                             boolean_value(false),
                                             number_value("1"),
                                             number_value("1e7000"),
                                             string_value("1"),
                                             string_value("a/b"),
                                             list_value({number_value("1")}),
                                             object_value({})};
  const std::array<const char*, 10> expected = {
      "ffffffffff", "fuuuuuuuuu", "fuTfuuuuuu", "fufTuuuuuu", "fuuuTuuuuu",
      "fuuuuuuuuu", "fuuuuuTfuu", "fuuuuufTuu", "fuuuuuuuuu", "fuuuuuuuuu"};
  for (std::size_t i = 0; i < values.size(); ++i) {
    for (std::size_t k = 0; k < values.size(); ++k) {
      const Truth truth = of_members(values[i], values[k]);
      const char wanted = expected[i][k];
      EXPECT_EQ(truth, wanted == 'T'   ? kT
                       : wanted == 'f' ? kF
                                       : kU)
          << describe(values[i]) << " and " << describe(values[k]);
    }
  }
}

TEST(Same, L6_1_NumbersByValue) {
  EXPECT_EQ(of_members(number_value("1.50"), number_value("15e-1")), kT);
  EXPECT_EQ(of_members(number_value("-0"), number_value("0")), kT);
  EXPECT_EQ(of_members(number_value("9007199254740993"), number_value("9007199254740992")), kF);
}

TEST(Same, StringsByteByByte) {
  const auto of_texts = [](const char* ref, const char* owner) {
    oracle::Request request;
    request.values["resource.ref"] = string_value(ref);
    request.values["agent.owner"] = string_value(owner);
    ir::Policy policy;
    return truth_of(policy, atom(policy, same("resource.ref", "agent.owner")), request);
  };
  EXPECT_EQ(of_texts("a", "a"), kT);
  EXPECT_EQ(of_texts("a*", "a*"), kT);
  EXPECT_EQ(of_texts("a/../b", "a/../b"), kT);
  EXPECT_EQ(of_texts("ab", "a*"), kF);
  EXPECT_EQ(of_texts("A", "a"), kF);
  EXPECT_EQ(of_texts("", ""), kT);
}

// Absent is nothing's equal, unreadable perhaps everything's.
TEST(Same, AbsentBeforeUnreadable) {
  const auto of = [](oracle::Value owner, oracle::Value other) {
    oracle::Request request;
    if (owner.kind != oracle::ValueKind::absent) {
      request.values["resource.owner"] = std::move(owner);
    }
    if (other.kind != oracle::ValueKind::absent) request.values["agent.owner"] = std::move(other);
    ir::Policy policy;
    return truth_of(policy, atom(policy, same("resource.owner", "agent.owner")), request);
  };
  EXPECT_EQ(of(absent(), unreadable()), kF);
  EXPECT_EQ(of(unreadable(), absent()), kF);
  EXPECT_EQ(of(unreadable(), unreadable()), kU);
  EXPECT_EQ(of(unreadable(), string_value("a")), kU);
  EXPECT_EQ(of(absent(), absent()), kF);
}

TEST(Same, ElementsOnEitherSide) {
  oracle::Request request;
  request.values["agent.id"] = string_value("a");
  request.values["body"] =
      object_value({{"files", list_value({object_value({{"owner", string_value("b")}}),
                                          object_value({{"owner", string_value("a")}})})},
                    {"names", strings_value({"c", "b"})}});
  ir::AttributeRef owner{AttributeId::body, {"owner"}, 1, std::string("f")};
  ir::AttributeRef name{AttributeId::body, {}, 2, std::string("n")};
  for (const bool turned : {false, true}) {
    ir::Policy policy;
    ir::Atom test = same("agent.id", "agent.id");
    (turned ? test.attribute : *test.other) = owner;
    const auto inner = atom(policy, test);
    const auto when =
        quantified(policy, ir::ConditionKind::some_element, "f", ref("body.files"), inner);
    EXPECT_EQ(truth_of(policy, when, request), kT);
  }
  // An element of each of two lists that stand within each other.
  for (const bool turned : {false, true}) {
    ir::Policy policy;
    ir::Atom test = same("agent.id", "agent.id");
    (turned ? test.attribute : *test.other) = owner;
    (turned ? *test.other : test.attribute) = name;
    const auto one = atom(policy, test);
    const auto inner =
        quantified(policy, ir::ConditionKind::some_element, "n", ref("body.names"), one);
    const auto when =
        quantified(policy, ir::ConditionKind::every_element, "f", ref("body.files"), inner);
    EXPECT_EQ(truth_of(policy, when, request), kF);
  }
}

}  // namespace
}  // namespace sentrail::support
