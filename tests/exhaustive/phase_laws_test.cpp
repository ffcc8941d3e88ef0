// The meaning of the two phases, on seeded policies: docs/language.md, L19.5 to L19.7.
//
// Neighbours: compiler/ir/phases.hpp (what is judged), compiler/oracle. Must not know: any engine;
// representations_agree_test.cpp compares engines with the oracle on the same policies.
#include <gtest/gtest.h>

#include <cstdio>

#include "compiler/ir/phases.hpp"
#include "compiler/oracle/answer.hpp"
#include "compiler/oracle/oracle.hpp"
#include "tests/exhaustive/law_worlds.hpp"
#include "tests/support/build_ir.hpp"
#include "tests/support/obligations.hpp"
#include "tests/support/random_answers.hpp"

namespace sentrail::support {
namespace {

constexpr std::uint64_t kSeed = 20'261'122;
constexpr std::size_t kPolicies = 400;
constexpr std::size_t kRequests = 8;

bool is_answer(const oracle::Request& request) {
  return request.values.contains("response");
}

// Calls visit(policy, request, random) for policies that judge answers and have no phases yet.
template <class Visit>
void for_each_world(const Visit& visit) {
  std::printf("[     SEED ] %llu\n", static_cast<unsigned long long>(kSeed));
  Random random(kSeed);
  std::size_t answers = 0;
  std::size_t worlds = 0;
  for (std::size_t p = 0; p < kPolicies; ++p) {
    ir::Policy policy = random_policy(random);
    add_random_obligations(random, policy);
    if (!ir::judges_answers(policy)) continue;
    for (std::size_t r = 0; r < kRequests; ++r) {
      const oracle::Request request = random_request(random);
      answers += is_answer(request) ? 1 : 0;
      ++worlds;
      visit(policy, request, random);
      if (::testing::Test::HasFailure()) return;
    }
  }
  EXPECT_GT(answers, worlds / 4);
  EXPECT_LT(answers, worlds);
  EXPECT_GT(worlds, kPolicies);
}

// The rules of one phase, with its default: L19.5 as it stands there.
ir::Policy phase_of(const ir::Policy& policy, bool answers) {
  ir::Policy out = policy;
  for (ir::Tier& tier : out.tiers) {
    tier.rules.clear();
    tier.alsos.clear();
    tier.shadows.clear();
  }
  for (std::size_t t = 0; t < policy.tiers.size(); ++t) {
    for (const ir::Rule& rule : policy.tiers[t].rules) {
      if (rule.on_response == answers) out.tiers[t].rules.push_back(rule);
    }
    for (const ir::Rule& rule : policy.tiers[t].alsos) {
      if (rule.on_response == answers) out.tiers[t].alsos.push_back(rule);
    }
  }
  if (!answers) return out;
  out.default_effect = Effect::allow;
  out.default_approval = {};
  out.default_because.reset();
  return out;
}

std::string rule_of(const ir::Policy& policy, const oracle::Decision& decision) {
  if (!decision.rule) return "default";
  std::size_t number = *decision.rule;
  for (const ir::Tier& tier : policy.tiers) {
    if (tier.implied) break;
    if (number < tier.rules.size()) return tier.rules[number].qualified_name;
    number -= tier.rules.size();
  }
  return "default";
}

TEST(Phases, EachIsDecidedByItsOwnRulesAndItsOwnDefault) {
  for_each_world([](const ir::Policy& policy, const oracle::Request& request, Random&) {
    const ir::Policy whole = ir::with_phases(policy);
    ASSERT_TRUE(whole.verify().has_value()) << whole.dump();
    const ir::Policy part = phase_of(policy, is_answer(request));
    const oracle::Decision is = oracle::decide(whole, request);
    const oracle::Decision meant = oracle::decide(part, request);
    EXPECT_EQ(is.effect, meant.effect) << whole.dump() << describe(request);
    EXPECT_EQ(rule_of(whole, is), rule_of(part, meant)) << whole.dump() << describe(request);
    EXPECT_EQ(is.undecidable, meant.undecidable) << whole.dump() << describe(request);
    EXPECT_EQ(describe(oracle::answer(whole, request)), describe(oracle::answer(part, request)))
        << whole.dump() << describe(request);
  });
}

TEST(Phases, AreThereOnceAndOnlyWhereAnswersAreJudged) {
  for_each_world([](const ir::Policy& policy, const oracle::Request&, Random&) {
    const ir::Policy whole = ir::with_phases(policy);
    EXPECT_EQ(ir::with_phases(whole).dump(), whole.dump());
    const ir::Policy requests = phase_of(policy, false);
    EXPECT_EQ(ir::with_phases(requests).dump(), requests.dump());
    EXPECT_NE(ir::with_phases(requests, true).dump(), requests.dump());
  });
}

TEST(Phases, UncertaintyNeverOpensOverBoth) {
  for_each_world([](const ir::Policy& policy, const oracle::Request& request, Random& random) {
    const ir::Policy whole = ir::with_phases(policy);
    const oracle::Request spoilt = spoil(random, request);
    EXPECT_LE(oracle::decide(whole, request).effect, oracle::decide(whole, spoilt).effect)
        << whole.dump() << describe(request) << "spoilt to\n"
        << describe(spoilt);
  });
}

// L9.2 and L19.7.
TEST(Phases, ABlockRuleTightensItsPhaseAndLeavesTheOther) {
  std::size_t tightened = 0;
  for_each_world([&](const ir::Policy& policy, const oracle::Request& request, Random& random) {
    const bool answers = random() % 2 == 0;
    ir::Policy more = policy;
    ir::ConditionId when = atom(more, random_atom(random, {.answers = answers}));
    if (answers) when = all_of(more, {atom(more, answered()), when});
    ir::Rule added = rule("added", Outcome::block, when);
    added.on_response = answers;
    std::vector<ir::Rule>& rules = more.tiers[random() % more.tiers.size()].rules;
    rules.insert(rules.begin() + static_cast<std::ptrdiff_t>(random() % (rules.size() + 1)), added);
    const Effect before = oracle::decide(ir::with_phases(policy), request).effect;
    const Effect after = oracle::decide(ir::with_phases(more), request).effect;
    EXPECT_GE(after, before) << more.dump() << describe(request);
    if (is_answer(request) != answers) {
      EXPECT_EQ(after, before) << more.dump();
    }
    tightened += after > before ? 1 : 0;
  });
  EXPECT_GT(tightened, 0u);
}

}  // namespace
}  // namespace sentrail::support
