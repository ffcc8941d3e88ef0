// What reviewers do with held calls beside deciding: editing one, asking for a rule, seeing how
// decisions are made.
//
// Neighbours: approval_commands.cpp adds the family. Must not know: other commands.
// source: docs/api.md A4.
#pragma once

#include "interceptor/cli/context.hpp"

namespace CLI {
class App;
}

namespace sentrail::cli {

// Adds `edit`, `always` and `metrics`.
void add_approval_tools(CLI::App& family, Context& context);

}  // namespace sentrail::cli
