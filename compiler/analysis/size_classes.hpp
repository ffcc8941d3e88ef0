// The classes of sizes: between two of them no test of a size, and no limit, lies.
//
// Neighbours: space_lists.cpp makes dimensions of them. Must not know: what is counted.
// source: docs/language.md, L5.13.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "compiler/analysis/bits.hpp"
#include "compiler/ir/ir.hpp"

namespace sentrail::compiler::analysis {

// Sizes from `low` to `high`, both included.
struct SizeRange {
  static constexpr std::uint64_t kEndless = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t low = 0;
  std::uint64_t high = kEndless;

  [[nodiscard]] bool has(std::uint64_t size) const noexcept { return low <= size && size <= high; }
};

// The ranges, ascending from 0 without gaps, and for each test those in which it is true.
struct SizeClasses {
  std::vector<SizeRange> ranges;
  std::vector<Bits> tests;
};

// Divides sizes by tests, and before each of `begins`. REQUIRES: each test is of a size. Nothing if
// one asks for more than limits::kAnalysisSizeMax.
[[nodiscard]] std::optional<SizeClasses> size_classes(std::span<const ir::Atom* const> tests,
                                                      std::span<const std::uint64_t> begins);

}  // namespace sentrail::compiler::analysis
