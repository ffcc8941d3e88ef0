// What a random policy may say that text cannot, and what it then says instead.
//
// Neighbours: random_policy.hpp draws, written_policy.hpp writes. Must not know: the grammar.
#pragma once

#include "compiler/ir/ir.hpp"
#include "tests/support/random_policy.hpp"

namespace sentrail::support {

// Makes a policy one that text can say: `always` only as a whole condition, patterns in lists only
// where they have wildcards, and no `is` of a type that the attribute never has.
void fit_to_text(Random& random, compiler::ir::Policy& policy);

}  // namespace sentrail::support
