// The MCP tools of the lock files that a text imports, and their arguments.
//
// Neighbours: catalog/lock.hpp reads the files, workspace.hpp keeps what was read; completion.cpp
// and hover.cpp show it. Must not know: JSON Schema. source: docs/mcp_lock.md.
#pragma once

#include <string>
#include <vector>

#include "compiler/lsp/features.hpp"

namespace sentrail::compiler::lsp {

// An argument of one tool.
struct LockedArgument {
  std::string path;  // `args.to.name`
  std::string tool;
  std::string server;
  const Shape* shape;
};

// The lock files that the text imports.
[[nodiscard]] std::vector<const CatalogInfo*> imported_locks(const View& view);

// Every argument of their tools, members of objects among them, up to limits of completion lists.
// cost: linear in them.
[[nodiscard]] std::vector<LockedArgument> locked_arguments(const View& view);

// What imported lock files say of a path: a line for each tool that has it, in Markdown.
[[nodiscard]] std::string describe_argument(const View& view, std::string_view path);
// What a lock file has, in Markdown.
[[nodiscard]] std::string describe_lock(const CatalogInfo& lock);

}  // namespace sentrail::compiler::lsp
