// What single tests and rules add to the cost certificate, for those who look for what is dear.
//
// Neighbours: program.hpp (the certificate itself). Must not know: nanoseconds.
// source: docs/bundle_format.md, "The cost certificate".
#pragma once

#include <cstdint>
#include <vector>

#include "core/program.hpp"

namespace sentrail {

// The steps that each test adds, its attribute aside: none for the tests of elements, which are
// counted with the quantifier. Indexed as Program::atoms. cost: linear in the program.
[[nodiscard]] std::vector<std::uint64_t> steps_of_atoms(const Program& verified);

// The rule whose tests add most, the first of equals; kNoRow if there are no rules.
[[nodiscard]] std::uint32_t dearest_rule(const Program& verified);

}  // namespace sentrail
