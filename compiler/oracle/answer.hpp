// What is answered to a request: decision, limits, obligations, and what shadow rules would change.
//
// Neighbours: oracle.hpp decides, limits.hpp says which limits have room. Must not know: anything
// it is meant to check: no engine, no counters but as numbers that are given.
// source: docs/language.md, section 15.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/oracle/limits.hpp"
#include "compiler/oracle/oracle.hpp"

namespace sentrail::compiler::oracle {

// What is answered to a request of one action: the decision with its obligations.
struct Answer {
  Effect effect = Effect::block;
  std::optional<Approval> approval;         // of require_approval
  std::vector<ir::Obligation> obligations;  // by comes_before: no twins

  friend bool operator==(const Answer&, const Answer&) = default;
};

// What would be answered if a shadow rule were a rule, where that differs.
struct ShadowAnswer {
  std::string rule;
  Answer answer;

  friend bool operator==(const ShadowAnswer&, const ShadowAnswer&) = default;
};

// The answer of a policy where limits hold `used`. REQUIRES: the policy verifies.
// source: docs/language.md, L14.5, L15.5, L15.6.
[[nodiscard]] Answer answer(const ir::Policy& policy, const Request& request,
                            const Used& used = {});

// Of each shadow rule, in the order of tiers and their rules, what it would change. In `used`,
// `also` and shadow rules are numbered on from the rules: through all tiers, in each `also` rules
// first. REQUIRES: the policy verifies. source: docs/language.md, L15.9, L15.14.
[[nodiscard]] std::vector<ShadowAnswer> shadows_of(const ir::Policy& policy, const Request& request,
                                                   const Used& used = {});

}  // namespace sentrail::compiler::oracle
