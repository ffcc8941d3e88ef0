// Collects the paths. See body_fields.hpp.
#include "core/body_fields.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

#include "core/schema.hpp"

namespace sentrail {
namespace {

using Path = std::vector<std::string_view>;

Path path_of(const CatalogView& catalogs, CatalogRange steps) {
  Path path;
  for (const CatalogText step : CatalogView::rows(catalogs.texts, steps)) {
    path.push_back(catalogs.at(step));
  }
  return path;
}

void add_catalogs(const CatalogView& catalogs, JsonFields& fields) {
  constexpr auto kBody = static_cast<std::uint32_t>(CatalogSource::body);
  for (const CatalogBindingRow& row : catalogs.bindings) {
    if (row.source == kBody) fields.add(path_of(catalogs, row.steps));
  }
  for (const CatalogConditionRow& row : catalogs.conditions) {
    if (row.source == kBody) fields.add(path_of(catalogs, row.steps));
  }
  // Whether a default meets a key that differs in case shows in all keys of its object.
  for (const CatalogDefaultRow& row : catalogs.defaults) {
    Path path = path_of(catalogs, row.steps);
    path.pop_back();
    fields.add(path);
  }
}

}  // namespace

JsonFields body_fields(const Program& program, const CatalogView& catalogs) {
  JsonFields fields;
  for (const SlotRow& slot : program.slots) {
    if (slot.binder != 0 || program.view(slot.attribute) != row_of(AttributeId::body).name) {
      continue;
    }
    Path path;
    for (const TextRef step : program.steps.subspan(slot.steps_begin, slot.steps_count)) {
      path.push_back(program.view(step));
    }
    fields.add(path);
  }
  add_catalogs(catalogs, fields);
  return fields;
}

}  // namespace sentrail
