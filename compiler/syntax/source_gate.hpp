// The gate before the grammar: text that a person could not read is not parsed.
//
// Neighbours: parser.cpp calls it first; code_points.hpp knows what is unseen. Must not know: the
// language. source: docs/language.md, L1.1 to L1.3.
#pragma once

#include "compiler/diag/diagnostic.hpp"
#include "compiler/source.hpp"

namespace sentrail::compiler {

// Checks size, line lengths, UTF-8, control and unseen characters; reports each with its place, at
// most one of a kind a line. Returns whether nothing was reported.
// cost: linear in the text; stops at limits::kDiagnosticsMax findings.
[[nodiscard]] bool pass_source_gate(SourceId id, const Sources& sources, DiagnosticSink& sink);

}  // namespace sentrail::compiler
