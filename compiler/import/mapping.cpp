// Reading map files. See mapping.hpp.
#include "compiler/import/mapping.hpp"

#include "core/check.hpp"
#include "wire/yaml.hpp"

namespace sentrail::compiler::import_ {
namespace {

using wire::YamlEntry;
using wire::YamlNode;

Place known(std::string_view path) {
  const std::optional<Place> place = place_named(path);
  SENTRAIL_CHECK(place.has_value());
  return *place;
}

Result<Place> read_place(const YamlNode& node) {
  SENTRAIL_ASSIGN_OR_RETURN(const std::string path, wire::as_string(node));
  if (std::optional<Place> place = place_named(path)) return *place;
  return wire::fail_at(node, "`" + path + "` is not an attribute; docs/language.md lists them");
}

Status expect_mapping(const YamlNode& node, std::string_view what) {
  if (node.kind == wire::YamlKind::mapping) return {};
  return wire::fail_at(node, "`" + std::string(what) + "` is a mapping");
}

Status read_places(const YamlEntry& entry, PlaceMap& places) {
  SENTRAIL_TRY(expect_mapping(entry.value, entry.key));
  for (const YamlEntry& one : entry.value.entries) {
    SENTRAIL_ASSIGN_OR_RETURN(Place place, read_place(one.value));
    places.insert_or_assign(one.key, std::move(place));
  }
  return {};
}

tl::unexpected<Error> no_such_key(const YamlEntry& entry, std::string_view within) {
  return wire::fail_at(entry, "`" + entry.key + "` means nothing in " + std::string(within));
}

Status read_principal(const YamlNode& node, ImportMap& map) {
  for (const YamlEntry& entry : node.entries) {
    if (entry.key == "types") {
      SENTRAIL_TRY(expect_mapping(entry.value, entry.key));
      map.principal_types.clear();
      map.principal_types_given = true;
      for (const YamlEntry& type : entry.value.entries) {
        SENTRAIL_ASSIGN_OR_RETURN(Place place, read_place(type.value));
        map.principal_types.emplace_back(type.key, std::move(place));
      }
    } else if (entry.key == "in") {
      SENTRAIL_TRY(read_places(entry, map.principal_in));
    } else if (entry.key == "attributes") {
      SENTRAIL_TRY(read_places(entry, map.principal_attributes));
    } else {
      return no_such_key(entry, "`principal`");
    }
  }
  return {};
}

Status read_groups(const YamlEntry& entry, ImportMap& map) {
  SENTRAIL_TRY(expect_mapping(entry.value, entry.key));
  map.action_groups.emplace();
  for (const YamlEntry& group : entry.value.entries) {
    if (group.value.kind != wire::YamlKind::sequence) {
      return wire::fail_at(group, "a group is a list of actions");
    }
    std::vector<std::string>& actions = (*map.action_groups)[group.key];
    for (const YamlNode& action : group.value.items) {
      SENTRAIL_ASSIGN_OR_RETURN(std::string name, wire::as_string(action));
      actions.push_back(std::move(name));
    }
  }
  return {};
}

Status read_action(const YamlNode& node, ImportMap& map) {
  for (const YamlEntry& entry : node.entries) {
    if (entry.key == "attribute") {
      SENTRAIL_ASSIGN_OR_RETURN(map.action, read_place(entry.value));
    } else if (entry.key == "groups") {
      SENTRAIL_TRY(read_groups(entry, map));
    } else {
      return no_such_key(entry, "`action`");
    }
  }
  return {};
}

Status read_resource(const YamlNode& node, ImportMap& map) {
  for (const YamlEntry& entry : node.entries) {
    if (entry.key == "type") {
      SENTRAIL_ASSIGN_OR_RETURN(map.resource_type, read_place(entry.value));
    } else if (entry.key == "id") {
      SENTRAIL_ASSIGN_OR_RETURN(map.resource_id, read_place(entry.value));
    } else if (entry.key == "types") {
      SENTRAIL_TRY(expect_mapping(entry.value, entry.key));
      for (const YamlEntry& type : entry.value.entries) {
        SENTRAIL_ASSIGN_OR_RETURN(std::string name, wire::as_string(type.value));
        map.resource_types.insert_or_assign(type.key, std::move(name));
      }
    } else if (entry.key == "in") {
      SENTRAIL_TRY(read_places(entry, map.resource_in));
    } else if (entry.key == "attributes") {
      SENTRAIL_TRY(read_places(entry, map.resource_attributes));
    } else {
      return no_such_key(entry, "`resource`");
    }
  }
  return {};
}

Status read_context(const YamlNode& node, ImportMap& map) {
  for (const YamlEntry& entry : node.entries) {
    if (entry.key == "attribute") {
      SENTRAIL_ASSIGN_OR_RETURN(map.context, read_place(entry.value));
    } else if (entry.key == "members") {
      SENTRAIL_TRY(read_places(entry, map.context_members));
    } else {
      return no_such_key(entry, "`context`");
    }
  }
  return {};
}

Status read_section(const YamlEntry& entry, ImportMap& map) {
  SENTRAIL_TRY(expect_mapping(entry.value, entry.key));
  if (entry.key == "principal") return read_principal(entry.value, map);
  if (entry.key == "action") return read_action(entry.value, map);
  if (entry.key == "resource") return read_resource(entry.value, map);
  if (entry.key == "context") return read_context(entry.value, map);
  if (entry.key == "variables") return read_places(entry, map.variables);
  return no_such_key(entry, "a map");
}

}  // namespace

ImportMap default_map() {
  ImportMap map;
  map.principal_types = {{"Agent", known("agent.id")}, {"User", known("user.id")}};
  map.action = known("action");
  map.resource_type = known("resource.type");
  map.resource_id = known("resource.id");
  for (const std::string_view name : {"owner", "repo", "ref", "ref_type", "path", "name"}) {
    map.resource_attributes.emplace(name, known("resource." + std::string(name)));
  }
  map.context = known("args");
  map.variables = {
      {"tool_name", known("mcp.tool")},     {"action_name", known("mcp.tool")},
      {"tool_args", known("args")},         {"arguments", known("args")},
      {"user_roles", known("agent.roles")}, {"identity_roles", known("agent.roles")},
      {"identity_id", known("agent.id")},   {"identity_name", known("agent.name")},
      {"framework", known("agent.client")},
  };
  return map;
}

Result<ImportMap> read_map(std::string_view yaml) {
  SENTRAIL_ASSIGN_OR_RETURN(const YamlNode root, wire::parse_yaml(yaml));
  SENTRAIL_TRY(expect_mapping(root, "map"));
  ImportMap map = default_map();
  for (const YamlEntry& entry : root.entries) SENTRAIL_TRY(read_section(entry, map));
  return map;
}

}  // namespace sentrail::compiler::import_
