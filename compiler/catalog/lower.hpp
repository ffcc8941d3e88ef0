// From checked catalogs to the flat tables that a bundle carries.
//
// Neighbours: read.hpp and overlap.hpp before it, core/catalog.hpp behind it. Must not know: YAML.
// The tables are a function of the catalogs alone: equal catalogs give equal bytes.
#pragma once

#include <span>

#include "compiler/catalog/catalog.hpp"
#include "core/catalog.hpp"

namespace sentrail::compiler {

// Lowers catalogs of distinct tools. REQUIRES: catalogs without errors. out: tables that
// verify() accepts. cost: linear but for sorting.
[[nodiscard]] CatalogTables lower_catalogs(std::span<const Catalog> catalogs);

}  // namespace sentrail::compiler
