// One server's counters under many threads, and what holds do to them. See
// runtime/counters/counters.hpp.
#include "runtime/counters/counters.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/compiled.hpp"
#include "tests/unit/counters/limited.hpp"

namespace sentrail::counters {
namespace {

class CountersTest : public testing::Test {
 protected:
  CountersTest() { clock_.advance_ms(kHourMs); }

  Counted ask(support::Compiled& compiled, Purpose purpose = Purpose::charge,
              const Uuid* own = nullptr) {
    return counters_.decide(compiled.engine(), actions_, compiled.scratch(), workspace_, purpose,
                            own);
  }
  Effect effect(support::Compiled& compiled, Purpose purpose = Purpose::charge,
                const Uuid* own = nullptr) {
    return ask(compiled, purpose, own).decided.decisions.front().effect;
  }

  ManualClock clock_{Instant{0}};
  Counters counters_{clock_, "key"};
  Facts facts_{};
  std::array<const Facts*, 1> actions_ = {&facts_};
  Uuid workspace_{};
};

TEST_F(CountersTest, ManyThreadsNeverGetMoreThanThereIs) {
  constexpr int kThreads = 16;
  constexpr int kAsked = 200;
  constexpr int kMost = 1'000;
  const compiler::ir::Policy policy = limited(kMost);
  std::atomic<int> allowed{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      support::Compiled compiled(policy);
      for (int k = 0; k < kAsked; ++k) {
        Counted counted = ask(compiled);
        if (counted.decided.decisions.front().effect != Effect::allow) continue;
        const int now = allowed.fetch_add(1) + 1;
        EXPECT_LE(now, kMost);
        // Now and then one does not come to pass, and makes room for another.
        if (k % 7 == 0) {
          allowed.fetch_sub(1);
          counters_.give_back(counted.reservation);
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_GE(allowed.load(), kMost - kThreads);
}

TEST_F(CountersTest, KnowNothingOfWhatWasBeforeTheStart) {
  Counters fresh(clock_, "key");
  support::Compiled compiled(limited(5));
  const auto once = [&] {
    return fresh
        .decide(compiled.engine(), actions_, compiled.scratch(), workspace_, Purpose::charge)
        .decided.decisions.front()
        .effect;
  };
  EXPECT_EQ(once(), Effect::block);
  clock_.advance_ms(kHourMs - 1);
  EXPECT_EQ(once(), Effect::block);
  clock_.advance_ms(1);
  EXPECT_EQ(once(), Effect::allow);
}

TEST_F(CountersTest, ASettingOfTheWallClockChangesNothing) {
  support::Compiled compiled(limited(1));
  EXPECT_EQ(effect(compiled), Effect::allow);
  clock_.jump_to(Instant{100 * kHourMs});
  EXPECT_EQ(effect(compiled), Effect::block);
}

TEST_F(CountersTest, ToSimulateChargesNothing) {
  support::Compiled compiled(limited(1));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(effect(compiled, Purpose::simulate), Effect::allow);
  EXPECT_EQ(effect(compiled), Effect::allow);
  EXPECT_EQ(effect(compiled, Purpose::simulate), Effect::block);
}

TEST_F(CountersTest, AHoldIsGivenBackOnlyIfItWasNotSent) {
  support::Compiled compiled(limited(2));
  Uuid denied{};
  denied.bytes[0] = 1;
  Uuid sent{};
  sent.bytes[0] = 2;
  counters_.hold(denied, ask(compiled).reservation);
  counters_.hold(sent, ask(compiled).reservation);
  EXPECT_EQ(counters_.sizes().held, 2u);
  EXPECT_EQ(effect(compiled), Effect::block);
  counters_.end_hold(sent, true);
  EXPECT_EQ(effect(compiled), Effect::block);
  counters_.end_hold(denied, false);
  counters_.end_hold(denied, false);
  EXPECT_EQ(effect(compiled), Effect::allow);
  EXPECT_EQ(effect(compiled), Effect::block);
  EXPECT_EQ(counters_.sizes().held, 0u);
}

// L14.6: what was held is not counted against itself, and not charged twice.
TEST_F(CountersTest, ARecheckLeavesOutWhatTheCallItselfHasCharged) {
  support::Compiled compiled(limited(1));
  Uuid id{};
  id.bytes[0] = 1;
  counters_.hold(id, ask(compiled).reservation);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(effect(compiled, Purpose::simulate, &id), Effect::allow);
  }
  EXPECT_EQ(effect(compiled), Effect::block);
  Uuid other{};
  other.bytes[0] = 2;
  EXPECT_EQ(effect(compiled, Purpose::simulate, &other), Effect::block);
}

// A retry that does not find its hold after all has charged for itself.
TEST_F(CountersTest, AnAskingAgainLeavesOutWhatIsHeldAndChargesForItself) {
  support::Compiled compiled(limited(2));
  Uuid id{};
  id.bytes[0] = 1;
  counters_.hold(id, ask(compiled).reservation);
  const Counted again = ask(compiled, Purpose::charge, &id);
  EXPECT_EQ(again.decided.answer.effect, Effect::allow);
  EXPECT_FALSE(again.reservation.charges.empty());
  EXPECT_EQ(effect(compiled, Purpose::simulate), Effect::block) << "both count";
  counters_.give_back(again.reservation);
  EXPECT_EQ(effect(compiled, Purpose::simulate), Effect::allow);
}

// L14.7: what is written, kept of a hold and given back is as much whether in one or in many.
TEST_F(CountersTest, AllActionsOfARequestChargeACounterInOne) {
  support::Compiled compiled(limited(5));
  const std::array<const Facts*, 3> three = {&facts_, &facts_, &facts_};
  const Counted counted =
      counters_.decide(compiled.engine(), three, compiled.scratch(), workspace_, Purpose::charge);
  EXPECT_EQ(counted.decided.answer.effect, Effect::allow);
  const auto written = counters_.written(counted.reservation, workspace_, Uuid{}, nullptr);
  ASSERT_TRUE(written);
  ASSERT_EQ(written->charges.counters.size(), 2u) << "the two names of the limit";
  for (const store::ChargedCounter& one : written->charges.counters) {
    EXPECT_EQ(one.amount, 3 * kUnit);
  }
  EXPECT_EQ(effect(compiled), Effect::allow);
  EXPECT_EQ(effect(compiled), Effect::allow);
  EXPECT_EQ(effect(compiled), Effect::block) << "three and two are five";
  counters_.give_back(counted.reservation);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(effect(compiled), Effect::allow);
  EXPECT_EQ(effect(compiled), Effect::block);
}

TEST_F(CountersTest, HoldsAreFoundByTheirCallUntilTheyEnd) {
  support::Compiled compiled(limited(5));
  const HoldName name{{1}, {2}};
  std::array<Uuid, 2> ids{};
  ids[0].bytes[0] = 9;
  ids[1].bytes[0] = 1;
  EXPECT_FALSE(counters_.find_hold(name.call));
  counters_.hold(ids[0], ask(compiled).reservation, name);
  counters_.hold(ids[1], ask(compiled).reservation, name);
  EXPECT_EQ(counters_.find_hold(name.call)->correlation_id, ids[0]) << "the first";
  EXPECT_EQ(counters_.find_hold(name.call)->name, name);
  EXPECT_FALSE(counters_.find_hold(name.terms));
  counters_.end_hold(ids[0], true);
  EXPECT_EQ(counters_.find_hold(name.call)->correlation_id, ids[1]);
  counters_.end_hold(ids[1], false);
  EXPECT_FALSE(counters_.find_hold(name.call));
}

TEST_F(CountersTest, WorkspacesCountApart) {
  support::Compiled compiled(limited(1));
  EXPECT_EQ(effect(compiled), Effect::allow);
  workspace_.bytes[0] = 9;
  EXPECT_EQ(effect(compiled), Effect::allow);
  EXPECT_EQ(effect(compiled), Effect::block);
}

TEST_F(CountersTest, AreBounded) {
  Counters few(clock_, "key", 2);
  clock_.advance_ms(kHourMs);
  support::Compiled compiled(limited(5));
  const auto once = [&] {
    return few.decide(compiled.engine(), actions_, compiled.scratch(), workspace_, Purpose::charge)
        .decided.decisions.front()
        .effect;
  };
  EXPECT_EQ(once(), Effect::allow) << "both names of one limit";
  workspace_.bytes[0] = 9;
  EXPECT_EQ(once(), Effect::block) << "no counter is free";
  EXPECT_EQ(few.sizes().counters, 2u);
}

}  // namespace
}  // namespace sentrail::counters
