// Quantifiers as formulas: whether the list has an element of a class, and what the body says of
// such an element of the request.
//
// Neighbours: meaning.hpp makes the other conditions, space.hpp has the classes. Must not know:
// rules. source: docs/language.md, L5.15.
#pragma once

#include <functional>
#include <optional>

#include "compiler/analysis/circuit.hpp"
#include "compiler/ir/ir.hpp"
#include "core/truth.hpp"

namespace sentrail::compiler::analysis {

// A condition in both banks: where it is not false, and where it is true.
struct Banks {
  Node may = kFalse;
  Node must = kFalse;
};

// The banks of conditions that ask for an element, in one policy.
class Quantified {
 public:
  // `of_request` gives the banks of a test of the request, by its condition.
  using OfRequest = std::function<Banks(ir::ConditionId)>;
  Quantified(const ir::Policy& policy, Space& space, Circuit& circuit, OfRequest of_request)
      : policy_(policy), space_(space), circuit_(circuit), of_request_(std::move(of_request)) {}

  // Of a quantifier without one within it, and of a `has`. `blind`: where its list is absent it is
  // undecidable. cost: the parts of the body for each class.
  [[nodiscard]] Banks banks_of(ir::ConditionId id, const Elements& elements, bool blind);
  [[nodiscard]] Banks banks_of(const ir::Atom& has, const Elements& elements, bool blind);

 private:
  [[nodiscard]] Banks of_body(ir::ConditionId id, const Elements& elements, std::size_t one);
  [[nodiscard]] Banks joined(std::span<const Banks> by_class, const Elements& elements, bool some,
                             bool blind);

  const ir::Policy& policy_;
  Space& space_;
  Circuit& circuit_;
  OfRequest of_request_;
};

}  // namespace sentrail::compiler::analysis
