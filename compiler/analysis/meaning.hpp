// A policy as formulas: when each rule may and must match, which rules are candidates, what the
// decision is and which rule decides.
//
// Neighbours: circuit.hpp (formulas), questions.hpp, diff.hpp and prove.hpp ask about them. Must
// not know: searches. source: docs/language.md, section 8.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "compiler/analysis/circuit.hpp"
#include "compiler/ir/ir.hpp"

namespace sentrail::compiler::analysis {

// A condition in both banks: where it is not false, and where it is true.
struct Banks {
  Node may = kFalse;
  Node must = kFalse;
};

// One rule, in tier then rule order.
struct RuleMeaning {
  const ir::Rule* rule = nullptr;
  std::size_t tier = 0;
  Banks condition;
  Node before = kTrue;  // no rule before it in its tier is certain
  Node candidate = kFalse;
  Node fires = kFalse;  // it is certain and looked at
};

// The formulas of one policy. The policy outlives it.
class Meaning {
 public:
  // REQUIRES: the space knows the policy's tests and is built.
  Meaning(const ir::Policy& policy, Space& space, Circuit& circuit);

  [[nodiscard]] const ir::Policy& policy() const noexcept { return *policy_; }
  [[nodiscard]] const std::vector<RuleMeaning>& rules() const noexcept { return rules_; }
  [[nodiscard]] Banks condition(ir::ConditionId id) const { return conditions_[id.value]; }
  // The condition of a rule where no test on a dimension knows absence but `exists`: such a test is
  // undecidable where the value is absent.
  [[nodiscard]] Banks without_absence(const ir::Rule& rule, DimensionId dimension);
  // The value dimensions that a rule's tests, `exists` apart, look at.
  [[nodiscard]] std::vector<DimensionId> tested_by(const ir::Rule& rule) const;

  // The decision has at least, or exactly, an effect.
  [[nodiscard]] Node at_least(Effect effect) const {
    return at_least_[static_cast<std::size_t>(effect)];
  }
  [[nodiscard]] Node effect_is(Effect effect);
  // The rule decides; nothing: the default does.
  [[nodiscard]] Node decided_by(std::optional<std::size_t> rule);

 private:
  [[nodiscard]] Banks banks_of(ir::ConditionId id, std::span<const Banks> below,
                               std::optional<DimensionId> no_absence);
  [[nodiscard]] Banks banks_of(const ir::Atom& atom, std::optional<DimensionId> no_absence);
  [[nodiscard]] std::vector<ir::ConditionId> below(const ir::Rule& rule) const;
  void mind_end(const ir::Rule& rule, Banks& condition);
  void add_rule(const ir::Rule& rule, std::size_t tier, Node& before);
  [[nodiscard]] Node lifted();
  void number_deciders();

  const ir::Policy* policy_;
  Space& space_;
  Circuit& circuit_;
  std::vector<Banks> conditions_;
  std::vector<RuleMeaning> rules_;
  std::vector<Node> at_least_;
  std::vector<Node> deciders_;  // by rule, then the default's
};

}  // namespace sentrail::compiler::analysis
