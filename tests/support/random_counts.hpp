// Counts of sessions in random policies and requests.
//
// Neighbours: random_policy.hpp declares what is drawn. Must not know: any evaluator.
#pragma once

#include "compiler/ir/ir.hpp"
#include "compiler/oracle/value.hpp"
#include "tests/support/random_policy.hpp"

namespace sentrail::support {

// What random policies count, named as policy text would be.
[[nodiscard]] const std::vector<compiler::ir::Count>& drawn_counts();

// A test of one of them, which the policy counts from now on.
[[nodiscard]] compiler::ir::Atom random_count(Random& random, compiler::ir::Policy& policy);

// What a session has counted: each of them, nothing or nobody knows.
[[nodiscard]] compiler::oracle::Value random_counts(Random& random);

// A condition of a policy, written out as a count of its own. REQUIRES: it asks of calls alone.
[[nodiscard]] compiler::ir::Count count_of(const compiler::ir::Policy& policy,
                                           compiler::ir::ConditionId root, std::int64_t within_ms);

}  // namespace sentrail::support
