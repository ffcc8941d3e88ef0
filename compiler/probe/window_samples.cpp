// See window_samples.hpp.
#include "compiler/probe/window_samples.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "core/limits.hpp"
#include "core/time.hpp"
#include "core/zones.hpp"
#include "wire/zones.hpp"

namespace sentrail::compiler::probe {
namespace {

constexpr std::int64_t kMinuteMs = 60'000;
// Mondays, 00:00 UTC: 2027-01-18 and 2027-07-19. What is tried does not depend on the day of a run.
constexpr std::int64_t kMondays[] = {1'800'230'400'000, 1'815'955'200'000};

void add(std::vector<std::string>& out, std::int64_t at) {
  std::string text = format_rfc3339_ms(at);
  if (std::ranges::find(out, text) == out.end()) out.push_back(std::move(text));
}

}  // namespace

std::vector<std::string> samples_of_window(const ir::Operand& operand) {
  std::vector<std::string> out;
  const Window& window = operand.window;
  for (const std::int64_t monday : kMondays) {
    const std::optional<ZoneClock> clock = wire::zone_clock(operand.text, monday);
    if (!clock) return out;
    const std::int64_t midnight = monday - std::int64_t{clock->now.offset_s} * 1000;
    for (std::int64_t day = 0; day < 7; ++day) {
      const std::int64_t begin = midnight + day * limits::kDayMs + window.from * kMinuteMs;
      const std::int64_t end = midnight + day * limits::kDayMs + window.until * kMinuteMs +
                               (window.until <= window.from ? limits::kDayMs : 0);
      for (const std::int64_t at : {begin, begin - 1, end - 1, end}) add(out, at);
    }
  }
  return out;
}

std::vector<std::string> samples_of_instant(const ir::Operand& operand) {
  std::vector<std::string> out;
  const auto at = parse_rfc3339(operand.text);
  if (!at) return out;
  for (const std::int64_t ms : {at->unix_ms, at->unix_ms - 1, at->unix_ms + 1}) {
    if (ms > 0) add(out, ms);
  }
  return out;
}

}  // namespace sentrail::compiler::probe
