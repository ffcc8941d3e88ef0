// What others ask of a checked catalog. See catalog.hpp.
#include "compiler/catalog/catalog.hpp"

namespace sentrail::compiler {

CatalogInfo info_of(const Catalog& catalog) {
  CatalogInfo info{catalog.name, catalog.tool, {}};
  info.actions.reserve(catalog.actions.size());
  for (const CatalogActionDef& action : catalog.actions) info.actions.push_back(action.name);
  return info;
}

std::string display(const CatalogOperation& operation) {
  return std::string(name_of(operation.method)) + " " + operation.path.text;
}

}  // namespace sentrail::compiler
