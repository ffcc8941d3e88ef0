// What the checker needs to know of an imported catalog: its tool and its actions.
//
// Neighbours: catalog.hpp makes it from a checked catalog, compiler/check resolves `import` and
// `on TOOL ACTIONS` against it. Must not know: paths, templates, files.
#pragma once

#include <string>
#include <vector>

namespace sentrail::compiler {

// A catalog by its import name (`sentrail.github`): the tool that it classifies (`github`) and the
// name of every action it can answer, sorted, each once, `unknown` among them.
struct CatalogInfo {
  std::string name;
  std::string tool;
  std::vector<std::string> actions;

  friend bool operator==(const CatalogInfo&, const CatalogInfo&) = default;
};

}  // namespace sentrail::compiler
