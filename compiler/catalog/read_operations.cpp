// Reads actions, families and operations of a catalog. See read_parts.hpp.
#include <algorithm>

#include "compiler/catalog/read_parts.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"

namespace sentrail::compiler {
namespace {

using wire::YamlKind;
using wire::YamlNode;

void read_action(CatalogDraft& draft, const YamlNode& key, const YamlNode& value) {
  YamlReader& yaml = draft.yaml;
  CatalogActionDef out;
  out.span = yaml.span(key);
  const auto name = yaml.dotted_name(key, "an action");
  if (value.kind == YamlKind::scalar) {
    out.risk = parse_risk(draft, value).value_or(out.risk);
  } else if (yaml.is_map(value, "an action") && yaml.only_keys(value, {"risk", "read"})) {
    if (const YamlNode* risk = yaml.require(value, "risk")) {
      out.risk = parse_risk(draft, *risk).value_or(out.risk);
    }
    if (const YamlNode* read = YamlReader::find(value, "read")) {
      out.read = yaml.boolean(*read, "`read`").value_or(false);
    }
  }
  if (!name.has_value()) return;
  out.name = *name;
  if (out.name == kUnknownAction) {
    yaml.report(DiagnosticKind::catalog_duplicate_action, key,
                "`unknown` is an action of every catalog");
    return;
  }
  const auto index = static_cast<std::uint32_t>(draft.catalog.actions.size());
  const auto [entry, is_new] = draft.actions.emplace(out.name, index);
  if (!is_new) {
    yaml.sink().report({DiagnosticKind::catalog_duplicate_action,
                        out.span,
                        "the action `" + out.name + "` is declared twice",
                        {{draft.catalog.actions[entry->second].span, "the first is here"}},
                        "keep one of them"});
    return;
  }
  draft.catalog.actions.push_back(std::move(out));
  draft.action_used.push_back(false);
}

// What an operation takes from its family.
struct Family {
  std::string base;
  std::string resource;
};

class OperationReader {
 public:
  OperationReader(CatalogDraft& draft, const Family& family) : draft_(draft), family_(family) {}

  void path(const YamlNode& key, const YamlNode& methods) {
    std::string text = family_.base;
    if (text.empty() || key.text != "/") text += key.text;
    const auto path = parse_template(draft_, std::move(text), key);
    if (!draft_.yaml.is_map(methods, "a path")) return;
    for (const auto& entry : methods.entries) {
      const auto method = catalog_method_named(entry.key);
      if (!method.has_value()) {
        draft_.yaml.report(DiagnosticKind::catalog_bad_value, YamlReader::key_node(entry),
                           "`" + escape_display(entry.key) + "` is no method",
                           "use GET (HEAD is judged as GET), POST, PUT, PATCH or DELETE");
      } else if (path.has_value()) {
        operation(*method, *path, YamlReader::key_node(entry), entry.value);
      }
    }
  }

 private:
  void operation(CatalogMethod method, const PathTemplate& path, const YamlNode& key,
                 const YamlNode& value) {
    CatalogOperation out;
    out.method = method;
    out.path = path;
    out.resource = family_.resource;
    out.span = draft_.yaml.span(key);
    const YamlNode* fields = nullptr;
    const YamlNode* refine = nullptr;
    const YamlNode* body = nullptr;
    const YamlNode* risk = nullptr;
    const YamlNode* action = &value;
    if (value.kind != YamlKind::scalar) {
      if (!draft_.yaml.is_map(value, "an operation") ||
          !draft_.yaml.only_keys(value,
                                 {"action", "risk", "resource", "fields", "refine", "body"})) {
        return;
      }
      action = draft_.yaml.require(value, "action");
      risk = YamlReader::find(value, "risk");
      fields = YamlReader::find(value, "fields");
      refine = YamlReader::find(value, "refine");
      body = YamlReader::find(value, "body");
      if (const YamlNode* resource = YamlReader::find(value, "resource")) {
        out.resource = draft_.yaml.dotted_name(*resource, "a resource").value_or("");
      }
    }
    const auto found = action == nullptr ? std::nullopt : find_action(draft_, *action);
    if (!found.has_value()) return;
    out.action = *found;
    out.risk = draft_.catalog.actions[*found].risk;
    if (risk != nullptr) out.risk = parse_risk(draft_, *risk).value_or(out.risk);
    out.fields = read_fields(draft_, path, fields);
    if (refine != nullptr) out.refinements = read_refinements(draft_, out, *refine);
    if (body != nullptr) out.defaults = read_defaults(draft_, method, *body);
    draft_.catalog.operations.push_back(std::move(out));
  }

