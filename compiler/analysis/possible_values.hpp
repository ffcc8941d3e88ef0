// Which values attributes never have, whatever their type admits.
//
// Neighbours: scalar_classes.hpp makes classes by types, space.cpp makes dimensions of them. Must
// not know: tests. source: docs/language.md, L4.5, L19.3, L20.2.
#pragma once

#include "compiler/analysis/scalar_classes.hpp"
#include "compiler/ir/ir.hpp"

namespace sentrail::compiler::analysis {

// Takes away the classes of values that the attribute or member never has.
void keep_possible(const ir::AttributeRef& ref, ScalarClasses& classes);

}  // namespace sentrail::compiler::analysis
