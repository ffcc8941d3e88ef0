// Catalogs for tests: GitHub's, and small ones written in the test.
//
// Neighbours: compiler/catalog reads and lowers them. Must not know: what is tested.
#pragma once

#include <string>
#include <string_view>

#include "compiler/catalog/catalog.hpp"
#include "core/catalog.hpp"

namespace sentrail::tests {

// policies/catalogs/github.yaml, checked; read once.
const compiler::Catalog& github_catalog();

// The same as verified tables; lowered once.
const CatalogTables& github_tables();

// A checked catalog; aborts with its diagnostics if it has errors.
compiler::Catalog checked_catalog(std::string_view yaml);

// The same as verified tables.
CatalogTables lowered_catalog(std::string_view yaml);

}  // namespace sentrail::tests
