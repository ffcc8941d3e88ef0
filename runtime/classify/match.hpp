// Finds the operation of a path in a catalog's tree of templates.
//
// Neighbours: target.hpp gives the segments, classify.cpp asks. Must not know: bodies, queries,
// actions. Every node stands on one path from its root, so a search visits none twice.
// source: docs/catalog_format.md, Overlapping templates.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/catalog.hpp"
#include "runtime/classify/target.hpp"

namespace sentrail::classify {

// The index of the operation that `segments` lead to from `root`, or kCatalogNone: of all templates
// that match, the one with the leftmost literal, then the more particular parameter.
// cost: at most the nodes whose template begins like the path; in practice linear in the segments.
[[nodiscard]] std::uint32_t find_operation(const CatalogView& view, std::uint32_t root,
                                           std::span<const Segment> segments) noexcept;

// The decoded text at one position of the matched template; several segments for a multi. Nothing
// where an alias left the value unsaid. REQUIRES: `row` matched `segments`.
[[nodiscard]] std::optional<std::string_view> text_at(const CatalogOperationRow& row,
                                                      std::span<const Segment> segments,
                                                      std::uint32_t position) noexcept;

}  // namespace sentrail::classify
