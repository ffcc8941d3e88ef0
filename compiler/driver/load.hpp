// From a path to a checked policy: the phases in order, with every finding in one sink.
//
// Neighbours: syntax/, check/, catalog/ are the phases; the commands start here. Must not know:
// what a command does with the policy.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/catalog/catalog.hpp"
#include "compiler/diag/diagnostic.hpp"
#include "compiler/ir/ir.hpp"
#include "compiler/modules/modules.hpp"
#include "compiler/source.hpp"
#include "compiler/syntax/ast.hpp"
#include "core/result.hpp"
#include "core/time.hpp"

namespace sentrail::compiler {

// One policy file on its way. A phase that found errors leaves its product empty.
struct Loaded {
  Sources sources;
  DiagnosticSink sink;
  std::vector<Catalog> catalogs;  // those it may import, read without errors
  std::vector<CatalogInfo> catalog_infos;
  std::optional<Ast> ast;
  std::optional<ir::Policy> policy;
  std::vector<ir::Policy> tested_modules;  // those it imports that have tests, each by itself
  std::vector<std::string> files;          // of policy text, the first one first
  ModuleSet modules;

  Loaded() = default;
  Loaded(const Loaded&) = delete;  // the Ast views into the sources
  Loaded& operator=(const Loaded&) = delete;
};

// What the command line says of every policy that is loaded.
struct LoadOptions {
  std::vector<std::string> module_folders;  // looked in behind that of the policy
  std::optional<Instant> now;               // the day of the check; today without one
  bool refuse_ended = true;                 // whether a rule that has ended is an error
};

// Where files come from: the disk, or an editor that has not saved them.
struct LoadFrom {
  std::function<bool(const std::string& file)> is_file;
  std::function<Result<SourceId>(const std::string& file, Sources& sources)> add;
  // Fills Loaded::catalog_infos, and Loaded::catalogs if the caller wants them.
  std::function<Status(const std::vector<std::string>& folders, Loaded& loaded)> catalogs;
  LoadOptions options;
};
[[nodiscard]] LoadFrom from_disk(LoadOptions options);

// What the bytes of a bundle begin with, whatever the name of its file.
[[nodiscard]] std::string_view bundle_magic();

// The folder from which modules are named: that of the file, or if the end of its path is the
// policy's own name (`acme/lists.sentrail` for `acme.lists`), the one that the name begins in.
[[nodiscard]] std::string module_root(const std::string& file, std::string_view policy);

// The folders in which the modules of a policy are looked for, in order, and those whose `catalogs`
// are read.
[[nodiscard]] std::vector<std::string> folders_of_modules(const std::string& file,
                                                          std::string_view policy,
                                                          const LoadOptions& options);
[[nodiscard]] std::vector<std::string> folders_of_catalogs(const std::string& file,
                                                           std::string_view policy);

// The files of catalogs, and of the locks of MCP servers, in a folder, sorted.
[[nodiscard]] std::vector<std::string> catalog_files(const std::string& folder);
[[nodiscard]] std::vector<std::string> lock_files(const std::string& folder);

// Finds the file of a module.
[[nodiscard]] FoundModule find_module(const std::vector<std::string>& folders,
                                      std::string_view name, const LoadFrom& from);

// Reads the catalogs that are built in and those of some folders, those without errors.
// fails: io, limit_exceeded.
[[nodiscard]] Result<std::vector<Catalog>> read_catalogs(const std::vector<std::string>& folders,
                                                         Sources& sources, DiagnosticSink& sink);

// Reads the locks of MCP servers in some folders, those without errors. fails: io, limit_exceeded.
[[nodiscard]] Result<std::vector<CatalogInfo>> read_locks(const std::vector<std::string>& folders,
                                                          Sources& sources, DiagnosticSink& sink);

// Where the files of catalogs and of locks come from.
struct CatalogFrom {
  std::function<std::vector<std::string>(const std::string& folder)> catalogs;  // sorted files
  std::function<std::vector<std::string>(const std::string& folder)> locks;
  std::function<Result<SourceId>(const std::string& file, Sources& sources)> add;
};

// Reads both into a policy: what LoadFrom::catalogs does. fails: io, limit_exceeded.
[[nodiscard]] Status load_catalogs(const std::vector<std::string>& folders, const CatalogFrom& from,
                                   Loaded& loaded);

// Reads, parses and checks one file and the modules that it imports, with the catalogs that are
// built in and those of a folder `catalogs` beside it or in the module root. What is wrong with the
// text is in the sink.
// fails: io, limit_exceeded; invalid_argument for a bundle, which is no text.
[[nodiscard]] Status load_policy(const std::string& file, const LoadOptions& options,
                                 Loaded& loaded);

// The same for a file that is somewhere else.
[[nodiscard]] Status load_policy(const std::string& file, const LoadFrom& from, Loaded& loaded);

// The same for a source that is loaded already, under the name of its file.
[[nodiscard]] Status load_policy(SourceId source, const LoadFrom& from, Loaded& loaded);

// Reads and parses only. fails: as load_policy().
[[nodiscard]] Status load_syntax(const std::string& file, Loaded& loaded);

}  // namespace sentrail::compiler
