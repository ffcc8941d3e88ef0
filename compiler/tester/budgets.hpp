// The budgets of mutation, each with its unit and its reason; docs/policy_tools.md names them.
//
// Neighbours: core/limits.hpp has all others. Must not know: anything. What a budget leaves out is
// counted and said.
#pragma once

#include <cstddef>

namespace sentrail::limits {

// Mistakes that are tried in one policy: more survivors than a few are not read.
inline constexpr std::size_t kMistakesMax = 5'000;
// Rules, conditions and tests of the policy, for each mistake that is tried: a microsecond each.
inline constexpr std::size_t kMistakeStepsMax = 10'000'000;
// Rules, for each mistake that no test noticed and that analysis compares with the policy: at most
// a tenth of a millisecond each.
inline constexpr std::size_t kMistakeRulesComparedMax = 100'000;

}  // namespace sentrail::limits
