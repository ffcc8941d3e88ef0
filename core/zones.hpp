// What the clocks of time zones show, as decisions see it; and windows of local time.
//
// Neighbours: wire/zones.hpp reads the zone database and fills ZoneClocks, facts.hpp carries them,
// runtime/decide asks them. Must not know: the zone database. All of it is arithmetic.
// source: docs/language.md, section 16.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace sentrail {

// How far the clocks of a zone are from UTC, from an instant to before another. Empty: not known.
struct ZoneSpan {
  std::int64_t from_ms = 0;
  std::int64_t until_ms = 0;
  std::int32_t offset_s = 0;

  friend bool operator==(const ZoneSpan&, const ZoneSpan&) = default;
};

// One zone around an instant: the span that holds it, and the next, which then holds.
struct ZoneClock {
  ZoneSpan now;
  ZoneSpan next;

  friend bool operator==(const ZoneClock&, const ZoneClock&) = default;
};

// Of a day by its clock, and of a week: those that clocks leave out, or show twice, do not count.
inline constexpr std::uint32_t kDayMinutes = 24 * 60;
inline constexpr std::uint32_t kWeekMinutes = 7 * kDayMinutes;

// Days of the week, and minutes of the day from one to before another; if that is not later, it is
// of the next day.
struct Window {
  std::uint8_t days = 0;    // bit 0: Monday
  std::uint16_t from = 0;   // 0 to 1439
  std::uint16_t until = 0;  // 1 to 1440

  friend bool operator==(const Window&, const Window&) = default;
};

// The minute of the week, from Monday 00:00, that a clock so far from UTC shows.
[[nodiscard]] std::uint32_t minute_of_week(std::int64_t now_ms, std::int32_t offset_s) noexcept;

// The same of a zone; nothing if what is known of it does not hold at that instant, or nobody knows
// the instant (0, or the greatest).
[[nodiscard]] std::optional<std::uint32_t> minute_of_week(std::int64_t now_ms,
                                                          const ZoneClock& zone) noexcept;

// Whether a minute of the week is in a window, which belongs to the day that it begins in.
[[nodiscard]] bool is_within(const Window& window, std::uint32_t minute_of_week) noexcept;

// Days and hours as policy text has them, without the zone: `mon..fri, sun 09:00..18:00`. All days,
// or the whole day, are left out unless both are.
[[nodiscard]] std::string window_text(const Window& window);

}  // namespace sentrail
