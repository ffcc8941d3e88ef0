// What the checker needs to know of an imported catalog: its tool and its actions.
//
// Neighbours: catalog.hpp makes it from a checked catalog, lock.hpp from a lock file;
// compiler/check resolves `import` and `on TOOL ACTIONS` against it. Must not know: paths,
// templates, files.
#pragma once

#include <string>
#include <vector>

#include "compiler/catalog/input_shape.hpp"

namespace sentrail::compiler {

// A tool of an MCP server, and its arguments.
struct McpTool {
  std::string server;
  std::string name;
  InputShape input;

  friend bool operator==(const McpTool&, const McpTool&) = default;
};

// A catalog by its import name (`sentrail.github`): the tool that it classifies (`github`) and the
// name of every action it can answer, sorted, each once, `unknown` among them (none of a lock).
struct CatalogInfo {
  std::string name;
  std::string tool;
  std::vector<std::string> actions;
  bool is_lock = false;                 // it classifies nothing: it says what tools there are
  std::vector<McpTool> mcp_tools = {};  // of a lock, ascending by server and name

  friend bool operator==(const CatalogInfo&, const CatalogInfo&) = default;
};

}  // namespace sentrail::compiler
