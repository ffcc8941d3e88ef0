// Tree to checked policy.
//
// Neighbours: syntax/parser.hpp before it, ir/ir.hpp after it, catalog/catalog_info.hpp for what
// imports bring. Must not know: grammar, files, engines.
// source: docs/language.md, sections 4, 10 and 11.
#pragma once

#include <optional>
#include <vector>

#include "compiler/catalog/catalog_info.hpp"
#include "compiler/diag/diagnostic.hpp"
#include "compiler/ir/ir.hpp"
#include "compiler/syntax/ast.hpp"

namespace sentrail::compiler {

// Checks one parsed file. `catalogs` are all that could be imported; without them (null) imports,
// tools and actions are taken as written. Gives the policy, which verifies, only if there was no
// error; warnings do not stand in its way. fails: diagnostics S02xx; warnings S03xx.
// cost: linear in the text and in the operands of all tests (limits::kOperandsMax), but for
// suggestions, which look at every name that could be meant.
[[nodiscard]] std::optional<ir::Policy> check(const Ast& ast, const Sources& sources,
                                              const std::vector<CatalogInfo>* catalogs,
                                              DiagnosticSink& sink);

}  // namespace sentrail::compiler
