// The classes of the instant: one for each way in which windows of time, instants and the ends of
// rules can be true or false together within two years.
//
// Neighbours: wire/zones.hpp knows when clocks change; space.cpp makes the dimension `time` of it.
// Must not know: rules. source: docs/language.md, L16.8; docs/analysis.md.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "compiler/analysis/scalar_classes.hpp"
#include "core/time.hpp"

namespace sentrail::compiler::analysis {

// Names the instant from which analysis looks ahead; the day that it is in UTC if nobody does.
// threads: before any analysis.
void set_horizon(Instant begin);

// Classes by an instant of each, then that nobody says it, then that nobody knows it; the truth of
// each window, and where each end has not come.
struct TimeClasses {
  ScalarClasses windows;
  std::vector<Bits> before_end;
};

// Makes the classes for windows and for ends of rules, in milliseconds since 1970. Nothing if
// they are more than limits::kWindowsAnalysedMax together, or limits::kAnalysisBitsMax is exceeded.
// REQUIRES: each test is of `time`.
[[nodiscard]] std::optional<TimeClasses> time_classes(std::span<const ir::Atom* const> tests,
                                                      std::span<const std::int64_t> ends);

}  // namespace sentrail::compiler::analysis
