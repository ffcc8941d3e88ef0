// Policies over a few attributes as SMT-LIB, for another judge.
//
// Neighbours: z3_test.cpp asks z3. Written from docs/language.md; must not know: classes, formulas
// and searches of the analysis.
#pragma once

#include <string>

#include "compiler/ir/ir.hpp"
#include "tests/support/random_policy.hpp"

namespace sentrail::compiler::analysis {

// A policy whose tests this file can say: of env, resource.ref, risk, agent.registered,
// agent.roles and body.n, by every operator that analysis is exact about and z3 has words for, of
// their sizes and of each role; some rules have an end. It has two claims.
[[nodiscard]] ir::Policy smt_policy(support::Random& random);

// Declarations of what a request is.
[[nodiscard]] std::string smt_request();

// A policy as functions whose names begin with `prefix`: `<prefix>must3` and `<prefix>may3` for
// the rules in order, `<prefix>fires3`, `<prefix>effect` (0 to 2), `<prefix>claim1` for the claims.
[[nodiscard]] std::string smt_of(const ir::Policy& policy, const std::string& prefix);

}  // namespace sentrail::compiler::analysis
