// What the tests of a policy reach: its rules, both outcomes of each test in a condition, the
// values at and beside its boundaries, and the ends of its limits; and requests that would reach
// the rest.
//
// Neighbours: tester.hpp makes the tests' requests, probe/ searches for others, Compiled confirms
// them. Must not know: output, files.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/catalog/catalog.hpp"
#include "compiler/ir/ir.hpp"
#include "compiler/oracle/value.hpp"
#include "compiler/tester/compiled.hpp"
#include "compiler/tester/situation.hpp"

namespace sentrail::compiler {

// What the tests saw of a rule: that it decided (a `pass`: that it ended its tier, an `also` rule:
// that it added what it obliges to), that it was a candidate, or neither.
enum class RuleSeen : std::uint8_t { decided, matched, not_matched };

// One thing that tests may reach. `rule` is a number of rule_at(). `example` is a request that
// would, confirmed by the engine.
struct CoveredRule {
  std::size_t rule = 0;
  RuleSeen seen = RuleSeen::not_matched;
  std::optional<oracle::Request> example;
};
struct CoveredOutcome {
  std::size_t rule = 0;
  ir::ConditionId test;
  bool outcome = true;
  bool seen = false;
  std::optional<oracle::Request> example;
};
struct CoveredBoundary {
  std::size_t rule = 0;
  ir::ConditionId test;
  oracle::Value value;  // the boundary, or its neighbour on the other side
  bool beside = false;
  bool seen = false;
  std::optional<oracle::Request> example;
};
// A request that is the last with room in a limit, or the first without.
struct CoveredLimit {
  std::size_t rule = 0;
  std::size_t limit = 0;
  bool room = true;
  bool seen = false;
  std::optional<Situation> example;
};

// What is measured and searched for. With `everything`, examples are searched also for what the
// tests reach already.
struct CoverageOptions {
  bool examples = true;
  bool everything = false;
  std::uint64_t seed = 1;
};

// All of it. The tool of an `on` clause is no test of its own. Outcomes and boundaries count where
// their rule was reached: no rule before it in its tier certainly matched. Shadow rules, which
// decide nothing that a test expects, have no part in it.
struct Coverage {
  std::vector<CoveredRule> rules;
  std::vector<CoveredOutcome> outcomes;
  std::vector<CoveredBoundary> boundaries;
  std::vector<CoveredLimit> limits;

  // How many tests decide by some rule, in per cent of all rules, rounded down; 100 without rules.
  [[nodiscard]] std::size_t rules_percent() const;
};

// Measures a policy's tests. REQUIRES: `compiled` is of `policy`. cost: the tests, and for each
// thing that is not reached a search, of which there are at most 5,000.
[[nodiscard]] Coverage coverage_of(const ir::Policy& policy, const Compiled& compiled,
                                   std::span<const Catalog> catalogs, const Sources& sources,
                                   const CoverageOptions& options);

// Whether the engine decides a situation as the meaning of the policy says.
[[nodiscard]] bool is_confirmed(const ir::Policy& policy, const Compiled& compiled,
                                const Situation& situation);

}  // namespace sentrail::compiler
