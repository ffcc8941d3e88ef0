// Names, lookups and views of compiled catalogs. See catalog.hpp.
#include "core/catalog.hpp"

#include <algorithm>

namespace sentrail {
namespace {

constexpr std::array<std::string_view, kCatalogMethodCount> kMethodNames = {"GET", "POST", "PUT",
                                                                            "PATCH", "DELETE"};

// docs/catalog_format.md, 10: rows have no padding, whoever compiles them.
static_assert(sizeof(CatalogRow) == 68 && sizeof(CatalogActionRow) == 16);
static_assert(sizeof(CatalogAliasRow) == 20 && sizeof(CatalogNodeRow) == 28);
static_assert(sizeof(CatalogLiteralRow) == 12 && sizeof(CatalogBranchRow) == 16);
static_assert(sizeof(CatalogTailRow) == 8 && sizeof(CatalogOperationRow) == 60);
static_assert(sizeof(CatalogBindingRow) == 36 && sizeof(CatalogIdPartRow) == 16);
static_assert(sizeof(CatalogRefinementRow) == 16 && sizeof(CatalogConditionRow) == 32);
static_assert(sizeof(CatalogDefaultRow) == 24);

}  // namespace

std::string_view name_of(CatalogMethod method) noexcept {
  return kMethodNames[static_cast<std::size_t>(method)];
}

std::optional<CatalogMethod> catalog_method_named(std::string_view name) noexcept {
  for (std::size_t i = 0; i < kCatalogMethodCount; ++i) {
    if (kMethodNames[i] == name) return static_cast<CatalogMethod>(i);
  }
  return std::nullopt;
}

Risk unknown_risk(CatalogMethod method) noexcept {
  switch (method) {
    case CatalogMethod::get:
      return Risk::medium;
    case CatalogMethod::post:
    case CatalogMethod::patch:
      return Risk::high;
    case CatalogMethod::put:
    case CatalogMethod::delete_:
      return Risk::critical;
  }
  return Risk::critical;
}

const CatalogRow* CatalogView::find(std::string_view tool) const noexcept {
  for (const CatalogRow& row : catalogs) {
    if (at(row.tool) == tool) return &row;
  }
  return nullptr;
}

std::span<const CatalogDefaultRow> CatalogView::defaults_of(
    const CatalogOperationRow& operation) const noexcept {
  const auto index = static_cast<std::uint32_t>(&operation - operations.data());
  const auto found = std::ranges::equal_range(defaults, index, {}, &CatalogDefaultRow::operation);
  return {found.begin(), found.end()};
}

CatalogView CatalogTables::view() const noexcept {
  CatalogView view;
  view.text = text;
  view.texts = texts;
  view.catalogs = catalogs;
  view.actions = actions;
  view.aliases = aliases;
  view.nodes = nodes;
  view.literals = literals;
  view.branches = branches;
  view.tails = tails;
  view.operations = operations;
  view.bindings = bindings;
  view.id_parts = id_parts;
  view.refinements = refinements;
  view.conditions = conditions;
  view.defaults = defaults;
  return view;
}

}  // namespace sentrail
