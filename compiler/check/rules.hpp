// Tiers and rules: names, priorities, `on`, outcomes.
//
// Neighbours: conditions.hpp made the conditions; tests.cpp looks rules up. Must not know: tests.
// source: docs/language.md, L8.2, L8.3, L8.9, L10.2, L10.3, L10.9, L10.10.
#pragma once

#include <vector>

#include "compiler/check/context.hpp"

namespace sentrail::compiler::checking {

// Appends the tiers of the file to the policy, their rules in the order in which they are tried.
// `conditions`: what check_conditions() gave.
void check_tiers(Context& context, const std::vector<ir::ConditionId>& conditions);

// Reports a tool that no imported catalog has. out: whether one has it, or none can be asked.
bool check_tool(Context& context, std::string_view tool, Span span);

}  // namespace sentrail::compiler::checking
