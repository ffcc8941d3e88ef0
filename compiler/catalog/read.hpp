// From YAML to a checked catalog, with every fault of the file reported at its place.
//
// Neighbours: wire/yaml.hpp before it, overlap.hpp and lower.hpp behind it. Must not know: tables,
// requests, policies.
// source: docs/catalog_format.md.
#pragma once

#include <optional>

#include "compiler/catalog/catalog.hpp"
#include "compiler/diag/diagnostic.hpp"
#include "compiler/source.hpp"

namespace sentrail::compiler {

// Reads one catalog; ties and unreachable templates included. Nothing when there was an error.
// cost: quadratic in the operations of a method, for the overlaps.
[[nodiscard]] std::optional<Catalog> read_catalog(const Sources& sources, SourceId source,
                                                  DiagnosticSink& sink);

}  // namespace sentrail::compiler
