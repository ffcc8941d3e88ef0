// Single tests at their edges: the last element, the end of a range, the longest list.
// See runtime/decide/evaluate.hpp; the oracle is asked the same in tests/unit/oracle/atom_test.cpp.
#include "runtime/decide/evaluate.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/limits.hpp"
#include "runtime/decide/search.hpp"
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

TEST(Evaluate, PartsAreBytesWithoutWildcards) {
  const auto on = [](ir::AtomOp op, std::string_view part, std::string_view value) {
    return truth_of(test("body", op, {text(part)}), string_value(value));
  };
  EXPECT_EQ(on(ir::AtomOp::contains, "b*", "ab*c"), Truth::t);
  EXPECT_EQ(on(ir::AtomOp::contains, "b*", "abbc"), Truth::f);
  EXPECT_EQ(on(ir::AtomOp::contains, "", ""), Truth::t);
  EXPECT_EQ(on(ir::AtomOp::contains, "abc", "ab"), Truth::f);
  EXPECT_EQ(on(ir::AtomOp::starts_with, "ab", "abc"), Truth::t);
  EXPECT_EQ(on(ir::AtomOp::starts_with, "bc", "abc"), Truth::f);
  EXPECT_EQ(on(ir::AtomOp::ends_with, "bc", "abc"), Truth::t);
  EXPECT_EQ(on(ir::AtomOp::ends_with, "AB", "ab"), Truth::f);
  EXPECT_EQ(truth_of(test("body", ir::AtomOp::contains, {text("1")}), number_value("1")), Truth::u);
}

// Every text of up to seven letters of two, in every other: borders of all kinds.
TEST(Evaluate, ContainsFindsWhatAPlainSearchFinds) {
  std::vector<std::string> texts = {""};
  for (std::size_t i = 0; texts[i].size() < 7; ++i) {
    texts.push_back(texts[i] + "a");
    texts.push_back(texts[i] + "b");
  }
  ProgramStorage p;
  for (const std::string& one : texts) {
    const auto symbol = static_cast<std::uint32_t>(p.symbols.size());
    p.symbols.push_back(
        {static_cast<std::uint32_t>(p.text.size()), static_cast<std::uint32_t>(one.size())});
    p.text.insert(p.text.end(), one.begin(), one.end());
    AtomRow row;
    row.op = static_cast<std::uint8_t>(TestOp::contains);
    row.operands_begin = symbol;
    row.operands_count = 1;
    p.atoms.push_back(row);
    p.operands.push_back({0, symbol, 0});
  }
  const decide::SearchSet searches(p.view());
  for (std::uint32_t symbol = 0; symbol < texts.size(); ++symbol) {
    for (const std::string& value : texts) {
      ASSERT_EQ(searches.contains(symbol, value), value.find(texts[symbol]) != std::string::npos)
          << texts[symbol] << " in " << value;
    }
  }
}

TEST(Evaluate, SizesCountCharactersElementsAndMembers) {
  const auto size_is = [](oracle::Value value, std::string_view size) {
    return truth_of(size_test("body", ir::AtomOp::equal, {number(size)}), std::move(value));
  };
  EXPECT_EQ(size_is(string_value("h\xc3\xa9!"), "3"), Truth::t);
  EXPECT_EQ(size_is(string_value("h\xc3\xa9!"), "4"), Truth::f);
  EXPECT_EQ(size_is(list_value({null_value(), null_value()}), "2.0"), Truth::t);
  EXPECT_EQ(size_is(object_value({{"a", null_value()}}), "1"), Truth::t);
  EXPECT_EQ(size_is(object_value({}), "0"), Truth::t);
  EXPECT_EQ(size_is(null_value(), "0"), Truth::u);
  EXPECT_EQ(size_is(number_value("12"), "2"), Truth::u);
  EXPECT_EQ(size_is(list_value(std::vector(limits::kListElementsMax + 1, null_value())), "4097"),
            Truth::t);
  const ir::Atom some = size_test("agent.roles", ir::AtomOp::in, {number("0"), range("2", "3")});
  EXPECT_EQ(truth_of(some, strings_value({"a", "a"})), Truth::t);
  EXPECT_EQ(truth_of(some, strings_value({"a"})), Truth::f);
  EXPECT_EQ(truth_of(some, list_value({})), Truth::t);
  const ir::Atom none = size_test("body", ir::AtomOp::in, {});
  EXPECT_EQ(truth_of(none, string_value("")), Truth::f);
  EXPECT_EQ(truth_of(none, null_value()), Truth::u);
}

// The truth of `any`, or `all`, `x in body: x == "a"` on a value of body.
Truth of_elements(ir::ConditionKind kind, oracle::Value body) {
  ir::Policy policy;
  policy.name = "one";
  ir::Atom is_a = test("body", ir::AtomOp::equal, {text("a")});
  is_a.attribute = {AttributeId::body, {}, 1, std::string("x")};
  const auto when = quantified(policy, kind, "x", ref("body"), atom(policy, is_a));
  policy.tiers.push_back({"t", false, {rule("r", Outcome::allow, when)}});
  oracle::Request request;
  request.values.emplace("body", std::move(body));
  const std::optional<OwnedFacts> facts = OwnedFacts::of(request);
  const Decision decision = Compiled(policy).decide(**facts);
  return decision.undecidable ? Truth::u : certain(decision.effect == Effect::allow);
}

