// What a join of formulas may leave out without saying anything else.
//
// Neighbours: formula.cpp alone. Must not know: unknowns; they are gone before. Each step keeps the
// truth of the formula for every request that can be read in full; with something unreadable the
// answer may only become what all readings agree on. source: docs/importers.md, Bounds.
#pragma once

#include <cstddef>
#include <vector>

#include "compiler/import/formula.hpp"

namespace sentrail::compiler::import_ {

// Parts of a join that are compared with each other: longer ones are lists in disguise.
inline constexpr std::size_t kSearchedMax = 64;

// Whether two formulas are written the same, looking no deeper than tests.
[[nodiscard]] bool is_same(const FormulaRef& a, const FormulaRef& b);
// Whether one of the parts, if they are few, is written the same.
[[nodiscard]] bool has_same(const std::vector<FormulaRef>& parts, const FormulaRef& formula);

// Joins what is in negation normal form, and drops what other parts imply.
[[nodiscard]] FormulaRef tidy_and(std::vector<FormulaRef> parts, Leaning leaning);
[[nodiscard]] FormulaRef tidy_or(std::vector<FormulaRef> parts, Leaning leaning);

}  // namespace sentrail::compiler::import_
