// Policies in several files, written in one text.
//
// Neighbours: compiler/modules reads them. Must not know: file systems.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "compiler/catalog/catalog_info.hpp"
#include "compiler/modules/modules.hpp"

namespace sentrail::tests {

// The files of a text by their names. A line `#file NAME` begins the file of that name; what stands
// before the first is the root, whose name is "".
[[nodiscard]] std::map<std::string, std::string> divided_files(const std::string& text);

// Finds and reads modules among such files, which must outlive what is returned, as must `sources`.
// A module that is not there is looked for in `more/` as well.
[[nodiscard]] compiler::ModuleFiles module_files(const std::map<std::string, std::string>& files,
                                                 compiler::Sources& sources);

// Reads those of such files that are locks: `catalogs/NAME.lock.json`.
[[nodiscard]] std::vector<compiler::CatalogInfo> locks_among(
    const std::map<std::string, std::string>& files, compiler::Sources& sources,
    compiler::DiagnosticSink& sink);

}  // namespace sentrail::tests
