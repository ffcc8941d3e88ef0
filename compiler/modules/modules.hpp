// From the file that a policy begins with to all files that it is written in.
//
// Neighbours: syntax/ parses each file, check/module.hpp checks it, driver/load.hpp says where
// files are. Must not know: file systems, what a policy means. source: docs/language.md,
// section 13.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/check/module.hpp"
#include "compiler/diag/diagnostic.hpp"
#include "compiler/source.hpp"
#include "compiler/syntax/ast.hpp"
#include "core/result.hpp"

namespace sentrail::compiler {

// Where the file of a module is, and where else it could have been.
struct FoundModule {
  std::optional<std::string> file;      // nothing: no file of that name
  std::vector<std::string> looked_for;  // all files that were looked for, in order
};

// Finds the file of a module by its name, and reads one.
struct ModuleFiles {
  std::function<FoundModule(std::string_view name)> find;
  std::function<Result<SourceId>(const std::string& file)> read;
};

// The files of one policy. Neither copied nor moved: checked modules point to each other.
class ModuleSet {
 public:
  ModuleSet() = default;
  ModuleSet(const ModuleSet&) = delete;
  ModuleSet& operator=(const ModuleSet&) = delete;

  // Reads and parses what `root` imports, and so on; whatever is a catalog is left out. Everything
  // wrong with the imports is reported but that one names nothing, which the check does.
  // in: `catalogs` as for check(). fails: io, limit_exceeded of reading.
  [[nodiscard]] Status read(const Ast& root, const std::vector<CatalogInfo>* catalogs,
                            const ModuleFiles& files, Sources& sources, DiagnosticSink& sink);

  // Checks every file, imported ones first. REQUIRES: read() was called.
  // out: whether there is no error in any.
  [[nodiscard]] bool check(const Sources& sources, const std::vector<CatalogInfo>* catalogs,
                           DiagnosticSink& sink);

  // The whole policy, which takes the root's own part along. REQUIRES: check() gave true; called
  // once.
  [[nodiscard]] ir::Policy linked() { return link(std::move(*modules_.front()->checked)); }

  // Of each module that has tests, itself and what it imports as a policy of its own.
  // REQUIRES: check() gave true.
  [[nodiscard]] std::vector<ir::Policy> tested_modules() const;

  // The trees, in the order in which they were met; the root first.
  [[nodiscard]] std::vector<const Ast*> files() const;

 private:
  struct Module {
    const Ast* ast = nullptr;
    std::optional<Ast> own;  // of every module but the root
    ImportedAt imported_at;
    std::vector<Module*> modules;  // what the imports are; null: no module
    std::vector<Imported> imports;
    std::unique_ptr<CheckedModule> checked;
    bool met = false;   // its imports are read, or are being read
    bool open = false;  // its imports are being read
  };
  // A module whose imports are being read, and how many were.
  struct Step {
    Module* module = nullptr;
    std::size_t next = 0;
  };

  Module& add(const Ast* ast, ImportedAt imported_at);
  [[nodiscard]] Result<Module*> imported(const ImportNode& node, Imported& imported,
                                         DiagnosticSink& sink);
  [[nodiscard]] Result<Module*> parsed(const ImportNode& node, const std::string& file,
                                       DiagnosticSink& sink);
  void report_cycle(const Module& again, const ImportNode& node, DiagnosticSink& sink) const;

  std::vector<std::unique_ptr<Module>> modules_;  // the root first
  std::vector<Module*> order_;                    // imported ones first
  std::vector<Step> steps_;
  std::map<std::string, Module*, std::less<>> by_name_;  // null: it could not be parsed
  const std::vector<CatalogInfo>* catalogs_ = nullptr;
  const ModuleFiles* files_ = nullptr;
  Sources* sources_ = nullptr;
};

}  // namespace sentrail::compiler
