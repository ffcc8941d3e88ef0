// The map file: which of our attributes the names of a foreign policy mean.
//
// Neighbours: cedar.cpp and cel.cpp ask it; wire/yaml.hpp reads the file. Must not know:
// expressions. source: docs/importers.md, Map files.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/import/attributes.hpp"
#include "core/result.hpp"

namespace sentrail::compiler::import_ {

// Attributes by the name that the source has for them.
using PlaceMap = std::map<std::string, Place, std::less<>>;

// What the file says, over what holds without one.
struct ImportMap {
  // Cedar's principal: entity types in order, each with the attribute that holds its id. A
  // request's principal is of the first type whose attribute is there.
  std::vector<std::pair<std::string, Place>> principal_types;
  bool principal_types_given = false;
  // Entity type -> the ids of those of that type that a principal is in. What is not here and in
  // `principal_attributes` is looked for in `agent` or `user`, as the principal's type has it.
  PlaceMap principal_in;
  PlaceMap principal_attributes;

  Place action;
  // Group -> its actions; all groups, if they are given at all.
  std::optional<std::map<std::string, std::vector<std::string>, std::less<>>> action_groups;

  Place resource_type;
  Place resource_id;
  std::map<std::string, std::string, std::less<>> resource_types;  // entity type -> our type
  PlaceMap resource_in;
  PlaceMap resource_attributes;

  Place context;             // where members of `context` are looked for
  PlaceMap context_members;  // `a.b` -> an attribute

  PlaceMap variables;  // of CEL
};

// What holds without a file.
[[nodiscard]] ImportMap default_map();

// Reads a map file. fails: invalid_argument with the line: bad YAML, a key that means nothing, an
// attribute that is not there.
[[nodiscard]] Result<ImportMap> read_map(std::string_view yaml);

}  // namespace sentrail::compiler::import_
