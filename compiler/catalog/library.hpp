// Finds catalogs by the name under which policies import them.
//
// Neighbours: read.hpp reads the file; compiler/driver and the tester name the folder. Must not
// know: policies, or where a product keeps its catalogs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compiler/catalog/catalog.hpp"
#include "compiler/diag/diagnostic.hpp"
#include "compiler/source.hpp"
#include "core/result.hpp"

namespace sentrail::compiler {

// Reads the catalog of that name from a folder: `sentrail.github` is `github.yaml`, any other name
// `NAME.yaml`. fails: not_found when there is none (the message names those that are there);
// invalid_argument when the name is none, the file declares another, or the sink got errors.
[[nodiscard]] Result<Catalog> load_catalog(const std::string& folder, std::string_view name,
                                           Sources& sources, DiagnosticSink& sink);

// The names that load_catalog finds files for, sorted.
[[nodiscard]] std::vector<std::string> catalog_names(const std::string& folder);

}  // namespace sentrail::compiler
