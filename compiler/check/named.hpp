// Conditions with a name: parameters, cycles, size, and the tests that no use can change.
//
// Neighbours: scope.hpp keeps what is found, conditions.cpp begins here, uses.hpp goes on where a
// condition is used. Must not know: operators, rules.
// source: docs/language.md, section 12.
#pragma once

#include <vector>

#include "compiler/check/uses.hpp"

namespace sentrail::compiler::checking {

// Judges every condition with a name and fills Scope::conditions and Scope::settled. Reports also
// what is nested too deep in rules once it is written out.
// out: for each of Ast::exprs whether it stands in the body of such a condition.
[[nodiscard]] std::vector<bool> check_named(Context& context, const WriteTest& write);

}  // namespace sentrail::compiler::checking
