// Whether a policy's tests would notice mistakes in it, and tests that would notice the rest.
//
// Neighbours: mistakes.hpp makes them, tester.hpp says what a test expects, analysis/diff.hpp tells
// a mistake that changes nothing from one that no test looks for. Must not know: output, files.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "compiler/catalog/catalog.hpp"
#include "compiler/ir/ir.hpp"
#include "compiler/tester/mistakes.hpp"
#include "compiler/tester/situation.hpp"
#include "core/result.hpp"

namespace sentrail::compiler {

// A mistake after which all tests still pass, though some request is decided otherwise, or might
// be.
struct Survivor {
  Mistake mistake;
  std::optional<Situation> shown;  // in which it is, confirmed by engine and oracle
  std::string test;      // a declaration that would notice; empty where policy text has none
  std::string noticing;  // the name of a test that would, of this or an earlier survivor
  std::string why;       // without a situation: why none is known
};

// How many mistakes were made, and what became of them.
struct MutationScore {
  std::size_t tried = 0;
  std::size_t noticed = 0;        // some test failed
  std::size_t no_difference = 0;  // proved: no test can tell it
  std::size_t left_out = 0;       // past a budget: not tried
  std::vector<Survivor> survivors;

  // Mistakes that tests can notice.
  [[nodiscard]] std::size_t noticeable() const noexcept { return tried - no_difference; }
};

// What is told while it runs: how many of how many mistakes were tried.
using MutationProgress = std::function<void(std::size_t done, std::size_t all)>;

// Makes each mistake and runs the tests: those of the policy, and for a mistake in a module those
// of the module. Deterministic. in: `default_span`, where the policy's default is written.
// REQUIRES: all tests pass. cost: limits::kMistakeStepsMax, kMistakeRulesComparedMax.
// fails: as lower().
[[nodiscard]] Result<MutationScore> mutation_score(const ir::Policy& policy,
                                                   std::span<const ir::Policy> modules,
                                                   std::span<const Catalog> catalogs,
                                                   const Sources& sources, Span default_span,
                                                   const MutationProgress& progress);

}  // namespace sentrail::compiler
