// Cedar text to policies as written.
//
// Neighbours: cedar_grammar.hpp and expression.hpp inside, cedar.cpp after it. Must not know: what
// can be carried.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/import/expression.hpp"
#include "core/result.hpp"

namespace sentrail::compiler::import_ {

// A `when` or an `unless`.
struct CedarCondition {
  bool unless = false;
  SourceExprId expression;
};

// `@name("text")`.
struct CedarAnnotation {
  std::string name;
  std::string text;
};

// One policy. A scope is an expression on its variable, or the variable alone.
struct CedarPolicy {
  bool permit = false;
  std::vector<CedarAnnotation> annotations;
  std::vector<SourceExprId> scopes;  // of principal, action, resource
  std::vector<CedarCondition> conditions;
  std::uint32_t line = 1;
};

// One file.
struct CedarFile {
  SourceExprs expressions;
  std::vector<CedarPolicy> policies;
};

// Parses a policy set, comments left out. fails: invalid_argument with the place of what is not
// Cedar, or is nested too deep. cost: linear in the text.
[[nodiscard]] Result<CedarFile> parse_cedar(std::string_view text);

}  // namespace sentrail::compiler::import_
