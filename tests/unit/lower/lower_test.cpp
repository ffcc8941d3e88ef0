// Policies as tables: shared rows, order, places, limits. See compiler/lower/lower.hpp.
#include "compiler/lower/lower.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <random>

#include "compiler/lower/raise.hpp"
#include "compiler/oracle/oracle.hpp"
#include "compiler/simplify/simplify.hpp"
#include "core/limits.hpp"
#include "tests/support/build_ir.hpp"
#include "tests/support/random_policy.hpp"

namespace sentrail::support {
namespace {

ir::Policy with_rules(ir::Policy policy, std::vector<ir::Rule> rules) {
  if (policy.name.empty()) policy.name = "acme";
  policy.tiers.push_back({"team", false, std::move(rules)});
  return policy;
}

ProgramStorage lowered(const ir::Policy& policy) {
  Result<ProgramStorage> program = compiler::lower(policy);
  EXPECT_TRUE(program) << (program ? "" : program.error().message);
  return program ? *program : ProgramStorage{};
}

// Tables brought back to a policy decide alike, and by the same rules.
TEST(Raise, DecidesAsWhatWasLowered) {
  const std::uint64_t seed = std::random_device{}();
  std::printf("[     SEED ] %llu\n", static_cast<unsigned long long>(seed));
  Random random(seed);
  for (int i = 0; i < 150; ++i) {
    const ir::Policy policy = random_policy(random);
    const ProgramStorage program = lowered(compiler::simplify(policy));
    const auto raised = compiler::raise(program.view());
    ASSERT_TRUE(raised.has_value()) << raised.error().message;
    for (int k = 0; k < 30; ++k) {
      const oracle::Request request = random_request(random);
      ASSERT_EQ(oracle::decide(policy, request), oracle::decide(*raised, request))
          << policy.dump() << raised->dump() << describe(request);
    }
  }
}

TEST(Lower, WritesEveryKindOfRow) {
  ir::Policy policy;
  policy.name = "acme.agents";
  policy.default_because = ir::Template{{"no rule"}, {}};
  const auto in = atom(policy, test("resource.ref", ir::AtomOp::in,
                                    {text("main"), pattern("release/**"), text("dev")}));
  const auto big = atom(policy, test("args.amount", ir::AtomOp::in, {range("0", "5e2")}));
  const auto low = atom(policy, test("risk", ir::AtomOp::less, {risk("high")}));
  ir::Rule merges = rule("merges", Outcome::block, all_of(policy, {in, not_of(policy, big)}));
  merges.because = ir::Template{{"ref ", " is protected"}, {ref("resource.ref")}};
  policy.tiers.push_back({"safety", true, {merges}});
  policy.tiers.push_back({"team", false, {rule("reads", Outcome::allow, low)}});
  EXPECT_EQ(dump(lowered(policy).view()),
            R"(policy "acme.agents" language 1
default require_approval, reason 0
slot 0 resource.ref '/'
slot 1 args.amount '/'
slot 2 risk '.'
symbol 0 "dev"
symbol 1 "main"
number 0 0
number 1 500
pattern 0 "release/**" '/': "release" / **
atom 0 resource.ref in ["dev", "main", "release/**"]
atom 1 args.amount in [0..500]
atom 2 risk < high
reason 0: "no rule"
reason 1: "ref " {resource.ref} " is protected"
guard tier "safety"
rule 0 "merges" as "test.merges": block, reason 1
  all
    atom 0
    not atom 1
tier "team"
rule 1 "reads" as "test.reads": allow, reason none
  atom 2
cost )" + std::to_string(lowered(policy).policy[0].cost.steps) +
                " steps, " + std::to_string(lowered(policy).policy[0].cost.bytes) + " bytes\n");
}

TEST(Lower, SharesRowsThatSayTheSame) {
  ir::Policy policy;
  std::vector<ir::Rule> rules;
  for (int i = 0; i < 10; ++i) {
    const auto one = atom(policy, test("body.n", ir::AtomOp::equal, {number("1.0")}));
    const auto same = atom(policy, test("body.n", ir::AtomOp::equal, {number("10e-1")}));
    const auto list = atom(policy, test("env", ir::AtomOp::in, {text("b"), text("a"), text("b")}));
    const auto turned = atom(policy, test("env", ir::AtomOp::in, {text("a"), text("b")}));
    rules.push_back(
        rule("r" + std::to_string(i), Outcome::block, all_of(policy, {one, same, list, turned})));
  }
  const ProgramStorage program = lowered(with_rules(std::move(policy), std::move(rules)));
  EXPECT_EQ(program.atoms.size(), 2u);
  EXPECT_EQ(program.slots.size(), 2u);
  EXPECT_EQ(program.symbols.size(), 2u);
  EXPECT_EQ(program.numbers.size(), 1u);
  EXPECT_EQ(program.operands.size(), 3u);
}

TEST(Lower, KeepsPatternsOfDifferentSeparatorsApart) {
  ir::Policy policy;
  const auto tool = atom(policy, test("tool", ir::AtomOp::matches, {pattern("a.*")}));
  const auto name = atom(policy, test("agent.id", ir::AtomOp::matches, {pattern("a.*")}));
  const auto both = all_of(policy, {tool, name});
  const ProgramStorage program =
      lowered(with_rules(std::move(policy), {rule("r", Outcome::block, both)}));
  ASSERT_EQ(program.patterns.size(), 2u);
  EXPECT_NE(program.patterns[0].ops_count, program.patterns[1].ops_count);
}

TEST(Lower, IsReproducibleAndUnsimplifiedPoliciesVerifyToo) {
  Random random(5);
  for (int i = 0; i < 100; ++i) {
    const ir::Policy policy = random_policy(random);
    const ProgramStorage first = lowered(policy);
    EXPECT_EQ(dump(first.view()), dump(lowered(policy).view())) << i;
    EXPECT_TRUE(verify(first.view())) << i;
    EXPECT_TRUE(verify(lowered(compiler::simplify(policy)).view())) << i;
  }
}

TEST(Lower, LeavesOutWhatNoRuleUses) {
  ir::Policy policy;
  const auto unused = atom(policy, test("env", ir::AtomOp::equal, {text("unused")}));
  EXPECT_TRUE(unused.has_value());
  const auto used = always(policy);
  const ProgramStorage program =
      lowered(with_rules(std::move(policy), {rule("r", Outcome::block, used)}));
  EXPECT_TRUE(program.symbols.empty());
  EXPECT_TRUE(program.atoms.empty());
}

TEST(Lower, SaysWhereRulesAndTestsAreWritten) {
  compiler::Sources sources;
  const compiler::SourceId id = sources.add("dir/acme.sentrail", "rule x: block\n  when ä env y\n");
  ir::Policy policy;
  const auto when = atom(policy, test("env", ir::AtomOp::exists));
  policy.conditions[when].span = {id, 24, 29};
  ir::Rule made = rule("x", Outcome::block, when);
  made.span = {id, 0, 13};
  const Result<ProgramStorage> program =
      compiler::lower(with_rules(std::move(policy), {made}), &sources);
  ASSERT_TRUE(program);
  const Program view = program->view();
  EXPECT_EQ(view.view(view.rules[0].file), "acme.sentrail");
  EXPECT_EQ(view.rules[0].line, 1u);
  EXPECT_EQ(view.rules[0].column, 1u);
  EXPECT_EQ(view.nodes[0].line, 2u);
  EXPECT_EQ(view.nodes[0].column, 10u);  // in characters, after `ä`
}

// Alternating `and` and `or`, so that nothing flattens.
ir::ConditionId nested(ir::Policy& policy, std::size_t levels) {
  ir::ConditionId inner = atom(policy, test("env", ir::AtomOp::exists));
  for (std::size_t i = 0; i < levels; ++i) {
    const auto other = atom(policy, test("tool", ir::AtomOp::equal, {text(std::to_string(i))}));
    inner = i % 2 == 0 ? all_of(policy, {other, inner}) : any_of(policy, {other, inner});
  }
  return inner;
}

TEST(Lower, RefusesConditionsDeeperThanEnginesGo) {
  ir::Policy fits;
  const auto deepest = nested(fits, limits::kConditionDepthMax);
  EXPECT_TRUE(compiler::lower(with_rules(fits, {rule("r", Outcome::block, deepest)})));

  ir::Policy deep;
  const auto too_deep = nested(deep, limits::kConditionDepthMax + 1);
  const auto refused = compiler::lower(with_rules(deep, {rule("r", Outcome::block, too_deep)}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::limit_exceeded);
  EXPECT_NE(refused.error().message.find("test.r"), std::string::npos) << refused.error().message;
}

TEST(Lower, RefusesNumbersThatAreNotExact) {
  ir::Policy policy;
  const auto when = atom(policy, test("body.n", ir::AtomOp::equal, {number("1e9999")}));
  const auto refused =
      compiler::lower(with_rules(std::move(policy), {rule("r", Outcome::block, when)}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::invalid_argument);
}

TEST(Lower, RefusesAPolicyThatDoesNotVerify) {
  ir::Policy policy;
  const auto when = always(policy);
  policy.tiers.push_back({"t", true, {rule("r", Outcome::allow, when)}});
  const auto refused = compiler::lower(policy);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::corrupt);
}

TEST(Lower, RefusesMoreSlotsThanAThreadKeeps) {
  ir::Policy policy;
  std::vector<ir::Rule> rules;
  for (std::size_t i = 0; i <= limits::kSlotsMax; ++i) {
    ir::Atom exists;
    exists.attribute = {AttributeId::body, {std::to_string(i)}};
    rules.push_back(rule("r", Outcome::block, atom(policy, exists)));
  }
  const auto refused = compiler::lower(with_rules(std::move(policy), std::move(rules)));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::limit_exceeded);
}

}  // namespace
}  // namespace sentrail::support
