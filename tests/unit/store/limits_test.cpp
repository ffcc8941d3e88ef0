// What limits have counted, as every store keeps it: charges with their entry or not at all, given
// back once, gone in order of time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <tuple>

#include "core/limits.hpp"
#include "runtime/store/limit_rows.hpp"
#include "tests/unit/store/implementations.hpp"

namespace sentrail::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::int64_t kPerMs = 60'000;
constexpr std::int64_t kPartMs = kPerMs / kWindowParts;

// A charge that is gone at the end of a part, which has a number.
ChargedCounter charged(std::uint8_t counter, std::int64_t gone, std::int64_t amount) {
  return {hash_of(counter), kPerMs, gone * kPartMs, amount};
}

Charges charges(std::uint64_t call, std::vector<ChargedCounter> counters) {
  return {kHome, id_of(call), 5, hash_of(8), hash_of(9), std::move(counters)};
}

LimitClock clock_at(std::int64_t at_ms) {
  return {id_of(90), -7, at_ms, 2'000, 3'000, id_of(91)};
}

class LimitsTest : public testing::TestWithParam<Implementation> {
 protected:
  LimitsTest() : subject_(GetParam().make()) {}
  Store& store() { return subject_->store(); }
  template <class... Operations>
  Outcome put(Operations... operations) {
    return apply(store(), transaction(std::move(operations)...));
  }
  // What is counted, by counter and part.
  std::map<std::pair<std::uint8_t, std::int64_t>, std::uint64_t> parts() {
    std::map<std::pair<std::uint8_t, std::int64_t>, std::uint64_t> out;
    WindowQuery query;
    query.limit = 2;
    do {
      const Page<WindowPart> page = store().list_window_parts(query).value();
      for (const WindowPart& part : page.items) {
        EXPECT_EQ(part.workspace_id, kHome);
        EXPECT_EQ(part.per_ms, kPerMs);
        out[{part.counter[0], part.gone_ms / kPartMs}] += static_cast<std::uint64_t>(part.sum);
      }
      query.cursor = page.cursor;
    } while (!query.cursor.empty());
    return out;
  }
  using Parts = std::map<std::pair<std::uint8_t, std::int64_t>, std::uint64_t>;

  std::unique_ptr<Subject> subject_;
};

INSTANTIATE_TEST_SUITE_P(Stores, LimitsTest, testing::ValuesIn(implementations()),
                         [](const auto& one) { return one.param.name; });

TEST_P(LimitsTest, ChargesAddUpAndSurvive) {
  EXPECT_FALSE(store().get_limit_clock().value());
  put(ChargeLimits{charges(1, {charged(1, 100, 3), charged(1, 100, 4), charged(2, 90, 1)}),
                   clock_at(10)});
  put(ChargeLimits{charges(2, {charged(1, 200, 5)}), clock_at(11)});
  const Parts all = {{{1, 100}, 7}, {{1, 200}, 5}, {{2, 90}, 1}};
  EXPECT_EQ(parts(), all);
  subject_->reopen();
  EXPECT_EQ(parts(), all);
  EXPECT_EQ(store().get_limit_clock().value(), clock_at(11));
  EXPECT_THAT(store().list_held_charges().value(), IsEmpty());
}

TEST_P(LimitsTest, AreChargedWithTheirEntryOrNotAtAll) {
  const ChargeLimits one{charges(1, {charged(1, 100, 3)}), clock_at(10), true};
  EXPECT_FALSE(put(one, AppendAudit{entry(1)}, RequireKillVersion{kHome, 9}).status);
  EXPECT_THAT(parts(), IsEmpty());
  EXPECT_FALSE(store().get_limit_clock().value());
  EXPECT_THAT(store().list_held_charges().value(), IsEmpty());
  EXPECT_TRUE(put(AppendAudit{entry(1)}, one).status);
  EXPECT_THAT(store().list_held_charges().value(), ElementsAre(one.charges));
  EXPECT_EQ(put(one).status.error().code, Errc::conflict) << "a call charges once";
  EXPECT_EQ(parts(), (Parts{{{1, 100}, 3}}));
}

TEST_P(LimitsTest, AHeldCallGivesBackOnceOrCountsOn) {
  const auto hold = [](std::uint64_t call) {
    return ChargeLimits{charges(call, {charged(1, 100, 3), charged(2, 100, 1)}), clock_at(1), true};
  };
  put(hold(1));
  put(hold(2));
  put(ChargeLimits{charges(3, {charged(1, 100, 5)}), clock_at(1)});
  subject_->reopen();
  EXPECT_TRUE(put(EndCharges{kHome, id_of(1), true}).status);
  EXPECT_EQ(parts(), (Parts{{{1, 100}, 8}, {{2, 100}, 1}}));
  EXPECT_TRUE(
      put(EndCharges{kHome, id_of(1), true}, EndCharges{kElsewhere, id_of(2), true}).status);
  EXPECT_EQ(parts(), (Parts{{{1, 100}, 8}, {{2, 100}, 1}})) << "once, and only its own";
  put(EndCharges{kHome, id_of(2), false});
  EXPECT_EQ(parts(), (Parts{{{1, 100}, 8}, {{2, 100}, 1}})) << "what was sent counts on";
  EXPECT_THAT(store().list_held_charges().value(), IsEmpty());
}

