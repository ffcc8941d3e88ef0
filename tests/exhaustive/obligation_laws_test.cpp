// The laws of obligations and shadow rules, on seeded policies: docs/language.md, L15.12, L15.13.
//
// Neighbours: compiler/oracle (what is judged), tests/support/obligations.hpp (what is drawn);
// representations_agree_test.cpp compares the engine with the oracle on the same policies.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>

#include "compiler/oracle/answer.hpp"
#include "core/limits.hpp"
#include "tests/support/approvals.hpp"
#include "tests/support/build_ir.hpp"
#include "tests/support/obligations.hpp"

namespace sentrail::support {
namespace {

constexpr std::uint64_t kSeed = 20'261'122;
constexpr std::size_t kPolicies = 150;
constexpr std::size_t kRequests = 8;

bool has_all(const oracle::Answer& a, const oracle::Answer& b) {
  return std::ranges::includes(a.obligations, b.obligations, ir::comes_before);
}

// Calls visit(policy, request, random).
template <class Visit>
void for_each_world(const Visit& visit) {
  std::printf("[     SEED ] %llu\n", static_cast<unsigned long long>(kSeed));
  Random random(kSeed);
  for (std::size_t p = 0; p < kPolicies; ++p) {
    ir::Policy policy = random_policy(random);
    add_random_obligations(random, policy);
    for (std::size_t r = 0; r < kRequests; ++r) {
      visit(policy, random_request(random), random);
      if (::testing::Test::HasFailure()) return;
    }
  }
}

TEST(AlsoNeverWeakens, AddingOneKeepsObligationsAndLoosensNothing) {
  std::size_t added = 0;
  std::size_t blocked = 0;
  for_each_world([&](const ir::Policy& policy, const oracle::Request& request, Random& random) {
    if (policy.tiers.empty()) return;
    ir::Policy more = policy;
    ir::Rule also = rule("added", Outcome::pass, atom(more, random_atom(random)));
    also.obligations = {{ObligationKind::redact, ref("body.a"), "", ""},
                        {ObligationKind::tag, std::nullopt, "", "added"}};
    more.tiers[random() % more.tiers.size()].alsos.push_back(also);
    const oracle::Answer before = oracle::answer(policy, request);
    const oracle::Answer after = oracle::answer(more, request);
    EXPECT_GE(after.effect, before.effect) << policy.dump() << describe(request);
    EXPECT_TRUE(has_all(after, before)) << policy.dump() << describe(request);
    const bool same_approval = after.effect != before.effect || after.approval == before.approval;
    EXPECT_TRUE(same_approval) << policy.dump() << describe(request);
    added += after.obligations != before.obligations ? 1 : 0;
    blocked += after.effect != before.effect ? 1 : 0;
  });
  EXPECT_GT(added, kPolicies);
  EXPECT_GT(blocked, kPolicies / 20);
}

TEST(UncertaintyNeverOpens, SpoilingARequestTakesNoObligationAway) {
  std::size_t more = 0;
  for_each_world([&](const ir::Policy& policy, const oracle::Request& request, Random& random) {
    const oracle::Request spoilt = spoil(random, request);
    const oracle::Answer read = oracle::answer(policy, request);
    const oracle::Answer less = oracle::answer(policy, spoilt);
    EXPECT_GE(less.effect, read.effect) << policy.dump() << describe(request) << describe(spoilt);
    EXPECT_TRUE(has_all(less, read)) << policy.dump() << describe(request) << describe(spoilt);
    more += less.obligations != read.obligations ? 1 : 0;
  });
  EXPECT_GT(more, kPolicies / 20);
}

TEST(ShadowNeverDecides, TakingOneAwayChangesNothingElse) {
  std::size_t told = 0;
  for_each_world([&](const ir::Policy& policy, const oracle::Request& request, Random& random) {
    std::vector<std::pair<std::size_t, std::size_t>> places;
    for (std::size_t t = 0; t < policy.tiers.size(); ++t) {
      for (std::size_t s = 0; s < policy.tiers[t].shadows.size(); ++s) places.emplace_back(t, s);
    }
    if (places.empty()) return;
    const auto [tier, shadow] = places[random() % places.size()];
    ir::Policy fewer = policy;
    auto& shadows = fewer.tiers[tier].shadows;
    const std::string taken = shadows[shadow].rule.qualified_name;
    shadows.erase(shadows.begin() + static_cast<std::ptrdiff_t>(shadow));
    EXPECT_EQ(oracle::decide(fewer, request), oracle::decide(policy, request));
    EXPECT_EQ(oracle::answer(fewer, request), oracle::answer(policy, request));
    auto expected = oracle::shadows_of(policy, request);
    told += expected.size();
    std::erase_if(expected, [&](const oracle::ShadowAnswer& one) { return one.rule == taken; });
    EXPECT_EQ(oracle::shadows_of(fewer, request), expected) << policy.dump() << describe(request);
  });
  EXPECT_GT(told, kPolicies / 2);
}

}  // namespace
}  // namespace sentrail::support
