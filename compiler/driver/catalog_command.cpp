// `catalog`: what policies can import, and what is in it.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "compiler/driver/commands.hpp"
#include "compiler/driver/load.hpp"
#include "compiler/driver/output.hpp"
#include "core/json_writer.hpp"
#include "core/text.hpp"

namespace sentrail::compiler {
namespace {

struct CatalogOptions {
  std::string name;  // empty: all
  std::string path = ".";
};

// The arguments that a tool lists, each with its types.
std::vector<std::pair<std::string, std::string>> arguments_of(const McpTool& tool) {
  std::vector<std::pair<std::string, std::string>> arguments;
  if (tool.input.shapes.empty()) return arguments;
  for (const auto& [name, index] : tool.input.shapes[0].members) {
    const std::uint8_t types = tool.input.shapes[index].types;
    arguments.emplace_back(name, types == shape_types::kAll ? "anything" : describe_types(types));
  }
  return arguments;
}

void print_catalog(const Catalog& catalog) {
  std::printf("%s: tool %s, %zu operations\n", catalog.name.c_str(), catalog.tool.c_str(),
              catalog.operations.size());
  for (const CatalogActionDef& action : catalog.actions) {
    std::printf("  %-44s %s\n", action.name.c_str(), std::string(name_of(action.risk)).c_str());
  }
}

void print_lock(const CatalogInfo& lock) {
  std::printf("%s: tool mcp, %zu locked tools\n", lock.name.c_str(), lock.mcp_tools.size());
  for (const McpTool& tool : lock.mcp_tools) {
    std::printf("  %s %s\n", escape_display(tool.server).c_str(),
                escape_display(tool.name).c_str());
    for (const auto& [name, types] : arguments_of(tool)) {
      std::printf("    args.%-36s %s\n", escape_display(name).c_str(), types.c_str());
    }
  }
}

void write_catalog(JsonWriter& json, const Catalog& catalog, bool whole) {
  json.begin_object().key("name").string(catalog.name).key("tool").string(catalog.tool);
  json.key("operations").unsigned_integer(catalog.operations.size());
  if (!whole) {
    json.key("actions").unsigned_integer(catalog.actions.size()).end_object();
    return;
  }
  json.key("actions").begin_array();
  for (const CatalogActionDef& action : catalog.actions) {
    json.begin_object().key("name").string(action.name);
    json.key("risk").string(name_of(action.risk)).end_object();
  }
  json.end_array().end_object();
}

void write_lock(JsonWriter& json, const CatalogInfo& lock, bool whole) {
  json.begin_object().key("name").string(lock.name).key("tool").string(lock.tool);
  if (!whole) {
    json.key("lockedTools").unsigned_integer(lock.mcp_tools.size()).end_object();
    return;
  }
  json.key("lockedTools").begin_array();
  for (const McpTool& tool : lock.mcp_tools) {
    json.begin_object().key("server").string(tool.server).key("name").string(tool.name);
    json.key("args").begin_object();
    for (const auto& [name, types] : arguments_of(tool)) json.key(name).string(types);
    json.end_object().end_object();
  }
  json.end_array().end_object();
}

// The catalogs and locks that were asked for.
struct Shown {
  std::vector<const Catalog*> catalogs;
  std::vector<const CatalogInfo*> locks;
  bool whole = false;
};

void print_all(const Shown& shown, bool json) {
  if (json) {
    std::string out;
    JsonWriter writer(&out);
    writer.begin_object().key("ok").boolean(true).key("catalogs").begin_array();
    for (const Catalog* catalog : shown.catalogs) write_catalog(writer, *catalog, shown.whole);
    for (const CatalogInfo* lock : shown.locks) write_lock(writer, *lock, shown.whole);
    writer.end_array().end_object();
    std::printf("%s\n", out.c_str());
    return;
  }
  for (const Catalog* catalog : shown.catalogs) {
    if (shown.whole) {
      print_catalog(*catalog);
    } else {
      std::printf("%-24s tool %s, %zu operations, %zu actions\n", catalog->name.c_str(),
                  catalog->tool.c_str(), catalog->operations.size(), catalog->actions.size());
    }
  }
  for (const CatalogInfo* lock : shown.locks) {
    if (shown.whole) {
      print_lock(*lock);
    } else {
      std::printf("%-24s tool mcp, %zu locked tools\n", lock->name.c_str(), lock->mcp_tools.size());
    }
  }
}

int show_catalogs(const CatalogOptions& options, const OutputOptions& output) {
  Loaded loaded;
  const std::vector<std::string> folders = {options.path};
  const auto catalogs = read_catalogs(folders, loaded.sources, loaded.sink);
  if (!catalogs) return report(catalogs.error(), output);
  const auto locks = read_locks(folders, loaded.sources, loaded.sink);
  if (!locks) return report(locks.error(), output);
  if (loaded.sink.has_errors()) return report(loaded.sink, loaded.sources, output);
  const auto asked = [&](const std::string& name) {
    return options.name.empty() || name == options.name;
  };
  Shown shown{{}, {}, !options.name.empty()};
  std::string known;
  const auto know = [&](const std::string& name) { known += (known.empty() ? "" : ", ") + name; };
  for (const Catalog& catalog : *catalogs) {
    know(catalog.name);
    if (asked(catalog.name)) shown.catalogs.push_back(&catalog);
  }
  for (const CatalogInfo& lock : *locks) {
    know(lock.name);
    if (asked(lock.name)) shown.locks.push_back(&lock);
  }
  if (shown.catalogs.empty() && shown.locks.empty()) {
    return report(
        Error{Errc::not_found, "there is no catalog " + options.name + "; available are " + known},
        output);
  }
  print_all(shown, output.json);
  return kFine;
}

}  // namespace

void add_catalog(CLI::App& app, CommandLine& program) {
  auto options = std::make_shared<CatalogOptions>();
  CLI::App* command = app.add_subcommand("catalog", "what policies can import");
  command->add_option("name", options->name, "show the actions or tools of this one");
  command->add_option("--path", options->path, "the folder of the policy")->capture_default_str();
  command->footer(
      "Lists the catalogs inside this program, those of `catalogs/*.yaml` beside the policy, and\n"
      "the locks of MCP servers, `catalogs/*.lock.json`. With a name: its actions with their\n"
      "risk, or its tools with their arguments.");
  command->callback(
      [&program, options] { program.exit_code = show_catalogs(*options, program.output()); });
}

}  // namespace sentrail::compiler
