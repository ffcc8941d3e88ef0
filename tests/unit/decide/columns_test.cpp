// What tests weigh, and under which of their demands rules are filed. See
// runtime/decide/columns.hpp.
#include "runtime/decide/columns.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "compiler/lower/lower.hpp"
#include "core/check.hpp"
#include "tests/support/build_ir.hpp"

namespace sentrail::support {
namespace {

using decide::BoundProgram;
using decide::Column;
using decide::ColumnKind;
using decide::Demands;
using decide::kAlways;
using decide::kNoClause;
using decide::kNoKey;
using ir::AtomOp;

// A bound policy with the tables that it reads. Tests are atoms in the order of rules.
class Bound {
 public:
  explicit Bound(const ir::Policy& policy)
      : storage_(lowered(policy)), bound_(decide::bind(storage_.view())) {}

  [[nodiscard]] const BoundProgram& operator*() const { return bound_; }
  [[nodiscard]] const BoundProgram* operator->() const { return &bound_; }

 private:
  static ProgramStorage lowered(const ir::Policy& policy) {
    Result<ProgramStorage> made = compiler::lower(policy);
    SENTRAIL_CHECK_NOTE(made.has_value(), made ? "" : made.error().message.c_str());
    return std::move(*made);
  }

  ProgramStorage storage_;
  BoundProgram bound_;
};

// A rule a test.
ir::Policy policy_of(const std::vector<ir::Atom>& tests) {
  ir::Policy policy;
  policy.name = "p";
  ir::Tier tier{"t", false, {}};
  for (const ir::Atom& one : tests) {
    tier.rules.push_back(rule("r", Outcome::block, atom(policy, ir::Atom(one))));
  }
  policy.tiers.push_back(std::move(tier));
  return policy;
}

std::uint64_t weight_of(const ir::Atom& test) {
  const Bound bound(policy_of({test}));
  return decide::weights_of(*bound).at(0);
}

ir::Atom is(const char* attribute, int name) {
  return test(attribute, AtomOp::equal, {text("n" + std::to_string(name))});
}

TEST(Weights, TestsThatNothingIsFiledUnderHaveNone) {
  for (const ir::Atom& one :
       {test("env", AtomOp::exists), test("body.n", AtomOp::less, {number("3")}),
        test("body.n", AtomOp::equal, {number("3")}), test("env", AtomOp::contains, {text("")}),
        test("env", AtomOp::ends_with, {text("")}), test("env", AtomOp::search, {regex("a*")}),
        size_test("env", AtomOp::less, {number("3")}), same("agent.id", "user.id"),
        test("env", AtomOp::matches, {pattern("*")}), test("env", AtomOp::in, {}),
        test("body", AtomOp::has, {number("1")}), test("risk", AtomOp::greater, {risk("critical")}),
        test("risk", AtomOp::in, {risk("low")}),
        test("agent.ip", AtomOp::equal, {network("10.0.0.7")})}) {
    EXPECT_EQ(weight_of(one), kNoKey) << static_cast<int>(one.op);
  }
}

// One entry that is not filed would leave out the values that it takes.
TEST(Weights, ListsAreFiledWholeOrNotAtAll) {
  EXPECT_NE(weight_of(test("env", AtomOp::in, {text("a"), text("b")})), kNoKey);
  EXPECT_NE(weight_of(test("env", AtomOp::in, {text("a"), pattern("b*")})), kNoKey);
  EXPECT_NE(weight_of(test("env", AtomOp::in, {pattern("a*"), pattern("b*")})), kNoKey);
  EXPECT_EQ(weight_of(test("env", AtomOp::in, {text("a"), pattern("?")})), kNoKey);
  EXPECT_EQ(weight_of(test("body.x", AtomOp::in, {text("a"), number("1")})), kNoKey);
  EXPECT_EQ(weight_of(test("body.x", AtomOp::in, {text("a"), range("1", "2")})), kNoKey);
  EXPECT_EQ(weight_of(test("body.x", AtomOp::in, {text("a"), boolean(true)})), kNoKey);
}

// As many entries as rules would make tables as large as their product.
TEST(Weights, ALongListIsNotFiledForManyRules) {
  const auto with = [](std::size_t entries, std::size_t rules) {
    std::vector<ir::Operand> operands;
    for (std::size_t i = 0; i < entries; ++i) operands.push_back(text(std::to_string(i)));
    const std::vector<ir::Atom> tests(rules, test("env", AtomOp::in, operands));
    const Bound bound(policy_of(tests));
    return decide::weights_of(*bound).at(0);
  };
  const std::size_t most = decide::kSharedKeysMax;
  EXPECT_NE(with(most * 10, most), kNoKey);
  EXPECT_NE(with(most, most * 10), kNoKey);
  EXPECT_EQ(with(most + 1, most + 1), kNoKey);
}

TEST(Weights, AStringThatIsOneOfManyIsARareOne) {
  std::vector<ir::Atom> tests;
  for (int i = 0; i < 99; ++i) tests.push_back(is("env", i));
  tests.push_back(is("tool", 0));
  const Bound bound(policy_of(tests));
  const auto weights = decide::weights_of(*bound);
  EXPECT_EQ(weights.at(0), kAlways / 100);
  EXPECT_EQ(weights.at(0), weights.at(98));
  EXPECT_EQ(weights.at(99), kAlways / 2);
}

TEST(Weights, AreByShareAndAtMostAlways) {
  EXPECT_EQ(weight_of(test("risk", AtomOp::equal, {risk("low")})), kAlways / 4);
  EXPECT_EQ(weight_of(test("risk", AtomOp::less_equal, {risk("high")})), kAlways / 4 * 3);
  EXPECT_EQ(weight_of(test("risk", AtomOp::less_equal, {risk("critical")})), kAlways);
  EXPECT_EQ(weight_of(test("agent.registered", AtomOp::equal, {boolean(true)})), kAlways / 2);
  EXPECT_EQ(weight_of(test("agent.roles", AtomOp::has, {text("a")})), kAlways);
  EXPECT_EQ(weight_of(test("env", AtomOp::in, {text("a"), text("b"), text("c")})), kAlways / 4 * 3);
  EXPECT_EQ(weight_of(test("env", AtomOp::search, {regex("^(abc|de)")})), kAlways / 3 * 2);
}

TEST(Weights, AShortTextIsThereByChance) {
  EXPECT_EQ(weight_of(test("env", AtomOp::contains, {text("abc")})), kAlways / 2);
  EXPECT_EQ(weight_of(test("env", AtomOp::contains, {text("ab")})), kAlways / 2 + kAlways / 16);
  EXPECT_EQ(weight_of(test("env", AtomOp::contains, {text("a")})), kAlways);
  EXPECT_EQ(weight_of(test("env", AtomOp::starts_with, {text("a")})), kAlways / 2);
  EXPECT_EQ(weight_of(test("env", AtomOp::search, {regex("a$")})), kAlways / 2);
}

std::vector<std::pair<ColumnKind, std::string>> keys_of(const ir::Atom& test) {
  const Bound bound(policy_of({test}));
  std::vector<std::pair<ColumnKind, std::string>> keys;
  decide::for_each_key(*bound, 0, [&](const Column& column, std::uint32_t value) {
    const Program& p = bound->program;
    EXPECT_EQ(column.slot, 0u);
    keys.emplace_back(column.kind,
                      column.kind == ColumnKind::pattern
                          ? std::string(p.view(p.patterns[value].source))
                      : column.kind == ColumnKind::part || column.kind == ColumnKind::edge
                          ? bound->texts[value].text
                      : column.kind == ColumnKind::risk || column.kind == ColumnKind::boolean
                          ? std::to_string(value)
                          : std::string(p.view(p.symbols[value])));
  });
  return keys;
}

TEST(Keys, AreAllThatATestTakes) {
  using Keys = std::vector<std::pair<ColumnKind, std::string>>;
  EXPECT_EQ(keys_of(is("env", 1)), (Keys{{ColumnKind::string, "n1"}}));
  EXPECT_EQ(keys_of(test("env", AtomOp::matches, {pattern("a*")})),
            (Keys{{ColumnKind::pattern, "a*"}}));
  EXPECT_EQ(keys_of(test("env", AtomOp::in, {text("a"), text("b")})),
            (Keys{{ColumnKind::string, "a"}, {ColumnKind::string, "b"}}));
  EXPECT_EQ(
      keys_of(test("env", AtomOp::in, {text("a"), pattern("b*"), text("c")})),
      (Keys{{ColumnKind::string, "a"}, {ColumnKind::string, "c"}, {ColumnKind::pattern, "b*"}}));
  EXPECT_EQ(keys_of(test("agent.roles", AtomOp::has, {text("a")})),
            (Keys{{ColumnKind::element, "a"}}));
  EXPECT_EQ(keys_of(test("risk", AtomOp::greater, {risk("medium")})),
            (Keys{{ColumnKind::risk, "2"}, {ColumnKind::risk, "3"}}));
  EXPECT_EQ(keys_of(test("env", AtomOp::contains, {text("a")})), (Keys{{ColumnKind::part, "a"}}));
  EXPECT_EQ(keys_of(test("env", AtomOp::ends_with, {text("a")})), (Keys{{ColumnKind::edge, "a"}}));
  EXPECT_EQ(
      keys_of(test("env", AtomOp::search, {regex("^raw|jpg|png$")})),
      (Keys{{ColumnKind::part, "jpg"}, {ColumnKind::edge, "raw"}, {ColumnKind::edge, "png"}}));
  EXPECT_EQ(keys_of(test("agent.registered", AtomOp::equal, {boolean(false)})),
            (Keys{{ColumnKind::boolean, "0"}}));
}

// The attribute that each rule is filed under; "" for none.
std::vector<std::string> filed(const ir::Policy& policy) {
  const Bound bound(policy);
  const Demands demands = decide::demands_of(bound->program, decide::weights_of(*bound));
  std::vector<std::string> names;
  for (const std::uint32_t clause : decide::choose_clauses(*bound, demands)) {
    names.emplace_back();
    if (clause == kNoClause) continue;
    for (const std::uint32_t one : demands.of(demands.clauses[clause])) {
      names.back() = render_slot(bound->program, bound->tests[one].slot);
    }
  }
  return names;
}

ir::Policy pairs(int count, const char* first, const char* second, int seconds) {
  ir::Policy policy;
  policy.name = "p";
  ir::Tier tier{"t", false, {}};
  for (int i = 0; i < count; ++i) {
    const auto when =
        all_of(policy, {atom(policy, is(second, i % seconds)), atom(policy, is(first, i))});
    tier.rules.push_back(rule("r", Outcome::block, when));
  }
  policy.tiers.push_back(std::move(tier));
  return policy;
}

TEST(ChooseClauses, FilesUnderTheRarestDemand) {
  EXPECT_EQ(filed(pairs(50, "tool", "env", 3)), std::vector<std::string>(50, "tool"));
  EXPECT_EQ(filed(pairs(50, "env", "tool", 3)), std::vector<std::string>(50, "env"));
}

// Another lookup for the sake of one rule costs more than asking that rule.
TEST(ChooseClauses, GivesUpAColumnThatFewRulesNeed) {
  ir::Policy policy = pairs(50, "tool", "env", 3);
  policy.tiers[0].rules.push_back(rule("r", Outcome::block, atom(policy, is("agent.id", 1))));
  std::vector<std::string> expected(50, "tool");
  expected.emplace_back();
  EXPECT_EQ(filed(policy), expected);
  // With more of them it is worth it.
  for (int i = 2; i < 20; ++i) {
    policy.tiers[0].rules.push_back(rule("r", Outcome::block, atom(policy, is("agent.id", i))));
  }
  expected.resize(50);
  expected.resize(50 + 19, "agent.id");
  EXPECT_EQ(filed(policy), expected);
}

// A rule whose column is given up is filed under the next best that stays.
TEST(ChooseClauses, MovesRulesToWhatIsLookedUpAnyway) {
  ir::Policy policy = pairs(50, "tool", "env", 25);
  const auto when = all_of(policy, {atom(policy, is("tool", 1)), atom(policy, is("agent.id", 1)),
                                    atom(policy, is("agent.id", 2))});
  policy.tiers[0].rules.push_back(rule("r", Outcome::block, when));
  EXPECT_EQ(filed(policy), std::vector<std::string>(51, "tool"));
}

TEST(ChooseClauses, ARuleThatNeverMatchesNeedsNoColumn) {
  ir::Policy policy = pairs(50, "tool", "env", 3);
  const auto never = not_of(policy, always(policy));
  const auto when = all_of(policy, {atom(policy, is("agent.id", 1)), never});
  policy.tiers[0].rules.push_back(rule("r", Outcome::block, when));
  const Bound bound(policy);
  const Demands demands = decide::demands_of(bound->program, decide::weights_of(*bound));
  const std::uint32_t clause = decide::choose_clauses(*bound, demands).back();
  ASSERT_NE(clause, kNoClause);
  EXPECT_TRUE(demands.of(demands.clauses[clause]).empty());
}

TEST(ChooseClauses, IsTheSameEveryTime) {
  EXPECT_EQ(filed(pairs(300, "tool", "env", 20)), filed(pairs(300, "tool", "env", 20)));
}

}  // namespace
}  // namespace sentrail::support
