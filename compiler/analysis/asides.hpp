// `also` rules that never add anything, and shadow rules that could never decide.
//
// Neighbours: questions.hpp answers for rules, diagnose.cpp reports. Must not know: obligations.
// source: docs/language.md, L15.4; docs/analysis.md.
#pragma once

#include "compiler/diag/diagnostic.hpp"
#include "compiler/ir/ir.hpp"

namespace sentrail::compiler::analysis {

// Reports them. REQUIRES: policy.verify(). cost: a search for each, and for each rule before a
// shadow rule in its tier.
void diagnose_asides(const ir::Policy& policy, DiagnosticSink& sink);

}  // namespace sentrail::compiler::analysis
