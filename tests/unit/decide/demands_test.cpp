// What conditions demand, written as sums of products. See runtime/decide/demands.hpp.
#include "runtime/decide/demands.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "compiler/lower/lower.hpp"
#include "tests/support/build_ir.hpp"

namespace sentrail::support {
namespace {

using decide::Clause;
using decide::Demands;
using decide::kAlways;
using decide::kNoKey;

// A policy of one rule on tests `env == "0"`, `env == "1"` and so on, and what it demands.
class Asked {
 public:
  ir::ConditionId t(int name) {
    return atom(policy_, test("env", ir::AtomOp::equal, {text(std::to_string(name))}));
  }
  // One that nothing is filed under.
  ir::ConditionId unkeyed() { return atom(policy_, test("tool", ir::AtomOp::exists)); }
  ir::ConditionId constant(bool value) {
    const ir::ConditionId made = always(policy_);
    return value ? made : no(made);
  }
  ir::ConditionId no(ir::ConditionId child) { return not_of(policy_, child); }
  ir::ConditionId all(std::vector<ir::ConditionId> children) {
    return all_of(policy_, std::move(children));
  }
  ir::ConditionId any(std::vector<ir::ConditionId> children) {
    return any_of(policy_, std::move(children));
  }

  // The clauses as `0|1 2`: one of 0 and 1, and 2; `never` for one without tests. A test weighs
  // `weight_of(its name)`.
  template <class WeightOf>
  std::string demanded(ir::ConditionId when, const WeightOf& weight_of) {
    policy_.name = "p";
    policy_.tiers = {{"t", false, {rule("r", Outcome::block, when)}}};
    const ProgramStorage storage = std::move(*compiler::lower(policy_));
    const Program p = storage.view();
    std::vector<std::uint64_t> weights;
    for (const AtomRow& row : p.atoms) {
      weights.push_back(row.operands_count == 0 ? kNoKey : weight_of(std::stoi(name(p, row))));
    }
    const Demands demands = decide::demands_of(p, weights);
    EXPECT_EQ(demands.rules.size(), 2u);
    std::vector<std::string> clauses;
    weight_ = 0;
    for (const Clause& clause : demands.of(0)) {
      std::vector<std::string> names;
      for (const std::uint32_t one : demands.of(clause)) names.push_back(name(p, p.atoms[one]));
      std::ranges::sort(names);
      std::string text = names.empty() ? "never" : "";
      for (const std::string& one : names) text += (text.empty() ? "" : "|") + one;
      clauses.push_back(text);
      weight_ = std::max(weight_, clause.weight);
    }
    std::ranges::sort(clauses);
    std::string out;
    for (const std::string& one : clauses) out += (out.empty() ? "" : " ") + one;
    return out;
  }
  std::string demanded(ir::ConditionId when) {
    return demanded(when, [](int) { return std::uint64_t{1}; });
  }
  // Of the heaviest clause.
  [[nodiscard]] std::uint64_t weight() const { return weight_; }

 private:
  static std::string name(const Program& p, const AtomRow& row) {
    return std::string(p.view(p.symbols[p.operands[row.operands_begin].index]));
  }

