// Limits on every policy of at most three rules, whichever of them have room: the laws of
// docs/language.md, L9.1, L9.2 and L14.9, in the sense of L9.6.
//
// Neighbours: law_worlds.hpp (what is walked), compiler/oracle/limits.hpp (what is judged). Each
// rule and each `else` asks for a quorum of its own, so that none goes missing unseen.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "compiler/oracle/limits.hpp"
#include "core/limits.hpp"
#include "tests/exhaustive/law_worlds.hpp"
#include "tests/support/build_ir.hpp"

namespace sentrail::support {
namespace {

using ir::Approval;
using ir::Seats;

constexpr std::int64_t kHourMs = 3'600'000;

Approval asked_of_group(std::string name, std::int64_t hours) {
  return {{Seats{false, std::move(name), 1}}, hours * kHourMs};
}

// What lets something through has one limit, every second rule two: one asks and one blocks.
void add_limits(ir::Policy& policy) {
  std::size_t index = 0;
  for (ir::Tier& tier : policy.tiers) {
    for (ir::Rule& rule : tier.rules) {
      const std::string number = std::to_string(index++);
      if (rule.outcome == Outcome::require_approval) {
        rule.approval = asked_of_group("r" + number, 4);
      }
      if (rule.outcome > Outcome::require_approval) continue;
      ir::Limit asks;
      asks.most = 1'000'000;
      asks.per_ms = kHourMs;
      asks.otherwise = Effect::require_approval;
      asks.approval = asked_of_group("l" + number, 2);
      ir::Limit blocks = asks;
      blocks.otherwise = Effect::block;
      blocks.approval = {};
      if (index % 2 == 1) {
        rule.limits = {asks, blocks};
      } else {
        rule.limits = {index % 4 == 2 ? blocks : asks};
      }
    }
  }
  if (policy.default_effect == Effect::require_approval) {
    policy.default_approval = asked_of_group("default", 3);
  }
}

std::vector<oracle::LimitId> all_limits(const ir::Policy& policy) {
  std::vector<oracle::LimitId> found;
  std::size_t index = 0;
  for (const ir::Tier& tier : policy.tiers) {
    for (const ir::Rule& rule : tier.rules) {
      for (std::size_t i = 0; i < rule.limits.size(); ++i) found.emplace_back(index, i);
      ++index;
    }
  }
  return found;
}

// A decision with what it waits for.
struct Answer {
  oracle::Decision decision;
  std::optional<oracle::Approval> approval;
};

Answer answer_of(const ir::Policy& policy, const std::vector<Truth>& truths,
                 const oracle::Full& full) {
  Answer answer;
  answer.decision = oracle::with_full(policy, oracle::join(policy, truths), full);
  answer.approval = oracle::approval_of(policy, answer.decision, full);
  return answer;
}

bool not_looser(const Answer& a, const Answer& b) {
  if (a.decision.effect != b.decision.effect || !a.approval) {
    return a.decision.effect >= b.decision.effect;
  }
  const auto time = [](const oracle::Approval& one) {
    return one.within_ms.value_or(limits::kWithinMsMax);
  };
  return std::includes(a.approval->quorums.begin(), a.approval->quorums.end(),
                       b.approval->quorums.begin(), b.approval->quorums.end()) &&
         time(*a.approval) <= time(*b.approval);
}

// Visits every policy, all truths of its rules, and every set of limits that are full.
template <class Visit>
void for_each_world(std::size_t rules_max, Visit visit) {
  std::uint64_t worlds = 0;
  for (std::size_t rules = 1; rules <= rules_max; ++rules) {
    const auto truths = truths_of(rules);
    for (Skeleton& skeleton : skeletons_of(rules)) {
      add_limits(skeleton.policy);
      const std::vector<oracle::LimitId> limits = all_limits(skeleton.policy);
      if (limits.empty()) continue;
      for (const std::vector<Truth>& some : truths) {
        for (std::uint32_t set = 0; set < 1u << limits.size(); ++set) {
          oracle::Full full;
          for (std::size_t i = 0; i < limits.size(); ++i) {
            if ((set >> i & 1u) != 0) full.push_back(limits[i]);
          }
          visit(skeleton, some, full);
          if (::testing::Test::HasFailure()) return;
          ++worlds;
        }
      }
    }
  }
  std::printf("[   WORLDS ] %llu\n", static_cast<unsigned long long>(worlds));
  EXPECT_GT(worlds, 5'000u);
}

// Law UncertaintyNeverOpens (L9.1): to read more may make room, and takes none away.
TEST(LimitsUncertaintyNeverOpens, ReadingMoreOfARequest) {
  for_each_world(2, [](const Skeleton& skeleton, std::vector<Truth> truths, oracle::Full full) {
    const Answer before = answer_of(skeleton.policy, truths, full);
    for (Truth& truth : truths) {
      if (truth != Truth::u) continue;
      for (const Truth read : {Truth::f, Truth::t}) {
        truth = read;
        EXPECT_TRUE(not_looser(before, answer_of(skeleton.policy, truths, full)))
            << skeleton.describe(truths);
      }
      truth = Truth::u;
    }
    for (std::size_t i = 0; i < full.size(); ++i) {
      oracle::Full fewer = full;
      fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
      EXPECT_TRUE(not_looser(before, answer_of(skeleton.policy, truths, fewer)))
          << skeleton.describe(truths);
    }
  });
}

// Law TightenOnly (L9.2): a limit that is lowered may have no room where it had some.
TEST(LimitsTightenOnly, LoweringALimit) {
  std::uint64_t stricter_count = 0;
  for_each_world(
      3, [&](const Skeleton& skeleton, const std::vector<Truth>& truths, const oracle::Full& full) {
        const Answer before = answer_of(skeleton.policy, truths, full);
        for (const oracle::LimitId& limit : all_limits(skeleton.policy)) {
          if (std::find(full.begin(), full.end(), limit) != full.end()) continue;
          oracle::Full more = full;
          more.push_back(limit);
          const Answer after = answer_of(skeleton.policy, truths, more);
          EXPECT_TRUE(not_looser(after, before)) << skeleton.describe(truths);
          stricter_count += after.decision.effect > before.decision.effect ? 1 : 0;
        }
      });
  EXPECT_GT(stricter_count, 10'000u);
}

TEST(LimitsTightenOnly, StrengtheningAnElse) {
  for_each_world(
      2, [](const Skeleton& skeleton, const std::vector<Truth>& truths, const oracle::Full& full) {
        const Answer before = answer_of(skeleton.policy, truths, full);
        for (std::size_t t = 0; t < skeleton.policy.tiers.size(); ++t) {
          for (std::size_t r = 0; r < skeleton.policy.tiers[t].rules.size(); ++r) {
            const std::size_t limits = skeleton.policy.tiers[t].rules[r].limits.size();
            for (std::size_t i = 0; i < limits; ++i) {
              ir::Policy changed = skeleton.policy;
              ir::Limit& limit = changed.tiers[t].rules[r].limits[i];
              if (limit.otherwise == Effect::block) continue;
              limit.otherwise = Effect::block;
              limit.approval = {};
              EXPECT_TRUE(not_looser(answer_of(changed, truths, full), before))
                  << skeleton.describe(truths);
            }
          }
        }
      });
}

TEST(LimitsTightenOnly, InsertingABlockAnywhereAndAGuard) {
  for_each_world(
      2, [](const Skeleton& skeleton, const std::vector<Truth>& truths, const oracle::Full& full) {
        const Answer before = answer_of(skeleton.policy, truths, full);
        std::size_t begin = 0;
        for (std::size_t tier = 0; tier < skeleton.shape.size(); ++tier) {
          for (std::size_t at = 0; at <= skeleton.shape[tier].rules; ++at) {
            for (const Truth truth : {Truth::f, Truth::u, Truth::t}) {
              const std::size_t index = begin + at;
              std::vector<Truth> more = truths;
              more.insert(more.begin() + static_cast<std::ptrdiff_t>(index), truth);
              oracle::Full moved = full;
              for (oracle::LimitId& limit : moved) limit.first += limit.first >= index ? 1 : 0;
              ir::Policy longer = skeleton.policy;
              auto& rules = longer.tiers[tier].rules;
              rules.insert(rules.begin() + static_cast<std::ptrdiff_t>(at),
                           rule("blocks", Outcome::block, always(longer)));
              EXPECT_TRUE(not_looser(answer_of(longer, more, moved), before))
                  << skeleton.describe(truths) << ", a block at " << index;
            }
          }
          begin += skeleton.shape[tier].rules;
        }
      });
}

// What has room for all is decided as if there were no limits.
TEST(Limits, WithRoomChangeNothing) {
  for_each_world(
      3, [](const Skeleton& skeleton, const std::vector<Truth>& truths, const oracle::Full& full) {
        if (!full.empty()) return;
        const oracle::Decision plain = oracle::join(skeleton.policy, truths);
        EXPECT_EQ(oracle::with_full(skeleton.policy, plain, full), plain);
      });
}

}  // namespace
}  // namespace sentrail::support
