// Spans of time as policies write them. See core/duration.hpp.
#include "core/duration.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace sentrail {
namespace {

TEST(Duration, ReadsEachUnit) {
  EXPECT_EQ(parse_duration_ms("90s"), 90'000);
  EXPECT_EQ(parse_duration_ms("30m"), 1'800'000);
  EXPECT_EQ(parse_duration_ms("24h"), 86'400'000);
  EXPECT_EQ(parse_duration_ms("7d"), 604'800'000);
  EXPECT_EQ(parse_duration_ms("0s"), 0);
  EXPECT_EQ(parse_duration_ms("9223372036854775s"), 9'223'372'036'854'775'000);
}

TEST(Duration, RefusesEverythingElse) {
  for (const char* text :
       {"", "s", "1", "h1", "1w", "1 h", " 1h", "1h ", "1.5h", "-1h", "+1h", "01h", "1H", "1hh",
        "9223372036854776s", "106751991168d", "99999999999999999999s"}) {
    EXPECT_EQ(parse_duration_ms(text), std::nullopt) << text;
  }
}

TEST(Duration, WritesTheLongestUnitThatIsExact) {
  EXPECT_EQ(print_duration_ms(86'400'000), "1d");
  EXPECT_EQ(print_duration_ms(90'000'000), "25h");
  EXPECT_EQ(print_duration_ms(5'400'000), "90m");
  EXPECT_EQ(print_duration_ms(61'000), "61s");
  EXPECT_EQ(print_duration_ms(1'001), "1001ms");
  EXPECT_EQ(print_duration_ms(0), "0ms");
}

TEST(Duration, ReadsWhatItWrites) {
  for (std::int64_t seconds = 1; seconds < 1'000'000'000; seconds = seconds * 3 + 1) {
    EXPECT_EQ(parse_duration_ms(print_duration_ms(seconds * 1000)), seconds * 1000);
  }
}

}  // namespace
}  // namespace sentrail
