// Calendar by calendar: the local date and time of day come from the library, the rest is the text
// of section 16. See clock.hpp.
#include "compiler/oracle/clock.hpp"

#include <date/tz.h>

#include <chrono>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>

namespace sentrail::compiler::oracle {
namespace {

using Moment = date::sys_time<std::chrono::milliseconds>;

constexpr std::int64_t kNobodyKnows = std::numeric_limits<std::int64_t>::max();

// `2026-11-20T17:59:00.000Z`, as requests say it; nothing for anything else.
std::optional<std::int64_t> read_instant(const std::string& text) {
  constexpr const char* kShape = "0000-00-00T00:00:00.000Z";
  if (text.size() != std::string(kShape).size()) return std::nullopt;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (kShape[i] == '0' ? !digit : text[i] != kShape[i]) return std::nullopt;
  }
  const auto number = [&](std::size_t at, std::size_t digits) {
    return std::stoi(text.substr(at, digits));
  };
  const date::year_month_day day{date::year(number(0, 4)),
                                 date::month(static_cast<unsigned>(number(5, 2))),
                                 date::day(static_cast<unsigned>(number(8, 2)))};
  if (!day.ok()) return std::nullopt;
  const Moment moment = date::sys_days(day) + std::chrono::hours(number(11, 2)) +
                        std::chrono::minutes(number(14, 2)) + std::chrono::seconds(number(17, 2)) +
                        std::chrono::milliseconds(number(20, 3));
  return moment.time_since_epoch().count();
}

const date::time_zone* zone_named(const std::string& name) {
  try {
    return date::locate_zone(name);
  } catch (const std::runtime_error&) {
    return nullptr;
  }
}

}  // namespace

std::int64_t instant_of(const Request& request) {
  const auto given = request.values.find("time");
  if (given == request.values.end() || given->second.kind == ValueKind::absent) {
    return request.now_ms;
  }
  if (given->second.kind != ValueKind::string) return kNobodyKnows;
  return read_instant(given->second.text).value_or(kNobodyKnows);
}

Truth is_in_window(const Request& request, const ir::Operand& window) {
  const std::int64_t now_ms = instant_of(request);
  if (now_ms == 0 || now_ms == kNobodyKnows) return Truth::u;
  const date::time_zone* zone = zone_named(window.text);
  if (zone == nullptr) return Truth::u;
  const auto local = zone->to_local(Moment(std::chrono::milliseconds(now_ms)));
  const auto today = date::floor<date::days>(local);
  const auto minute = date::floor<std::chrono::minutes>(local - today).count();
  const auto begins_on = [&](date::local_days day) {
    const unsigned from_monday = date::weekday(day).iso_encoding() - 1;
    return (window.window.days >> from_monday & 1) != 0;
  };
  const bool after_begin = minute >= window.window.from;
  const bool before_end = minute < window.window.until;
  if (window.window.from < window.window.until) {
    return certain(begins_on(today) && after_begin && before_end);
  }
  const bool yesterdays = begins_on(today - date::days(1)) && before_end;
  return certain((begins_on(today) && after_begin) || yesterdays);
}

Truth is_ordered_to(const Request& request, ir::AtomOp op, const ir::Operand& instant) {
  const std::int64_t now_ms = instant_of(request);
  const std::optional<std::int64_t> other = read_instant(instant.text);
  if (now_ms == 0 || now_ms == kNobodyKnows || !other) return Truth::u;
  switch (op) {
    case ir::AtomOp::less:
      return certain(now_ms < *other);
    case ir::AtomOp::less_equal:
      return certain(now_ms <= *other);
    case ir::AtomOp::greater:
      return certain(now_ms > *other);
    case ir::AtomOp::greater_equal:
      return certain(now_ms >= *other);
    default:
      return Truth::u;
  }
}

}  // namespace sentrail::compiler::oracle
