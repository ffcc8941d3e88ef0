// Reads what fills a resource's fields, and refinements. See read_parts.hpp.
#include <algorithm>
#include <array>

#include "compiler/catalog/read_parts.hpp"
#include "core/decimal.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"

namespace sentrail::compiler {
namespace {

using wire::YamlKind;
using wire::YamlNode;

std::vector<std::string> split_at_dots(std::string_view text) {
  std::vector<std::string> steps;
  while (true) {
    const std::size_t dot = std::min(text.find('.'), text.size());
    steps.emplace_back(text.substr(0, dot));
    if (dot == text.size()) return steps;
    text = text.substr(dot + 1);
  }
}

void put(std::vector<FieldBinding>& fields, FieldBinding binding) {
  const auto same = std::find_if(fields.begin(), fields.end(), [&](const FieldBinding& other) {
    return other.field == binding.field;
  });
  if (same == fields.end()) {
    fields.push_back(std::move(binding));
  } else {
    *same = std::move(binding);
  }
}

// The rightmost parameter of a field is the deepest part of the resource: it fills the field.
void put_parameters(const CatalogDraft& draft, const PathTemplate& path,
                    std::vector<FieldBinding>& fields) {
  for (std::uint32_t i = 0; i < path.segments.size(); ++i) {
    if (!path.segments[i].parameter.has_value()) continue;
    const CatalogParameterDef& parameter = draft.catalog.parameters[*path.segments[i].parameter];
    if (!parameter.field.has_value()) continue;
    FieldBinding binding;
    binding.field = *parameter.field;
    binding.origin = {CatalogSource::parameter, i, {}};
    binding.form = parameter.form;
    binding.never_ends = parameter.never_ends;
    put(fields, std::move(binding));
  }
}

std::optional<FieldBinding> read_binding(CatalogDraft& draft, CatalogField field,
                                         const YamlNode& value) {
  FieldBinding out;
  out.field = field;
  if (value.kind == YamlKind::scalar && value.text == "unreadable") {
    out.origin.source = CatalogSource::nothing;
    return out;
  }
  const YamlNode* from = &value;
  if (value.kind == YamlKind::mapping) {
    if (!draft.yaml.only_keys(value, {"from", "as", "caseless", "optional"})) return std::nullopt;
    from = draft.yaml.require(value, "from");
    const auto form = read_form(draft, value, field);
    if (from == nullptr || !form.has_value()) return std::nullopt;
    out.form = *form;
    if (const YamlNode* optional = YamlReader::find(value, "optional")) {
      out.optional = draft.yaml.boolean(*optional, "`optional`").value_or(false);
    }
  } else if (field == CatalogField::ref) {
    draft.yaml.report(DiagnosticKind::catalog_bad_value, value,
                      "the field `ref` and `as` come together",
                      "write `ref: {from: …, as: branch}`, or `ref: unreadable`");
    return std::nullopt;
  }
  auto origin = parse_origin(draft, *from, nullptr);
  if (!origin.has_value()) return std::nullopt;
  out.origin = *std::move(origin);
  return out;
}

void plain_value(const YamlNode& node, CatalogSource source, RefinementCondition& out) {
  out.value = node.text;
  out.test = CatalogTest::equal;
  if (!node.plain) return;
  if (node.text == "exists") {
    out.test = CatalogTest::exists;
    out.value.clear();
  } else if (source == CatalogSource::body && (node.text == "true" || node.text == "false")) {
    out.value_kind = CatalogValue::boolean;
  } else if (source == CatalogSource::body && Decimal::parse(node.text).has_value()) {
    out.value_kind = CatalogValue::number;
  }
}

std::optional<RefinementCondition> read_condition(CatalogDraft& draft, const PathTemplate& path,
                                                  const YamlNode& key, const YamlNode& value) {
  RefinementCondition out;
  auto origin = parse_origin(draft, key, &path);
  if (!origin.has_value()) return std::nullopt;
  out.origin = *std::move(origin);
  if (value.kind == YamlKind::scalar) {
    plain_value(value, out.origin.source, out);
    return out;
  }
  if (!draft.yaml.is_map(value, "a test") || !draft.yaml.only_keys(value, {"under"})) {
    return std::nullopt;
  }
  const YamlNode* under = draft.yaml.require(value, "under");
  const auto text = under == nullptr ? std::nullopt : draft.yaml.text(*under, "`under`");
  if (!text.has_value()) return std::nullopt;
  out.test = CatalogTest::under;
  out.value = *text;
  return out;
}

std::optional<Refinement> read_refinement(CatalogDraft& draft, const CatalogOperation& operation,
                                          const YamlNode& node) {
  YamlReader& yaml = draft.yaml;
  if (!yaml.is_map(node, "a refinement") || !yaml.only_keys(node, {"when", "action", "risk"})) {
    return std::nullopt;
  }
  Refinement out;
  out.action = operation.action;
  const YamlNode* action = YamlReader::find(node, "action");
  const YamlNode* risk = YamlReader::find(node, "risk");
  if (action == nullptr && risk == nullptr) {
    yaml.report(DiagnosticKind::catalog_bad_refinement, node,
                "a refinement changes neither action nor risk", "add `action: …` or `risk: …`");
    return std::nullopt;
  }
  if (action != nullptr) {
    const auto found = find_action(draft, *action);
    if (!found.has_value()) return std::nullopt;
    out.action = *found;
  }
  out.risk = draft.catalog.actions[out.action].risk;
  if (risk != nullptr) out.risk = parse_risk(draft, *risk).value_or(out.risk);
  const YamlNode* when = yaml.require(node, "when");
  if (when == nullptr || !yaml.is_map(*when, "`when`")) return std::nullopt;
  for (const auto& entry : when->entries) {
    auto condition =
        read_condition(draft, operation.path, YamlReader::key_node(entry), entry.value);
    if (condition.has_value()) out.conditions.push_back(*std::move(condition));
  }
  if (when->entries.empty()) {
    yaml.report(DiagnosticKind::catalog_bad_refinement, *when, "a refinement asks nothing",
                "name a body member, a query parameter or `path.PARAMETER` under `when`");
  }
  if (out.conditions.size() != when->entries.size() || out.conditions.empty()) return std::nullopt;
  return out;
}

std::optional<ValueOrigin> parameter_origin(CatalogDraft& draft, const YamlNode& node,
                                            std::string_view name, const PathTemplate& path) {
  const auto parameter = find_parameter(draft, name, node);
  if (!parameter.has_value()) return std::nullopt;
  for (std::uint32_t i = 0; i < path.segments.size(); ++i) {
    if (path.segments[i].parameter == parameter) {
      return ValueOrigin{CatalogSource::parameter, i, {}};
    }
  }
  draft.yaml.report(DiagnosticKind::catalog_bad_refinement, node,
                    "the template `" + path.text + "` has no `{" + std::string(name) + "}`");
  return std::nullopt;
}

}  // namespace

std::optional<ValueOrigin> parse_origin(CatalogDraft& draft, const YamlNode& node,
                                        const PathTemplate* path) {
  constexpr std::string_view kBody = "body.";
  constexpr std::string_view kQuery = "query.";
  constexpr std::string_view kPath = "path.";
  const std::string_view text = node.text;
  ValueOrigin out;
  if (text.starts_with(kBody)) {
    out.source = CatalogSource::body;
    out.steps = split_at_dots(text.substr(kBody.size()));
  } else if (text.starts_with(kQuery)) {
    out.source = CatalogSource::query;
    out.steps = {std::string(text.substr(kQuery.size()))};
  } else if (text.starts_with(kPath) && path != nullptr) {
    return parameter_origin(draft, node, text.substr(kPath.size()), *path);
  }
  const bool sound = !out.steps.empty() && out.steps.size() <= limits::kPathStepsMax &&
                     std::none_of(out.steps.begin(), out.steps.end(),
                                  [](const std::string& step) { return step.empty(); });
  if (sound) return out;
  draft.yaml.report(DiagnosticKind::catalog_bad_refinement, node,
                    "`" + escape_display(cap_characters(text, 60)) + "` is no place in a request",
                    path == nullptr ? "use `body.MEMBER` or `query.NAME`"
                                    : "use `body.MEMBER`, `query.NAME` or `path.PARAMETER`");
  return std::nullopt;
}

std::vector<FieldBinding> read_fields(CatalogDraft& draft, const PathTemplate& path,
                                      const YamlNode* node) {
  std::vector<FieldBinding> fields;
  put_parameters(draft, path, fields);
  if (node != nullptr && draft.yaml.is_map(*node, "`fields`")) {
    for (const auto& entry : node->entries) {
      const auto field = field_named(entry.key);
      if (!field.has_value()) {
        draft.yaml.report(DiagnosticKind::catalog_bad_value, YamlReader::key_node(entry),
                          "`" + escape_display(entry.key) + "` is no field of a resource",
                          "use owner, repo, ref, path or name");
      } else if (auto binding = read_binding(draft, *field, entry.value)) {
        put(fields, *std::move(binding));
      }
    }
  }
  std::sort(fields.begin(), fields.end(),
            [](const FieldBinding& a, const FieldBinding& b) { return a.field < b.field; });
  return fields;
}

std::vector<Refinement> read_refinements(CatalogDraft& draft, const CatalogOperation& operation,
                                         const YamlNode& node) {
  std::vector<Refinement> out;
  if (!draft.yaml.is_list(node, "`refine`")) return out;
  if (node.items.size() > limits::kRefinementsMax) {
    draft.yaml.report(
        DiagnosticKind::catalog_bad_refinement, node,
        "an operation has more than " + std::to_string(limits::kRefinementsMax) + " refinements");
    return out;
  }
  for (const YamlNode& item : node.items) {
    auto refinement = read_refinement(draft, operation, item);
    if (refinement.has_value()) out.push_back(*std::move(refinement));
  }
  return out;
}

}  // namespace sentrail::compiler
