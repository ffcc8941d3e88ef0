// What `then` says, looked up.
//
// Neighbours: rules.cpp and tests.cpp read clauses, paths.hpp has attributes. Must not know: when a
// rule matches. source: docs/language.md, L15.11.
#pragma once

#include <vector>

#include "compiler/check/context.hpp"

namespace sentrail::compiler::checking {

// The obligations of a clause in the order of comes_before(); those that are wrong are reported and
// left out. in: whether they are obligations about answers.
[[nodiscard]] std::vector<ir::Obligation> check_obligations(
    Context& context, const std::vector<ObligationNode>& nodes, bool answers);

// Reports more obligations or shadow rules than a policy holds. REQUIRES: the tiers are checked.
void check_obligation_count(Context& context);

}  // namespace sentrail::compiler::checking
