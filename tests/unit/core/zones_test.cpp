// Windows of local time, minute by minute of a week. Paragraphs L16 of docs/language.md.
#include "core/zones.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace sentrail {
namespace {

constexpr std::uint8_t kMonday = 1;
constexpr std::uint8_t kWeekdays = 0x1f;
constexpr std::uint8_t kFriday = 1 << 4;
constexpr std::uint8_t kSunday = 1 << 6;
constexpr std::int64_t kThursday1970Ms = 0;
constexpr std::int64_t kHourMs = 3'600'000;

std::uint32_t minute(std::uint32_t day, std::uint32_t hours, std::uint32_t minutes) {
  return day * kDayMinutes + hours * 60 + minutes;
}

TEST(Window, IsHalfOpen) {
  const Window office{kWeekdays, 540, 1080};
  EXPECT_FALSE(is_within(office, minute(0, 8, 59)));
  EXPECT_TRUE(is_within(office, minute(0, 9, 0)));
  EXPECT_TRUE(is_within(office, minute(4, 17, 59)));
  EXPECT_FALSE(is_within(office, minute(4, 18, 0)));
  EXPECT_FALSE(is_within(office, minute(5, 12, 0)));
}

TEST(Window, PastMidnightBelongsToTheDayItBeginsIn) {
  const Window night{kFriday | kSunday, 1320, 360};
  EXPECT_FALSE(is_within(night, minute(4, 5, 59)));
  EXPECT_TRUE(is_within(night, minute(4, 22, 0)));
  EXPECT_TRUE(is_within(night, minute(5, 5, 59)));
  EXPECT_FALSE(is_within(night, minute(5, 6, 0)));
  EXPECT_TRUE(is_within(night, minute(6, 23, 0)));
  EXPECT_TRUE(is_within(night, minute(0, 0, 0)));  // Sunday's night, on Monday
  EXPECT_FALSE(is_within(night, minute(0, 22, 0)));
}

// Each of its days has as many minutes as its hours say, wherever they begin.
TEST(Window, LastsAsLongAsItSays) {
  for (std::uint16_t from = 0; from < kDayMinutes; from = static_cast<std::uint16_t>(from + 97)) {
    for (std::uint16_t until = 1; until <= kDayMinutes;
         until = static_cast<std::uint16_t>(until + 89)) {
      if (from == until) continue;
      for (const std::uint8_t days : {kMonday, kSunday, kWeekdays, std::uint8_t{0x7f}}) {
        std::uint32_t count = 0;
        for (std::uint32_t m = 0; m < kWeekMinutes; ++m) {
          count += is_within({days, from, until}, m) ? 1 : 0;
        }
        const std::uint32_t each = until > from ? until - from : until + kDayMinutes - from;
        const auto day_count = static_cast<std::uint32_t>(__builtin_popcount(days));
        ASSERT_EQ(count, day_count * each) << from << ".." << until;
      }
    }
  }
}

TEST(MinuteOfWeek, CountsFromMonday) {
  EXPECT_EQ(minute_of_week(kThursday1970Ms, 0), minute(3, 0, 0));
  EXPECT_EQ(minute_of_week(kThursday1970Ms - 1, 0), minute(2, 23, 59));
  EXPECT_EQ(minute_of_week(kThursday1970Ms, 3600), minute(3, 1, 0));
  EXPECT_EQ(minute_of_week(kThursday1970Ms, -1), minute(2, 23, 59));
  EXPECT_EQ(minute_of_week(kThursday1970Ms + 4 * 24 * kHourMs, 20'700), minute(0, 5, 45));
  for (const std::int64_t end :
       {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
    for (const std::int32_t offset : {-86'400, 0, 86'400}) {
      EXPECT_LT(minute_of_week(end, offset), kWeekMinutes);
    }
  }
}

TEST(MinuteOfWeek, IsKnownWhileWhatIsKnownHolds) {
  const ZoneClock zone{{10, 20, 0}, {20, 30, 3600}};
  EXPECT_FALSE(minute_of_week(9, zone));
  EXPECT_EQ(minute_of_week(10, zone), minute(3, 0, 0));
  EXPECT_EQ(minute_of_week(19, zone), minute(3, 0, 0));
  EXPECT_EQ(minute_of_week(20, zone), minute(3, 1, 0));
  EXPECT_FALSE(minute_of_week(30, zone));
  const ZoneClock always{
      {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max(), 0}, {}};
  EXPECT_FALSE(minute_of_week(0, always));
  EXPECT_FALSE(minute_of_week(std::numeric_limits<std::int64_t>::max(), always));
  EXPECT_FALSE(minute_of_week(15, ZoneClock{}));
}

TEST(Window, IsWrittenAsPolicyTextHasIt) {
  EXPECT_EQ(window_text({kWeekdays, 540, 1080}), "mon..fri 09:00..18:00");
  EXPECT_EQ(window_text({0x7f, 0, 1440}), "mon..sun");
  EXPECT_EQ(window_text({0x7f, 1320, 360}), "22:00..06:00");
  EXPECT_EQ(window_text({0x60, 0, 1440}), "sat, sun");
  EXPECT_EQ(window_text({0x77, 0, 5}), "mon..wed, fri..sun 00:00..00:05");
}

}  // namespace
}  // namespace sentrail
