// Decides whether the rows of approvals are such as a compiler writes.
//
// Neighbours: program_verify.cpp calls it once rules and texts are verified. Must not know: who is
// in a group.
#pragma once

#include "core/program.hpp"
#include "core/result.hpp"

namespace sentrail {

// Checks order, ranges, names, counts and times. REQUIRES: rules, policy and the seats' names
// verified. fails: corrupt.
[[nodiscard]] Status verify_approvals(const Program& program);

}  // namespace sentrail
