// Which rules two policies have in common, so that their formulas are the same.
//
// Neighbours: meaning.hpp makes formulas of the blocks, workbench.cpp aligns before it does. Must
// not know: searches. Whatever is aligned, no answer depends on it, only the time that it takes.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/analysis/meaning.hpp"

namespace sentrail::compiler::analysis {

// A block for each rule of both policies, as Meaning::number_rules takes them.
struct Blocks {
  std::vector<std::uint32_t> before;
  std::vector<std::uint32_t> after;
};

// All rules in common with itself.
[[nodiscard]] Blocks one_block(const ir::Policy& policy);

// Pairs rules of equal conditions and outcomes, in order, in tiers of the same name: those that
// begin and end the tiers, and between them a longest run of rules that stand once in each.
[[nodiscard]] Blocks common_blocks(Meaning& before, Meaning& after);

}  // namespace sentrail::compiler::analysis
