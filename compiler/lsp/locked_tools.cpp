// Walks the shapes of locked tools. See locked_tools.hpp.
#include "compiler/lsp/locked_tools.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace sentrail::compiler::lsp {
namespace {

// Arguments of one tool that are shown: more than anybody reads through.
constexpr std::size_t kArgumentsMax = 200;
constexpr std::size_t kToolsShown = 8;

// Whether a member can be written in a path without quotes.
bool is_plain(std::string_view name) {
  const auto part = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !name.empty() && !(name.front() >= '0' && name.front() <= '9') &&
         std::ranges::all_of(name, part);
}

void add_arguments(const McpTool& tool, std::vector<LockedArgument>& out) {
  const std::vector<Shape>& shapes = tool.input.shapes;
  if (shapes.empty()) return;
  std::vector<std::pair<std::string, std::uint32_t>> open = {{"args", 0}};
  const std::size_t most = out.size() + kArgumentsMax;
  for (std::size_t i = 0; i < open.size() && out.size() < most; ++i) {
    const auto [path, index] = open[i];
    if (i > 0) out.push_back({path, tool.name, tool.server, &shapes[index]});
    for (const auto& [name, member] : shapes[index].members) {
      if (!is_plain(name) || open.size() > kArgumentsMax) continue;
      open.emplace_back(path + "." + name, member);
    }
  }
}

}  // namespace

std::vector<const CatalogInfo*> imported_locks(const View& view) {
  std::vector<const CatalogInfo*> locks;
  if (!view.unit.catalogs) return locks;
  for (const CatalogInfo& info : view.unit.catalogs->infos) {
    if (!info.is_lock) continue;
    const bool imported = std::ranges::any_of(
        view.file.ast.imports, [&](const ImportNode& one) { return one.name.text == info.name; });
    if (imported) locks.push_back(&info);
  }
  return locks;
}

std::vector<LockedArgument> locked_arguments(const View& view) {
  std::vector<LockedArgument> arguments;
  for (const CatalogInfo* lock : imported_locks(view)) {
    for (const McpTool& tool : lock->mcp_tools) add_arguments(tool, arguments);
  }
  return arguments;
}

std::string describe_argument(const View& view, std::string_view path) {
  std::string text;
  std::size_t shown = 0;
  for (const LockedArgument& one : locked_arguments(view)) {
    if (one.path != path) continue;
    if (shown++ == kToolsShown) break;
    text += "- `" + one.tool + "` of `" + one.server + "`: " + describe_types(one.shape->types);
    for (std::size_t i = 0; i < std::min(one.shape->values.size(), kToolsShown); ++i) {
      text += (i == 0 ? ", `" : " or `") + one.shape->values[i] + "`";
    }
    text += "\n";
  }
  return text;
}

std::string describe_lock(const CatalogInfo& lock) {
  std::set<std::string> servers;
  for (const McpTool& tool : lock.mcp_tools) servers.insert(tool.server);
  std::string text = "**" + lock.name + "**: a lock file with " +
                     counted(lock.mcp_tools.size(), "tool") + " of " +
                     counted(servers.size(), "MCP server") + "\n\n";
  for (std::size_t i = 0; i < std::min(lock.mcp_tools.size(), kToolsShown); ++i) {
    text += "- `" + lock.mcp_tools[i].name + "` of `" + lock.mcp_tools[i].server + "`\n";
  }
  if (lock.mcp_tools.size() > kToolsShown) {
    text += "- and " + std::to_string(lock.mcp_tools.size() - kToolsShown) + " more\n";
  }
  return text;
}

}  // namespace sentrail::compiler::lsp
