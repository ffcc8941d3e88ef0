// Whether a refinement's conditions hold for a call: true, false, or not to be told.
//
// Neighbours: classify.cpp. Must not know: what follows from the answer. A value of another type
// than the catalog expects is not to be told, because upstreams convert.
// source: docs/catalog_format.md, Refinements; docs/language.md, Meaning 4.
#pragma once

#include "core/catalog.hpp"
#include "core/facts.hpp"
#include "core/truth.hpp"
#include "runtime/classify/classify.hpp"

namespace sentrail::classify {

// A call whose operation is known.
struct MatchedCall {
  const CatalogView& view;
  const CatalogOperationRow& operation;
  const Target& target;
  BodySource* body;
};

// The value at a source of the matched call: a path parameter, a body member or a query parameter.
[[nodiscard]] Fact value_at(const MatchedCall& call, CatalogSource source, std::uint32_t position,
                            CatalogRange steps);

// The conjunction of the refinement's conditions.
[[nodiscard]] Truth holds(const MatchedCall& call, const CatalogRefinementRow& refinement);

}  // namespace sentrail::classify
