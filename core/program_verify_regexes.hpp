// The part of verify(program) that judges regular expressions.
//
// Neighbours: program_verify.cpp calls it. Must not know: how steps are run.
#pragma once

#include "core/program.hpp"
#include "core/result.hpp"

namespace sentrail {

// Checks that steps, sets and ranges are partitioned by their parents, that each step leads only to
// steps of its own expression, and that ranges ascend. Sources are the caller's to check.
// fails: corrupt. cost: linear in the rows.
[[nodiscard]] Status verify_regexes(const Program& program);

}  // namespace sentrail
