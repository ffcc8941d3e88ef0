// Warnings on a policy that is well formed and likely not what its author means.
//
// Neighbours: check.cpp runs them when there was no error; asserted.hpp is one of them. Must not
// know: syntax. source: docs/language.md, L10.12.
#pragma once

#include "compiler/check/context.hpp"

namespace sentrail::compiler::checking {

// Warns of lists that no test uses, and of conditions that nothing does.
void warn_of_unused_names(Context& context);

// Warns of rules that never match or are never reached, and of allows on asserted values alone.
void warn_of_rules(Context& context);

}  // namespace sentrail::compiler::checking
