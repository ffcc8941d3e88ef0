// A checked catalog: what a YAML file says of a tool, every name resolved, every template parsed.
//
// Neighbours: read.hpp makes it, overlap.hpp settles which template wins, lower.hpp turns it into
// the tables of core/catalog.hpp. Must not know: YAML, policies, requests.
// source: docs/catalog_format.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/catalog/catalog_info.hpp"
#include "compiler/source.hpp"
#include "core/catalog.hpp"
#include "core/decision.hpp"

namespace sentrail::compiler {

// What a path parameter takes. The order is that of preference; literals come before all.
enum class ParameterKind : std::uint8_t { enumeration, integer, plain, encoded, multi };

// A parameter that templates may name. It fills a field, unless `field` is empty.
struct CatalogParameterDef {
  std::string name;
  ParameterKind kind = ParameterKind::plain;
  std::vector<std::string> values;  // of an enumeration, ascending
  std::optional<CatalogField> field;
  CatalogForm form = CatalogForm::plain;
  std::string never_ends;
  Span span;
};

// One segment of a template: a literal, or a parameter by its index. A closing slash is an empty
// literal at the end.
struct TemplateSegment {
  std::optional<std::uint32_t> parameter;
  std::string literal;
};

// A path template as written, base included.
struct PathTemplate {
  std::string text;
  std::vector<TemplateSegment> segments;
  std::optional<std::uint32_t> multi;  // the position of its one multi parameter
};

// An action and the risk it has where an operation says nothing else.
struct CatalogActionDef {
  std::string name;
  Risk risk = Risk::critical;
  bool read = false;
  Span span;
};

// Where a value comes from: a template position, or steps into body or query.
struct ValueOrigin {
  CatalogSource source = CatalogSource::nothing;
  std::uint32_t position = 0;
  std::vector<std::string> steps;
};

// Fills one field of the resource.
struct FieldBinding {
  CatalogField field = CatalogField::name;
  ValueOrigin origin;
  CatalogForm form = CatalogForm::plain;
  bool optional = false;
  std::string never_ends;
};

// One thing a refinement asks.
struct RefinementCondition {
  ValueOrigin origin;
  CatalogTest test = CatalogTest::exists;
  CatalogValue value_kind = CatalogValue::text;
  std::string value;
};

// One more action that a request is where all conditions hold.
struct Refinement {
  std::vector<RefinementCondition> conditions;
  std::uint32_t action = 0;
  Risk risk = Risk::critical;
};

// What the upstream takes for a member of the body that a request does not have.
struct BodyDefault {
  std::vector<std::string> steps;
  CatalogValue kind = CatalogValue::text;
  std::string value;
};

// One method on one template.
struct CatalogOperation {
  CatalogMethod method = CatalogMethod::get;
  PathTemplate path;
  std::uint32_t action = 0;
  Risk risk = Risk::critical;
  std::string resource;
  std::vector<FieldBinding> fields;  // those of parameters included; each field once
  std::vector<Refinement> refinements;
  std::vector<BodyDefault> defaults;
  Span span;  // of its entry in the file
};

// `/<literal>/<number>` as a second spelling of `/<target>` with `placeholders` segments.
struct CatalogAlias {
  std::string literal;
  std::string target;
  std::uint32_t placeholders = 0;
};

// A part of an id: a text, then a parameter by its index, if any.
struct IdPart {
  std::string text;
  std::optional<std::uint32_t> parameter;
};

// Of two templates of a method that nothing else tells apart, the one that is taken.
struct CatalogChoice {
  CatalogMethod method = CatalogMethod::get;
  std::string taken;
  std::string left;
  Span span;
};

// One catalog. Indices point into its own vectors.
struct Catalog {
  std::string name;
  std::string tool;
  std::uint32_t version = 1;
  bool post_as_patch = false;
  std::vector<std::string> hosts;
  std::vector<CatalogAlias> aliases;
  std::vector<std::vector<IdPart>> ids;  // the first whose parameters a template has is its id
  std::vector<CatalogParameterDef> parameters;
  std::vector<CatalogActionDef> actions;  // ascending by name, `unknown` among them
  std::vector<CatalogOperation> operations;
  std::vector<CatalogChoice> choices;
};

// What the checker needs to know of it.
[[nodiscard]] CatalogInfo info_of(const Catalog& catalog);

// `GET /repos/{owner}/{repo}`, for messages.
[[nodiscard]] std::string display(const CatalogOperation& operation);

}  // namespace sentrail::compiler
