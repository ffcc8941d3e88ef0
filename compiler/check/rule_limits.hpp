// Checks limits: what a rule's requests are counted by, and what a test says was counted.
//
// Neighbours: rules.cpp hands in what stands on a rule, tests.cpp what a test gives. Must not know:
// counters. source: docs/language.md, section 14.
#pragma once

#include <optional>
#include <vector>

#include "compiler/check/context.hpp"

namespace sentrail::compiler::checking {

// The limits of a rule, those left out that are wrong. source: docs/language.md, L14.2.
[[nodiscard]] std::vector<ir::Limit> check_limits(Context& context, const RuleNode& node);

// What a test says of one limit of a rule; nothing if there is no such limit or number.
// source: docs/language.md, L14.10.
[[nodiscard]] std::optional<ir::GivenUsed> check_used(Context& context, const GivenUsed& node,
                                                      const ir::Rule& rule);

// How many calls a test says were made before.
[[nodiscard]] std::uint32_t check_calls(Context& context, const Literal& calls);

}  // namespace sentrail::compiler::checking
