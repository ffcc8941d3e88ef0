// From a path to a checked policy: the phases in order, with every finding in one sink.
//
// Neighbours: syntax/, check/, catalog/ are the phases; the commands start here. Must not know:
// what a command does with the policy.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/catalog/catalog.hpp"
#include "compiler/diag/diagnostic.hpp"
#include "compiler/ir/ir.hpp"
#include "compiler/source.hpp"
#include "compiler/syntax/ast.hpp"
#include "core/result.hpp"

namespace sentrail::compiler {

// One policy file on its way. A phase that found errors leaves its product empty.
struct Loaded {
  Sources sources;
  DiagnosticSink sink;
  std::vector<Catalog> catalogs;  // those it may import, read without errors
  std::optional<Ast> ast;
  std::optional<ir::Policy> policy;

  Loaded() = default;
  Loaded(const Loaded&) = delete;  // the Ast views into the sources
  Loaded& operator=(const Loaded&) = delete;
};

// The policy files that a path names: itself, or the `.sentrail` files of a folder, sorted.
// fails: not_found if there is none.
[[nodiscard]] Result<std::vector<std::string>> policy_files(const std::string& path);

// The one policy file that a path names. fails: also invalid_argument if there are several.
[[nodiscard]] Result<std::string> policy_file(const std::string& path);

// Reads, parses and checks one file with the catalogs that are built in and those of a folder
// `catalogs` beside it. What is wrong with the text is in the sink.
// fails: io, limit_exceeded.
[[nodiscard]] Status load_policy(const std::string& file, Loaded& loaded);

// The same for a source that is loaded already, under the name of its file.
[[nodiscard]] Status load_policy(SourceId source, Loaded& loaded);

// Reads and parses only.
[[nodiscard]] Status load_syntax(const std::string& file, Loaded& loaded);

}  // namespace sentrail::compiler
