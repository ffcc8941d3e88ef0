// Walks policies and requests and compares answers. See engine_worlds.hpp.
#include "tests/exhaustive/engine_worlds.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <map>
#include <vector>

#include "compiler/lower/lower.hpp"
#include "compiler/oracle/answer.hpp"
#include "compiler/oracle/limits.hpp"
#include "compiler/oracle/oracle.hpp"
#include "compiler/simplify/simplify.hpp"
#include "core/check.hpp"
#include "core/limits.hpp"
#include "runtime/decide/counting.hpp"
#include "tests/exhaustive/law_worlds.hpp"
#include "tests/support/approvals.hpp"
#include "tests/support/build_ir.hpp"
#include "tests/support/compiled.hpp"
#include "tests/support/facts_of.hpp"
#include "tests/support/obligations.hpp"
#include "tests/support/random_policy.hpp"
#include "tests/support/rule_limits.hpp"

namespace sentrail::support {
namespace {

// Around the ends that random policies have.
constexpr std::array<std::int64_t, 5> kInstants = {0, 10 * limits::kDayMs - 1, 10 * limits::kDayMs,
                                                   15 * limits::kDayMs, 20 * limits::kDayMs};

void print_worlds(const char* what, std::uint64_t worlds) {
  std::printf("[   WORLDS ] %s: %llu\n", what, static_cast<unsigned long long>(worlds));
}

// The requests of the small world that facts can hold.
struct Asked {
  std::vector<oracle::Request> requests;
  std::vector<OwnedFacts> facts;
};

Asked asked_of(const World& world) {
  Asked asked;
  for (oracle::Request& request : requests_of(world).all) {
    std::optional<OwnedFacts> facts = OwnedFacts::of(request);
    if (!facts) continue;
    facts->set_zones({"Europe/Berlin"});  // the one that the world's conditions name
    asked.requests.push_back(std::move(request));
    asked.facts.push_back(std::move(*facts));
  }
  return asked;
}

// One request for each way in which some conditions can be true together.
struct Representative {
  std::vector<Truth> truths;
  std::size_t request = 0;
};

std::vector<Representative> representatives(const std::vector<std::vector<Truth>>& truths,
                                            std::span<const std::size_t> conditions,
                                            std::size_t requests) {
  std::map<std::vector<Truth>, std::size_t> first;
  for (std::size_t r = 0; r < requests; ++r) {
    std::vector<Truth> some;
    for (const std::size_t condition : conditions) some.push_back(truths[condition][r]);
    first.try_emplace(std::move(some), r);
  }
  std::vector<Representative> found;
  for (const auto& [some, request] : first) found.push_back({some, request});
  return found;
}

// Skeletons with the same tiers, and what the oracle says to each under every truth.
struct ShapeGroup {
  Shape shape;
  std::vector<Skeleton> skeletons;
  std::vector<std::vector<Decision>> expected;  // by skeleton, by number_of(truths)
};

std::vector<ShapeGroup> shape_groups(std::size_t rules) {
  std::map<std::string, ShapeGroup> groups;
  for (Skeleton& skeleton : skeletons_of(rules)) {
    std::string key;
    for (const TierShape& tier : skeleton.shape) {
      key += (tier.guard ? "g" : "o") + std::to_string(tier.rules);
    }
    ShapeGroup& group = groups[key];
    group.shape = skeleton.shape;
    std::vector<Decision>& expected = group.expected.emplace_back();
    for (const std::vector<Truth>& truths : truths_of(rules)) {
      SENTRAIL_CHECK(number_of(truths) == expected.size());
      expected.push_back(engine_form(oracle::join(skeleton.policy, truths)));
    }
    group.skeletons.push_back(std::move(skeleton));
  }
  std::vector<ShapeGroup> found;
  for (auto& [key, group] : groups) found.push_back(std::move(group));
  return found;
}

// Tables of rules over some conditions, whose tiers, outcomes and default can be set.
class Retiered {
 public:
  Retiered(const World& world, std::span<const std::size_t> conditions) {
    std::vector<RuleChoice> rules;
    for (const std::size_t condition : conditions) rules.push_back({condition, Outcome::block});
    const Shape one_tier = {{false, rules.size()}};
    auto tables =
        compiler::lower(compiler::simplify(make_policy(world, one_tier, rules, Effect::block)));
    SENTRAIL_CHECK(tables.has_value());
    tables_ = std::move(*tables);
  }

