// The analysis against z3, which knows strings, patterns and numbers in its own way.
//
// Neighbours: smt.hpp says the policies. Must not know: classes.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sentrail::compiler::analysis {

// Draws that many policies from a seed; fails the running test where a verdict is not z3's, or
// where analysis leaves more than one answer in a hundred open. What z3 does not know in
// `timeout_ms` is counted by itself: it must know most.
void compare_with_z3(std::uint64_t seed, std::size_t policies, unsigned timeout_ms);

}  // namespace sentrail::compiler::analysis
