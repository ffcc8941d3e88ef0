// Each named rewrite of compiler/simplify/README.md, on the smallest condition that shows it.
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "compiler/simplify/simplify.hpp"
#include "tests/support/build_ir.hpp"

namespace sentrail::support {
namespace {

using compiler::simplify;

// The three tests that conditions below are made of.
ir::ConditionId p(ir::Policy& policy) {
  return atom(policy, test("env", ir::AtomOp::equal, {text("live")}));
}
ir::ConditionId q(ir::Policy& policy) {
  return atom(policy, test("tool", ir::AtomOp::exists));
}
ir::ConditionId r(ir::Policy& policy) {
  return atom(policy, test("action", ir::AtomOp::matches, {pattern("ref.*")}));
}

// A condition in prefix form: `(and p (not q))`.
std::string shape(const ir::Policy& policy, ir::ConditionId id) {
  const ir::Condition& condition = policy.conditions[id];
  if (condition.kind == ir::ConditionKind::always) return "always";
  if (condition.kind == ir::ConditionKind::atom) {
    switch (condition.atom.attribute.attribute) {
      case AttributeId::env:
        return "p";
      case AttributeId::tool:
        return "q";
      default:
        return "r";
    }
  }
  std::string out = condition.kind == ir::ConditionKind::not_  ? "(not"
                    : condition.kind == ir::ConditionKind::all ? "(and"
                                                               : "(or";
  for (const ir::ConditionId child : condition.children) out += " " + shape(policy, child);
  return out + ")";
}

template <class Make>
std::string simplified(Make make) {
  ir::Policy policy;
  const ir::ConditionId when = make(policy);
  policy.tiers.push_back({"t", false, {rule("a", Outcome::block, when)}});
  EXPECT_TRUE(policy.verify());
  const ir::Policy result = simplify(policy);
  EXPECT_TRUE(result.verify());
  return shape(result, result.tiers[0].rules[0].when);
}

using Policy = ir::Policy;

TEST(Simplify, PushesNotToTheTests) {
  EXPECT_EQ(simplified([](Policy& i) { return not_of(i, all_of(i, {p(i), q(i)})); }),
            "(or (not p) (not q))");
  EXPECT_EQ(simplified([](Policy& i) { return not_of(i, any_of(i, {p(i), not_of(i, q(i))})); }),
            "(and (not p) q)");
}

TEST(Simplify, DropsDoubleNegation) {
  EXPECT_EQ(simplified([](Policy& i) { return not_of(i, not_of(i, p(i))); }), "p");
  EXPECT_EQ(simplified([](Policy& i) { return not_of(i, not_of(i, not_of(i, p(i)))); }), "(not p)");
}

TEST(Simplify, Flattens) {
  EXPECT_EQ(simplified([](Policy& i) { return all_of(i, {p(i), all_of(i, {q(i), r(i)})}); }),
            "(and p q r)");
  EXPECT_EQ(
      simplified([](Policy& i) { return any_of(i, {p(i), not_of(i, all_of(i, {q(i), r(i)}))}); }),
      "(or p (not q) (not r))");
}

TEST(Simplify, FoldsConstants) {
  const auto never = [](Policy& i) { return not_of(i, always(i)); };
  EXPECT_EQ(simplified([](Policy& i) { return all_of(i, {p(i), always(i)}); }), "p");
  EXPECT_EQ(simplified([](Policy& i) { return any_of(i, {p(i), always(i)}); }), "always");
  EXPECT_EQ(simplified([&](Policy& i) { return all_of(i, {p(i), never(i)}); }), "(not always)");
  EXPECT_EQ(simplified([&](Policy& i) { return any_of(i, {p(i), never(i)}); }), "p");
  EXPECT_EQ(simplified([](Policy& i) { return all_of(i, {always(i), always(i)}); }), "always");
}

TEST(Simplify, DropsRepeatedTests) {
  EXPECT_EQ(simplified([](Policy& i) { return all_of(i, {p(i), q(i), p(i)}); }), "(and p q)");
  EXPECT_EQ(simplified([](Policy& i) { return any_of(i, {p(i), p(i)}); }), "p");
  // Order within does not matter for being the same.
  EXPECT_EQ(simplified([](Policy& i) {
              return all_of(i, {any_of(i, {p(i), q(i)}), any_of(i, {q(i), p(i)})});
            }),
            "(or p q)");
}

TEST(Simplify, Absorbs) {
  EXPECT_EQ(simplified([](Policy& i) { return all_of(i, {p(i), any_of(i, {p(i), q(i)})}); }), "p");
  EXPECT_EQ(simplified([](Policy& i) { return any_of(i, {all_of(i, {q(i), p(i)}), p(i)}); }), "p");
}

TEST(Simplify, KeepsATestAndItsNegation) {
  EXPECT_EQ(simplified([](Policy& i) { return all_of(i, {p(i), not_of(i, p(i))}); }),
            "(and p (not p))");
  EXPECT_EQ(simplified([](Policy& i) { return any_of(i, {p(i), not_of(i, p(i))}); }),
            "(or p (not p))");
}

TEST(Simplify, PutsCheapTestsFirst) {
  EXPECT_EQ(simplified([](Policy& i) { return all_of(i, {r(i), p(i)}); }), "(and p r)");
}

TEST(Simplify, MergesUnless) {
  Policy policy;
  ir::Rule made = rule("a", Outcome::allow, p(policy));
  made.unless = any_of(policy, {q(policy), r(policy)});
  policy.tiers.push_back({"t", false, {std::move(made)}});
  ASSERT_TRUE(policy.verify());
  const Policy result = simplify(policy);
  ASSERT_TRUE(result.verify());
  EXPECT_FALSE(result.tiers[0].rules[0].unless.has_value());
  EXPECT_EQ(shape(result, result.tiers[0].rules[0].when), "(and p (not q) (not r))");
}

TEST(Simplify, TidiesLists) {
  const auto op_of = [](std::vector<ir::Operand> operands) {
    Policy policy;
    const auto id = atom(policy, test("env", ir::AtomOp::in, std::move(operands)));
    policy.tiers.push_back({"t", false, {rule("a", Outcome::block, id)}});
    const Policy result = simplify(policy);
    EXPECT_TRUE(result.verify());
    const ir::Atom made = result.conditions[result.tiers[0].rules[0].when].atom;
    return std::pair(made.op, made.operands.size());
  };
  EXPECT_EQ(op_of({text("a")}), std::pair(ir::AtomOp::equal, std::size_t{1}));
  EXPECT_EQ(op_of({text("a"), text("a")}), std::pair(ir::AtomOp::equal, std::size_t{1}));
  EXPECT_EQ(op_of({pattern("a*")}), std::pair(ir::AtomOp::matches, std::size_t{1}));
  EXPECT_EQ(op_of({text("a"), text("b")}), std::pair(ir::AtomOp::in, std::size_t{2}));
  EXPECT_EQ(op_of({}), std::pair(ir::AtomOp::in, std::size_t{0}));
}

TEST(Simplify, KeepsEverythingElseOfThePolicy) {
  Policy policy;
  policy.name = "acme";
  policy.catalogs = {"sentrail.github"};
  policy.default_effect = Effect::block;
  policy.default_because = ir::Template{{"no"}, {}};
  ir::Rule made = rule("a", Outcome::pass, p(policy));
  made.because = ir::Template{{"at ", ""}, {ref("env")}};
  policy.tiers.push_back({"t", true, {made}});
  Policy result = simplify(policy);
  EXPECT_EQ(result.dump(), policy.dump());
}

// `a == b` is `b == a`.
TEST(Simplify, EqualityHasNoSides) {
  ir::Policy policy;
  const auto one = atom(policy, same("agent.id", "user.id"));
  const auto turned = atom(policy, same("user.id", "agent.id"));
  const auto when = all_of(policy, {one, turned});
  policy.tiers.push_back({"t", false, {rule("r", Outcome::allow, when)}});
  const ir::Policy simple = simplify(policy);
  EXPECT_EQ(simple.conditions[simple.tiers[0].rules[0].when].kind, ir::ConditionKind::atom);
}

}  // namespace
}  // namespace sentrail::support
