// What each rule demands: tests of which one must hold, or be undecidable, for it to match.
//
// A condition that is an `all` demands each of its parts; an `any` demands one test of each of its
// parts; a negated test demands nothing that can be looked up. So every rule has any number of
// clauses, and whichever of them is not met rules it out.
//
// Neighbours: bound.hpp (tests), table.hpp (files rules under one clause). Must not know: values.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/program.hpp"

namespace sentrail::decide {

// How likely it is that a test holds, in parts of kAlways; kNoKey for one that nothing is filed
// under.
inline constexpr std::uint64_t kAlways = 65'536;
inline constexpr std::uint64_t kNoKey = ~std::uint64_t{0};

// Tests of which one must hold or be undecidable. Without tests: the rule never matches.
struct Clause {
  std::uint32_t atoms_begin = 0;
  std::uint32_t atoms_end = 0;
  std::uint64_t weight = 0;  // of its tests together, at most kAlways
};

// The clauses of all rules.
struct Demands {
  std::vector<std::uint32_t> atoms;
  std::vector<Clause> clauses;
  std::vector<std::uint32_t> rules;  // the first clause of each rule, and the end

  // The clauses of a rule, and the tests of a clause.
  [[nodiscard]] std::span<const Clause> of(std::uint32_t rule) const noexcept {
    return {clauses.data() + rules[rule], clauses.data() + rules[rule + 1]};
  }
  [[nodiscard]] std::span<const std::uint32_t> of(const Clause& clause) const noexcept {
    return {atoms.data() + clause.atoms_begin, atoms.data() + clause.atoms_end};
  }
};

// Tests that one clause names: more would be filed too often.
inline constexpr std::size_t kClauseTestsMax = 64;

// Clauses that a rule keeps, the least likely ones: choosing among them takes a look at each for
// each column that is given up.
inline constexpr std::size_t kClausesMax = 64;

// Finds the demands of all rules. in: a weight for each atom. REQUIRES: a verified program.
// cost: linear in the nodes.
[[nodiscard]] Demands demands_of(const Program& verified, std::span<const std::uint64_t> weights);

}  // namespace sentrail::decide
