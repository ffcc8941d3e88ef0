// From the tree of a regular expression to the steps that an engine runs.
//
// Neighbours: tree.hpp, lower/ writes the steps into a bundle, core/program.hpp says what they
// mean. Must not know: policies, how steps are run. source: K. Thompson, Regular expression search
// algorithm, CACM 11 (1968).
#pragma once

#include <cstdint>
#include <vector>

#include <tl/expected.hpp>

#include "compiler/regex/tree.hpp"
#include "core/program.hpp"

namespace sentrail::compiler::regex {

// The steps of one regular expression, the first of them to begin with. Targets and sets are
// indices into this program; equal sets stand once.
struct Program {
  std::vector<RegexStepRow> steps;
  std::vector<std::vector<Range>> sets;
};

// Expands repetitions and lays out steps. fails: more than limits::kRegexStepsMax of them.
// cost: linear in the steps, whatever repetitions are nested.
[[nodiscard]] tl::expected<Program, Problem> compile(const Tree& tree);

}  // namespace sentrail::compiler::regex