  decide::Engine bind(const Shape& shape, decide::EngineKind kind) {
    tables_.tiers.clear();
    std::uint32_t next = 0;
    for (const TierShape& tier : shape) {
      const auto count = static_cast<std::uint32_t>(tier.rules);
      tables_.tiers.push_back({TextRef{}, tier.guard ? 1u : 0u, next, count});
      next += count;
    }
    return decide::Engine(tables_.view(), kind);
  }
  // The engine reads these in place.
  void set(const Skeleton& skeleton) {
    for (std::size_t i = 0; i < skeleton.outcomes.size(); ++i) {
      tables_.rules[i].outcome = static_cast<std::uint32_t>(skeleton.outcomes[i]);
    }
    tables_.policy[0].default_effect = static_cast<std::uint32_t>(skeleton.policy.default_effect);
  }

 private:
  ProgramStorage tables_;
};

// truths[c][r] of the requests that facts can hold.
std::vector<std::vector<Truth>> truths_of_conditions(const World& world, const Asked& asked) {
  std::vector<std::vector<Truth>> truths;
  for (const ConditionSeed& seed : world.conditions) {
    ir::Policy policy;
    const ir::ConditionId id = seed.make(policy);
    std::vector<Truth>& row = truths.emplace_back();
    for (const oracle::Request& r : asked.requests) row.push_back(oracle::evaluate(policy, id, r));
  }
  return truths;
}

// The engine's limits against the oracle's, with counters that hold something.
void compare_limits(Random& random, const ir::Policy& policy, const oracle::Request& request,
                    const oracle::Decision& plain, Compiled& compiled, const Facts& facts,
                    std::uint64_t& changed) {
  const Program& p = compiled.program();
  std::map<std::uint32_t, std::int64_t> held;  // by index into Program::limits
  oracle::Used used;
  for (const auto& [id, amount] : random_used(random, policy)) {
    used[id] = std::to_string(amount);
    const auto rows = p.limits_of(static_cast<std::uint32_t>(id.first));
    held[decide::index_of(p, rows[id.second])] = amount;
  }
  const oracle::Full full = oracle::full_limits(policy, plain, request, used);
  const oracle::Decision expected = oracle::with_full(policy, plain, full);
  decide::Windows windows;
  const std::array<const Facts*, 1> actions = {&facts};
  const Decision actual = decide::simulate_counted(compiled.engine(), actions, compiled.scratch(),
                                                   &windows, {"w", 0, &held})
                              .decisions.front();
  ASSERT_EQ(difference(expected, actual), "") << policy.dump() << describe(request) << dump(p);
  ASSERT_EQ(describe(oracle::approval_of(policy, expected, full)), compiled.approval(actual, facts))
      << policy.dump() << describe(request);
  ASSERT_EQ(
      describe(oracle::answer(policy, request, used), oracle::shadows_of(policy, request, used)),
      described_answer(compiled.engine(), facts, compiled.scratch(), &held))
      << policy.dump() << describe(request) << dump(p);
  EXPECT_EQ(windows.size(), 0u) << "what is simulated is not charged";
  changed += expected.effect != plain.effect ? 1 : 0;
}

}  // namespace

void compare_policies_of_one_rule() {
  const World world = small_world();
  const Asked asked = asked_of(world);
  ASSERT_GT(asked.requests.size(), 1'000u);
  std::uint64_t worlds = 0;
  for (const std::size_t rules : {0u, 1u}) {
    const PolicySpace space(world, rules);
    for (std::uint64_t i = 0; i < space.size(); ++i) {
      const ir::Policy policy = space.at(i);
      Compiled simplified(policy, Phases::all);
      Compiled plain(policy, Phases::without_simplify);
      for (std::size_t r = 0; r < asked.requests.size(); ++r) {
        const oracle::Decision expected = oracle::decide(policy, asked.requests[r]);
        for (Compiled* const compiled : {&simplified, &plain}) {
          ASSERT_EQ(difference(expected, compiled->decide(*asked.facts[r])), "")
              << policy.dump() << describe(asked.requests[r]) << dump(compiled->program());
          ++worlds;
        }
      }
    }
  }
  print_worlds("policies × requests", worlds);
}

void compare_policies_of(std::size_t rules, std::uint64_t stride) {
  const World world = small_world();
  const Asked asked = asked_of(world);
  const std::vector<std::vector<Truth>> truths = truths_of_conditions(world, asked);
  const std::vector<ShapeGroup> groups = shape_groups(rules);
  decide::Scratch scratch;
  std::uint64_t worlds = 0;
  std::uint64_t choices = 1;
  for (std::size_t i = 0; i < rules; ++i) choices *= world.conditions.size();
  for (std::uint64_t choice = 0; choice < choices; choice += stride) {
    std::vector<std::size_t> conditions;
    for (std::uint64_t rest = choice; conditions.size() < rules; rest /= world.conditions.size()) {
      conditions.push_back(static_cast<std::size_t>(rest % world.conditions.size()));
    }
    const auto requests = representatives(truths, conditions, asked.requests.size());
    Retiered tables(world, conditions);
    for (const ShapeGroup& group : groups) {
      // Every other policy by the other engine; random policies are decided by both.
      const auto kind =
          choice / stride % 2 == 0 ? decide::EngineKind::linear : decide::EngineKind::table;
      const decide::Engine engine = tables.bind(group.shape, kind);
      scratch.fit(engine.bound());
      for (std::size_t k = 0; k < group.skeletons.size(); ++k) {
        tables.set(group.skeletons[k]);
        for (const Representative& one : requests) {
          const Decision actual = engine.decide(*asked.facts[one.request], scratch);
          ASSERT_EQ(actual, group.expected[k][number_of(one.truths)])
              << group.skeletons[k].describe(one.truths) << describe(asked.requests[one.request])
              << dump(engine.program());
          ++worlds;
        }
      }
    }
  }
  print_worlds("policies × truths of their conditions", worlds);
}

void compare_random(std::uint64_t seed, std::size_t policies, std::size_t requests,
                    const RandomLimits& limits) {
  std::printf("[     SEED ] %llu\n", static_cast<unsigned long long>(seed));
  std::uint64_t worlds = 0;
  std::uint64_t undecidable = 0;
  std::uint64_t several = 0;      // quorums at once
  std::uint64_t full_limits = 0;  // decisions that want of room changed
  std::map<Effect, std::uint64_t> by_rule;
  Random random(seed);
  for (std::size_t p = 0; p < policies; ++p) {
    ir::Policy policy = random_policy(random, limits);
    add_random_ends(random, policy);
    add_random_limits(random, policy);
    if (p % 4 == 3) add_random_obligations(random, policy);
    Compiled compiled(policy, p % 2 == 0 ? Phases::all : Phases::without_simplify);
    for (std::size_t r = 0; r < requests; ++r) {
      oracle::Request request = random_request(random);
      request.now_ms = kInstants[r % kInstants.size()];
      std::optional<OwnedFacts> facts = OwnedFacts::of(request);
      if (!facts) continue;
      facts->set_zones(zone_names_of(compiled.program()));
      const oracle::Decision expected = oracle::decide(policy, request);
      const Decision actual = compiled.decide(**facts);
      ASSERT_EQ(difference(expected, actual), "") << "seed " << seed << ", policy " << p << "\n"
                                                  << policy.dump() << describe(request) << "\n"
                                                  << dump(compiled.program());
      const auto asked = oracle::approval_of(policy, expected);
      ASSERT_EQ(describe(asked), compiled.approval(actual, **facts))
          << "seed " << seed << ", policy " << p << "\n"
          << policy.dump() << describe(request);
      compare_limits(random, policy, request, expected, compiled, **facts, full_limits);
      if (::testing::Test::HasFatalFailure()) return;
      several += asked && asked->quorums.size() > 1 ? 1 : 0;
      ++worlds;
      undecidable += expected.undecidable ? 1 : 0;
      by_rule[expected.effect] += expected.rule ? 1 : 0;
    }
  }
  print_worlds("random policies × requests", worlds);
  // The comparison says something only if all kinds of answer occur.
  EXPECT_GT(undecidable, worlds / 20);
  EXPECT_LT(undecidable, worlds - worlds / 20);
  EXPECT_GT(several, worlds / 200);
  EXPECT_GT(full_limits, worlds / 100);
  for (const Effect effect : {Effect::allow, Effect::require_approval, Effect::block}) {
    EXPECT_GT(by_rule[effect], worlds / 50) << name_of(effect);
  }
}

}  // namespace sentrail::support
