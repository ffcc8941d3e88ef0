// Why a decision is what it is: every rule's truth, and which of its tests settled it.
//
// Neighbours: engine.hpp (the decision itself), reason.hpp (texts); sentrailc explain and the
// console show it. Must not know: output formats. The cold path: every rule is evaluated, whether
// it mattered or not, and everything allocates.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/decision.hpp"
#include "core/facts.hpp"
#include "core/truth.hpp"
#include "runtime/decide/approval.hpp"
#include "runtime/decide/engine.hpp"
#include "runtime/decide/obligations.hpp"

namespace sentrail::decide {

// One test of a rule on this action. `truth` is that of the test as written, `not` included.
struct TestAnswer {
  std::uint32_t atom = 0;
  bool negated = false;
  Truth truth = Truth::f;
  std::string text;        // the test with its negation, e.g. `env != "live"`
  std::string value;       // what its attribute was, escaped and cut short
  std::uint32_t line = 0;  // where it is written, from 1; 0 if unknown
  std::uint32_t column = 0;
};

// One limit of a candidate.
struct LimitAnswer {
  std::uint32_t limit = 0;  // index into Program::limits
  std::string text;         // `limit 20 per 1h by agent.id`
  bool countable = false;   // its keys and amount could be read
  bool room = false;
  std::int64_t amount = 0;  // that the request charges; units: millionths
};

// One rule on this action.
struct RuleAnswer {
  std::uint32_t rule = 0;
  Truth truth = Truth::f;  // of its condition
  bool reached = false;    // no earlier rule of its tier certainly matched
  bool candidate = false;  // reached, and its condition true or undecidable
  bool ended = false;      // an `allow` whose end has come: false whatever its condition
  // The fewest tests that settle the condition, in the order in which they are written: for a true
  // `and` all of its tests, for a false one the first false, for an undecidable one those that are.
  std::vector<TestAnswer> settled_by;
};

// One decision with its grounds.
struct Explanation {
  Decision decision;
  std::string rule;                       // module.tier.rule, or `default`
  std::string reason;                     // see reason_of
  std::optional<Approval> approval;       // of require_approval
  std::vector<std::uint32_t> candidates;  // all of them, in order
  std::vector<LimitAnswer> limits;        // of the candidates, in order
  std::vector<RuleAnswer> rules;          // all rules, in order
  std::vector<RuleAnswer> asides;         // `also` and shadow rules
};

// Explains the decision on some facts, every limit having room. REQUIRES: scratch fits.
// cost: every test of every rule.
[[nodiscard]] Explanation explain(const Engine& engine, const Facts& facts, Scratch& scratch);

// Explains a decision of resolve() or of the engine on these facts. in: obligations whose hidden
// values are not shown; null: it shows all.
[[nodiscard]] Explanation explain(const Engine& engine, const Decision& decision,
                                  const Facts& facts, Scratch& scratch,
                                  const ObligationSet* hidden = nullptr);

}  // namespace sentrail::decide
