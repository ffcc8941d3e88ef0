// Nothing of one decision reaches the next, whatever the engine. See runtime/decide/scratch.hpp.
#include "runtime/decide/scratch.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "compiler/oracle/oracle.hpp"
#include "tests/support/build_ir.hpp"
#include "tests/support/compiled.hpp"
#include "tests/support/facts_of.hpp"
#include "tests/support/random_policy.hpp"

namespace sentrail::support {
namespace {

TEST(Scratch, ServesManyEnginesInTurn) {
  Random random(3);
  decide::Scratch shared;
  std::vector<ir::Policy> policies;
  std::vector<Compiled> engines;
  for (int i = 0; i < 8; ++i) {
    policies.push_back(random_policy(random));
    engines.emplace_back(policies.back());
  }
  for (int i = 0; i < 2'000; ++i) {
    const std::size_t which = static_cast<std::size_t>(random() % engines.size());
    const oracle::Request request = random_request(random);
    std::optional<OwnedFacts> facts = OwnedFacts::of(request);
    if (!facts) continue;
    facts->set_zones(zone_names_of(engines[which].program()));
    shared.fit(engines[which].engine().bound());
    ASSERT_EQ(difference(oracle::decide(policies[which], request),
                         engines[which].engine().decide(**facts, shared)),
              "")
        << policies[which].dump() << describe(request);
  }
}

TEST(Scratch, ForgetsWhatItFoundOut) {
  ir::Policy policy;
  policy.name = "p";
  const auto when = atom(policy, test("env", ir::AtomOp::matches, {pattern("l*")}));
  policy.tiers.push_back({"t", false, {rule("r", Outcome::allow, when)}});
  Compiled compiled(policy);
  for (const auto& [value, effect] :
       {std::pair{"live", Effect::allow}, std::pair{"test", Effect::require_approval},
        std::pair{"local", Effect::allow}}) {
    Facts facts;
    facts[AttributeId::env] = Fact::of(value);
    EXPECT_EQ(compiled.decide(facts).effect, effect) << value;
  }
}

// What was found out 2^32 decisions ago has the generation of today.
TEST(Scratch, ForgetsWhatItFoundOutBeforeItsGenerationsStartAgain) {
  ir::Policy policy;
  policy.name = "p";
  const auto when = atom(policy, test("env", ir::AtomOp::matches, {pattern("l*")}));
  policy.tiers.push_back({"t", false, {rule("r", Outcome::allow, when)}});
  const Compiled compiled(policy);
  const auto effect = [&](decide::Scratch& scratch, const char* env) {
    Facts facts;
    facts[AttributeId::env] = Fact::of(env);
    return compiled.engine().decide(facts, scratch).effect;
  };
  for (std::uint32_t left = 1; left < 6; ++left) {
    decide::Scratch scratch(compiled.engine().bound());
    for (int i = 0; i < 3; ++i) EXPECT_EQ(effect(scratch, "live"), Effect::allow);
    scratch.skip_to_generation(std::numeric_limits<std::uint32_t>::max() - left);
    for (int i = 0; i < 12; ++i) {
      EXPECT_EQ(effect(scratch, "test"), Effect::require_approval) << left << " " << i;
    }
  }
}

TEST(Scratch, KeepsItsRoomWhenASmallerEngineComes) {
  Random random(4);
  const Compiled large(random_policy(random, {.tiers_max = 3, .rules_max = 30}));
  ir::Policy policy;
  policy.name = "small";
  const auto when = always(policy);
  policy.tiers.push_back({"t", false, {rule("r", Outcome::allow, when)}});
  const Compiled small(policy);
  decide::Scratch scratch(large.engine().bound());
  scratch.fit(small.engine().bound());
  EXPECT_TRUE(scratch.fits(large.engine().bound()));
  EXPECT_TRUE(scratch.fits(small.engine().bound()));
}

}  // namespace
}  // namespace sentrail::support
