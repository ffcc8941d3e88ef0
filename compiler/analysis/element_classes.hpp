// The elements of a list as the bodies of quantifiers tell them apart.
//
// Neighbours: space_lists.cpp makes dimensions of the classes, quantified.hpp makes formulas of the
// bodies. Must not know: the request; its tests in a body are left as they are.
// source: docs/language.md, L5.15.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "compiler/ir/ir.hpp"
#include "compiler/oracle/value.hpp"
#include "core/truth.hpp"

namespace sentrail::compiler::analysis {

// One element of each class, and the truth of each test of an element.
struct ElementClasses {
  std::vector<oracle::Value> examples;
  std::vector<std::vector<Truth>> truths;                // by class, then by number of the test
  std::unordered_map<std::string, std::uint32_t> tests;  // numbers by key_text

  // Of a test of the element or of a member of it. REQUIRES: a body has it.
  [[nodiscard]] Truth truth(const ir::Atom& test, std::size_t one) const;
};

// The classes for bodies of quantifiers over one list, whose conditions are in `policy`: two
// elements are of one class if every body says the same of both, whatever the request. REQUIRES: no
// body has a quantifier. Nothing if a test is not known or limits::kAnalysisElementsMax or
// kAnalysisElementStepsMax is exceeded; then `why` says which.
[[nodiscard]] std::optional<ElementClasses> element_classes(const ir::Policy& policy,
                                                            std::span<const ir::ConditionId> bodies,
                                                            std::string& why);

}  // namespace sentrail::compiler::analysis
