// Arithmetic of weeks. See zones.hpp.
#include "core/zones.hpp"

#include <array>
#include <limits>
#include <string_view>

namespace sentrail {
namespace {

constexpr std::uint8_t kAllDays = 0x7f;
constexpr std::array<std::string_view, 7> kDays = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
constexpr std::int64_t kEpochDay = 3;  // 1970-01-01 was a Thursday

bool has_day(std::uint8_t days, std::uint32_t day) noexcept {
  return (days >> day & 1u) != 0;
}

std::string clock_text(std::uint32_t minute) {
  const auto two = [](std::uint32_t value) {
    std::string out = std::to_string(value);
    return value < 10 ? "0" + out : out;
  };
  return two(minute / 60) + ":" + two(minute % 60);
}

// Days that follow each other, three or more, are a range; none goes past Sunday.
std::string days_text(std::uint8_t days) {
  std::string out;
  for (std::uint32_t day = 0; day < 7; ++day) {
    if (!has_day(days, day)) continue;
    std::uint32_t last = day;
    while (last + 1 < 7 && has_day(days, last + 1)) ++last;
    if (last < day + 2) last = day;
    if (!out.empty()) out += ", ";
    out += kDays[day];
    if (last > day) out += ".." + std::string(kDays[last]);
    day = last;
  }
  return out;
}

}  // namespace

std::uint32_t minute_of_week(std::int64_t now_ms, std::int32_t offset_s) noexcept {
  constexpr std::int64_t kMinuteMs = 60'000;
  constexpr std::int64_t kWeek = kWeekMinutes;
  // Whole weeks first: then nothing overflows, whatever the instant.
  const std::int64_t in_week_ms = now_ms % (kWeek * kMinuteMs);
  const std::int64_t local_ms = in_week_ms + std::int64_t{offset_s} * 1000;
  std::int64_t minute = local_ms / kMinuteMs;
  if (local_ms % kMinuteMs < 0) --minute;
  minute = (minute + kEpochDay * kDayMinutes) % kWeek;
  return static_cast<std::uint32_t>(minute < 0 ? minute + kWeek : minute);
}

std::optional<std::uint32_t> minute_of_week(std::int64_t now_ms, const ZoneClock& zone) noexcept {
  if (now_ms == 0 || now_ms == std::numeric_limits<std::int64_t>::max()) return std::nullopt;
  for (const ZoneSpan& span : {zone.now, zone.next}) {
    if (now_ms >= span.from_ms && now_ms < span.until_ms) {
      return minute_of_week(now_ms, span.offset_s);
    }
  }
  return std::nullopt;
}

bool is_within(const Window& window, std::uint32_t minute_of_week) noexcept {
  const std::uint32_t day = minute_of_week / kDayMinutes;
  const std::uint32_t minute = minute_of_week % kDayMinutes;
  if (window.from < window.until) {
    return has_day(window.days, day) && minute >= window.from && minute < window.until;
  }
  const std::uint32_t before = (day + 6) % 7;
  return (has_day(window.days, day) && minute >= window.from) ||
         (has_day(window.days, before) && minute < window.until);
}

std::string window_text(const Window& window) {
  const bool all_day = window.from == 0 && window.until == kDayMinutes;
  std::string out;
  if (window.days != kAllDays || all_day) out = days_text(window.days);
  if (all_day) return out;
  if (!out.empty()) out += " ";
  return out + clock_text(window.from) + ".." + clock_text(window.until);
}

}  // namespace sentrail
