// The part of verify(program) that judges zones, windows, instants and the tests that name them.
//
// Neighbours: program_verify.cpp calls it. Must not know: the zone database.
#pragma once

#include "core/program.hpp"
#include "core/result.hpp"

namespace sentrail {

// Checks names and order of zones, the numbers of windows, instants and their order, and that
// `time` is tested by one window under `in` or one instant in order, and nothing else is. REQUIRES:
// text, atoms, operands and slots are verified. fails: corrupt. cost: linear in the rows.
[[nodiscard]] Status verify_windows(const Program& program);

}  // namespace sentrail
