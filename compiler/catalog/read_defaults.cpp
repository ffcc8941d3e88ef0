// Reads what the upstream takes for members of a body that are not there. See read_parts.hpp.
#include <array>

#include "compiler/catalog/read_parts.hpp"
#include "core/json.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"

namespace sentrail::compiler {
namespace {

using wire::YamlKind;
using wire::YamlNode;

// The types of members, as they are written.
struct MemberType {
  std::string_view name;
  CatalogValue kind;
};
constexpr std::array<MemberType, 3> kTypes = {{{"bool", CatalogValue::boolean},
                                               {"number", CatalogValue::number},
                                               {"string", CatalogValue::text}}};

std::optional<CatalogValue> read_type(CatalogDraft& draft, const YamlNode& node) {
  for (const MemberType& type : kTypes) {
    if (node.kind == YamlKind::scalar && node.text == type.name) return type.kind;
  }
  draft.yaml.report(
      DiagnosticKind::catalog_bad_default, node,
      "`" + escape_display(cap_characters(node.text, 60)) + "` is no type of a member",
      "use bool, number or string");
  return std::nullopt;
}

// What an unquoted scalar is by YAML's own rules; a quoted one is a text.
std::optional<CatalogValue> kind_of(const YamlNode& node) {
  if (node.kind != YamlKind::scalar) return std::nullopt;
  if (!node.plain) return CatalogValue::text;
  if (node.text == "true" || node.text == "false") return CatalogValue::boolean;
  if (is_json_number(node.text)) return CatalogValue::number;
  if (node.text.empty() || node.text == "null" || node.text == "~") return std::nullopt;
  return CatalogValue::text;
}

std::optional<BodyDefault> read_default(CatalogDraft& draft, const YamlNode& key,
                                        const YamlNode& value) {
  YamlNode path = key;
  path.text = "body." + key.text;
  auto origin = parse_origin(draft, path, nullptr);
  if (!draft.yaml.is_map(value, "a member of the body") ||
      !draft.yaml.only_keys(value, {"type", "default"})) {
    return std::nullopt;
  }
  const YamlNode* type = draft.yaml.require(value, "type");
  const YamlNode* written = draft.yaml.require(value, "default");
  if (!origin.has_value() || type == nullptr || written == nullptr) return std::nullopt;
  const auto kind = read_type(draft, *type);
  if (!kind.has_value()) return std::nullopt;
  if (kind_of(*written) != kind) {
    draft.yaml.report(
        DiagnosticKind::catalog_bad_default, *written,
        "the default of `" + escape_display(cap_characters(key.text, 60)) + "` is no " + type->text,
        *kind == CatalogValue::text ? "put a text in quotes"
                                    : "write a bool or a number without quotes");
    return std::nullopt;
  }
  return BodyDefault{std::move(origin->steps), *kind, written->text};
}

}  // namespace

std::vector<BodyDefault> read_defaults(CatalogDraft& draft, CatalogMethod method,
                                       const YamlNode& node) {
  std::vector<BodyDefault> out;
  if (!draft.yaml.is_map(node, "`body`")) return out;
  if (method == CatalogMethod::get) {
    draft.yaml.report(DiagnosticKind::catalog_bad_default, node, "a GET has no body");
    return out;
  }
  if (node.entries.size() > limits::kBodyDefaultsMax) {
    draft.yaml.report(DiagnosticKind::catalog_bad_default, node,
                      "an operation has more than " + std::to_string(limits::kBodyDefaultsMax) +
                          " members with a default");
    return out;
  }
  for (const auto& entry : node.entries) {
    auto one = read_default(draft, YamlReader::key_node(entry), entry.value);
    if (one.has_value()) out.push_back(*std::move(one));
  }
  return out;
}

}  // namespace sentrail::compiler
