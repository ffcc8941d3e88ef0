// Regular expressions of tests, and the warning about those that do not say where they begin and
// end.
//
// Neighbours: compiler/regex judges the text, conditions.cpp and lints.cpp ask. Must not know:
// engines. source: docs/language.md, L7.7 to L7.14 and L10.14.
#pragma once

#include <optional>

#include "compiler/check/context.hpp"
#include "compiler/ir/ir.hpp"

namespace sentrail::compiler::checking {

// Makes an operand of a regular expression, its flags first; reports what is wrong with it.
[[nodiscard]] std::optional<ir::Operand> regex_of(Context& context, const Literal& literal);

// Warns of each search in an allow rule that must succeed and is not anchored at both ends.
void warn_of_unanchored(Context& context, const ir::Rule& rule);

}  // namespace sentrail::compiler::checking
