// Asks the date library. See zones.hpp.
#include "wire/zones.hpp"

#include <date/tz.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <stdexcept>
#include <utility>

#include "core/limits.hpp"

namespace sentrail::wire {
namespace {

using Seconds = date::sys_seconds;

// Whether the library reads these files right: of what `zic -b slim` writes it leaves out the rule
// at the end, and shows winter time for good. Berlin's clocks of 2024 tell the two apart.
bool is_whole() {
  const date::time_zone* berlin = date::locate_zone("Europe/Berlin");
  const auto offset_at = [berlin](std::int64_t seconds) {
    return berlin->get_info(Seconds(std::chrono::seconds(seconds))).offset.count();
  };
  constexpr std::int64_t kJanuary = 1'705'276'800;  // 2024-01-15T00:00:00Z
  constexpr std::int64_t kJuly = 1'721'001'600;     // 2024-07-15T00:00:00Z
  return offset_at(kJanuary) == 3'600 && offset_at(kJuly) == 7'200;
}

// The database itself; null if the system has none that can be read right.
const date::tzdb* database() {
  static const date::tzdb* const found = []() -> const date::tzdb* {
    try {
      const date::tzdb& zones = date::get_tzdb();
      return is_whole() ? &zones : nullptr;
    } catch (const std::exception&) {
      return nullptr;
    }
  }();
  return found;
}

// Names that stand for something of this machine, or for nothing.
bool is_local(std::string_view name) {
  return name == "localtime" || name == "posixrules" || name == "Factory" ||
         name.starts_with("posix/") || name.starts_with("right/");
}

const date::time_zone* find(std::string_view name) {
  if (database() == nullptr || is_local(name)) return nullptr;
  const auto& zones = database()->zones;
  const auto found =
      std::ranges::lower_bound(zones, name, std::ranges::less{},
                               [](const auto& zone) -> std::string_view { return zone.name(); });
  return found != zones.end() && found->name() == name ? &*found : nullptr;
}

std::int64_t milliseconds(Seconds at) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max() / 1000;
  return std::clamp(std::int64_t{at.time_since_epoch().count()}, -kMost, kMost) * 1000;
}

ZoneSpan span_of(const date::sys_info& info) {
  return {milliseconds(info.begin), milliseconds(info.end),
          static_cast<std::int32_t>(info.offset.count())};
}

std::int64_t floor_seconds(std::int64_t ms) {
  return ms >= 0 || ms % 1000 == 0 ? ms / 1000 : ms / 1000 - 1;
}

}  // namespace

bool is_zone(std::string_view name) {
  return find(name) != nullptr;
}

std::vector<std::string_view> zone_names() {
  std::vector<std::string_view> names;
  if (database() == nullptr) return names;
  for (const date::time_zone& zone : database()->zones) {
    if (!is_local(zone.name())) names.emplace_back(zone.name());
  }
  return names;
}

std::optional<ZoneClock> zone_clock(std::string_view name, std::int64_t now_ms) {
  const date::time_zone* zone = find(name);
  // The library counts years in 16 bits: what is past year 9999 is nobody's business.
  if (zone == nullptr || now_ms < 0 || now_ms > limits::kInstantMsMax) return std::nullopt;
  try {
    const date::sys_info now = zone->get_info(Seconds(std::chrono::seconds(floor_seconds(now_ms))));
    ZoneClock clock{span_of(now), {}};
    if (clock.now.until_ms <= limits::kInstantMsMax) clock.next = span_of(zone->get_info(now.end));
    return clock;
  } catch (const std::exception&) {  // a damaged file of the database
    return std::nullopt;
  }
}

ZoneClocks::ZoneClocks(std::vector<std::string> names) : names_(std::move(names)) {}

std::shared_ptr<const std::vector<ZoneClock>> ZoneClocks::at(std::int64_t now_ms) {
  const std::lock_guard lock(mutex_);
  if (current_ != nullptr && now_ms >= from_ms_ && now_ms < until_ms_) return current_;
  std::vector<ZoneClock> clocks(names_.size());
  from_ms_ = std::numeric_limits<std::int64_t>::min();
  until_ms_ = std::numeric_limits<std::int64_t>::max();
  for (std::size_t i = 0; i < names_.size(); ++i) {
    const std::optional<ZoneClock> clock = zone_clock(names_[i], now_ms);
    if (!clock) {  // perhaps only of this instant: the next one is asked for anew
      until_ms_ = from_ms_;
      continue;
    }
    clocks[i] = *clock;
    from_ms_ = std::max(from_ms_, clock->now.from_ms);
    until_ms_ = std::min(until_ms_, clock->now.until_ms);
  }
  if (current_ == nullptr || *current_ != clocks) {
    current_ = std::make_shared<const std::vector<ZoneClock>>(std::move(clocks));
  }
  return current_;
}

ZoneWatch::ZoneWatch(std::vector<std::string> names, std::int64_t now_ms)
    : source_(std::move(names)), current_(nullptr) {
  refresh(now_ms);
}

void ZoneWatch::refresh(std::int64_t now_ms) {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<const Clocks> seen = source_.at(now_ms);
  if (!kept_.empty() && kept_.back() == seen) return;
  kept_.push_back(std::move(seen));
  current_.store(kept_.back().get());
}

}  // namespace sentrail::wire
