// The part of verify(program) that judges networks and the tests of addresses.
//
// Neighbours: program_verify.cpp calls it. Must not know: how engines search networks.
#pragma once

#include "core/program.hpp"
#include "core/result.hpp"

namespace sentrail {

// Checks families, prefixes, bits and order of networks; that what is compared with networks is an
// address, which is compared with nothing else, and by `==` with a single one. REQUIRES: text,
// atoms, operands and slots are verified. fails: corrupt. cost: linear in the rows.
[[nodiscard]] Status verify_networks(const Program& program);

}  // namespace sentrail
