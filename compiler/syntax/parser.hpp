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

// What can be read of a source, whatever is wrong with it.
struct PartialParse {
  Ast ast;             // without the rules and declarations that have errors
  bool whole = false;  // nothing was wrong: the tree is that of parse()
};

// Parses for programs that help to write a policy and must not lose sight of the rest of it while
// one rule is half written. A text that breaks section 1 of the language gives an empty tree.
// fails, cost: as parse().
[[nodiscard]] PartialParse parse_partly(SourceId id, const Sources& sources, DiagnosticSink& sink);

}  // namespace sentrail::compiler
