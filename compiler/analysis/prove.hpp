// Whether what a policy claims of itself holds.
//
// Neighbours: workbench.hpp. Must not know: files, output. source: docs/language.md, L11.5.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/analysis/confirm.hpp"
#include "compiler/analysis/questions.hpp"
#include "compiler/ir/ir.hpp"

namespace sentrail::compiler::analysis {

// One claim and what became of it; refuted with a request that has the effect.
struct ProofOutcome {
  const ir::Proof* proof = nullptr;
  Existence existence;
};

// Tries every proof of a policy, in the author's order. REQUIRES: policy.verify(). The outcomes
// point into the policy.
[[nodiscard]] std::vector<ProofOutcome> prove(const ir::Policy& policy);

}  // namespace sentrail::compiler::analysis
