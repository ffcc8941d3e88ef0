// Tests of `args` against what the tools of imported lock files take.
//
// Neighbours: catalog/input_shape.hpp has the tools' arguments, check.cpp runs this when there was
// no error. Must not know: JSON Schema, lock files, how calls are decided: it refuses typing
// mistakes and changes no decision. source: docs/language.md, section 17.
#pragma once

#include "compiler/check/context.hpp"

namespace sentrail::compiler::checking {

// Reports tests of arguments that no tool of a rule has or that can never hold of them, and names
// of tools that match none. Without an imported lock file it does nothing. fails: S0228, S0229,
// S0312, S0313. cost: the tests of rules times the locked tools.
void check_arguments(Context& context);

}  // namespace sentrail::compiler::checking
