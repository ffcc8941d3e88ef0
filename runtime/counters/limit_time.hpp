// How long the server was away, as far as limits go: their clock goes on where it was.
//
// Neighbours: counters.hpp keeps the clock, store/limit_records.hpp a point of it. Must not know:
// windows, the store. Pure. source: docs/adr/0006.
#pragma once

#include <cstdint>

#include "core/uuid.hpp"
#include "runtime/store/limit_records.hpp"

namespace sentrail::counters {

// What a machine's clocks say together.
struct Reading {
  std::int64_t wall_ms = 0;       // Unix ms; may have been set
  std::int64_t monotonic_ms = 0;  // of this run of the machine; nobody sets it
  Uuid boot_id;                   // of this run; nil: not known
};

// The time on the clock of limits, of which `point` was noted before. It never goes back. Over a
// restart of the machine the wall clock tells how long it was away. Within one run the monotonic
// clock bounds that, so that setting the wall clock makes no room; and the wall clock bounds what
// the monotonic one says, as a copy of a machine may go on under the same id of its run.
[[nodiscard]] std::int64_t limit_time(const store::LimitClock& point, const Reading& now) noexcept;

}  // namespace sentrail::counters
