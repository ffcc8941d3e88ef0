// Random windows of time, the instants to try them with, and how they are written.
//
// Neighbours: random_policy.cpp and written_policy.cpp put them into policies and requests. Must
// not know: any zone's clocks.
#pragma once

#include <string>
#include <string_view>

#include "tests/support/random_policy.hpp"

namespace sentrail::support {

// A window, now and then of a zone that nobody knows.
[[nodiscard]] compiler::ir::Operand random_window(Random& random);

// A test of `time`, by a window or an instant.
[[nodiscard]] compiler::ir::Atom random_time_test(Random& random);

// The condition of a test; where that compares `time`, now and then of one or two ranges instead.
[[nodiscard]] compiler::ir::ConditionId random_time_condition(Random& random,
                                                              compiler::ir::Policy& policy,
                                                              compiler::ir::Atom test);

// An instant as requests say it, within two years of 2026-11-20, where analysis looks in tests.
[[nodiscard]] std::string_view random_instant(Random& random);

// An instant in one of the ways to write it.
[[nodiscard]] std::string written_instant(Random& random, std::string_view instant);

// Days and hours in one of the ways to write them, and a blank; the zone is the caller's.
[[nodiscard]] std::string written_window(Random& random, const compiler::ir::Operand& operand);

}  // namespace sentrail::support
