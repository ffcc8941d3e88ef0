// Tests and conditions, from tree to IR.
//
// Neighbours: operands.hpp and paths.hpp below, rules.cpp above. Must not know: rules.
// source: docs/language.md, L5.1, L10.5 to L10.7.
#pragma once

#include <optional>
#include <vector>

#include "compiler/check/context.hpp"

namespace sentrail::compiler::checking {

// Checks every condition of the file and gives the IR's for each node of Ast::exprs that is a whole
// condition of a rule. A broken test is reported and stands as `always`.
[[nodiscard]] std::vector<ir::ConditionId> check_conditions(Context& context);

// What a test gives as counted; reports what is wrong with it and gives nothing then. The policy
// counts nothing more for it. REQUIRES: the path counts something.
[[nodiscard]] std::optional<ir::Count> given_count(Context& context, const Path& path);

}  // namespace sentrail::compiler::checking
