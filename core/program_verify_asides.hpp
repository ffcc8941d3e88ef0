// Decides whether the rows of notes, obligations, duties and asides are such as a compiler writes.
//
// Neighbours: program_verify.cpp calls it once rules and slots are verified, and has looked at what
// asides have of rules by then. Must not know: what obligations do.
#pragma once

#include "core/program.hpp"
#include "core/result.hpp"

namespace sentrail {

// Checks order, references, texts and counts. REQUIRES: text, tiers, rules and slots verified.
// fails: corrupt.
[[nodiscard]] Status verify_notes(const Program& program);
[[nodiscard]] Status verify_asides(const Program& program);

}  // namespace sentrail
