// Principals, actions and resources: what a map says of their types, ids and parents. See
// cedar_terms.hpp.
#include <algorithm>

#include "compiler/import/cedar_terms.hpp"

namespace sentrail::compiler::import_ {
namespace {

// `App::User` is looked for as it is, then as `User`.
template <typename Map>
auto find_type(const Map& map, std::string_view type) {
  const auto whole = map.find(type);
  const std::size_t colons = type.rfind("::");
  if (whole != map.end() || colons == std::string_view::npos) return whole;
  return map.find(type.substr(colons + 2));
}

std::string_view last_name(std::string_view type) {
  const std::size_t colons = type.rfind("::");
  return colons == std::string_view::npos ? type : type.substr(colons + 2);
}

std::string shown(const SourceExpr& entity) {
  return "`" + entity.text + "::\"" + entity.words.front() + "\"`";
}

FormulaRef has_id(const Place& place, const std::string& id) {
  const Constant constant{ConstantKind::string, id};
  return place.type == Type::string_set ? has_element(place, constant)
                                        : compare(place, Comparison::equal, constant);
}

// Types that a file speaks of, by their last name.
std::set<std::string, std::less<>> types_named(const CedarFile& file) {
  std::set<std::string, std::less<>> names;
  for (const SourceExpr& node : file.expressions) {
    if (node.kind == SourceKind::entity || node.kind == SourceKind::is) {
      names.emplace(last_name(node.text));
    }
  }
  return names;
}

}  // namespace

CedarConditions::CedarConditions(const CedarFile& file, const ImportMap& map)
    : file_(file),
      map_(map),
      principal_types_(map.principal_types),
      principal_in_(map.principal_in),
      principal_attributes_(map.principal_attributes) {
  if (!map.principal_types_given) {
    // Without a map a principal is of the types that the file speaks of.
    const std::set<std::string, std::less<>> named = types_named(file);
    std::erase_if(principal_types_, [&](const auto& type) { return !named.contains(type.first); });
  }
  // What a map does not say follows from what all principals are.
  const auto all_are = [&](std::string_view id) {
    return std::all_of(principal_types_.begin(), principal_types_.end(),
                       [&](const auto& type) { return type.second.path == id; });
  };
  if (all_are("agent.id")) {
    principal_in_.emplace("Role", *place_named("agent.roles"));
    for (const std::string_view name : {"name", "roles", "registered", "owner", "client"}) {
      principal_attributes_.emplace(name, *place_named("agent." + std::string(name)));
    }
  } else if (all_are("user.id")) {
    principal_in_.emplace("Group", *place_named("user.groups"));
    principal_attributes_.emplace("groups", *place_named("user.groups"));
  }
}

FormulaRef CedarConditions::principal_is(std::string_view type) const {
  std::vector<FormulaRef> parts;
  for (const auto& [name, place] : principal_types_) {
    if (name == type || name == last_name(type)) {
      parts.push_back(exists(place.path));
      return both(std::move(parts));
    }
    parts.push_back(negation(exists(place.path)));
  }
  return unknown("the map has no `principal: {types: {" + std::string(last_name(type)) + ": …}}`");
}

FormulaRef CedarConditions::resource_is(std::string_view type) const {
  const auto found = find_type(map_.resource_types, type);
  if (found == map_.resource_types.end()) {
    return unknown("the map has no `resource: {types: {" + std::string(last_name(type)) + ": …}}`");
  }
  return has_id(map_.resource_type, found->second);
}

FormulaRef CedarConditions::is_type(std::string_view root, std::string_view type) const {
  if (root == "principal") return principal_is(type);
  if (root == "resource") return resource_is(type);
  if (root == "action") return last_name(type) == "Action" ? always() : never();
  return unknown("`is` asks about `" + std::string(root) + "`");
}

FormulaRef CedarConditions::is_entity(std::string_view root, const SourceExpr& entity) const {
  const std::string& id = entity.words.front();
  if (root == "action") {
    return last_name(entity.text) == "Action" ? has_id(map_.action, id) : never();
  }
  if (root == "resource") {
    return both({resource_is(entity.text), has_id(map_.resource_id, id)});
  }
  for (const auto& [name, place] : principal_types_) {
    if (name == entity.text || name == last_name(entity.text)) {
      return both({principal_is(entity.text), has_id(place, id)});
    }
  }
  return principal_is(entity.text);  // says what the map lacks
}

FormulaRef CedarConditions::in_group(const SourceExpr& entity) const {
  const std::string& id = entity.words.front();
  if (last_name(entity.text) != "Action") return never();
  if (!map_.action_groups) {
    return unknown(shown(entity) +
                   " may be a group of actions, and the map has no `action: "
                   "{groups: …}`");
  }
  const auto group = map_.action_groups->find(id);
  if (group == map_.action_groups->end()) return never();
  std::vector<Constant> actions;
  for (const std::string& action : group->second) actions.push_back({ConstantKind::string, action});
  return is_one_of(map_.action, actions);
}

FormulaRef CedarConditions::is_in(std::string_view root, const SourceExpr& entity) const {
  if (root == "action") return either({is_entity(root, entity), in_group(entity)});
  const PlaceMap& parents = root == "principal" ? principal_in_ : map_.resource_in;
  const auto found = find_type(parents, entity.text);
  const FormulaRef parent = found == parents.end()
                                ? unknown("the map has no `" + std::string(root) + ": {in: {" +
                                          std::string(last_name(entity.text)) + ": …}}`")
                                : has_id(found->second, entity.words.front());
  const FormulaRef itself = is_entity(root, entity);
  // An entity is in itself; of a type that is not mapped as one of `root`, the parents tell all.
  const bool typed = is_exact(itself);
  return typed ? either({itself, parent}) : parent;
}

}  // namespace sentrail::compiler::import_
