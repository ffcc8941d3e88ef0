// The body as the upstream reads it: with the members that it gives a value of its own.
//
// Neighbours: request.cpp shows policy this body; core/catalog.hpp has the defaults. Must not know:
// policy. What is forwarded is not touched: the upstream fills these members in itself.
// source: docs/language.md, Meaning 4 (L4.10); docs/catalog_format.md, 8.
#pragma once

#include "core/catalog.hpp"
#include "core/facts.hpp"
#include "core/json.hpp"

namespace sentrail::request {

// The body with each default whose member it lacks, written into `document`, which must outlive the
// answer. No body is the empty object. A body that is unreadable, no object or lacks nothing stays
// as it is; one in which a default meets a key that differs only in case is unreadable.
// REQUIRES: a verified view; rows of one operation of it. cost: linear in the body where it lacks a
// member, else in the rows.
[[nodiscard]] Fact with_defaults(const Fact& body, const CatalogView& view,
                                 std::span<const CatalogDefaultRow> rows, JsonDocument& document);

}  // namespace sentrail::request
