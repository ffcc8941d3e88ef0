// The part of verify(program) that judges which conditions name which elements.
//
// Neighbours: program_verify.cpp calls it. Must not know: how conditions are evaluated.
#pragma once

#include "core/program.hpp"
#include "core/result.hpp"

namespace sentrail {

// Checks that literals name only elements of quantifiers around them, and that depths ascend by
// one, so that nothing contains itself. REQUIRES: nodes, atoms, operands, slots and quantifiers are
// verified each by itself. fails: corrupt. cost: linear in the nodes.
[[nodiscard]] Status verify_scopes(const Program& program);

}  // namespace sentrail
