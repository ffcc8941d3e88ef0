// Obligations, `also` and shadow rules of policies: drawn, written as text, and answers on one
// line.
//
// Neighbours: random_policy.hpp and written_policy.hpp draw and write with it, the tests of engines
// compare. Must not know: how either side gathers.
#pragma once

#include <string>
#include <vector>

#include "compiler/oracle/answer.hpp"
#include "tests/support/random_policy.hpp"

namespace sentrail::support {

// Gives obligations to some rules, and makes some rules `also` or shadow rules. The generator is
// not moved on.
void add_random_obligations(const Random& random, compiler::ir::Policy& policy);

// ` then …` that means the obligations; empty if there are none.
[[nodiscard]] std::string written_obligations(
    const std::vector<compiler::ir::Obligation>& obligations);

// An answer on one line, for comparison and messages.
[[nodiscard]] std::string describe(const compiler::oracle::Answer& answer);

// The same with what shadow rules would change, these without module and tier.
[[nodiscard]] std::string describe(const compiler::oracle::Answer& answer,
                                   const std::vector<compiler::oracle::ShadowAnswer>& shadows);

}  // namespace sentrail::support
