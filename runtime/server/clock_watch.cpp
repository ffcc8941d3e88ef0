// One comparison a second.
//
// Neighbours: clock_watch.hpp. Must not know: what a jump means.
#include "runtime/server/clock_watch.hpp"

#include <utility>

namespace sentrail::server {
namespace {

constexpr std::int64_t kLookMs = 1'000;
// NTP slews by half a millisecond a second; what is further off was set.
constexpr std::int64_t kJumpMs = 2'000;

}  // namespace

ClockWatch::ClockWatch(const Clock& clock, Told told)
    : clock_(clock), told_(std::move(told)), last_ms_(offset_ms()) {}

std::int64_t ClockWatch::offset_ms() const noexcept {
  return clock_.now().unix_ms - clock_.monotonic_ms();
}

void ClockWatch::run_on(http::IoThread& io) {
  io.post([this, &io] {
    look();
    io.after(kLookMs, [this, &io] { run_on(io); });
  });
}

void ClockWatch::look() {
  const std::int64_t now_ms = offset_ms();
  const std::int64_t jump_ms = now_ms - std::exchange(last_ms_, now_ms);
  if (jump_ms >= kJumpMs || jump_ms <= -kJumpMs) told_(jump_ms);
}

}  // namespace sentrail::server
