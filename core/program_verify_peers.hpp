// Tests of one slot against another: what verify(program) asks of them.
//
// Neighbours: program_verify.cpp. Must not know: the rest of a program.
#pragma once

#include "core/program.hpp"
#include "core/result.hpp"

namespace sentrail {

// Checks the slots that others are compared with, and each such test. REQUIRES: slots, operands and
// atoms are verified. fails: corrupt.
[[nodiscard]] Status verify_peers(const Program& program);

}  // namespace sentrail
