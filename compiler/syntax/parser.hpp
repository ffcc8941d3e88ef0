// Policy text to tree.
//
// Neighbours: source.hpp before it, ast.hpp after it, grammar/ inside parser.cpp only. Must not
// know: types, attributes, catalogs.
#pragma once

#include <optional>

#include "compiler/diag/diagnostic.hpp"
#include "compiler/source.hpp"
#include "compiler/syntax/ast.hpp"

namespace sentrail::compiler {

// Parses one source. Gives the tree only if nothing was wrong; otherwise reports every error it can
// find by resuming at the next rule or declaration. The tree views into the source: `sources` must
// outlive it. fails: diagnostics S01xx. cost: linear in the text.
[[nodiscard]] std::optional<Ast> parse(SourceId id, const Sources& sources, DiagnosticSink& sink);

}  // namespace sentrail::compiler
