// The time zone database of the system: which zones there are, how far their clocks are from UTC,
// and when that changes.
//
// Neighbours: core/zones.hpp has what of it decisions see; the checker asks for names, servers and
// tools for clocks, analysis for changes. Must not know: windows, policy. The database is read when
// it is first asked for, and stays as it was read; one whose files are `slim` counts as none, since
// their clocks would show winter time for good. threads: any.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/zones.hpp"

namespace sentrail::wire {

// Whether the database has a zone of that name.
[[nodiscard]] bool is_zone(std::string_view name);

// All names, ascending; none if there is no database that can be read.
[[nodiscard]] std::vector<std::string_view> zone_names();

// What the clocks of a zone show around an instant. Nothing: there is no such zone.
[[nodiscard]] std::optional<ZoneClock> zone_clock(std::string_view name, std::int64_t now_ms);

// The clocks of some zones, in their order, at whatever instant is asked for; those that nobody
// knows are empty. cost: two compares while the instants stay between the same changes.
class ZoneClocks {
 public:
  explicit ZoneClocks(std::vector<std::string> names);

  // The clocks at an instant; as many as there are names.
  [[nodiscard]] std::shared_ptr<const std::vector<ZoneClock>> at(std::int64_t now_ms);

 private:
  std::mutex mutex_;
  std::vector<std::string> names_;
  std::shared_ptr<const std::vector<ZoneClock>> current_;
  std::int64_t from_ms_ = 0;  // when current_ holds
  std::int64_t until_ms_ = 0;
};

// The clocks of some zones now, for threads that decide: looking is one load, and never waits. What
// has been looked at stays valid as long as this lives.
class ZoneWatch {
 public:
  ZoneWatch(std::vector<std::string> names, std::int64_t now_ms);

  [[nodiscard]] std::span<const ZoneClock> current() const noexcept { return *current_.load(); }

  // Looks at the clocks again. To be called once a minute: each also tells what it shows after the
  // next change, so that decisions between two calls are right.
  void refresh(std::int64_t now_ms);

 private:
  using Clocks = std::vector<ZoneClock>;

  std::mutex mutex_;
  ZoneClocks source_;
  std::vector<std::shared_ptr<const Clocks>> kept_;  // one more at each change of some zone
  std::atomic<const Clocks*> current_;
};

}  // namespace sentrail::wire
