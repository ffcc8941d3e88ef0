// The clock of limits after a start. See limit_time.hpp.
#include "runtime/counters/limit_time.hpp"

#include <algorithm>

#include "core/time.hpp"

namespace sentrail::counters {
namespace {

// What a clock says has passed; one that went back says nothing.
std::int64_t passed_ms(std::int64_t then_ms, std::int64_t now_ms) noexcept {
  std::int64_t ms = 0;
  if (__builtin_sub_overflow(now_ms, then_ms, &ms)) return 0;  // no clock of this world
  return std::max<std::int64_t>(ms, 0);
}

}  // namespace

std::int64_t limit_time(const store::LimitClock& point, const Reading& now) noexcept {
  const bool same_run = now.boot_id != Uuid{} && now.boot_id == point.boot_id;
  std::int64_t away_ms = passed_ms(point.wall_ms, now.wall_ms);
  if (same_run) away_ms = std::min(away_ms, passed_ms(point.monotonic_ms, now.monotonic_ms));
  return plus_ms(Instant{point.at_ms}, away_ms).unix_ms;
}

}  // namespace sentrail::counters
