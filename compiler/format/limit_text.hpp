// Limits of rules, and the state that a test gives, on one line each.
//
// Neighbours: format.cpp puts them in their place. Must not know: comments, columns.
#pragma once

#include <string>

#include "compiler/source.hpp"
#include "compiler/syntax/ast.hpp"

namespace sentrail::compiler {

// `limit sum args.amount 5000 per 1d by agent.id else block`, without who approves.
[[nodiscard]] std::string limit_text(const LimitNode& node, const Source& source);

// `used small_payments = 20` with all that is used, or nothing.
[[nodiscard]] std::string used_text(const Given& node, const Source& source);

}  // namespace sentrail::compiler