  ir::Policy policy_;
  std::uint64_t weight_ = 0;
};

TEST(Demands, AnAllDemandsEachOfItsParts) {
  Asked a;
  EXPECT_EQ(a.demanded(a.t(1)), "1");
  EXPECT_EQ(a.demanded(a.all({a.t(1), a.t(2), a.all({a.t(3), a.t(4)})})), "1 2 3 4");
}

TEST(Demands, AnAnyDemandsOneTestOfEachOfItsParts) {
  Asked a;
  EXPECT_EQ(a.demanded(a.any({a.t(1), a.t(2)})), "1|2");
  EXPECT_EQ(a.demanded(a.any({a.t(1), a.any({a.t(2), a.t(3)})})), "1|2|3");
  EXPECT_EQ(a.demanded(a.all({a.t(0), a.any({a.t(1), a.t(2)})})), "0 1|2");
  EXPECT_EQ(a.demanded(a.any({a.t(1), a.t(1)})), "1");
}

TEST(Demands, OfAnAllWithinAnAnyTheLeastLikelyPartCounts) {
  Asked a;
  const auto when = a.any({a.t(1), a.all({a.t(9), a.t(2), a.t(8)})});
  EXPECT_EQ(a.demanded(when, [](int name) { return static_cast<std::uint64_t>(name); }), "1|2");
  EXPECT_EQ(a.weight(), 3u);
}

TEST(Demands, ANegatedTestDemandsNothing) {
  Asked a;
  EXPECT_EQ(a.demanded(a.no(a.t(1))), "");
  EXPECT_EQ(a.demanded(a.all({a.t(1), a.no(a.t(2))})), "1");
  EXPECT_EQ(a.demanded(a.any({a.t(1), a.no(a.t(2))})), "");
  // A negated `any` is an `all` of negated tests, and the other way round.
  EXPECT_EQ(a.demanded(a.no(a.any({a.no(a.t(1)), a.no(a.t(2))}))), "1 2");
  EXPECT_EQ(a.demanded(a.no(a.all({a.no(a.t(1)), a.no(a.t(2))}))), "1|2");
}

TEST(Demands, ATestWithoutKeysDemandsNothing) {
  Asked a;
  EXPECT_EQ(a.demanded(a.unkeyed()), "");
  EXPECT_EQ(a.demanded(a.all({a.unkeyed(), a.t(1)})), "1");
  EXPECT_EQ(a.demanded(a.any({a.unkeyed(), a.t(1)})), "");
  EXPECT_EQ(a.demanded(a.any({a.all({a.unkeyed(), a.t(2)}), a.t(1)})), "1|2");
}

TEST(Demands, ConstantsAreDemandedOrNot) {
  Asked a;
  EXPECT_EQ(a.demanded(a.constant(true)), "");
  EXPECT_EQ(a.demanded(a.constant(false)), "never");
  EXPECT_EQ(a.demanded(a.all({a.constant(false), a.t(1)})), "1 never");
  EXPECT_EQ(a.demanded(a.any({a.constant(false), a.t(1)})), "1");
  EXPECT_EQ(a.demanded(a.any({a.t(1), a.constant(false), a.constant(false)})), "1");
  EXPECT_EQ(a.demanded(a.any({a.constant(false), a.constant(false)})), "never");
  EXPECT_EQ(a.demanded(a.any({a.constant(true), a.t(1)})), "");
}

TEST(Demands, AnOpenPartOpensOnlyTheAnyThatItIsPartOf) {
  Asked a;
  const auto open = a.any({a.t(1), a.no(a.t(2))});
  EXPECT_EQ(a.demanded(a.all({open, a.t(3)})), "3");
  EXPECT_EQ(a.demanded(a.any({a.all({a.any({a.t(1), a.unkeyed()}), a.t(3)}), a.t(4)})), "3|4");
}

TEST(Demands, AClauseNamesOnlySoManyTests) {
  const auto of = [](std::size_t count) {
    Asked a;
    std::vector<ir::ConditionId> children;
    for (std::size_t i = 0; i < count; ++i) children.push_back(a.t(static_cast<int>(i)));
    const auto many = a.any(std::move(children));
    return a.demanded(a.all({a.t(1'000), many}));
  };
  const auto clauses = [](const std::string& text) { return std::ranges::count(text, ' ') + 1; };
  EXPECT_EQ(clauses(of(decide::kClauseTestsMax)), 2);
  EXPECT_EQ(of(decide::kClauseTestsMax + 1), "1000");
  EXPECT_EQ(of(decide::kClauseTestsMax * 3), "1000");
}

TEST(Demands, ARuleKeepsItsLeastLikelyClauses) {
  Asked a;
  std::vector<ir::ConditionId> children;
  const int count = static_cast<int>(decide::kClausesMax) * 3;
  for (int i = 0; i < count; ++i) children.push_back(a.t(i));
  const std::string kept = a.demanded(a.all(std::move(children)), [](int name) {
    return static_cast<std::uint64_t>(1'000 - name);
  });
  EXPECT_EQ(std::ranges::count(kept, ' ') + 1, decide::kClausesMax);
  EXPECT_EQ(a.weight(), 1'000u - count + decide::kClausesMax);
}

TEST(Demands, WeightsOfAClauseAddUpToAlways) {
  Asked a;
  const auto when = a.any({a.t(1), a.t(2), a.t(3)});
  (void)a.demanded(when, [](int) { return kAlways / 4; });
  EXPECT_EQ(a.weight(), kAlways / 4 * 3);
  (void)a.demanded(when, [](int) { return kAlways / 2; });
  EXPECT_EQ(a.weight(), kAlways);
}

}  // namespace
}  // namespace sentrail::support
