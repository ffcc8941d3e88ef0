// Which part of recorded requests two policies decide differently.
//
// Neighbours: diff_command.cpp shows it beside what is proved of all requests; recorded.hpp reads.
// Must not know: files of policies, analysis.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "compiler/driver/recorded.hpp"
#include "compiler/tester/decider.hpp"
#include "core/catalog.hpp"
#include "core/decision.hpp"

namespace sentrail::compiler {

// Who decides on one side, with the catalogs by which it classifies. Engine and catalogs outlive
// it.
struct TrafficSide {
  Decider decider;
  CatalogView catalogs;
};

// A recorded request, and the rules that decide it.
struct TrafficExample {
  std::size_t line = 0;
  std::string before;
  std::string after;
};

// Requests that change from one effect to another. From `require_approval` to itself: those for
// which other people are asked, or given another time; from any to itself: those that oblige to
// something else, and to nothing but that.
struct TrafficChange {
  Effect from = Effect::allow;
  Effect to = Effect::allow;
  bool obligations = false;  // nothing else changes
  std::size_t count = 0;
  std::vector<TrafficExample> examples;  // the first of them

  [[nodiscard]] bool widens() const noexcept { return to < from; }
};

// All of it; changes that widen first, the widest first.
struct Traffic {
  Recorded recorded;
  std::vector<TrafficChange> changes;
};

// Decides each line of a log under both. A line that one side cannot read is broken.
// cost: a stream. fails: as read_recorded().
[[nodiscard]] Result<Traffic> traffic_of(const std::string& log, const TrafficSide& before,
                                         const TrafficSide& after);

// Prints counts, shares and examples.
void print_traffic(const Traffic& traffic);

// Writes the member `traffic`.
void write_traffic(JsonWriter& json, const Traffic& traffic);

}  // namespace sentrail::compiler
