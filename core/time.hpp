// Instants of the wall clock, how they are written, and the clocks that tell them.
//
// Neighbours: everything with a deadline or a time stamp takes a Clock, or an Instant from its
// caller. Must not know: time zones (policy windows have their own database).
#pragma once

#include <atomic>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace sentrail {

// Milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted. May jump with the host's
// clock: never measure durations with it.
struct Instant {
  std::int64_t unix_ms = 0;

  friend auto operator<=>(Instant, Instant) = default;
};

// The instant `ms` later, held at the ends of what 64 bits can say.
[[nodiscard]] Instant plus_ms(Instant instant, std::int64_t ms) noexcept;

// `2026-03-01T09:00:00.000Z`. Instants outside the years 0000–9999 are written as the nearest
// instant inside. source: RFC 3339 §5.6.
[[nodiscard]] std::string format_rfc3339_ms(std::int64_t unix_ms);
[[nodiscard]] std::string format_rfc3339(Instant instant);

// Reads a date and time with `Z` or a numeric offset, `T` and `Z` in capitals, and at most nine
// digits of fraction, of which those past the millisecond are dropped.
// fails: invalid_argument, also for days that no calendar has and for leap seconds.
[[nodiscard]] Result<Instant> parse_rfc3339(std::string_view text);

// Tells the time. threads: any.
class Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;

  // The wall clock's instant; it may jump either way.
  [[nodiscard]] virtual Instant now() const noexcept = 0;
  // Milliseconds since some fixed moment of this process; never goes back. For durations.
  [[nodiscard]] virtual std::int64_t monotonic_ms() const noexcept = 0;
};

// The host's clocks.
class SystemClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const noexcept override;
  [[nodiscard]] std::int64_t monotonic_ms() const noexcept override;
};

// A clock that moves only when told to, for tests and simulation.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Instant start) noexcept : unix_ms_(start.unix_ms) {}

  [[nodiscard]] Instant now() const noexcept override { return Instant{unix_ms_.load()}; }
  [[nodiscard]] std::int64_t monotonic_ms() const noexcept override { return elapsed_ms_.load(); }
  // Lets time pass on both clocks. REQUIRES: ms >= 0.
  void advance_ms(std::int64_t ms) noexcept;
  // Sets the wall clock alone, as an operator or NTP does.
  void jump_to(Instant instant) noexcept { unix_ms_.store(instant.unix_ms); }

 private:
  std::atomic<std::int64_t> unix_ms_;
  std::atomic<std::int64_t> elapsed_ms_{0};
};

}  // namespace sentrail
