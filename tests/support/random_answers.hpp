// Answers of random requests, and how requests are spoilt.
//
// Neighbours: random_policy.hpp declares what is drawn. Must not know: any evaluator.
#pragma once

#include "compiler/ir/ir.hpp"
#include "compiler/oracle/value.hpp"
#include "tests/support/random_policy.hpp"

namespace sentrail::support {

// `response exists`.
[[nodiscard]] compiler::ir::Atom answered();

// Gives a request an answer, or takes what it has of one away.
void answer_or_not(Random& random, compiler::oracle::Request& request);

}  // namespace sentrail::support
