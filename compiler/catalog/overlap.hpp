// Which of a catalog's templates a path means, by the definition; where two templates of a method
// meet; and what no path reaches.
//
// Neighbours: read.hpp gives the catalog, lower.hpp builds the tree that the classifier walks:
// tests hold the two against each other. Must not know: trees, tables, requests. source:
// docs/catalog_format.md, Overlapping templates.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/catalog/catalog.hpp"
#include "compiler/diag/diagnostic.hpp"

namespace sentrail::compiler {

// The operation that a path of decoded segments means: of all templates of the method that match,
// the one that is more particular where two first differ, then what a choice takes.
// cost: linear in the catalog: for checks and tests, not for requests.
[[nodiscard]] std::optional<std::uint32_t> resolve(const Catalog& catalog, CatalogMethod method,
                                                   const std::vector<std::string>& segments);

// The decoded segments of a path.
using SegmentTexts = std::vector<std::string>;

// For each operation, paths that its template takes: one for each way through its enumerations (at
// most 64), with values that no literal of the catalog equals.
[[nodiscard]] std::vector<std::vector<SegmentTexts>> examples(const Catalog& catalog);

// Two operations of one method that a path of as many segments as both have can mean, and the one
// taken. Segments behind a multi are compared from the end.
struct Overlap {
  std::uint32_t first = 0;
  std::uint32_t second = 0;
  std::optional<std::uint32_t> taken;  // nothing: tied

  friend bool operator==(const Overlap&, const Overlap&) = default;
};

// All pairs that meet. cost: quadratic in the operations of a method.
[[nodiscard]] std::vector<Overlap> overlaps(const Catalog& catalog);

// Reports ties without a choice, choices without a tie, and operations that no path means.
void check_overlaps(const Catalog& catalog, DiagnosticSink& sink);

}  // namespace sentrail::compiler
