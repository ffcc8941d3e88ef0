// Single tests on values of every kind. Paragraphs L5 of docs/language.md.
#include "compiler/oracle/atom.hpp"

#include <gtest/gtest.h>

#include "core/limits.hpp"
#include "tests/support/build_ir.hpp"

namespace sentrail::support {
namespace {

using Op = ir::AtomOp;
constexpr Truth kT = Truth::t;
constexpr Truth kF = Truth::f;
constexpr Truth kU = Truth::u;

// The truth of `body.x OP operands` when body.x has that value.
Truth on(oracle::Value value, Op op, std::vector<ir::Operand> operands = {}) {
  oracle::Request request;
  request.values["body"] = object_value({{"x", std::move(value)}});
  return oracle::evaluate(test("body.x", op, std::move(operands)), request);
}

Truth on_attribute(const std::string& name, oracle::Value value, ir::Atom atom) {
  oracle::Request request;
  request.values[name] = std::move(value);
  return oracle::evaluate(atom, request);
}

TEST(OracleAtom, L5_4_AbsentIsFalseAndExistsAsksForIt) {
  const oracle::Request empty;
  EXPECT_EQ(oracle::evaluate(test("body.x", Op::exists), empty), kF);
  EXPECT_EQ(oracle::evaluate(test("body.x", Op::equal, {text("")}), empty), kF);
  EXPECT_EQ(oracle::evaluate(test("body.x", Op::in), empty), kF);
  EXPECT_EQ(oracle::evaluate(test("body.x", Op::less, {number("1")}), empty), kF);
  EXPECT_EQ(oracle::evaluate(test("body.x", Op::matches, {pattern("**")}), empty), kF);
  EXPECT_EQ(oracle::evaluate(test("agent.roles", Op::has, {text("a")}), empty), kF);
  EXPECT_EQ(oracle::evaluate(is_type("body.x", ir::TestedType::null), empty), kF);
  EXPECT_EQ(oracle::evaluate(test("http.headers.x", Op::equal, {text("")}), empty), kF);
}

TEST(OracleAtom, L5_3_UnreadableIsUndecidable) {
  for (const Op op : {Op::exists, Op::is_type, Op::in}) EXPECT_EQ(on(unreadable(), op), kU);
  EXPECT_EQ(on(unreadable(), Op::equal, {text("a")}), kU);
  EXPECT_EQ(on(unreadable(), Op::has, {text("a")}), kU);
  EXPECT_EQ(on(unreadable(), Op::less, {number("1")}), kU);
}

TEST(OracleAtom, L5_2_StepsIntoAnythingButAnObjectAreUnreadable) {
  const auto exists = test("body.x.y", Op::exists);
  for (const auto& value : {null_value(), number_value("1"), string_value("a"), list_value({}),
                            boolean_value(true), unreadable()}) {
    EXPECT_EQ(on_attribute("body", object_value({{"x", value}}), exists), kU) << describe(value);
  }
  EXPECT_EQ(on_attribute("body", object_value({}), exists), kF);
  EXPECT_EQ(on_attribute("body", object_value({{"x", object_value({})}}), exists), kF);
  EXPECT_EQ(on_attribute("body", list_value({}), exists), kU);
  EXPECT_EQ(on_attribute("body", object_value({{"x", null_value()}, {"x", null_value()}}), exists),
            kU);
}

TEST(OracleAtom, L5_2_NamesThatStandTwiceAreUnreadable) {
  oracle::Request request;
  request.headers.entries = {{"accept", "a"}, {"x", "b"}, {"accept", "a"}};
  EXPECT_EQ(oracle::evaluate(test("http.headers.accept", Op::equal, {text("a")}), request), kU);
  EXPECT_EQ(oracle::evaluate(test("http.headers.x", Op::equal, {text("b")}), request), kT);
  EXPECT_EQ(oracle::evaluate(test("http.query.x", Op::exists), request), kF);
  request.query.unreadable = true;
  EXPECT_EQ(oracle::evaluate(test("http.query.x", Op::exists), request), kU);
}

TEST(OracleAtom, L5_5_ValuesOfAnotherTypeAreUndecidable) {
  EXPECT_EQ(on(string_value("1"), Op::equal, {number("1")}), kU);
  EXPECT_EQ(on(number_value("1"), Op::equal, {text("1")}), kU);
  EXPECT_EQ(on(null_value(), Op::equal, {text("null")}), kU);
  EXPECT_EQ(on(boolean_value(true), Op::equal, {text("true")}), kU);
  EXPECT_EQ(on(list_value({}), Op::equal, {text("a")}), kU);
  EXPECT_EQ(on(number_value("1"), Op::matches, {pattern("*")}), kU);
  EXPECT_EQ(on(string_value("a"), Op::less, {number("1")}), kU);
  EXPECT_EQ(on(string_value("a"), Op::has, {text("a")}), kU);
  EXPECT_EQ(on(object_value({}), Op::has, {text("a")}), kU);
}

TEST(OracleAtom, L5_6_EqualityIsOfBytesValuesAndNumbers) {
  EXPECT_EQ(on(string_value("a"), Op::equal, {text("a")}), kT);
  EXPECT_EQ(on(string_value("A"), Op::equal, {text("a")}), kF);
  EXPECT_EQ(on(string_value("\xff"), Op::equal, {text("a")}), kF);
  EXPECT_EQ(on(string_value("a*"), Op::equal, {text("a*")}), kT);
  EXPECT_EQ(on(string_value("ab"), Op::equal, {text("a*")}), kF);
  EXPECT_EQ(on(number_value("1.50"), Op::equal, {number("15e-1")}), kT);
  EXPECT_EQ(on(number_value("9007199254740993"), Op::equal, {number("9007199254740992")}), kF);
  EXPECT_EQ(on(number_value(std::string(39, '1')), Op::equal, {number("1")}), kU);
  EXPECT_EQ(on(boolean_value(false), Op::equal, {boolean(false)}), kT);
  EXPECT_EQ(on(boolean_value(false), Op::equal, {boolean(true)}), kF);
}

TEST(OracleAtom, L5_7_OrderIsOfNumbersAndRisks) {
  EXPECT_EQ(on(number_value("2"), Op::less, {number("2")}), kF);
  EXPECT_EQ(on(number_value("2"), Op::less_equal, {number("2.0")}), kT);
  EXPECT_EQ(on(number_value("-3"), Op::greater, {number("-4")}), kT);
  EXPECT_EQ(on(number_value("2"), Op::greater_equal, {number("2.1")}), kF);
  const auto at_least_high = test("risk", Op::greater_equal, {risk("high")});
  EXPECT_EQ(on_attribute("risk", string_value("critical"), at_least_high), kT);
  EXPECT_EQ(on_attribute("risk", string_value("high"), at_least_high), kT);
  EXPECT_EQ(on_attribute("risk", string_value("medium"), at_least_high), kF);
  EXPECT_EQ(on_attribute("risk", string_value("severe"), at_least_high), kU);
  EXPECT_EQ(on_attribute("risk", number_value("4"), at_least_high), kU);
  const auto is_low = test("risk", Op::equal, {risk("low")});
  EXPECT_EQ(on_attribute("risk", string_value("low"), is_low), kT);
  EXPECT_EQ(on_attribute("risk", string_value("LOW"), is_low), kU);
}

TEST(OracleAtom, L5_8_InIsAnyEntryOfTheValuesType) {
  const std::vector<ir::Operand> mixed = {text("a"), pattern("b*"), number("1"), range("5", "9")};
  EXPECT_EQ(on(string_value("a"), Op::in, mixed), kT);
  EXPECT_EQ(on(string_value("bx"), Op::in, mixed), kT);
  EXPECT_EQ(on(string_value("c"), Op::in, mixed), kF);
  EXPECT_EQ(on(number_value("5"), Op::in, mixed), kT);
  EXPECT_EQ(on(number_value("9.0"), Op::in, mixed), kT);
  EXPECT_EQ(on(number_value("9.1"), Op::in, mixed), kF);
  EXPECT_EQ(on(number_value("4"), Op::in, mixed), kF);
  EXPECT_EQ(on(boolean_value(true), Op::in, mixed), kU);
  EXPECT_EQ(on(null_value(), Op::in, mixed), kU);
  EXPECT_EQ(on(list_value({}), Op::in, mixed), kU);
  EXPECT_EQ(on(string_value("x"), Op::in), kF);
  EXPECT_EQ(on(null_value(), Op::in), kF);
  // A literal may be told where a pattern cannot.
  EXPECT_EQ(on(string_value("x//y"), Op::in, {text("x//y"), pattern("b*")}), kT);
  EXPECT_EQ(on(string_value("x//z"), Op::in, {text("x//y"), pattern("b*")}), kU);
}

TEST(OracleAtom, L5_9_HasLooksAtEveryElement) {
  const auto list = list_value({string_value("a"), number_value("1"), null_value()});
  EXPECT_EQ(on(list, Op::has, {text("a")}), kT);
  EXPECT_EQ(on(list, Op::has, {text("b")}), kU);
  EXPECT_EQ(on(list, Op::has, {number("1.0")}), kT);
  EXPECT_EQ(on(list, Op::has, {boolean(true)}), kU);
  EXPECT_EQ(on(strings_value({"a", "b"}), Op::has, {text("c")}), kF);
  EXPECT_EQ(on(strings_value({"a*"}), Op::has, {text("a*")}), kT);
  EXPECT_EQ(on(list_value({}), Op::has, {text("a")}), kF);
  EXPECT_EQ(on(list_value({unreadable(), string_value("a")}), Op::has, {text("a")}), kT);
  EXPECT_EQ(on(list_value({unreadable()}), Op::has, {text("a")}), kU);
  std::vector<oracle::Value> many(limits::kListElementsMax, string_value("a"));
  EXPECT_EQ(on(list_value(many), Op::has, {text("a")}), kT);
  many.push_back(string_value("a"));
  EXPECT_EQ(on(list_value(many), Op::has, {text("a")}), kU);
}

TEST(OracleAtom, L5_10_IsTellsTheTypeOfAnyValue) {
  using Type = ir::TestedType;
  const std::vector<std::pair<oracle::Value, Type>> rows = {
      {string_value("a"), Type::string},    {number_value("1"), Type::number},
      {boolean_value(true), Type::boolean}, {list_value({}), Type::list},
      {object_value({}), Type::object},     {null_value(), Type::null}};
  for (const auto& [value, type] : rows) {
    for (const auto& row : rows) {
      const Truth truth = on_attribute("body", value, is_type("body", row.second));
      EXPECT_EQ(truth, certain(type == row.second)) << describe(value);
    }
    EXPECT_EQ(on(value, Op::exists), kT) << describe(value);
  }
  EXPECT_EQ(on_attribute("risk", string_value("low"), is_type("risk", Type::string)), kT);
  EXPECT_EQ(on_attribute("agent.roles", strings_value({}), is_type("agent.roles", Type::list)), kT);
}

TEST(OracleAtom, L5_12_PartsAreBytes) {
  EXPECT_EQ(on(string_value("main*"), Op::contains, {text("n*")}), kT);
  EXPECT_EQ(on(string_value("main"), Op::contains, {text("n*")}), kF);
  EXPECT_EQ(on(string_value("main"), Op::contains, {text("")}), kT);
  EXPECT_EQ(on(string_value(""), Op::ends_with, {text("")}), kT);
  EXPECT_EQ(on(string_value("main"), Op::starts_with, {text("ma")}), kT);
  EXPECT_EQ(on(string_value("main"), Op::starts_with, {text("ai")}), kF);
  EXPECT_EQ(on(string_value("main"), Op::ends_with, {text("in")}), kT);
  EXPECT_EQ(on(string_value("main"), Op::ends_with, {text("main2")}), kF);
  EXPECT_EQ(on(string_value("\xff"
                            "a"),
               Op::contains, {text("a")}),
            kT);
  EXPECT_EQ(on(string_value(std::string(1 << 16, 'a')), Op::contains, {text("aa")}), kT);
  EXPECT_EQ(on(list_value({}), Op::contains, {text("a")}), kU);
  EXPECT_EQ(on(absent(), Op::contains, {text("")}), kF);
}

TEST(OracleAtom, L5_13_SizesAreNumbers) {
  const auto on_size = [](oracle::Value value, Op op, std::vector<ir::Operand> operands) {
    oracle::Request request;
    request.values["body"] = object_value({{"x", std::move(value)}});
    return oracle::evaluate(size_test("body.x", op, std::move(operands)), request);
  };
  EXPECT_EQ(on_size(string_value("\xc3\xa9"), Op::equal, {number("1")}), kT);
  EXPECT_EQ(on_size(string_value("\xc3"), Op::equal, {number("1")}), kU);
  EXPECT_EQ(on_size(strings_value({"a", "a"}), Op::greater, {number("1.5")}), kT);
  EXPECT_EQ(on_size(object_value({}), Op::less, {number("0")}), kF);
  EXPECT_EQ(on_size(null_value(), Op::less, {number("9")}), kU);
  EXPECT_EQ(on_size(boolean_value(true), Op::in, {}), kU);
  EXPECT_EQ(on_size(string_value(""), Op::in, {}), kF);
  EXPECT_EQ(on_size(string_value("abc"), Op::in, {range("3", "4")}), kT);
  EXPECT_EQ(on_size(absent(), Op::equal, {number("0")}), kF);
  EXPECT_EQ(on_size(unreadable(), Op::equal, {number("0")}), kU);
}

}  // namespace
}  // namespace sentrail::support
