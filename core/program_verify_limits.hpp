// Decides whether the limits of a program are limits.
//
// Neighbours: program_verify.cpp calls it last. Must not know: counters.
#pragma once

#include "core/program.hpp"
#include "core/result.hpp"

namespace sentrail {

// Checks limits and their keys. REQUIRES: rules and slots are verified. fails: corrupt.
// source: docs/bundle_format.md.
[[nodiscard]] Status verify_limits(const Program& program);

}  // namespace sentrail
