// Counters after a start: as if the server had never ended, or closed. See
// runtime/counters/restart.cpp.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <iostream>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "runtime/counters/counters.hpp"
#include "tests/support/compiled.hpp"
#include "tests/support/memory_kv.hpp"
#include "tests/unit/counters/limited.hpp"

namespace sentrail::counters {
namespace {

constexpr std::int64_t kSecondMs = 1'000;
constexpr std::int64_t kMost = 63;  // the largest number of charges that a test tells apart
constexpr std::int64_t kStart = 1'790'000'000'000;

// A machine's clocks: runs of it have monotonic clocks of their own.
class MachineClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const noexcept override { return Instant{wall_ms}; }
  [[nodiscard]] std::int64_t monotonic_ms() const noexcept override { return run_ms; }
  void pass(std::int64_t ms) {
    wall_ms += ms;
    run_ms += ms;
  }
  void reboot() {
    run_ms = 17;
    ++run;
  }
  [[nodiscard]] Uuid boot_id() const {
    Uuid id;
    id.bytes[0] = 1;
    id.bytes[1] = static_cast<std::uint8_t>(run);
    return id;
  }

  std::int64_t wall_ms = kStart;
  std::int64_t run_ms = 5'000;
  int run = 0;
};

// Engines of one limit with every MOST, so that what a counter holds can be told from outside.
class Gauge {
 public:
  explicit Gauge(std::int64_t per_ms) {
    for (std::int64_t most = 0; most <= kMost; ++most) {
      engines_.push_back(std::make_unique<support::Compiled>(limited(most, per_ms, "agent.id")));
    }
  }
  support::Compiled& widest() { return *engines_.back(); }
  // What the counter holds; -1 if it is not available.
  std::int64_t used(Counters& counters, std::span<const Facts* const> facts, const Uuid& where) {
    const auto room = [&](const std::unique_ptr<support::Compiled>& one) {
      return counters.decide(one->engine(), facts, one->scratch(), where, Purpose::simulate)
                 .decided.answer.effect == Effect::allow;
    };
    const auto first =
        std::ranges::partition_point(engines_, [&](const auto& one) { return !room(one); });
    return first == engines_.end() ? -1 : first - engines_.begin() - 1;
  }

 private:
  std::vector<std::unique_ptr<support::Compiled>> engines_;
};

// One server that may end and start, over a store that stays.
class Server {
 public:
  explicit Server(MachineClock& clock, std::string key = "key")
      : clock_(clock), key_(std::move(key)), disk_(std::make_shared<test::MemoryDisk>()) {
    start(true);
  }

  Restored start(bool is_new = false) {
    store_ = test::open_memory_store(disk_, codec_);
    counters_ = std::make_unique<Counters>(clock_, key_);
    const Result<Restored> found = counters_->restore(*store_, {clock_.boot_id(), is_new, mark_});
    EXPECT_TRUE(found);
    put(store::NoteLimitClock{counters_->clock()});
    if (found->anew) mark_ = counters_->mark();
    return *found;
  }
  void put(store::Operation operation) {
    store::Transaction transaction;
    transaction.operations.push_back(std::move(operation));
    const store::Transaction* const one[] = {&transaction};
    EXPECT_TRUE(store_->apply(one).front().status);
  }
  void clean() {
    store::WindowQuery gone;
    gone.until_ms = counters_->now_ms() + 1;
    put(store::RemoveWindowParts{store_->list_window_parts(gone).value().items});
  }

  Counters& counters() { return *counters_; }
  store::Store& store() { return *store_; }
  test::MemoryDisk& disk() { return *disk_; }
  std::string& mark() { return mark_; }
  std::string& key() { return key_; }

 private:
  MachineClock& clock_;
  std::string key_;
  std::string mark_;
  const test::PlainLeafCodec codec_;
  std::shared_ptr<test::MemoryDisk> disk_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<Counters> counters_;
};

Uuid id_of(std::uint64_t number) {
  Uuid id;
  id.bytes[0] = 9;
  for (std::size_t i = 0; i < 8; ++i) {
    id.bytes[15 - i] = static_cast<std::uint8_t>(number >> (8 * i));
  }
  return id;
}

class RestartTest : public testing::Test {
 protected:
  RestartTest() { facts_[AttributeId::agent_id] = Fact::of(std::string_view("ann@example.org")); }

