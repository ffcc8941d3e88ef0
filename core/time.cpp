// Calendar arithmetic and clocks. See time.hpp.
#include "core/time.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <limits>
#include <optional>

#include "core/check.hpp"

namespace sentrail {
namespace {

namespace chrono = std::chrono;

constexpr std::int64_t kMsPerDay = 24ll * 3600 * 1000;

constexpr std::int64_t days_from(int year, unsigned month, unsigned day) {
  return chrono::sys_days(chrono::year(year) / static_cast<int>(month) / static_cast<int>(day))
      .time_since_epoch()
      .count();
}

constexpr std::int64_t kFirstMs = days_from(0, 1, 1) * kMsPerDay;
constexpr std::int64_t kLastMs = (days_from(9999, 12, 31) + 1) * kMsPerDay - 1;

// Reads a fixed layout from the left; the first mismatch makes all of it fail.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  // `count` digits within [min, max].
  int number(std::size_t count, int min, int max) {
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) value = value * 10 + digit();
    if (value < min || value > max) failed_ = true;
    return value;
  }

  void expect(char byte) {
    if (!take(byte)) failed_ = true;
  }

  bool take(char byte) {
    if (rest_.empty() || rest_.front() != byte) return false;
    rest_.remove_prefix(1);
    return true;
  }

  // One to nine digits after the dot, as milliseconds.
  int fraction_ms() {
    int value = 0;
    std::size_t count = 0;
    for (; !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; ++count) {
      const int next = digit();
      if (count < 3) value = value * 10 + next;
    }
    if (count == 0 || count > 9) failed_ = true;
    for (; count < 3; ++count) value *= 10;
    return value;
  }

  [[nodiscard]] bool succeeded() const { return !failed_ && rest_.empty(); }

 private:
  int digit() {
    if (rest_.empty() || rest_.front() < '0' || rest_.front() > '9') {
      failed_ = true;
      return 0;
    }
    const int value = rest_.front() - '0';
    rest_.remove_prefix(1);
    return value;
  }

  std::string_view rest_;
  bool failed_ = false;
};

// Minutes that local time is ahead of UTC.
int read_offset(Reader& reader) {
  if (reader.take('Z')) return 0;
  const bool behind = reader.take('-');
  if (!behind) reader.expect('+');
  const int hours = reader.number(2, 0, 23);
  reader.expect(':');
  const int minutes = hours * 60 + reader.number(2, 0, 59);
  return behind ? -minutes : minutes;
}

}  // namespace

Instant plus_ms(Instant instant, std::int64_t ms) noexcept {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(instant.unix_ms, ms, &sum)) {
    using Limits = std::numeric_limits<std::int64_t>;
    sum = ms > 0 ? Limits::max() : Limits::min();
  }
  return Instant{sum};
}

std::string format_rfc3339_ms(std::int64_t unix_ms) {
  unix_ms = std::clamp(unix_ms, kFirstMs, kLastMs);
  const auto instant = chrono::sys_time<chrono::milliseconds>(chrono::milliseconds(unix_ms));
  const auto midnight = chrono::floor<chrono::days>(instant);
  const chrono::year_month_day date(midnight);
  const chrono::hh_mm_ss time(instant - midnight);
  std::array<char, 96> text{};
  const int size = std::snprintf(
      text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
      static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
      static_cast<unsigned>(date.day()), static_cast<int>(time.hours().count()),
      static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()),
      static_cast<int>(time.subseconds().count()));
  SENTRAIL_CHECK(size == 24);
  return {text.data(), static_cast<std::size_t>(size)};
}

std::string format_rfc3339(Instant instant) {
  return format_rfc3339_ms(instant.unix_ms);
}

Result<Instant> parse_rfc3339(std::string_view text) {
  Reader reader(text);
  const int year = reader.number(4, 0, 9999);
  reader.expect('-');
  const int month = reader.number(2, 1, 12);
  reader.expect('-');
  const int day = reader.number(2, 1, 31);
  reader.expect('T');
  const int hour = reader.number(2, 0, 23);
  reader.expect(':');
  const int minute = reader.number(2, 0, 59);
  reader.expect(':');
  const int second = reader.number(2, 0, 59);
  const int ms = reader.take('.') ? reader.fraction_ms() : 0;
  const int offset_minutes = read_offset(reader);
  const auto date = chrono::year(year) / month / day;
  if (!reader.succeeded() || !date.ok()) {
    return fail(
        Errc::invalid_argument,
        "not a time; write it as `2026-03-01T09:00:00Z` or with an offset such as `+01:00`");
  }
  const std::int64_t days = chrono::sys_days(date).time_since_epoch().count();
  const std::int64_t minutes = days * 24 * 60 + hour * 60 + minute - offset_minutes;
  return Instant{(minutes * 60 + second) * 1000 + ms};
}

Instant SystemClock::now() const noexcept {
  const auto since = chrono::system_clock::now().time_since_epoch();
  return Instant{chrono::floor<chrono::milliseconds>(since).count()};
}

std::int64_t SystemClock::monotonic_ms() const noexcept {
  const auto since = chrono::steady_clock::now().time_since_epoch();
  return chrono::floor<chrono::milliseconds>(since).count();
}

void ManualClock::advance_ms(std::int64_t ms) noexcept {
  SENTRAIL_CHECK(ms >= 0);
  unix_ms_ += ms;
  elapsed_ms_ += ms;
}

}  // namespace sentrail
