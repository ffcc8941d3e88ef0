// Windows on instants whose local times are known. Paragraphs L16 of docs/language.md.
#include "compiler/oracle/clock.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "compiler/oracle/atom.hpp"
#include "tests/support/build_ir.hpp"

namespace sentrail::support {
namespace {

constexpr std::uint8_t kWeekdays = 0x1f;
constexpr std::uint8_t kSunday = 0x40;
constexpr std::uint8_t kFriday = 0x10;
constexpr std::uint16_t kTwo = 120;
constexpr std::uint16_t kThree = 180;

Truth at(std::string_view instant, const ir::Operand& operand) {
  oracle::Request request;
  request.values["time"] = string_value(instant);
  return oracle::evaluate(test("time", ir::AtomOp::in, {operand}), request);
}

TEST(OracleClock, L16_3_WindowsAreHalfOpenInLocalTime) {
  const ir::Operand office = window(kWeekdays, 540, 1080, "Europe/Berlin");
  EXPECT_EQ(at("2026-11-20T07:59:59.999Z", office), Truth::f);
  EXPECT_EQ(at("2026-11-20T08:00:00.000Z", office), Truth::t);
  EXPECT_EQ(at("2026-11-20T16:59:59.999Z", office), Truth::t);
  EXPECT_EQ(at("2026-11-20T17:00:00.000Z", office), Truth::f);
  EXPECT_EQ(at("2026-11-21T12:00:00.000Z", office), Truth::f);
  EXPECT_EQ(at("2026-07-17T07:00:00.000Z", office), Truth::t);  // summer
}

TEST(OracleClock, L16_4_NightsBelongToTheDayTheyBeginIn) {
  const ir::Operand night = window(kFriday, 1320, 360, "America/New_York");
  EXPECT_EQ(at("2026-11-20T08:00:00.000Z", night), Truth::f);  // Friday 03:00
  EXPECT_EQ(at("2026-11-21T03:00:00.000Z", night), Truth::t);  // Friday 22:00
  EXPECT_EQ(at("2026-11-21T10:59:59.999Z", night), Truth::t);  // Saturday 05:59
  EXPECT_EQ(at("2026-11-21T11:00:00.000Z", night), Truth::f);
  EXPECT_EQ(at("2026-11-22T03:00:00.000Z", night), Truth::f);  // Saturday 22:00
}

// The examples of the paragraph.
TEST(OracleClock, L16_5_OnlyWhatClocksShowCounts) {
  const auto count = [](std::string_view day, const ir::Operand& operand) {
    int quarters = 0;
    for (int quarter = 0; quarter < 48; ++quarter) {  // from 22:00 the day before
      const int hour = (22 + quarter / 4) % 24;
      const std::string date(quarter < 8 ? (day == "28" ? "2027-03-27" : "2027-10-30")
                                         : (day == "28" ? "2027-03-28" : "2027-10-31"));
      const int minutes = quarter % 4 * 15;
      const auto two = [](int n) { return (n < 10 ? "0" : "") + std::to_string(n); };
      const std::string instant = date + "T" + two(hour) + ":" + two(minutes) + ":00.000Z";
      quarters += at(instant, operand) == Truth::t ? 1 : 0;
    }
    return quarters;
  };
  EXPECT_EQ(count("28", window(kSunday, kTwo, kThree, "Europe/Berlin")), 0);
  EXPECT_EQ(count("31", window(kSunday, kTwo, kThree, "Europe/Berlin")), 8);
  EXPECT_EQ(count("28", window(kSunday, 60, 210, "Europe/Berlin")), 6);
  EXPECT_EQ(count("31", window(kSunday, 60, 210, "Europe/Berlin")), 14);
}

TEST(OracleClock, L16_6_WhatIsNotKnownIsUndecidable) {
  const ir::Operand always = window(0x7f, 0, 1440, "UTC");
  EXPECT_EQ(at("2026-11-20T12:00:00.000Z", always), Truth::t);
  EXPECT_EQ(at("2026-11-20T12:00:00.000Z", window(0x7f, 0, 1440, "Nowhere/Land")), Truth::u);
  for (const char* odd : {"noon", "2026-02-30T00:00:00.000Z", "2026-11-20T12:00:00Z"}) {
    EXPECT_EQ(at(odd, always), Truth::u) << odd;
  }
  const ir::Atom asked = test("time", ir::AtomOp::in, {always});
  oracle::Request request;
  EXPECT_EQ(oracle::evaluate(asked, request), Truth::u);
  request.values["time"] = unreadable();
  EXPECT_EQ(oracle::evaluate(asked, request), Truth::u);
  EXPECT_EQ(oracle::instant_of(request), std::numeric_limits<std::int64_t>::max());
  request.values.clear();
  request.now_ms = 1;
  EXPECT_EQ(oracle::evaluate(asked, request), Truth::t);
}

// L16.9.
TEST(OracleClock, L16_9_InstantsAreComparedByMilliseconds) {
  using Op = ir::AtomOp;
  const auto truths = [](std::string_view now) {
    oracle::Request request;
    request.values["time"] = now == "unreadable" ? unreadable() : string_value(now);
    std::string out;
    for (const Op op : {Op::less, Op::less_equal, Op::greater, Op::greater_equal}) {
      const Truth truth =
          oracle::evaluate(test("time", op, {instant("2027-01-31T12:00:00.000Z")}), request);
      out += truth == Truth::t ? 't' : truth == Truth::f ? 'f' : 'u';
    }
    return out;
  };
  EXPECT_EQ(truths("2027-01-31T11:59:59.999Z"), "ttff");
  EXPECT_EQ(truths("2027-01-31T12:00:00.000Z"), "ftft");
  EXPECT_EQ(truths("2027-01-31T12:00:00.001Z"), "fftt");
  EXPECT_EQ(truths("unreadable"), "uuuu");
  oracle::Request silent;
  EXPECT_EQ(oracle::evaluate(test("time", Op::less, {instant("2027-01-31T12:00:00.000Z")}), silent),
            Truth::u);
}

}  // namespace
}  // namespace sentrail::support
