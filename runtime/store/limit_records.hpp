// What limits have counted, as it is kept: charges, parts of windows, and the clock they are on.
//
// Neighbours: runtime/counters makes and reads them, transaction.hpp writes them, limit_rows.hpp
// has their rows. Must not know: policy, how a window is divided, wall clocks.
// All times but `wall_ms` and `monotonic_ms` are of the clock of limits, which goes on where it was
// after a start. source: docs/language.md, L14.3.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/uuid.hpp"
#include "runtime/store/action_record.hpp"

namespace sentrail::store {

// What the actions of a call have charged one counter.
struct ChargedCounter {
  Hash counter{};            // its name, sealed: it is made of who asks
  std::int64_t per_ms = 0;   // how far its limit looks back
  std::int64_t gone_ms = 0;  // from when on the charge no longer counts
  std::int64_t amount = 0;   // units: millionths

  friend bool operator==(const ChargedCounter&, const ChargedCounter&) = default;
};

// What one call has charged.
struct Charges {
  Uuid workspace_id;
  Uuid correlation_id;
  std::int64_t at_ms = 0;
  // By what a held call is found when it is made again; zeros: by nothing.
  Hash call{};
  Hash terms{};
  std::vector<ChargedCounter> counters;

  friend bool operator==(const Charges&, const Charges&) = default;
};

// A point on the clock of limits, from which later starts go on.
struct LimitClock {
  // Of the store; another one where nobody knows what was charged since. Nil: of a copy.
  Uuid lineage;
  std::int64_t known_since_ms = 0;
  std::int64_t at_ms = 0;
  std::int64_t wall_ms = 0;       // Unix ms
  std::int64_t monotonic_ms = 0;  // of the machine's run
  Uuid boot_id;                   // which run of the machine that is

  friend bool operator==(const LimitClock&, const LimitClock&) = default;
};

// What a counter holds that leaves its window at one instant.
struct WindowPart {
  // Wide enough for whatever is added up, so that all of it can be taken back.
  __extension__ typedef unsigned __int128 Sum;

  Uuid workspace_id;
  Hash counter{};
  std::int64_t per_ms = 0;
  std::int64_t gone_ms = 0;
  Sum sum = 0;  // units: millionths

  friend bool operator==(const WindowPart&, const WindowPart&) = default;
};

}  // namespace sentrail::store
