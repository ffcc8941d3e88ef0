// The classes of the instant: each way in which windows can be true together, once.
#include "compiler/analysis/time_classes.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "compiler/oracle/atom.hpp"
#include "core/limits.hpp"
#include "tests/support/build_ir.hpp"

namespace sentrail::compiler::analysis {
namespace {

constexpr std::uint8_t kWeekdays = 0x1f;
constexpr std::uint8_t kMonday = 1;
constexpr std::uint8_t kSunday = 0x40;

class TimeClassesTest : public testing::Test {
 protected:
  TimeClassesTest() { set_horizon(parse_rfc3339("2026-11-20T00:00:00Z").value()); }

  std::optional<TimeClasses> classes(const std::vector<ir::Operand>& windows,
                                     const std::vector<std::int64_t>& ends = {}) {
    tests_.clear();
    for (const ir::Operand& one : windows) {
      tests_.push_back(support::test("time", ir::AtomOp::in, {one}));
    }
    std::vector<const ir::Atom*> views;
    for (const ir::Atom& atom : tests_) views.push_back(&atom);
    return time_classes(views, ends);
  }

  std::vector<ir::Atom> tests_;
};

Truth truth_in(const TestTruth& test, std::uint32_t one) {
  return test.certain.test(one) ? Truth::t : test.undecidable.test(one) ? Truth::u : Truth::f;
}

TEST_F(TimeClassesTest, OneForEachWayAndTwoForWhatIsNotKnown) {
  const auto found = classes({support::window(kWeekdays, 540, 1080, "Europe/Berlin"),
                              support::window(0x7f, 600, 660, "Europe/Berlin")});
  ASSERT_TRUE(found);
  // Neither, the first, both, the second on a day of rest; not said, not known.
  EXPECT_EQ(found->windows.values.size(), 6u);
}

// Three o'clock at night in Berlin is nine in the evening in New York, but for the few weeks of a
// year between their changes of clocks.
TEST_F(TimeClassesTest, KnowTheDaysOnWhichClocksChange) {
  const auto found = classes({support::window(kMonday, 180, 240, "Europe/Berlin"),
                              support::window(kSunday, 1260, 1320, "America/New_York")});
  ASSERT_TRUE(found);
  std::map<std::string, std::string> ways;
  for (std::uint32_t i = 0; i + 2 < found->windows.values.size(); ++i) {
    std::string way;
    for (const TestTruth& test : found->windows.tests) {
      way += truth_in(test, i) == Truth::t ? 't' : 'f';
    }
    ways[way] = found->windows.values[i].text;
  }
  ASSERT_EQ(ways.size(), 4u);
  EXPECT_EQ(ways["tt"], "2026-11-23T02:00:00.000Z");
  EXPECT_EQ(ways["ft"], "2027-03-15T01:00:00.000Z");
  EXPECT_EQ(ways["tf"], "2027-03-15T02:00:00.000Z");
}

TEST_F(TimeClassesTest, SayWhatTheOracleSaysOfTheirInstants) {
  const auto found = classes({support::window(0x55, 1320, 360, "America/New_York"),
                              support::window(0x7f, 90, 150, "Australia/Lord_Howe"),
                              support::window(kSunday, 120, 180, "Europe/Berlin"),
                              support::window(kWeekdays, 0, 1440, "Nowhere/Land")});
  ASSERT_TRUE(found);
  EXPECT_GE(found->windows.values.size(), 6u);
  for (std::uint32_t i = 0; i < found->windows.values.size(); ++i) {
    oracle::Request request;
    request.values["time"] = found->windows.values[i];
    for (std::size_t t = 0; t < tests_.size(); ++t) {
      EXPECT_EQ(truth_in(found->windows.tests[t], i), oracle::evaluate(tests_[t], request))
          << t << " at " << found->windows.values[i].text;
    }
  }
}

// L16.8.
TEST_F(TimeClassesTest, EndsAreWithinTheTwoYearsOrDoNotCome) {
  const std::int64_t soon = parse_rfc3339("2027-01-01T00:00:00Z").value().unix_ms;
  const auto found = classes({support::window(0x7f, 0, 720, "UTC")},
                             {soon - 100 * limits::kDayMs, soon, soon + 900 * limits::kDayMs});
  ASSERT_TRUE(found);
  ASSERT_EQ(found->windows.values.size(), 6u);  // two windows, before and after the end; unknown
  std::size_t before = 0;
  for (std::uint32_t i = 0; i < 4; ++i) {
    EXPECT_FALSE(found->before_end[0].test(i));
    EXPECT_TRUE(found->before_end[2].test(i));
    before += found->before_end[1].test(i) ? 1 : 0;
  }
  EXPECT_EQ(before, 2u);
  for (const Bits& end : found->before_end) {
    EXPECT_TRUE(end.test(4));   // nobody says when
    EXPECT_FALSE(end.test(5));  // nobody knows
  }
}

TEST_F(TimeClassesTest, TooManyAreNotTold) {
  std::vector<ir::Operand> many;
  for (std::uint16_t i = 0; i <= limits::kWindowsAnalysedMax; ++i) {
    many.push_back(support::window(0x7f, i, 1440, "UTC"));
  }
  EXPECT_FALSE(classes(many));
  many.pop_back();
  EXPECT_TRUE(classes(many));
}

// L16.9: an instant tells those before it from those after, to the millisecond.
TEST_F(TimeClassesTest, InstantsAreEventsLikeOthers) {
  using Op = ir::AtomOp;
  tests_.clear();
  for (const Op op : {Op::less, Op::less_equal, Op::greater, Op::greater_equal}) {
    tests_.push_back(support::test("time", op, {support::instant("2027-01-31T12:00:00.000Z")}));
  }
  tests_.push_back(support::test("time", Op::less, {support::instant("2020-01-01T00:00:00.000Z")}));
  tests_.push_back(support::test("time", Op::in, {support::window(0x7f, 720, 721, "UTC")}));
  std::vector<const ir::Atom*> views;
  for (const ir::Atom& atom : tests_) views.push_back(&atom);
  const auto found = time_classes(views, {});
  ASSERT_TRUE(found);
  // Before, then, after, each but the second in the minute and not; not said, not known.
  EXPECT_EQ(found->windows.values.size(), 7u);
  for (std::uint32_t i = 0; i < found->windows.values.size(); ++i) {
    oracle::Request request;
    request.values["time"] = found->windows.values[i];
    for (std::size_t t = 0; t < tests_.size(); ++t) {
      EXPECT_EQ(truth_in(found->windows.tests[t], i), oracle::evaluate(tests_[t], request))
          << t << " at " << found->windows.values[i].text;
    }
  }
}

}  // namespace
}  // namespace sentrail::compiler::analysis