TEST(Evaluate, QuantifiersJoinTheTruthsOfElements) {
  constexpr auto kAny = ir::ConditionKind::some_element;
  constexpr auto kAll = ir::ConditionKind::every_element;
  EXPECT_EQ(of_elements(kAny, strings_value({"b", "a"})), Truth::t);
  EXPECT_EQ(of_elements(kAll, strings_value({"b", "a"})), Truth::f);
  EXPECT_EQ(of_elements(kAll, strings_value({"a", "a"})), Truth::t);
  EXPECT_EQ(of_elements(kAny, list_value({null_value(), string_value("a")})), Truth::t);
  EXPECT_EQ(of_elements(kAny, list_value({null_value(), string_value("b")})), Truth::u);
  EXPECT_EQ(of_elements(kAll, list_value({null_value(), string_value("b")})), Truth::f);
  EXPECT_EQ(of_elements(kAny, list_value({})), Truth::f);
  EXPECT_EQ(of_elements(kAll, list_value({})), Truth::t);
  for (const auto kind : {kAny, kAll}) {
    EXPECT_EQ(of_elements(kind, absent()), Truth::f);
    EXPECT_EQ(of_elements(kind, unreadable()), Truth::u);
    EXPECT_EQ(of_elements(kind, string_value("a")), Truth::u);
    EXPECT_EQ(of_elements(kind, object_value({})), Truth::u);
    std::vector<oracle::Value> many(limits::kListElementsMax, string_value("a"));
    EXPECT_EQ(of_elements(kind, list_value(many)), Truth::t);
    many.push_back(string_value("a"));
    EXPECT_EQ(of_elements(kind, list_value(many)), Truth::u);
  }
}

TEST(Evaluate, RangesHoldBothEnds) {
  const ir::Atom within = test("body", ir::AtomOp::in, {range("1", "5")});
  EXPECT_EQ(truth_of(within, number_value("1.0")), Truth::t);
  EXPECT_EQ(truth_of(within, number_value("5")), Truth::t);
  EXPECT_EQ(truth_of(within, number_value("5.1")), Truth::f);
  EXPECT_EQ(truth_of(within, number_value("0.9")), Truth::f);
}

// L18.6.
TEST(Evaluate, AddressesAreSearchedInTheirNetworks) {
  const ir::Atom inside =
      test("agent.ip", ir::AtomOp::in,
           {network("10.0.0.0/8"), network("10.0.0.0/16"), network("10.200.0.0/16"),
            network("192.0.2.7"), network("2001:db8::/32"), network("::1")});
  for (const char* address : {"10.0.0.0", "10.255.255.255", "10.200.1.1", "192.0.2.7", "::1",
                              "2001:db8::", "2001:db8:ffff::1", "::ffff:10.0.0.7"}) {
    EXPECT_EQ(truth_of(inside, string_value(address)), Truth::t) << address;
  }
  for (const char* address : {"0.0.0.0", "9.255.255.255", "11.0.0.0", "192.0.2.6", "192.0.2.8",
                              "255.255.255.255", "::", "::2", "2001:db7::", "2001:db9::"}) {
    EXPECT_EQ(truth_of(inside, string_value(address)), Truth::f) << address;
  }
  for (const char* text : {"", "10.0.0", "office", "fe80::1%eth0"}) {
    EXPECT_EQ(truth_of(inside, string_value(text)), Truth::u) << text;
  }
  EXPECT_EQ(truth_of(inside, unreadable()), Truth::u);
  EXPECT_EQ(truth_of(inside, absent()), Truth::f);
}

TEST(Evaluate, OneAddressEqualsOne) {
  const ir::Atom one = test("agent.ip", ir::AtomOp::equal, {network("10.0.0.7")});
  EXPECT_EQ(truth_of(one, string_value("10.0.0.7")), Truth::t);
  EXPECT_EQ(truth_of(one, string_value("10.0.0.8")), Truth::f);
  EXPECT_EQ(truth_of(one, string_value("::7")), Truth::f);
  EXPECT_EQ(truth_of(one, string_value("seven")), Truth::u);
}

// L16.9.
TEST(Evaluate, InstantsAreBeforeOrAfter) {
  const auto truths = [](std::string_view now) {
    std::string out;
    for (const ir::AtomOp op : {ir::AtomOp::less, ir::AtomOp::less_equal, ir::AtomOp::greater,
                                ir::AtomOp::greater_equal}) {
      const Truth truth =
          truth_of(test("time", op, {instant("2027-01-31T12:00:00.000Z")}), string_value(now));
      out += truth == Truth::t ? 't' : truth == Truth::f ? 'f' : 'u';
    }
    return out;
  };
  EXPECT_EQ(truths("2027-01-31T11:59:59.999Z"), "ttff");
  EXPECT_EQ(truths("2027-01-31T12:00:00.000Z"), "ftft");
  EXPECT_EQ(truths("2027-01-31T12:00:00.001Z"), "fftt");
  const ir::Atom before = test("time", ir::AtomOp::less, {instant("2027-01-31T12:00:00.000Z")});
  EXPECT_EQ(truth_of(before, unreadable()), Truth::u);
}

}  // namespace
}  // namespace sentrail::support
