// The part of verify(program) that judges what sessions count.
//
// Neighbours: program_verify.cpp calls it. Must not know: who counts.
#pragma once

#include "core/program.hpp"
#include "core/result.hpp"

namespace sentrail {

// Checks that each slot of `session.count` has one count and each count such a slot, their order
// and times, and that what is counted asks nothing of sessions and answers. REQUIRES: text, steps,
// slots, atoms, operands, peers and all trees are verified. fails: corrupt. cost: linear in the
// rows.
[[nodiscard]] Status verify_counts(const Program& program);

}  // namespace sentrail
