// The check of a policy that is written in several files, one file at a time.
//
// Neighbours: check.hpp is the same for a policy of one file; modules/ finds the files and calls
// this for each, imported ones first. Must not know: where files are, how they are read.
// source: docs/language.md, section 13.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "compiler/catalog/catalog_info.hpp"
#include "compiler/check/scope.hpp"
#include "compiler/diag/diagnostic.hpp"
#include "compiler/ir/ir.hpp"
#include "compiler/syntax/ast.hpp"

namespace sentrail::compiler {

// One file after its check: what others may use of it, and its own part of the policy.
struct CheckedModule {
  CheckedModule() = default;
  CheckedModule(const CheckedModule&) = delete;  // conditions point to their scope
  CheckedModule& operator=(const CheckedModule&) = delete;

  checking::Scope scope;
  ir::Policy own;                             // tiers, default and tests of this file alone
  std::vector<const CheckedModule*> imports;  // in the order of the text, without catalogs
  bool fine = false;                          // no error here; those imported have their own word
};

// What one import of a file is, as far as files tell. Neither: a catalog, or nothing.
struct Imported {
  const CheckedModule* module = nullptr;
  bool reported = false;   // something is wrong with it, and said
  std::string looked_for;  // the files that it could have been, for the message
};

// Where a module is imported; nothing for the file that the policy begins with.
using ImportedAt = std::optional<Span>;

// Checks one file. in: `imports` are those of the Ast, in its order; none: all are catalogs.
// `catalogs` as in check(). The modules, the Ast and the sources outlive the result.
[[nodiscard]] std::unique_ptr<CheckedModule> check_module(const Ast& ast, const Sources& sources,
                                                          std::span<const Imported> imports,
                                                          const ImportedAt& imported_at,
                                                          const std::vector<CatalogInfo>* catalogs,
                                                          DiagnosticSink& sink);

// Puts a policy together from the file that it begins with: the tiers of each module that it
// imports, by whatever way, once and before those of the importing file; its own default and tests.
// A root that is given away and imports nothing is not copied: it is all there is.
// REQUIRES: all of them are fine. cost: linear in their conditions.
[[nodiscard]] ir::Policy link(const CheckedModule& root);
[[nodiscard]] ir::Policy link(CheckedModule&& root);

}  // namespace sentrail::compiler
