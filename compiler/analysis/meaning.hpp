// A policy as formulas: when each rule may and must match, which rules are candidates, what the
// decision is and which rule decides.
//
// Neighbours: circuit.hpp (formulas), questions.hpp, diff.hpp and prove.hpp ask about them. Must
// not know: searches. source: docs/language.md, section 8.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "compiler/analysis/circuit.hpp"
#include "compiler/analysis/quantified.hpp"
#include "compiler/ir/ir.hpp"

namespace sentrail::compiler::analysis {

// One rule, in tier then rule order.
struct RuleMeaning {
  const ir::Rule* rule = nullptr;
  std::size_t tier = 0;
  Banks condition;
  Node before = kTrue;  // no rule before it in its tier is certain
  Node candidate = kFalse;
};

// The block of a rule that no other policy has; see Meaning::number_rules.
inline constexpr std::uint32_t kOwnBlock = 0;

// The formulas of one policy. The policy outlives it.
class Meaning {
 public:
  // Makes the formulas of conditions. REQUIRES: the space knows the policy's tests and is built.
  Meaning(const ir::Policy& policy, Space& space, Circuit& circuit);
  // Makes those of rules and effects. `blocks`, one a rule: rules of a tier that another policy has
  // in the same order are in blocks of consecutive ones, and a block's formulas are then the same
  // in both, whatever stands between them; kOwnBlock: the other has no such rule. What the formulas
  // mean does not depend on the blocks. REQUIRES: called once.
  void number_rules(std::span<const std::uint32_t> blocks);

  [[nodiscard]] const ir::Policy& policy() const noexcept { return *policy_; }
  // What the classes say of the test of a condition; null for what is no test, or is one of an
  // element, or a `has` of a list whose elements have classes.
  [[nodiscard]] const AtomSets* sets_of(ir::ConditionId id) const { return sets_[id.value]; }
  [[nodiscard]] const std::vector<RuleMeaning>& rules() const noexcept { return rules_; }
  [[nodiscard]] Banks condition(ir::ConditionId id) const { return conditions_[id.value]; }
  // The condition of a rule: `when and not unless`.
  [[nodiscard]] Banks condition(const ir::Rule& rule);
  // The condition of a rule where no test on a dimension knows absence but `exists`: such a test is
  // undecidable where the value is absent.
  [[nodiscard]] Banks without_absence(const ir::Rule& rule, DimensionId dimension);
  // The value dimensions that a rule's tests, `exists` apart, and quantifiers look at.
  [[nodiscard]] std::vector<DimensionId> tested_by(const ir::Rule& rule) const;

  // The decision has at least, or exactly, an effect.
  [[nodiscard]] Node at_least(Effect effect) const {
    return at_least_[static_cast<std::size_t>(effect)];
  }
  [[nodiscard]] Node effect_is(Effect effect);
  // The default joins.
  [[nodiscard]] Node default_joins() const noexcept { return joined_; }
  // The rule decides; nothing: the default does.
  [[nodiscard]] Node decided_by(std::optional<std::size_t> rule);

 private:
  [[nodiscard]] Banks banks_of(ir::ConditionId id, std::span<const Banks> below,
                               std::optional<DimensionId> no_absence);
  [[nodiscard]] Banks banks_of_atom(ir::ConditionId id, std::optional<DimensionId> no_absence);
  [[nodiscard]] Banks without_absence(Banks banks, const Dimension& equality,
                                      DimensionId no_absence);
  [[nodiscard]] Banks banks_of_quantifier(ir::ConditionId id,
                                          std::optional<DimensionId> no_absence);
  [[nodiscard]] Quantified quantified(std::optional<DimensionId> no_absence);
  [[nodiscard]] const Elements* elements_of(ir::ConditionId id) const;
  [[nodiscard]] std::vector<ir::ConditionId> below(const ir::Rule& rule, bool within) const;
  void mind_end(const ir::Rule& rule, Banks& condition);
  // Rules of one block, in formulas that leave out the policy's own rules before them.
  struct Stretch {
    bool guard = false;
    bool has_pass = false;     // its tier has
    Node own_before = kTrue;   // no own rule before it is certain
    Node own_no_pass = kTrue;  // no own `pass` before it is a candidate
    std::vector<std::pair<std::optional<Effect>, Node>> candidates;
    std::vector<Node> lifting;  // each takes the default out
  };
  void add_tier(const ir::Tier& tier, std::size_t number, std::span<const std::uint32_t> blocks);
  [[nodiscard]] Node lifted();
  void number_deciders();

  const ir::Policy* policy_;
  Space& space_;
  Circuit& circuit_;
  std::vector<const AtomSets*> sets_;  // by condition; of tests of the request
  std::vector<Banks> conditions_;
  std::vector<RuleMeaning> rules_;
  std::vector<Stretch> stretches_;
  Node joined_ = kTrue;
  std::vector<Node> at_least_;
  std::vector<Node> deciders_;  // by rule, then the default's
};

}  // namespace sentrail::compiler::analysis
