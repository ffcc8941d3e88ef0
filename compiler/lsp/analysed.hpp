// What the analysis says of one policy: findings beside those of its check, and what becomes of
// each rule.
//
// Neighbours: analysis/diagnose.hpp finds, as for `sentrailc check`; workspace.hpp keeps it,
// lens.cpp and diagnostics.cpp show it. Must not know: texts, threads: it may be worked out in any.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "compiler/diag/diagnostic.hpp"
#include "compiler/ir/ir.hpp"

namespace sentrail::compiler::lsp {

// What is known of a policy once it was analysed.
struct Analysed {
  DiagnosticSink findings;                                  // those of the check first
  std::map<std::string, std::string, std::less<>> rules{};  // a line on each, by qualified name
  bool large = false;                                       // not analysed: too many rules

  // Whether and by what a rule is reached, in a line.
  [[nodiscard]] std::string line_on(std::string_view rule) const;
};

// Analyses a policy as deeply as `check` does unasked. `checked` are the findings of its check.
// cost: docs/analysis.md; up to some tenths of a second.
[[nodiscard]] Analysed analysed(const ir::Policy& policy, SourceId root,
                                const DiagnosticSink& checked);

}  // namespace sentrail::compiler::lsp