  Counted ask(Server& server, Gauge& gauge, const Uuid& where) {
    return server.counters().decide(gauge.widest().engine(), actions_, gauge.widest().scratch(),
                                    where, Purpose::charge);
  }
  // Lets a call through and writes it down.
  bool charge(Server& server, Gauge& gauge) {
    const Counted counted = ask(server, gauge, home_);
    if (counted.decided.answer.effect != Effect::allow) return false;
    server.put(*server.counters().written(counted.reservation, home_, id_of(1), nullptr));
    return true;
  }
  std::int64_t used(Server& server, Gauge& gauge) {
    return gauge.used(server.counters(), actions_, home_);
  }

  MachineClock clock_;
  Facts facts_{};
  std::array<const Facts*, 1> actions_ = {&facts_};
  Uuid home_ = id_of(1'000);
};

TEST_F(RestartTest, ANewStoreKnowsThatNothingWasCharged) {
  Server server(clock_);
  Gauge hour(kHourMs);
  EXPECT_EQ(used(server, hour), 0);
}

TEST_F(RestartTest, WhatIsLeftIsWhatWasLeft) {
  Server server(clock_);
  Gauge hour(kHourMs);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(charge(server, hour));
  clock_.pass(kHourMs / 2);
  EXPECT_TRUE(charge(server, hour));
  EXPECT_FALSE(server.start().anew);
  EXPECT_EQ(used(server, hour), 4);
  clock_.pass(kHourMs / 2 + kHourMs / 60);
  EXPECT_EQ(used(server, hour), 1);
  server.start();
  EXPECT_EQ(used(server, hour), 1);
  clock_.pass(kHourMs);
  server.start();
  EXPECT_EQ(used(server, hour), 0);
}

TEST_F(RestartTest, TimePassesWhileTheServerIsAway) {
  Server server(clock_);
  Gauge hour(kHourMs);
  EXPECT_TRUE(charge(server, hour));
  clock_.pass(kHourMs / 2);
  server.start();
  EXPECT_EQ(used(server, hour), 1);
  clock_.pass(kHourMs);
  clock_.reboot();
  server.start();
  EXPECT_EQ(used(server, hour), 0);
}

// Within one run of the machine nobody can shorten a window by setting the clock.
TEST_F(RestartTest, SettingTheWallClockMakesNoRoom) {
  Server server(clock_);
  Gauge hour(kHourMs);
  EXPECT_TRUE(charge(server, hour));
  clock_.wall_ms += 100 * kHourMs;
  server.start();
  EXPECT_EQ(used(server, hour), 1);
  clock_.wall_ms -= 200 * kHourMs;
  server.start();
  EXPECT_EQ(used(server, hour), 1);
  clock_.pass(kHourMs + kHourMs / 60);
  EXPECT_EQ(used(server, hour), 0);
}

// Over a restart of the machine the wall clock tells; one that went back gives nothing back.
TEST_F(RestartTest, AClockThatWentBackHoldsLonger) {
  Server server(clock_);
  Gauge hour(kHourMs);
  EXPECT_TRUE(charge(server, hour));
  clock_.pass(kHourMs * 2);
  clock_.wall_ms -= 5 * kHourMs;
  clock_.reboot();
  server.start();
  EXPECT_EQ(used(server, hour), 1);
  clock_.pass(kHourMs + kHourMs / 60);
  EXPECT_EQ(used(server, hour), 0);
}

// A machine that boots once with a clock that is behind, as where its battery is empty.
TEST_F(RestartTest, AClockThatIsBehindOnceIsNoTimeOnceItIsRight) {
  constexpr std::int64_t kYearMs = 365 * 24 * kHourMs;
  Server server(clock_);
  Gauge day(24 * kHourMs);
  EXPECT_TRUE(charge(server, day));
  clock_.wall_ms -= kYearMs;
  clock_.reboot();
  server.start();
  clock_.pass(kHourMs);
  EXPECT_TRUE(charge(server, day));
  server.start();  // in the same run of the machine, too
  clock_.pass(kHourMs);
  clock_.wall_ms += kYearMs;
  clock_.reboot();
  server.start();
  EXPECT_EQ(used(server, day), 2);
  clock_.pass(22 * kHourMs + 24 * kHourMs / 60);
  EXPECT_EQ(used(server, day), 1) << "but real time passes";
  server.start();
  // Or it is set right while the server runs.
  clock_.wall_ms -= kYearMs;
  clock_.reboot();
  server.start();
  clock_.wall_ms += kYearMs;
  server.put(store::NoteLimitClock{server.counters().clock()});
  clock_.reboot();
  server.start();
  EXPECT_EQ(used(server, day), 1);
  clock_.pass(2 * kHourMs);
  clock_.reboot();
  server.start();
  EXPECT_EQ(used(server, day), 0) << "and is believed from then on";
}

// The daemon notes the clock when it jumps, so that a later restart of the machine does not count
// the jump as time that passed.
TEST_F(RestartTest, AJumpThatWasNotedIsNoTime) {
  Server server(clock_);
  Gauge hour(kHourMs);
  EXPECT_TRUE(charge(server, hour));
  clock_.wall_ms += 50 * kHourMs;
  server.put(store::NoteLimitClock{server.counters().clock()});
  clock_.reboot();
  server.start();
  EXPECT_EQ(used(server, hour), 1);
}

TEST_F(RestartTest, AnUnknownRunOfTheMachineIsNotThatOfAnother) {
  store::LimitClock point;
  point.at_ms = 1'000;
  point.wall_ms = 50'000;
  point.monotonic_ms = 10;
  EXPECT_EQ(limit_time(point, {50'500, 99'999, {}}), 1'500);
  point.boot_id = id_of(3);
  EXPECT_EQ(limit_time(point, {50'500, 99'999, id_of(4)}), 1'500);
  EXPECT_EQ(limit_time(point, {50'500, 40, id_of(3)}), 1'030);
  EXPECT_EQ(limit_time(point, {50'500, 5, id_of(3)}), 1'000);
  EXPECT_EQ(limit_time(point, {50'020, 99'999, id_of(3)}), 1'020) << "or a copy of the machine";
  EXPECT_EQ(limit_time(point, {49'000, 40, id_of(3)}), 1'000);
  EXPECT_EQ(limit_time(point, {INT64_MIN, 5, {}}), 1'000);
}

// A copy of the store does not know what was charged after it was made.
TEST_F(RestartTest, WithoutItsMarkAStoreKnowsNothing) {
  Server server(clock_);
  Gauge hour(kHourMs);
  Gauge second(kSecondMs);
  EXPECT_TRUE(charge(server, hour));
  server.mark().clear();
  EXPECT_TRUE(server.start().anew);
  EXPECT_EQ(used(server, hour), -1);
  clock_.pass(kSecondMs);
  EXPECT_EQ(used(server, second), 0) << "as far as it looks back all is known";
  EXPECT_EQ(used(server, hour), -1);
  EXPECT_FALSE(server.start().anew) << "another start changes nothing";
  EXPECT_EQ(used(server, hour), -1);
  clock_.pass(kHourMs + kHourMs / 60);
  EXPECT_EQ(used(server, hour), 0);
}

TEST_F(RestartTest, UnderAnotherKeyAStoreKnowsNothing) {
  Server server(clock_);
  Gauge hour(kHourMs);
  EXPECT_TRUE(charge(server, hour));
  server.key() = "another";
  EXPECT_TRUE(server.start().anew);
  EXPECT_EQ(used(server, hour), -1);
}

// A bundle that looks back further than anybody knows.
TEST_F(RestartTest, ALongerLimitHasNoRoomBeforeItIsKnown) {
  Server server(clock_);
  server.mark() = "of another store";
  EXPECT_TRUE(server.start().anew);
  clock_.pass(kHourMs);
  server.start();
  Gauge hour(kHourMs);
  Gauge day(24 * kHourMs);
  EXPECT_EQ(used(server, hour), 0);
  EXPECT_EQ(used(server, day), -1);
}

TEST_F(RestartTest, HeldCallsFindTheirChargesAgain) {
  Server server(clock_);
  Gauge hour(kHourMs);
  const HoldName name{{1}, {2}};
  Counted counted = ask(server, hour, home_);
  server.put(*server.counters().written(counted.reservation, home_, id_of(7), &name));
  server.counters().hold(id_of(7), std::move(counted.reservation), name);
  EXPECT_EQ(server.start().held, 1u);
  EXPECT_EQ(server.counters().sizes().held, 1u);
  EXPECT_EQ(server.counters().find_hold(name.call)->name, name);
  EXPECT_EQ(used(server, hour), 1);
  server.counters().end_hold(id_of(7), false);
  EXPECT_EQ(used(server, hour), 0);
}

TEST_F(RestartTest, TheStoreDoesNotSayWhoIsCounted) {
  Server server(clock_);
  Gauge hour(kHourMs);
  EXPECT_TRUE(charge(server, hour));
  std::size_t rows = 0;
  for (const auto& space : server.disk().spaces) {
    for (const auto& [key, value] : space) {
      EXPECT_EQ((key + value).find("ann@"), std::string::npos);
      ++rows;
    }
  }
  EXPECT_GE(rows, 3u);
}

// --- against a server that never ends ----------------------------------------------------------

// Draws a history; one server lives through it, the other ends now and then.
class TwoServers : public RestartTest {
 protected:
  void one_step(std::mt19937_64& random) {
    switch (random() % 12) {
      case 0:
      case 1:
      case 2:
        return pass(static_cast<std::int64_t>(random() % 700));
      case 3:
        return pass(static_cast<std::int64_t>(random() % (kHourMs / 20)));
      case 4:
        return end_and_start(random);
      case 5:
        return end_one_hold(random);
      case 6:
        ends_.clean();
        return;
      case 7:
        return jump(static_cast<std::int64_t>(random() % (9 * kHourMs)) - 4 * kHourMs);
      default:
        return one_call(random);
    }
  }

  void pass(std::int64_t ms) {
    clock_.pass(ms);
    never_clock_.pass(ms);
  }
  // The daemon's watch sees it.
  void jump(std::int64_t ms) {
    clock_.wall_ms += ms;
    ends_.put(store::NoteLimitClock{ends_.counters().clock()});
  }

  void end_and_start(std::mt19937_64& random) {
    // What was charged and not written down goes with the process; nobody heard of it.
    if (random() % 2 == 0) static_cast<void>(ask(ends_, *gauges_[0], wheres_[0]));
    pass(static_cast<std::int64_t>(random() % 300));
    if (random() % 3 == 0) clock_.reboot();
    ASSERT_FALSE(ends_.start().anew);
    ++starts_;
  }

  void one_call(std::mt19937_64& random) {
    Gauge& gauge = *gauges_[random() % gauges_.size()];
    const Uuid& where = wheres_[random() % wheres_.size()];
    Counted theirs = ask(never_, gauge, where);
    Counted ours = ask(ends_, gauge, where);
    ASSERT_EQ(ours.decided.answer.effect, theirs.decided.answer.effect);
    if (ours.decided.answer.effect != Effect::allow) return;
    const Uuid id = id_of(++calls_);
    const HoldName name{{static_cast<std::uint8_t>(calls_)}, {1}};
    const bool held = random() % 3 == 0;
    const auto written =
        ends_.counters().written(ours.reservation, where, id, held ? &name : nullptr);
    const std::uint64_t became = random() % 6;
    if (became == 0 || became == 1) {
      // Not written; or written too late, and taken back.
      if (became == 1) ends_.put(*written);
      if (became == 1 && held) ends_.put(store::EndCharges{where, id, true});
      if (became == 1 && !held) ends_.put(store::GiveBackCharges{written->charges});
      never_.counters().give_back(theirs.reservation);
      ends_.counters().give_back(ours.reservation);
      return;
    }
    ends_.put(*written);
    if (!held) return;
    never_.counters().hold(id, std::move(theirs.reservation), name);
    ends_.counters().hold(id, std::move(ours.reservation), name);
    held_.emplace_back(where, id);
  }

  void end_one_hold(std::mt19937_64& random) {
    if (held_.empty()) return;
    const auto at = held_.begin() + static_cast<std::ptrdiff_t>(random() % held_.size());
    const bool sent = random() % 2 == 0;
    ends_.put(store::EndCharges{at->first, at->second, !sent});
    never_.counters().end_hold(at->second, sent);
    ends_.counters().end_hold(at->second, sent);
    held_.erase(at);
  }

  void compare() {
    for (const auto& gauge : gauges_) {
      for (const Uuid& where : wheres_) {
        ASSERT_EQ(gauge->used(ends_.counters(), actions_, where),
                  gauge->used(never_.counters(), actions_, where));
      }
    }
    ASSERT_EQ(ends_.counters().sizes().held, never_.counters().sizes().held);
  }

  MachineClock never_clock_;
  Server never_{never_clock_};
  Server ends_{clock_};
  std::array<std::unique_ptr<Gauge>, 2> gauges_ = {std::make_unique<Gauge>(kHourMs),
                                                   std::make_unique<Gauge>(7 * kSecondMs)};
  std::array<Uuid, 2> wheres_ = {id_of(1'000), id_of(2'000)};
  std::vector<std::pair<Uuid, Uuid>> held_;
  std::uint64_t calls_ = 0;
  int starts_ = 0;
};

TEST_F(TwoServers, HoldTheSameWhateverHappened) {
  constexpr std::uint64_t kSeed = 20261123;
  std::mt19937_64 random(kSeed);
  for (int step = 0; step < 6'000; ++step) {
    one_step(random);
    if (step % 3 == 0) compare();
    ASSERT_FALSE(HasFatalFailure()) << "seed " << kSeed << ", step " << step;
  }
  std::cout << calls_ << " calls, " << starts_ << " starts\n";
  EXPECT_GT(starts_, 300);
  EXPECT_GT(calls_, 1'000u);
}

}  // namespace
}  // namespace sentrail::counters