  CatalogDraft& draft_;
  const Family& family_;
};

void read_paths(CatalogDraft& draft, const YamlNode& family) {
  Family out;
  if (const YamlNode* base = YamlReader::find(family, "base")) {
    out.base = draft.yaml.text(*base, "`base`").value_or("");
    const auto parsed = parse_template(draft, out.base, *base);
    if (!parsed.has_value()) return;
    if (out.base.ends_with('/')) {
      draft.yaml.report(DiagnosticKind::catalog_bad_template, *base, "`base` ends with a slash");
      return;
    }
  }
  if (const YamlNode* resource = YamlReader::find(family, "resource")) {
    out.resource = draft.yaml.dotted_name(*resource, "a resource").value_or("");
  }
  const YamlNode* paths = draft.yaml.require(family, "paths");
  if (paths == nullptr || !draft.yaml.is_map(*paths, "`paths`")) return;
  OperationReader reader(draft, out);
  for (const auto& entry : paths->entries) reader.path(YamlReader::key_node(entry), entry.value);
}

}  // namespace

std::optional<Risk> parse_risk(CatalogDraft& draft, const YamlNode& node) {
  const auto risk = risk_named(node.text);
  if (node.kind == YamlKind::scalar && risk.has_value()) return risk;
  draft.yaml.report(DiagnosticKind::catalog_bad_risk, node,
                    "`" + escape_display(cap_characters(node.text, 60)) + "` is no risk",
                    "use low, medium, high or critical");
  return std::nullopt;
}

void read_actions(CatalogDraft& draft, const YamlNode& node) {
  if (!draft.yaml.is_map(node, "`actions`")) return;
  for (const auto& entry : node.entries)
    read_action(draft, YamlReader::key_node(entry), entry.value);
}

std::optional<std::uint32_t> find_action(CatalogDraft& draft, const YamlNode& node) {
  const auto name = draft.yaml.text(node, "an action");
  if (!name.has_value()) return std::nullopt;
  const auto found = draft.actions.find(*name);
  if (found != draft.actions.end()) {
    draft.action_used[found->second] = true;
    return found->second;
  }
  std::vector<std::string_view> names;
  for (const CatalogActionDef& action : draft.catalog.actions) names.push_back(action.name);
  const auto near = closest(*name, names);
  draft.yaml.report(DiagnosticKind::catalog_unknown_action, node,
                    "`" + escape_display(cap_characters(*name, 60)) + "` is no declared action",
                    near.has_value() ? "did you mean `" + std::string(*near) + "`?"
                                     : "declare it under `actions`");
  return std::nullopt;
}

void read_families(CatalogDraft& draft, const YamlNode& node) {
  if (!draft.yaml.is_map(node, "`families`")) return;
  std::vector<const YamlNode*> families;
  for (const auto& entry : node.entries) {
    if (draft.yaml.is_map(entry.value, "a family") &&
        draft.yaml.only_keys(entry.value, {"base", "resource", "actions", "paths"})) {
      families.push_back(&entry.value);
    }
  }
  // A family may use the actions of another that stands below it.
  for (const YamlNode* family : families) {
    if (const YamlNode* actions = YamlReader::find(*family, "actions")) {
      read_actions(draft, *actions);
    }
  }
  for (const YamlNode* family : families) read_paths(draft, *family);
}

}  // namespace sentrail::compiler
