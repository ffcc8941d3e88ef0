// The calendar against the C library's, the grammar's edges, and clocks.
#include "core/time.hpp"

#include <gtest/gtest.h>

#include <ctime>
#include <limits>

namespace sentrail {
namespace {

TEST(Rfc3339, KnownInstants) {
  EXPECT_EQ(format_rfc3339_ms(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(format_rfc3339_ms(-1), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(format_rfc3339_ms(951'782'400'123), "2000-02-29T00:00:00.123Z");
  EXPECT_EQ(format_rfc3339(Instant{1'772'355'600'000}), "2026-03-01T09:00:00.000Z");
  EXPECT_EQ(format_rfc3339_ms(std::numeric_limits<std::int64_t>::max()),
            "9999-12-31T23:59:59.999Z");
  EXPECT_EQ(format_rfc3339_ms(std::numeric_limits<std::int64_t>::min()),
            "0000-01-01T00:00:00.000Z");
}

TEST(Rfc3339, AgreesWithGmtimeOnEveryDayOfFourCenturies) {
  for (std::int64_t day = -73'000; day < 73'000; ++day) {
    const std::int64_t seconds = day * 86'400 + (day % 1440 + 1440) % 1440 * 60 + 7;
    const auto time = static_cast<std::time_t>(seconds);
    std::tm parts{};
    ASSERT_NE(gmtime_r(&time, &parts), nullptr);
    char expected[40];
    ASSERT_EQ(std::strftime(expected, sizeof expected, "%Y-%m-%dT%H:%M:%S.042Z", &parts), 24u);
    ASSERT_EQ(format_rfc3339_ms(seconds * 1000 + 42), expected);
    ASSERT_EQ(parse_rfc3339(expected), Instant{seconds * 1000 + 42});
  }
}

TEST(Rfc3339, ReadsOffsetsAndFractions) {
  EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:00Z"), Instant{0});
  EXPECT_EQ(parse_rfc3339("1970-01-01T01:00:00+01:00"), Instant{0});
  EXPECT_EQ(parse_rfc3339("1969-12-31T18:30:00-05:30"), Instant{0});
  EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:00-00:00"), Instant{0});
  EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:00.5Z"), Instant{500});
  EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:00.05Z"), Instant{50});
  EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:00.123999999Z"), Instant{123});
  EXPECT_EQ(parse_rfc3339("0000-01-01T00:00:00Z")->unix_ms, -62'167'219'200'000);
  EXPECT_EQ(parse_rfc3339("9999-12-31T23:59:59.999Z")->unix_ms, 253'402'300'799'999);
}

TEST(Rfc3339, RefusesWhatIsNoTime) {
  for (const char* text : {"",
                           "1970",
                           "1970-01-01",
                           "1970-01-01 00:00:00Z",
                           "1970-01-01t00:00:00Z",
                           "1970-01-01T00:00:00z",
                           "1970-01-01T00:00:00",
                           "1970-01-01T00:00Z",
                           "1970-13-01T00:00:00Z",
                           "1970-00-01T00:00:00Z",
                           "1970-02-29T00:00:00Z",
                           "1970-04-31T00:00:00Z",
                           "1970-01-00T00:00:00Z",
                           "1970-01-01T24:00:00Z",
                           "1970-01-01T00:60:00Z",
                           "1970-01-01T00:00:60Z",
                           "1970-01-01T00:00:00.Z",
                           "1970-01-01T00:00:00.1234567890Z",
                           "1970-01-01T00:00:00+24:00",
                           "1970-01-01T00:00:00+0100",
                           "1970-01-01T00:00:00+01:60",
                           "1970-01-01T00:00:00Z ",
                           " 1970-01-01T00:00:00Z",
                           "70-01-01T00:00:00Z",
                           "+1970-01-01T00:00:00Z",
                           "1970-1-1T00:00:00Z",
                           "1970-01-01T-1:00:00Z"}) {
    EXPECT_FALSE(parse_rfc3339(text)) << text;
  }
}

TEST(Instant, AddsWithoutOverflow) {
  using Limits = std::numeric_limits<std::int64_t>;
  EXPECT_EQ(plus_ms(Instant{5}, -7), Instant{-2});
  EXPECT_EQ(plus_ms(Instant{Limits::max()}, 1), Instant{Limits::max()});
  EXPECT_EQ(plus_ms(Instant{Limits::min()}, -1), Instant{Limits::min()});
}

TEST(Clock, TellsTime) {
  const SystemClock system;
  const std::int64_t before_ms = system.monotonic_ms();
  EXPECT_GT(system.now(), *parse_rfc3339("2024-01-01T00:00:00Z"));
  EXPECT_GE(system.monotonic_ms(), before_ms);

  ManualClock manual(Instant{1000});
  manual.advance_ms(250);
  EXPECT_EQ(manual.now(), Instant{1250});
  EXPECT_EQ(manual.monotonic_ms(), 250);
  manual.jump_to(Instant{10});
  EXPECT_EQ(manual.now(), Instant{10});
  EXPECT_EQ(manual.monotonic_ms(), 250);
  EXPECT_DEATH(manual.advance_ms(-1), "ms >= 0");
}

}  // namespace
}  // namespace sentrail
