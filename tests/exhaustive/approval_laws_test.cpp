// What decisions wait for, on every policy of at most three rules: the laws of docs/language.md,
// L9.1, L9.2 and L9.6, in the sense of L9.6.
//
// Neighbours: law_worlds.hpp (what is walked), compiler/oracle (what is judged). Every rule asks
// for a quorum of its own, so that no quorum goes missing unseen.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "compiler/oracle/oracle.hpp"
#include "core/limits.hpp"
#include "tests/exhaustive/law_worlds.hpp"
#include "tests/support/approvals.hpp"
#include "tests/support/build_ir.hpp"

namespace sentrail::support {
namespace {

using ir::Approval;
using ir::Seats;

constexpr std::size_t kRulesMax = 3;
constexpr std::int64_t kHourMs = 3'600'000;
// What a server gives where policy gives no time, between those that the rules give.
constexpr std::int64_t kUsualMs = 2 * kHourMs + 1;

// Of rule `index`: a group of its own, and a time but for every third.
Approval approval_of_rule(std::size_t index) {
  Approval approval{{Seats{false, "g" + std::to_string(index), 1}}, std::nullopt};
  if (index % 3 != 2) approval.within_ms = static_cast<std::int64_t>(index + 1) * 2 * kHourMs;
  return approval;
}

void add_approvals(ir::Policy& policy) {
  std::size_t index = 0;
  for (ir::Tier& tier : policy.tiers) {
    for (ir::Rule& rule : tier.rules) {
      if (rule.outcome == Outcome::require_approval) rule.approval = approval_of_rule(index);
      ++index;
    }
  }
  if (policy.default_effect == Effect::require_approval) {
    policy.default_approval = {{Seats{false, "default", 1}}, 3 * kHourMs};
  }
}

std::int64_t time_of(const oracle::Approval& approval) {
  const std::int64_t written = approval.within_ms.value_or(limits::kWithinMsMax);
  return approval.usual_time ? std::min(written, kUsualMs) : written;
}

// Whether decision `a` is not looser than `b`, by effect or by whom and how long it waits for.
bool not_looser(const ir::Policy& policy_a, const oracle::Decision& a, const ir::Policy& policy_b,
                const oracle::Decision& b) {
  if (a.effect != b.effect || a.effect != Effect::require_approval) return a.effect >= b.effect;
  const oracle::Approval of_a = oracle::approval_of(policy_a, a).value();
  const oracle::Approval of_b = oracle::approval_of(policy_b, b).value();
  return std::includes(of_a.quorums.begin(), of_a.quorums.end(), of_b.quorums.begin(),
                       of_b.quorums.end()) &&
         time_of(of_a) <= time_of(of_b);
}

template <class Visit>
void for_each_world(std::size_t rules_max, Visit visit) {
  std::uint64_t worlds = 0;
  for (std::size_t rules = 0; rules <= rules_max; ++rules) {
    const auto truths = truths_of(rules);
    for (Skeleton& skeleton : skeletons_of(rules)) {
      add_approvals(skeleton.policy);
      for (const std::vector<Truth>& some : truths) {
        visit(skeleton, some);
        if (::testing::Test::HasFailure()) return;
        ++worlds;
      }
    }
  }
  std::printf("[   WORLDS ] %llu\n", static_cast<unsigned long long>(worlds));
}

TEST(ApprovalsTighten, ReadingMoreOfARequestAsksForNobodyElse) {
  std::uint64_t compared = 0;
  for_each_world(kRulesMax, [&](const Skeleton& skeleton, auto truths) {
    const oracle::Decision before = oracle::join(skeleton.policy, truths);
    for (Truth& truth : truths) {
      if (truth != Truth::u) continue;
      for (const Truth read : {Truth::f, Truth::t}) {
        truth = read;
        const oracle::Decision after = oracle::join(skeleton.policy, truths);
        EXPECT_TRUE(not_looser(skeleton.policy, before, skeleton.policy, after))
            << skeleton.describe(truths);
        compared += after.effect == Effect::require_approval ? 1 : 0;
      }
      truth = Truth::u;
    }
  });
  EXPECT_GT(compared, 10'000u);
}

TEST(ApprovalsTighten, InsertingARuleThatBlocksOrAGuardThatAsks) {
  for_each_world(2, [](const Skeleton& skeleton, const std::vector<Truth>& truths) {
    const oracle::Decision before = oracle::join(skeleton.policy, truths);
    std::size_t begin = 0;
    for (std::size_t tier = 0; tier <= skeleton.shape.size(); ++tier) {
      for (const Truth truth : {Truth::f, Truth::u, Truth::t}) {
        std::vector<Truth> more = truths;
        more.insert(more.begin() + static_cast<std::ptrdiff_t>(begin), truth);
        ir::Policy guarded = skeleton.policy;
        ir::Rule asks = rule("asks", Outcome::require_approval, always(guarded));
        asks.approval = {{Seats{true, "owner", 2}}, kHourMs};
        guarded.tiers.insert(guarded.tiers.begin() + static_cast<std::ptrdiff_t>(tier),
                             ir::Tier{"added", true, {asks}});
        EXPECT_TRUE(not_looser(guarded, oracle::join(guarded, more), skeleton.policy, before))
            << skeleton.describe(truths) << ", a guard tier at " << tier;
        if (tier == skeleton.shape.size()) continue;
        ir::Policy longer = skeleton.policy;
        auto& rules = longer.tiers[tier].rules;
        rules.insert(rules.begin(), rule("blocks", Outcome::block, always(longer)));
        EXPECT_TRUE(not_looser(longer, oracle::join(longer, more), skeleton.policy, before))
            << skeleton.describe(truths) << ", a block in tier " << tier;
      }
      if (tier < skeleton.shape.size()) begin += skeleton.shape[tier].rules;
    }
  });
}

// Every require_approval in turn, and the default, asks for more people in less time.
TEST(ApprovalsTighten, AskingForMorePeopleInLessTime) {
  const auto stronger = [](Approval approval) {
    approval.seats.push_back({true, "admin", 1});
    approval.within_ms = kHourMs;
    return approval;
  };
  const auto is_met_by = [](const oracle::Approval& asked, const oracle::Approval& weaker) {
    // Each of the weaker quorums is there, or there with an admin more.
    return std::all_of(weaker.quorums.begin(), weaker.quorums.end(), [&](std::vector<Seats> one) {
      const bool same = std::count(asked.quorums.begin(), asked.quorums.end(), one) > 0;
      one.push_back({true, "admin", 1});
      return same || std::count(asked.quorums.begin(), asked.quorums.end(), one) > 0;
    });
  };
  for_each_world(kRulesMax, [&](const Skeleton& skeleton, const std::vector<Truth>& truths) {
    const oracle::Decision decision = oracle::join(skeleton.policy, truths);
    const auto before = oracle::approval_of(skeleton.policy, decision);
    if (!before) return;
    const auto expect_not_looser = [&](const ir::Policy& changed) {
      EXPECT_EQ(oracle::join(changed, truths), decision);
      const auto after = oracle::approval_of(changed, decision);
      ASSERT_TRUE(after.has_value());
      EXPECT_TRUE(is_met_by(*after, *before)) << describe(after) << " for " << describe(before);
      EXPECT_LE(time_of(*after), time_of(*before));
    };
    for (std::size_t t = 0; t < skeleton.policy.tiers.size(); ++t) {
      for (std::size_t r = 0; r < skeleton.policy.tiers[t].rules.size(); ++r) {
        if (skeleton.policy.tiers[t].rules[r].outcome != Outcome::require_approval) continue;
        ir::Policy changed = skeleton.policy;
        changed.tiers[t].rules[r].approval = stronger(changed.tiers[t].rules[r].approval);
        expect_not_looser(changed);
      }
    }
    if (skeleton.policy.default_effect != Effect::require_approval) return;
    ir::Policy changed = skeleton.policy;
    changed.default_approval = stronger(changed.default_approval);
    expect_not_looser(changed);
  });
}

// Law EndsNeverOpen (L9.7): an allow that has ended has the condition F.
TEST(EndsNeverOpen, WhicheverAllowEnds) {
  for_each_world(kRulesMax, [](const Skeleton& skeleton, auto truths) {
    const oracle::Decision before = oracle::join(skeleton.policy, truths);
    for (std::size_t i = 0; i < truths.size(); ++i) {
      if (skeleton.outcomes[i] != Outcome::allow) continue;
      const Truth truth = std::exchange(truths[i], Truth::f);
      EXPECT_TRUE(not_looser(skeleton.policy, oracle::join(skeleton.policy, truths),
                             skeleton.policy, before))
          << skeleton.describe(truths) << ", rule " << i << " has ended";
      truths[i] = truth;
    }
  });
}

TEST(ApprovalsJoin, IsIdempotentAndInWhateverOrder) {
  Random random(41'017);
  for (int round = 0; round < 2'000; ++round) {
    std::vector<oracle::Approval> some;
    for (int i = 0; i < 3; ++i) {
      const Approval one = random_approval(random);
      some.push_back({{one.seats}, one.within_ms, !one.within_ms});
    }
    const oracle::Approval& a = some[0];
    const oracle::Approval& b = some[1];
    const oracle::Approval& c = some[2];
    EXPECT_EQ(oracle::join(a, a), a);
    EXPECT_EQ(oracle::join(a, b), oracle::join(b, a));
    EXPECT_EQ(oracle::join(a, oracle::join(b, c)), oracle::join(oracle::join(a, b), c));
  }
}

}  // namespace
}  // namespace sentrail::support
