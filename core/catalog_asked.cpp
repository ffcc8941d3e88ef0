// Leaves out what nobody asks for. See catalog_asked.hpp.
#include "core/catalog_asked.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "core/schema.hpp"

namespace sentrail {
namespace {

using Path = std::vector<std::string_view>;

// Whether one path leads through the other: what is at one of them may show in the other.
bool related(const Path& a, const Path& b) {
  const std::size_t shared = std::min(a.size(), b.size());
  return std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(shared), b.begin());
}

Path path_of(const CatalogView& catalogs, CatalogRange steps) {
  Path path;
  for (const CatalogText step : CatalogView::rows(catalogs.texts, steps)) {
    path.push_back(catalogs.at(step));
  }
  return path;
}

// The members of the body that rules ask for; none for the body itself.
std::vector<Path> asked_by(const Program& program) {
  std::vector<Path> asked;
  for (const SlotRow& slot : program.slots) {
    if (slot.binder != 0 || program.view(slot.attribute) != row_of(AttributeId::body).name) {
      continue;
    }
    Path& path = asked.emplace_back();
    for (const TextRef step : program.steps.subspan(slot.steps_begin, slot.steps_count)) {
      path.push_back(program.view(step));
    }
  }
  return asked;
}

// Whether rules ask for a field of the resource.
bool asks_for(const Program& program, std::uint32_t field) {
  constexpr std::array<AttributeId, kCatalogFieldCount> kFields = {
      AttributeId::resource_owner, AttributeId::resource_repo, AttributeId::resource_ref,
      AttributeId::resource_path, AttributeId::resource_name};
  const bool ref = kFields[field] == AttributeId::resource_ref;
  return std::ranges::any_of(program.slots, [&](const SlotRow& slot) {
    const std::string_view name = program.view(slot.attribute);
    return slot.binder == 0 && (name == row_of(kFields[field]).name ||
                                (ref && name == row_of(AttributeId::resource_ref_type).name));
  });
}

// Those that an operation asks for itself, for what rules see.
std::vector<Path> asked_by(const CatalogView& catalogs, const Program& program,
                           const CatalogOperationRow& operation) {
  std::vector<Path> asked;
  const auto add = [&](std::uint32_t source, CatalogRange steps) {
    if (source == static_cast<std::uint32_t>(CatalogSource::body)) {
      asked.push_back(path_of(catalogs, steps));
    }
  };
  for (const CatalogBindingRow& row : CatalogView::rows(catalogs.bindings, operation.bindings)) {
    if (asks_for(program, row.field)) add(row.source, row.steps);
  }
  for (const CatalogRefinementRow& refinement :
       CatalogView::rows(catalogs.refinements, operation.refinements)) {
    for (const CatalogConditionRow& row :
         CatalogView::rows(catalogs.conditions, refinement.conditions)) {
      add(row.source, row.steps);
    }
  }
  return asked;
}

}  // namespace

AskedCatalogs::AskedCatalogs(const CatalogView& catalogs, const Program& program)
    : view_(catalogs) {
  if (catalogs.defaults.empty()) return;
  // The steps of defaults are the last of the texts.
  const auto before = catalogs.texts.first(catalogs.defaults[0].steps.begin);
  texts_.assign(before.begin(), before.end());
  const std::vector<Path> rules = asked_by(program);
  for (const CatalogDefaultRow& row : catalogs.defaults) {
    const Path path = path_of(catalogs, row.steps);
    const auto is_related = [&](const Path& other) { return related(path, other); };
    if (!std::ranges::any_of(rules, is_related) &&
        !std::ranges::any_of(asked_by(catalogs, program, catalogs.operations[row.operation]),
                             is_related)) {
      continue;
    }
    const auto steps = CatalogView::rows(catalogs.texts, row.steps);
    defaults_.push_back(row);
    defaults_.back().steps.begin = static_cast<std::uint32_t>(texts_.size());
    texts_.insert(texts_.end(), steps.begin(), steps.end());
  }
  view_.texts = texts_;
  view_.defaults = defaults_;
}

}  // namespace sentrail
