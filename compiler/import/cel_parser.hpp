// CEL text to an expression.
//
// Neighbours: cel_grammar.hpp and expression.hpp inside, cel.cpp after it. Must not know: what can
// be carried.
#pragma once

#include <string_view>

#include "compiler/import/expression.hpp"
#include "core/result.hpp"

namespace sentrail::compiler::import_ {

// One expression.
struct CelExpression {
  SourceExprs expressions;
  SourceExprId root;
};

// Parses one expression. fails: invalid_argument with the place of what is not CEL, or is nested
// too deep. cost: linear in the text.
[[nodiscard]] Result<CelExpression> parse_cel(std::string_view text);

}  // namespace sentrail::compiler::import_
