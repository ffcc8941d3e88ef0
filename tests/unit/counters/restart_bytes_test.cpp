// A start over rows of limits of which bytes were changed: it fails, or takes up what they say.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "runtime/counters/counters.hpp"
#include "runtime/store/codec.hpp"
#include "runtime/store/limit_rows.hpp"
#include "runtime/store/scrub.hpp"
#include "tests/support/memory_kv.hpp"

namespace sentrail::counters {
namespace {

constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kStart = 1'790'000'000'000;
// Numbers at which arithmetic goes wrong: no length at all, and the ends of 64 bits.
constexpr std::array<std::int64_t, 9> kNumbers = {
    0, -1, -59, 1, 60, INT64_MIN, INT64_MIN + 1, INT64_MAX - 1, INT64_MAX};

Uuid id_of(std::uint8_t number) {
  Uuid id;
  id.bytes[15] = number;
  return id;
}

class RestartBytesTest : public testing::Test {
 protected:
  using Rows = std::map<std::string, std::string>;

  RestartBytesTest() {
    Counters counters(clock_, "key");
    EXPECT_TRUE(counters.restore(*open(), {id_of(1), true, {}}));
    mark_ = counters.mark();
    store::ChargeLimits charge;
    charge.charges = {id_of(2), id_of(3), kStart, {1}, {2}, {}};
    charge.charges.counters = {
        {{7}, kHourMs, decide::Windows::gone_ms(kHourMs, kStart), 5 * kUnit}};
    charge.clock = counters.clock();
    charge.held = true;
    store::Transaction transaction;
    transaction.operations.emplace_back(std::move(charge));
    const store::Transaction* const one[] = {&transaction};
    EXPECT_TRUE(open()->apply(one).front().status);
    whole_ = rows();
  }

  std::unique_ptr<store::Store> open() { return test::open_memory_store(disk_, codec_); }
  Rows& rows() { return disk_->spaces[static_cast<std::size_t>(store::Space::state)]; }

  // The key of the one row of a kind.
  std::string key_of(store::RowKind kind) {
    if (kind == store::RowKind::meta) return store::limit_clock_key().text();
    const auto at = whole_.lower_bound(store::Key(Uuid{}, kind).text());
    EXPECT_NE(at, whole_.end());
    return at->first;
  }

  // Starts over that row instead of the one of `key`, uses what was taken up, and looks it over.
  void start_over(const std::string& key, const std::string& as_key, const std::string& value) {
    rows() = whole_;
    rows().erase(key);
    rows()[as_key] = value;
    Counters counters(clock_, "key");
    const Result<Restored> found = counters.restore(*open(), {id_of(1), false, mark_});
    if (!found) {
      const Errc code = found.error().code;
      // One byte says which release has written a record.
      EXPECT_TRUE(code == Errc::corrupt || code == Errc::unsupported) << found.error().message;
      ++refused_;
      return;
    }
    ++taken_up_;
    EXPECT_LE(counters.now_ms(), store::kLimitTimeMsMax * 2);
    counters.end_hold(id_of(3), false);
    EXPECT_EQ(counters.sizes().held + (found->held == 0 ? 0u : 1u), found->held);
    EXPECT_TRUE(store::scrub(test::MemoryKv(disk_), codec_, false));
  }

  void change_every_byte(store::RowKind kind) {
    const std::string key = key_of(kind);
    const std::string value = whole_.at(key);
    const auto change = [&](std::size_t at, const std::string& bytes) {
      std::string both = key + value;
      both.replace(at, bytes.size(), bytes);
      start_over(key, both.substr(0, key.size()), both.substr(key.size()));
    };
    for (std::size_t at = 0; at < key.size() + value.size(); ++at) {
      const char before = (key + value)[at];
      for (int bit = 0; bit < 8; ++bit) {
        change(at, std::string(1, static_cast<char>(before ^ (1 << bit))));
      }
      if (at + 8 > key.size() + value.size()) continue;
      for (const std::int64_t number : kNumbers) {
        std::string bytes;
        store::append_big_endian(bytes, static_cast<std::uint64_t>(number));
        change(at, bytes);
        bytes[0] = static_cast<char>(bytes[0] ^ '\x80');  // as keys have it
        change(at, bytes);
      }
    }
    for (std::size_t size = 0; size < value.size(); ++size) {
      start_over(key, key, value.substr(0, size));
    }
    EXPECT_GT(refused_, 50u);
    EXPECT_GT(taken_up_, 50u);
    std::cout << refused_ << " refused, " << taken_up_ << " taken up\n";
  }

  ManualClock clock_{Instant{kStart}};
  const test::PlainLeafCodec codec_;
  std::shared_ptr<test::MemoryDisk> disk_ = std::make_shared<test::MemoryDisk>();
  std::string mark_;
  Rows whole_;
  std::size_t refused_ = 0;
  std::size_t taken_up_ = 0;
};

TEST_F(RestartBytesTest, OfAPartOfAWindow) {
  change_every_byte(store::RowKind::window_part);
}

TEST_F(RestartBytesTest, OfChargesOfAHeldCall) {
  change_every_byte(store::RowKind::held_charges);
}

TEST_F(RestartBytesTest, OfTheClock) {
  change_every_byte(store::RowKind::meta);
}

// What no limit could have written is named as damage, whatever else the row says.
TEST_F(RestartBytesTest, NumbersThatNoLimitWritesAreDamage) {
  const auto refuses = [&](const store::WindowPart& part) {
    rows() = whole_;
    rows()[store::part_key(part).text()] = store::part_value(part.sum);
    Counters counters(clock_, "key");
    const Result<Restored> found = counters.restore(*open(), {id_of(1), false, mark_});
    return !found && found.error().code == Errc::corrupt;
  };
  const std::int64_t gone_ms = decide::Windows::gone_ms(kHourMs, kStart);
  EXPECT_FALSE(refuses({id_of(2), {8}, kHourMs, gone_ms, 1}));
  EXPECT_TRUE(refuses({id_of(2), {8}, kHourMs, gone_ms + 1, 1}));
  EXPECT_TRUE(refuses({id_of(2), {8}, kHourMs, INT64_MAX - 1'807, 1}));
  for (const std::int64_t per_ms : kNumbers) {
    EXPECT_TRUE(refuses({id_of(2), {8}, per_ms, gone_ms, 1})) << per_ms;
  }
}

}  // namespace
}  // namespace sentrail::counters
