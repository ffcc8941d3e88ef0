// The parts of reading a catalog, shared by the folder's read_*.cpp. Private to the folder.
//
// Neighbours: read.cpp calls them in order: parameters, actions, then what names those. Must not
// know: overlaps, tables.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "compiler/catalog/catalog.hpp"
#include "compiler/catalog/yaml_reader.hpp"

namespace sentrail::compiler {

// A catalog while it is read: what is declared, and whether it is used.
struct CatalogDraft {
  YamlReader& yaml;
  Catalog& catalog;
  std::unordered_map<std::string, std::uint32_t> parameters;
  std::unordered_map<std::string, std::uint32_t> actions;
  std::vector<bool> parameter_used;
  std::vector<bool> action_used;
};

// Reads the mapping under `parameters`.
void read_parameters(CatalogDraft& draft, const wire::YamlNode& node);

// Reads a mapping under `actions`, of the catalog or of a family.
void read_actions(CatalogDraft& draft, const wire::YamlNode& node);

// Reads the mapping under `families`. REQUIRES: parameters and actions of the catalog are read.
void read_families(CatalogDraft& draft, const wire::YamlNode& node);

// The declared action that a node names, now used.
[[nodiscard]] std::optional<std::uint32_t> find_action(CatalogDraft& draft,
                                                       const wire::YamlNode& node);

// The declared parameter of that name, now used.
[[nodiscard]] std::optional<std::uint32_t> find_parameter(CatalogDraft& draft,
                                                          std::string_view name,
                                                          const wire::YamlNode& at);

// A template; faults are reported at `at`.
[[nodiscard]] std::optional<PathTemplate> parse_template(CatalogDraft& draft, std::string text,
                                                         const wire::YamlNode& at);

// `low` … `critical`.
[[nodiscard]] std::optional<Risk> parse_risk(CatalogDraft& draft, const wire::YamlNode& node);

// The form of a field's value, from the keys `as` and `caseless` of a mapping.
[[nodiscard]] std::optional<CatalogForm> read_form(CatalogDraft& draft, const wire::YamlNode& map,
                                                   std::optional<CatalogField> field);

// The fields of an operation: those that its parameters fill, then those that `node` (may be null)
// says.
[[nodiscard]] std::vector<FieldBinding> read_fields(CatalogDraft& draft, const PathTemplate& path,
                                                    const wire::YamlNode* node);

// The list under `refine` of an operation.
[[nodiscard]] std::vector<Refinement> read_refinements(CatalogDraft& draft,
                                                       const CatalogOperation& operation,
                                                       const wire::YamlNode& node);

// The mapping under `body` of an operation: members with a type and a default.
[[nodiscard]] std::vector<BodyDefault> read_defaults(CatalogDraft& draft, CatalogMethod method,
                                                     const wire::YamlNode& node);

// `body.a.b`, `query.a`, and where `path` is given `path.parameter`.
[[nodiscard]] std::optional<ValueOrigin> parse_origin(CatalogDraft& draft,
                                                      const wire::YamlNode& node,
                                                      const PathTemplate* path);

// The field of that name: owner, repo, ref, path, name.
[[nodiscard]] std::optional<CatalogField> field_named(std::string_view name);

}  // namespace sentrail::compiler
