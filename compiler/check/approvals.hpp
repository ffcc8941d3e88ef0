// Checks who approves and by when.
//
// Neighbours: rules.cpp and check.cpp hand in what is written beside an effect. Must not know: who
// is in a group, how votes are counted.
#pragma once

#include <optional>

#include "compiler/check/context.hpp"

namespace sentrail::compiler::checking {

// What `from` and `within` mean beside an outcome; the usual if they are not written or wrong.
// source: docs/language.md, L10.17.
[[nodiscard]] ir::Approval check_approval(Context& context, const std::optional<ApprovalNode>& node,
                                          Outcome outcome);

}  // namespace sentrail::compiler::checking
