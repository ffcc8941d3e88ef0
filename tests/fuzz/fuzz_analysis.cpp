// Bytes to two policies over a small world; every answer of the analysis about each of them and
// about their difference is then what trying all requests of the world says.
//
// Each byte chooses one thing: how many tiers and rules, outcomes, tests, and how they are joined.
// The second policy is an edit of the first, so that some pairs decide alike after all. A verdict
// that is wrong, unknown or not confirmed aborts: the world has a value of every class, and only
// tests of which analysis is exact.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/check.hpp"
#include "tests/support/build_ir.hpp"
#include "tests/unit/analysis/brute_force.hpp"

namespace {

using namespace sentrail;
using namespace sentrail::compiler;

// Small, so that a second holds several: what four rules cannot show hardly exists.
constexpr std::size_t kTiersMax = 2;
constexpr std::size_t kRulesMax = 3;  // of a tier
constexpr int kDepthMax = 2;

const support::World& small() {
  static const support::World kSmall = analysis::whole_world();
  return kSmall;
}

class Chooser {
 public:
  explicit Chooser(std::span<const std::uint8_t> bytes) : random_(bytes) {}

  ir::Policy policy() {
    ir::Policy policy;
    policy.name = "chosen";
    policy.default_effect = static_cast<Effect>(below(3));
    const std::size_t tiers = 1 + below(kTiersMax);
    for (std::size_t t = 0; t < tiers; ++t) {
      ir::Tier tier;
      tier.name = "t" + std::to_string(t);
      tier.guard = below(3) == 0;
      const std::size_t rules = 1 + below(kRulesMax);
      for (std::size_t i = 0; i < rules; ++i) {
        const std::string name = tier.name + "_r" + std::to_string(i);
        tier.rules.push_back(support::rule(name, outcome(tier.guard), condition(policy, 0)));
        if (below(4) == 0) tier.rules.back().unless = condition(policy, 1);
      }
      policy.tiers.push_back(std::move(tier));
    }
    for (const char* name : {"one", "two"}) {
      const auto never = static_cast<Effect>(below(3));
      policy.proofs.push_back({name, never, condition(policy, 1), {}});
    }
    return policy;
  }

  ir::Policy edited(ir::Policy policy) {
    ir::Tier& tier = policy.tiers[below(policy.tiers.size())];
    ir::Rule& rule = tier.rules[below(tier.rules.size())];
    switch (below(4)) {
      case 0:
        rule.outcome = outcome(tier.guard);
        break;
      case 1:
        rule.unless.reset();
        break;
      case 2:
        rule.when = condition(policy, 1);
        break;
      default:
        policy.default_effect = static_cast<Effect>(below(3));
        break;
    }
    return policy;
  }

 private:
  std::size_t below(std::size_t count) { return static_cast<std::size_t>(random_() % count); }

  Outcome outcome(bool guard) {
    const std::span<const Outcome> outcomes = support::outcomes_of(guard);
    return outcomes[below(outcomes.size())];
  }

  ir::ConditionId condition(ir::Policy& policy, int depth) {
    const std::size_t shape = depth == kDepthMax ? 0 : below(5);
    if (shape < 2) {
      const auto& conditions = small().conditions;
      return conditions[below(conditions.size())].make(policy);
    }
    const ir::ConditionId first = condition(policy, depth + 1);
    if (shape == 2) return support::not_of(policy, first);
    const ir::ConditionId second = condition(policy, depth + 1);
    return shape == 3 ? support::all_of(policy, {first, second})
                      : support::any_of(policy, {first, second});
  }

  support::Random random_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Chooser chooser({data, size});
  const ir::Policy before = chooser.policy();
  const ir::Policy after = chooser.edited(before);
  const std::vector<oracle::Request> requests =
      analysis::requests_about({&before, &after}, small());
  (void)analysis::compare_findings(before, requests);
  (void)analysis::compare_proofs(before, requests);
  (void)analysis::compare_difference(before, after, requests);
  // What differs has been printed.
  SENTRAIL_CHECK_NOTE(!testing::Test::HasFailure(), "analysis and brute force differ");
  return 0;
}
