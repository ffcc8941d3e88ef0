// Limits of rules, and the state that a test gives, on one line each.
//
// Neighbours: format.cpp puts them in their place. Must not know: comments, columns.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "compiler/source.hpp"
#include "compiler/syntax/ast.hpp"

namespace sentrail::compiler {

// `limit sum args.amount 5000 per 1d by agent.id else block`, without who approves.
[[nodiscard]] std::string limit_text(const LimitNode& node, const Source& source);

// The limit of a rule whose number stands there. REQUIRES: there is one.
[[nodiscard]] const LimitNode& limit_at(const RuleNode& rule, std::size_t offset);

// `used small_payments = 20` with all that is used, and `after 20 calls`, each if it is written,
// with the place where it begins after its keyword.
[[nodiscard]] std::vector<std::pair<std::size_t, std::string>> state_texts(const Given& node,
                                                                           const Source& source);

}  // namespace sentrail::compiler
