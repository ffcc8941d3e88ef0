// What clocks show, by the zone database of the machine.
#include "wire/zones.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "core/time.hpp"

namespace sentrail::wire {
namespace {

std::int64_t ms(std::string_view text) {
  return parse_rfc3339(text).value().unix_ms;
}

TEST(Zones, AreThoseOfTheDatabase) {
  const std::vector<std::string_view> names = zone_names();
  EXPECT_GT(names.size(), 300u);
  EXPECT_TRUE(std::ranges::is_sorted(names));
  for (const char* name : {"UTC", "Europe/Berlin", "US/Eastern", "Etc/GMT+12"}) {
    EXPECT_TRUE(is_zone(name)) << name;
    EXPECT_TRUE(std::ranges::binary_search(names, name)) << name;
  }
  for (const char* name : {"", "CEST", "europe/berlin", "Europe/", "localtime", "posix/UTC",
                           "Factory", "../../etc/passwd", "Europe/Berlin "}) {
    EXPECT_FALSE(is_zone(name)) << name;
    EXPECT_FALSE(zone_clock(name, ms("2026-11-20T00:00:00Z"))) << name;
  }
}

// L16.6: what a database with `slim` files gets wrong: it would be taken for none.
TEST(Zones, SummerTimeIsShownWhereTheFilesHaveNoMoreThanTheRule) {
  ASSERT_TRUE(is_zone("Europe/Berlin")) << "the machine's database is missing or has slim files";
  EXPECT_EQ(zone_clock("Europe/Berlin", ms("2024-01-15T00:00:00Z"))->now.offset_s, 3'600);
  EXPECT_EQ(zone_clock("Europe/Berlin", ms("2024-07-15T00:00:00Z"))->now.offset_s, 7'200);
  EXPECT_EQ(zone_clock("America/New_York", ms("2030-07-15T00:00:00Z"))->now.offset_s, -14'400);
}

// L16.5: the change of 2027-03-28 in Berlin.
TEST(Zones, TellTheNextChange) {
  const std::int64_t change = ms("2027-03-28T01:00:00Z");
  const ZoneClock before = zone_clock("Europe/Berlin", change - 1).value();
  EXPECT_EQ(before.now.offset_s, 3600);
  EXPECT_EQ(before.now.until_ms, change);
  EXPECT_EQ(before.next, (ZoneSpan{change, ms("2027-10-31T01:00:00Z"), 7200}));
  const ZoneClock after = zone_clock("Europe/Berlin", change).value();
  EXPECT_EQ(after.now, before.next);
  EXPECT_EQ(zone_clock("Asia/Kathmandu", change)->now.offset_s, 20'700);
}

TEST(Zones, OfInstantsThatNobodyMeansAreNotKnown) {
  for (const std::int64_t odd : {std::numeric_limits<std::int64_t>::max(), std::int64_t{-1}}) {
    EXPECT_FALSE(zone_clock("Europe/Berlin", odd));
  }
  EXPECT_TRUE(zone_clock("Europe/Berlin", 0));
  EXPECT_TRUE(zone_clock("UTC", ms("9999-12-31T23:59:59.999Z")));
}

TEST(ZoneClocks, AreTheSameWhileNothingChanges) {
  ZoneClocks clocks({"Europe/Berlin", "Nowhere/Land", "UTC"});
  const auto winter = clocks.at(ms("2026-11-20T00:00:00Z"));
  ASSERT_EQ(winter->size(), 3u);
  EXPECT_EQ((*winter)[0].now.offset_s, 3600);
  EXPECT_EQ((*winter)[1], ZoneClock{});
  EXPECT_EQ(clocks.at(ms("2027-03-28T00:59:59Z")), winter);
  const auto summer = clocks.at(ms("2027-03-28T01:00:00Z"));
  EXPECT_NE(summer, winter);
  EXPECT_EQ((*summer)[0].now.offset_s, 7200);
  EXPECT_EQ((*winter)[0].now.offset_s, 3600);
  EXPECT_EQ((*clocks.at(std::numeric_limits<std::int64_t>::max()))[0], ZoneClock{});
  EXPECT_EQ(*clocks.at(ms("2026-11-20T00:00:00Z")), *winter);
}

// L16.8: what a decision has looked at stays as it was.
TEST(ZoneWatch, KeepsWhatWasSeen) {
  ZoneWatch watch({"Europe/Berlin"}, ms("2026-11-20T00:00:00Z"));
  const std::span<const ZoneClock> seen = watch.current();
  const ZoneClock winter = seen[0];
  watch.refresh(ms("2026-11-20T00:01:00Z"));
  EXPECT_EQ(watch.current().data(), seen.data());
  watch.refresh(ms("2027-07-01T00:00:00Z"));
  EXPECT_NE(watch.current().data(), seen.data());
  EXPECT_EQ(watch.current()[0].now.offset_s, 7200);
  EXPECT_EQ(seen[0], winter);
}

}  // namespace
}  // namespace sentrail::wire
