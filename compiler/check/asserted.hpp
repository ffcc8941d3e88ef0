// Whether a condition can be brought about by what the other side merely claims.
//
// Neighbours: lints.cpp. Must not know: rules. source: docs/language.md, L4.6 and L10.12.
#pragma once

#include <vector>

#include "compiler/ir/ir.hpp"

namespace sentrail::compiler::checking {

// What is known of one condition when claims may be chosen at will and nothing else holds: whether
// it can be made true, whether it can be made false (which matters under `not`), and whether
// claims occur in it at all.
struct Reach {
  bool true_by_claims = false;
  bool false_by_claims = false;
  bool claims = false;
};

// The reach of every condition of a policy.
[[nodiscard]] std::vector<Reach> reaches_of(const ir::Policy& policy);

// Whether a rule tests claims and these alone can make it match.
[[nodiscard]] bool rests_on_claims(const std::vector<Reach>& reaches, const ir::Rule& rule);

}  // namespace sentrail::compiler::checking
