// Conditions as policy text: what names the counts of sessions, and reads as itself again.
//
// Neighbours: ir.hpp has the tree; check/ names counts by it, probe/ writes values of tests. Must
// not know: how an author wrote it, which words are short for which. Unlike dump() it is the
// language itself.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "compiler/ir/ir.hpp"

namespace sentrail::compiler::ir {

// A string between quotes, what nobody would see escaped. REQUIRES: the text is UTF-8.
[[nodiscard]] std::string string_literal(std::string_view text);

// A condition in its one way of writing: strings in quotes, lists in brackets, negation by `not`,
// parentheses where they are needed and nowhere else. REQUIRES: it has no `always` in it.
// Recursion: kConditionDepthMax.
[[nodiscard]] std::string policy_text(const IdVector<ConditionTag, Condition>& conditions,
                                      ConditionId root);

// What names a count: `(action == "issues.create") within 10m`. source: docs/language.md, L20.7.
[[nodiscard]] std::string count_text(const IdVector<ConditionTag, Condition>& conditions,
                                     ConditionId root, std::int64_t within_ms);

}  // namespace sentrail::compiler::ir
