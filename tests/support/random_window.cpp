// Minutes, days and zones by chance. See random_window.hpp.
#include "tests/support/random_window.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "tests/support/build_ir.hpp"

namespace sentrail::support {
namespace {

using std::string_view_literals::operator""sv;

std::size_t below(Random& random, std::size_t count) {
  return static_cast<std::size_t>(random() % count);
}

bool once_in(Random& random, std::size_t count) {
  return below(random, count) == 0;
}

std::string two_digits(std::uint32_t number) {
  return (number < 10 ? "0" : "") + std::to_string(number);
}

std::string clock(std::uint32_t minute) {
  return two_digits(minute / 60) + ":" + two_digits(minute % 60);
}

}  // namespace

compiler::ir::Operand random_window(Random& random) {
  // Clocks that never change, do in March and October, in other months, by half an hour; and none.
  constexpr std::array kZones = {"UTC"sv,
                                 "Europe/Berlin"sv,
                                 "America/New_York"sv,
                                 "Australia/Lord_Howe"sv,
                                 "Asia/Kathmandu"sv,
                                 "Nowhere/Land"sv};
  constexpr std::array<std::uint16_t, 7> kMinutes = {0, 1, 120, 150, 540, 1080, 1439};
  const std::uint16_t from = kMinutes[below(random, kMinutes.size())];
  std::uint16_t until = kMinutes[below(random, kMinutes.size())];
  if (until == 0 || until == from) until = 1440;
  const auto days = static_cast<std::uint8_t>(1 + below(random, 0x7f));
  return window(days, from, until, kZones[below(random, kZones.size())]);
}

// Around midnights, the begin and end of windows, and changes of clocks.
std::string_view random_instant(Random& random) {
  constexpr std::array kInstants = {
      "2026-11-20T16:59:59.999Z"sv, "2026-11-20T17:00:00.000Z"sv, "2026-11-22T23:00:00.000Z"sv,
      "2027-03-28T00:59:59.999Z"sv, "2027-03-28T01:00:00.000Z"sv, "2027-10-31T00:30:00.000Z"sv,
      "2027-10-31T01:30:00.000Z"sv, "2027-03-14T07:00:00.000Z"sv, "2027-04-03T15:00:00.000Z"sv,
      "2028-02-29T12:00:00.000Z"sv, "2028-11-05T05:30:00.000Z"sv, "2027-10-02T15:30:00.000Z"sv,
      "2027-01-31T00:00:00.000Z"sv};
  return kInstants[below(random, kInstants.size())];
}

compiler::ir::Atom random_time_test(Random& random) {
  using Op = compiler::ir::AtomOp;
  constexpr std::array kOrders = {Op::less, Op::less_equal, Op::greater, Op::greater_equal};
  if (once_in(random, 2)) return test("time", Op::in, {random_window(random)});
  const Op op = kOrders[below(random, kOrders.size())];
  return test("time", op, {instant(random_instant(random))});
}

compiler::ir::ConditionId random_time_condition(Random& random, compiler::ir::Policy& policy,
                                                compiler::ir::Atom test) {
  using Op = compiler::ir::AtomOp;
  const bool compared =
      !test.operands.empty() && test.operands[0].kind == compiler::ir::OperandKind::instant;
  if (!compared || once_in(random, 2)) return atom(policy, std::move(test));
  std::vector<compiler::ir::ConditionId> ranges;
  for (std::size_t left = 1 + below(random, 2); left > 0; --left) {
    const auto [first, behind] = std::minmax({random_instant(random), random_instant(random)});
    if (first == behind) continue;
    const auto from = atom(policy, support::test("time", Op::greater_equal, {instant(first)}));
    const auto until = atom(policy, support::test("time", Op::less, {instant(behind)}));
    ranges.push_back(all_of(policy, {from, until}));
  }
  if (ranges.empty()) return atom(policy, std::move(test));
  return ranges.size() == 1 ? ranges[0] : any_of(policy, std::move(ranges));
}

// Without what is zero, or an hour ahead of UTC.
std::string written_instant(Random& random, std::string_view instant) {
  const std::string day(instant.substr(0, 10));
  if (instant.substr(10) == "T00:00:00.000Z" && once_in(random, 2)) return day;
  if (instant.substr(19) == ".000Z" && once_in(random, 2)) {
    return std::string(instant.substr(0, 19)) + "Z";
  }
  const std::string_view hour = instant.substr(11, 2);
  if (hour == "23" || once_in(random, 2)) return std::string(instant);
  const auto next = static_cast<std::uint32_t>(std::stoul(std::string(hour)) + 1);
  return day + "T" + two_digits(next) + std::string(instant.substr(13, 10)) + "+01:00";
}

// Days one by one or as a range, also past Sunday; what goes without saying may be said.
std::string written_window(Random& random, const compiler::ir::Operand& operand) {
  constexpr std::array kDays = {"mon"sv, "tue"sv, "wed"sv, "thu"sv, "fri"sv, "sat"sv, "sun"sv};
  const Window& window = operand.window;
  std::string days;
  for (std::size_t day = 0; day < kDays.size(); ++day) {
    if ((window.days >> day & 1) == 0) continue;
    if (!days.empty()) days += once_in(random, 2) ? ", " : " ,";
    days += kDays[day];
    if (once_in(random, 4)) days += ".." + std::string(kDays[day]);
  }
  const bool every_day = window.days == 0x7f;
  if (every_day) days = once_in(random, 2) ? "sat..fri" : "mon..wed, thu..sun";
  std::string hours = clock(window.from) + ".." + clock(window.until);
  const bool whole_day = window.from == 0 && window.until == 1440;
  if (whole_day && once_in(random, 2)) hours.clear();
  if (!hours.empty() && every_day && once_in(random, 2)) days.clear();
  if (!days.empty()) days += " ";
  if (!hours.empty()) hours += " ";
  return days + hours;
}

}  // namespace sentrail::support
