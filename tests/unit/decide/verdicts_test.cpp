// What settled the candidates, as bits. See runtime/decide/verdicts.hpp.
#include "runtime/decide/verdicts.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "runtime/decide/explain.hpp"
#include "tests/support/build_ir.hpp"
#include "tests/support/compiled.hpp"
#include "tests/support/facts_of.hpp"
#include "tests/support/random_policy.hpp"

namespace sentrail::support {
namespace {

using Tests = std::vector<std::pair<std::uint32_t, bool>>;  // which, and whether negated

Tests tests_of(const Program& program, const decide::Verdict& verdict) {
  Tests tests;
  const std::uint32_t begin = program.rules[verdict.rule].condition_begin;
  for (std::uint32_t bit = 0; bit < 64; ++bit) {
    if ((verdict.settled_by >> bit & 1) == 0) continue;
    const NodeRow& node = program.nodes[begin + bit];
    EXPECT_EQ(static_cast<NodeKind>(node.kind), NodeKind::literal);
    tests.emplace_back(node.atom, node.flag != 0);
  }
  std::sort(tests.begin(), tests.end());
  return tests;
}

Tests tests_of(const decide::RuleAnswer& answer) {
  Tests tests;
  for (const decide::TestAnswer& test : answer.settled_by) {
    tests.emplace_back(test.atom, test.negated);
  }
  std::sort(tests.begin(), tests.end());
  return tests;
}

// Compares verdicts right behind a decision with the explanation; how many there were.
std::size_t compare(const decide::Engine& engine, const Facts& facts, decide::Scratch& scratch) {
  const Decision decision = engine.decide(facts, scratch);
  const decide::Verdicts verdicts = decide::verdicts_of(engine, decision, facts, scratch);
  const decide::Explanation why = decide::explain(engine, decision, facts, scratch);
  EXPECT_EQ(verdicts.count,
            std::min<std::size_t>(why.candidates.size(), Decision::kCandidatesKept));
  for (std::size_t i = 0; i < verdicts.count; ++i) {
    const decide::Verdict& verdict = verdicts.kept[i];
    const decide::RuleAnswer& answer = why.rules[verdict.rule];
    EXPECT_EQ(verdict.rule, why.candidates[i]);
    EXPECT_EQ(verdict.truth, answer.truth);
    if (!verdict.too_large) {
      EXPECT_EQ(tests_of(engine.program(), verdict), tests_of(answer)) << dump(engine.program());
    }
  }
  return verdicts.count;
}

TEST(Verdicts, AreWhatTheExplanationSays) {
  Random random(77);
  std::size_t found = 0;
  for (int i = 0; i < 150; ++i) {
    const ir::Policy policy = random_policy(random);
    const BundledProgram bundled(policy);
    for (const auto kind : {decide::EngineKind::linear, decide::EngineKind::table}) {
      const decide::Engine engine(bundled.program(), kind);
      decide::Scratch scratch = engine.make_scratch();
      for (int k = 0; k < 10; ++k) {
        std::optional<OwnedFacts> facts = OwnedFacts::of(random_request(random));
        if (!facts) continue;
        facts->set_zones(zone_names_of(bundled.program()));
        found += compare(engine, **facts, scratch);
        ASSERT_FALSE(HasFailure());
      }
    }
  }
  EXPECT_GT(found, 500u);
}

// `tool exists and (env == "0" or … or env == "n-1")`.
ir::Policy with_tests(std::size_t count) {
  ir::Policy policy;
  policy.name = "acme";
  std::vector<ir::ConditionId> parts;
  for (std::size_t i = 0; i < count; ++i) {
    parts.push_back(atom(policy, test("env", ir::AtomOp::equal, {text(std::to_string(i))})));
  }
  const auto tool = atom(policy, test("tool", ir::AtomOp::exists));
  const auto when = all_of(policy, {tool, any_of(policy, parts)});
  policy.tiers.push_back({"t", false, {rule("r", Outcome::block, when)}});
  return policy;
}

TEST(Verdicts, OfConditionsThatAreTooLargeHaveTruthsAlone) {
  Facts facts;
  facts[AttributeId::tool] = Fact::of("github");
  facts[AttributeId::env] = Fact::of("7");
  for (const std::size_t tests : {61u, 62u, 200u}) {
    const BundledProgram bundled(with_tests(tests));
    const decide::Engine engine(bundled.program());
    decide::Scratch scratch = engine.make_scratch();
    const Decision decision = engine.decide(facts, scratch);
    const decide::Verdicts verdicts = decide::verdicts_of(engine, decision, facts, scratch);
    ASSERT_EQ(verdicts.count, 1u);
    EXPECT_EQ(verdicts.kept[0].truth, Truth::t);
    EXPECT_EQ(verdicts.kept[0].too_large, tests > 61) << tests;
    EXPECT_EQ(verdicts.kept[0].settled_by != 0, tests <= 61) << tests;
  }
}

}  // namespace
}  // namespace sentrail::support
