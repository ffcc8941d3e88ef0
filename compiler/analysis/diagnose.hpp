// Findings as diagnostics, for `check`.
//
// Neighbours: questions.hpp finds, compiler/diag holds. Must not know: files, output.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "compiler/analysis/questions.hpp"
#include "compiler/diag/diagnostic.hpp"
#include "compiler/ir/ir.hpp"

namespace sentrail::compiler::analysis {

// Which notes are written at full depth. `first`: the first few holes through absence and
// exemptions, and how many others there are, for a `check` that was not asked for more.
enum class Notes : std::uint8_t { all, first };

// Reports what the analysis of a policy finds: S0320 and S0321 at any depth, notes at full depth.
// What a lint in the sink has said already is not said again. out: how many witnesses no judge
// confirmed, which is none unless the analysis has a bug.
std::size_t diagnose(const ir::Policy& policy, Depth depth, DiagnosticSink& sink,
                     Notes notes = Notes::all);

// What is said of a policy to whoever asks for no depth, a `check` or an editor: S0320 and S0321,
// the first notes where the policy is small, and of a large one only that it was not analysed.
struct Unasked {
  std::vector<RuleReach> rules{};  // in tier then rule order
  bool large = false;              // nothing was analysed
};
Unasked diagnose_unasked(const ir::Policy& policy, SourceId root, DiagnosticSink& sink);

}  // namespace sentrail::compiler::analysis