TEST_P(LimitsTest, WhatIsGivenBackNeverGoesBelowNothing) {
  put(ChargeLimits{charges(1, {charged(1, 100, 3)}), clock_at(1)});
  put(GiveBackCharges{charges(1, {charged(1, 100, 2), charged(1, 300, 2), charged(7, 1, 1)})});
  EXPECT_EQ(parts(), (Parts{{{1, 100}, 1}}));
  put(GiveBackCharges{charges(1, {charged(1, 100, 2)})});
  EXPECT_THAT(parts(), IsEmpty());
}

TEST_P(LimitsTest, SumsAreWiderThanAnyAmount) {
  for (std::uint64_t i = 1; i <= 4; ++i) {
    put(ChargeLimits{charges(i, {charged(1, 100, INT64_MAX)}), clock_at(1)});
  }
  put(GiveBackCharges{charges(
      1, {charged(1, 100, INT64_MAX), charged(1, 100, INT64_MAX), charged(1, 100, INT64_MAX)})});
  EXPECT_EQ(parts(), (Parts{{{1, 100}, INT64_MAX}}));
}

// What could not be read again is not written.
TEST_P(LimitsTest, WhatNoLimitChargesIsRefused) {
  const auto refused = [this](std::int64_t per_ms, std::int64_t gone_ms, std::int64_t amount) {
    const Charges one = charges(1, {{hash_of(1), per_ms, gone_ms, amount}});
    const Outcome outcome = put(ChargeLimits{one, clock_at(1)});
    return !outcome.status && outcome.status.error().code == Errc::invalid_argument;
  };
  EXPECT_TRUE(refused(kPerMs, 0, -1));
  EXPECT_TRUE(refused(0, 0, 1));
  EXPECT_TRUE(refused(-59, 0, 1));
  EXPECT_TRUE(refused(limits::kLimitPerMsMin - 1, 0, 1));
  EXPECT_TRUE(refused(limits::kLimitPerMsMax + 60, 0, 1));
  EXPECT_TRUE(refused(kPerMs, 1, 1));
  EXPECT_TRUE(refused(kPerMs, INT64_MAX, 1));
  EXPECT_TRUE(refused(kPerMs, INT64_MIN, 1));
  EXPECT_FALSE(refused(kPerMs, -kPartMs, 0));
}

TEST(PartSums, StopAtTheirWidth) {
  const WindowPart::Sum full = ~WindowPart::Sum{0};
  EXPECT_TRUE(add_amount(full, 1) == full);
  EXPECT_TRUE(add_amount(full - 3, 3) == full);
  EXPECT_TRUE(add_amount(3, INT64_MAX) == WindowPart::Sum{INT64_MAX} + 3);
}

TEST_P(LimitsTest, PartsAreListedByWhenTheyAreGoneAndRemoved) {
  put(ChargeLimits{
      charges(1, {charged(3, -5, 1), charged(1, 100, 1), charged(2, 101, 1), charged(1, 900, 1)}),
      clock_at(1)});
  WindowQuery gone;
  gone.until_ms = 101 * kPartMs;
  const std::vector<WindowPart> old = store().list_window_parts(gone).value().items;
  ASSERT_EQ(old.size(), 2u);
  EXPECT_EQ(old[0].gone_ms, -5 * kPartMs);
  EXPECT_EQ(old[1].gone_ms, 100 * kPartMs);
  put(RemoveWindowParts{old});
  EXPECT_EQ(parts(), (Parts{{{1, 900}, 1}, {{2, 101}, 1}}));
  WindowQuery kept;
  kept.from_ms = 101 * kPartMs + 1;
  EXPECT_EQ(store().list_window_parts(kept).value().items.size(), 1u);
}

// Against a plain map, through reopening.
TEST_P(LimitsTest, HoldWhatAMapHolds) {
  constexpr std::uint64_t kSeed = 20261123;
  std::mt19937_64 random(kSeed);
  Parts model;
  std::map<std::uint64_t, Charges> held;
  for (std::uint64_t call = 1; call <= 400; ++call) {
    if (call % 97 == 0) subject_->reopen();
    if (!held.empty() && random() % 3 == 0) {
      const auto one = held.begin();
      const bool back = random() % 2 == 0;
      ASSERT_TRUE(put(EndCharges{kHome, one->second.correlation_id, back}).status);
      for (const ChargedCounter& c : one->second.counters) {
        if (back)
          model[{c.counter[0], c.gone_ms / kPartMs}] -= static_cast<std::uint64_t>(c.amount);
      }
      held.erase(one);
      continue;
    }
    std::vector<ChargedCounter> counters;
    for (std::uint64_t n = 1 + random() % 3; n > 0; --n) {
      counters.push_back(charged(static_cast<std::uint8_t>(random() % 3),
                                 static_cast<std::int64_t>(random() % 4),
                                 static_cast<std::int64_t>(1 + random() % 50)));
    }
    const ChargeLimits one{charges(call, counters), clock_at(1), random() % 2 == 0};
    ASSERT_TRUE(put(AppendAudit{entry(call)}, one).status);
    for (const ChargedCounter& c : counters) {
      model[{c.counter[0], c.gone_ms / kPartMs}] += static_cast<std::uint64_t>(c.amount);
    }
    if (one.held) held.emplace(call, one.charges);
  }
  std::erase_if(model, [](const auto& part) { return part.second == 0; });
  EXPECT_EQ(parts(), model) << "seed " << kSeed;
  EXPECT_EQ(store().list_held_charges().value().size(), held.size());
}

}  // namespace
}  // namespace sentrail::store
