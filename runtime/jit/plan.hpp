// Which rules are worth native code, and the formulas of their conditions.
//
// Neighbours: formula.hpp (formulas), library.hpp (has code made of them), runtime/decide (bound
// programs). Must not know: LLVM, facts. Pure: the same program always gives the same plan.
// source: docs/engine.md, "Native code".
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "runtime/decide/native.hpp"
#include "runtime/decide/table.hpp"
#include "runtime/jit/formula.hpp"

namespace sentrail::jit {

// Up to 64 rules with one function.
struct PlannedBlock {
  FormulaBuilder formulas;
  std::vector<FormulaRule> conditions;
  std::vector<std::uint32_t> rules;   // of each condition
  std::vector<std::uint32_t> inputs;  // of its tests: into Plan::inputs, ascending
};

// Which rules: those that gain; or, for tests, all, with a table beside them or without.
enum class Coverage : std::uint8_t { gainful, every_rule, whole };

// A microsecond, by the model: less is not worth LLVM.
inline constexpr std::uint64_t kSavedMin = 1'000 * decide::kAlways;

// What to make.
struct Plan {
  std::vector<decide::NativeInput> inputs;
  std::vector<std::uint32_t> bounds;  // see decide::NativeInput
  std::vector<PlannedBlock> blocks;
  std::size_t nodes = 0;     // of all formulas
  std::size_t left_out = 0;  // rules for which there was no room
  bool whole = false;        // the blocks are all rules in their order, see decide::NativeRules
  // What a decision costs with all of it and without, by the model.
  std::uint64_t expected_cost = 0;
  std::uint64_t cost_without = 0;

  // Whether native code is taken unasked: where it promises that decisions take a third less, and
  // so much less that LLVM's tens of megabytes are worth it.
  [[nodiscard]] bool pays() const noexcept {
    return !blocks.empty() && expected_cost * 3 / 2 <= cost_without &&
           cost_without - expected_cost >= kSavedMin;
  }
};

// Plans native code for a program: for the rules that a table has to judge often, or, where that
// costs less, for all of them instead of the table. Never for all if that may be more than so many
// instructions. cost: n log n in rules, tests and the bytes of patterns.
[[nodiscard]] Plan plan(const decide::BoundProgram& bound, const decide::RuleTable& table,
                        Coverage coverage, std::size_t instructions_max);

}  // namespace sentrail::jit
