// Reads parameters, actions and templates of a catalog. See read_parts.hpp.
#include <algorithm>
#include <array>

#include "compiler/catalog/read_parts.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"

namespace sentrail::compiler {
namespace {

using wire::YamlKind;
using wire::YamlNode;

constexpr std::array<std::string_view, kCatalogFieldCount> kFieldNames = {"owner", "repo", "ref",
                                                                          "path", "name"};

std::optional<ParameterKind> parse_kind(CatalogDraft& draft, const YamlNode& node) {
  if (node.text == "string") return ParameterKind::plain;
  if (node.text == "int") return ParameterKind::integer;
  if (node.text == "enum") return ParameterKind::enumeration;
  if (node.text == "multi") return ParameterKind::multi;
  draft.yaml.report(DiagnosticKind::catalog_bad_value, node,
                    "`" + escape_display(node.text) + "` is no kind of parameter",
                    "use string, int, enum or multi");
  return std::nullopt;
}

bool read_segments(CatalogDraft& draft, const YamlNode& node, CatalogParameterDef& out) {
  const bool one = node.text == "one";
  if ((one || node.text == "any") && out.kind == ParameterKind::multi) {
    if (one) out.kind = ParameterKind::encoded;
    return true;
  }
  draft.yaml.report(DiagnosticKind::catalog_bad_value, node,
                    "`segments` is `one` or `any`, and only of kind `multi`");
  return false;
}

bool read_values(CatalogDraft& draft, const YamlNode& map, CatalogParameterDef& out) {
  const YamlNode* node = YamlReader::find(map, "values");
  if ((node != nullptr) != (out.kind == ParameterKind::enumeration)) {
    draft.yaml.report(DiagnosticKind::catalog_bad_value, map,
                      "`values` and the kind `enum` come together");
    return false;
  }
  if (node == nullptr) return true;
  if (!draft.yaml.is_list(*node, "`values`")) return false;
  for (const YamlNode& item : node->items) {
    if (auto value = draft.yaml.text(item, "a value")) out.values.push_back(*std::move(value));
  }
  std::sort(out.values.begin(), out.values.end());
  const bool repeats = std::adjacent_find(out.values.begin(), out.values.end()) != out.values.end();
  if (repeats || out.values.empty()) {
    draft.yaml.report(DiagnosticKind::catalog_bad_value, *node,
                      repeats ? "a value stands twice" : "there are no values");
  }
  return !repeats && !out.values.empty();
}

bool read_field(CatalogDraft& draft, const YamlNode& map, CatalogParameterDef& out) {
  const YamlNode* node = YamlReader::find(map, "to");
  if (node == nullptr) return true;  // a name
  if (node->text == "none") {
    out.field.reset();
    return true;
  }
  out.field = field_named(node->text);
  if (out.field.has_value()) return true;
  draft.yaml.report(DiagnosticKind::catalog_bad_value, *node,
                    "`" + escape_display(node->text) + "` is no field of a resource",
                    "use owner, repo, ref, path, name or none");
  return false;
}

bool read_parameter_map(CatalogDraft& draft, const YamlNode& map, CatalogParameterDef& out) {
  YamlReader& yaml = draft.yaml;
  bool sound =
      yaml.only_keys(map, {"kind", "segments", "values", "to", "as", "caseless", "never_ends"});
  if (const YamlNode* kind = YamlReader::find(map, "kind")) {
    const auto parsed = parse_kind(draft, *kind);
    sound = sound && parsed.has_value();
    out.kind = parsed.value_or(out.kind);
  }
  sound = sound && read_values(draft, map, out) && read_field(draft, map, out);
  if (const YamlNode* segments = YamlReader::find(map, "segments")) {
    sound = sound && read_segments(draft, *segments, out);
  }
  if (const YamlNode* never_ends = YamlReader::find(map, "never_ends")) {
    const auto text = yaml.text(*never_ends, "`never_ends`");
    sound = sound && text.has_value();
    out.never_ends = text.value_or("");
  }
  const auto form = read_form(draft, map, out.field);
  out.form = form.value_or(CatalogForm::plain);
  return sound && form.has_value();
}

bool is_parameter_name(std::string_view name) {
  return !name.empty() && name.size() <= limits::kNameBytesMax &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
         });
}

void read_parameter(CatalogDraft& draft, const YamlNode& key, const YamlNode& value) {
  CatalogParameterDef out;
  out.name = key.text;
  out.span = draft.yaml.span(key);
  out.field = CatalogField::name;
  if (!is_parameter_name(key.text)) {
    draft.yaml.report(DiagnosticKind::catalog_bad_value, key,
                      "`" + escape_display(key.text) + "` is no name of a parameter",
                      "use lower-case letters, digits and `_`");
    return;
  }
  if (value.kind == YamlKind::scalar) {
    const auto kind = parse_kind(draft, value);
    out.kind = kind.value_or(out.kind);
    if (out.kind == ParameterKind::enumeration) {
      draft.yaml.report(DiagnosticKind::catalog_bad_value, value,
                        "`values` and the kind `enum` come together");
    }
  } else if (draft.yaml.is_map(value, "a parameter")) {
    read_parameter_map(draft, value, out);
  }
  draft.parameters.emplace(out.name, static_cast<std::uint32_t>(draft.catalog.parameters.size()));
  draft.catalog.parameters.push_back(std::move(out));
  draft.parameter_used.push_back(false);
}

bool is_literal(std::string_view segment) {
  if (segment == "." || segment == "..") return false;
  return std::all_of(segment.begin(), segment.end(), [](char c) {
    return c > 0x20 && c < 0x7f && std::string_view("{}%?#\\").find(c) == std::string_view::npos;
  });
}

class TemplateParser {
 public:
  TemplateParser(CatalogDraft& draft, std::string text, const YamlNode& at)
      : draft_(draft), at_(at) {
    out_.text = std::move(text);
  }

  std::optional<PathTemplate> run() {
    if (!out_.text.starts_with('/')) return fault("does not begin with `/`");
    std::string_view rest = std::string_view(out_.text).substr(1);
    if (rest.empty()) return std::move(out_);
    while (true) {
      const std::size_t slash = std::min(rest.find('/'), rest.size());
      const bool last = slash == rest.size();
      if (slash == 0 && !last) return fault("has an empty segment");
      if (!segment(rest.substr(0, slash))) return std::nullopt;
      if (last) break;
      rest = rest.substr(slash + 1);
    }
    if (out_.segments.size() > limits::kTemplateSegmentsMax) {
      return fault("has more than " + std::to_string(limits::kTemplateSegmentsMax) + " segments");
    }
    return std::move(out_);
  }

 private:
  std::nullopt_t fault(const std::string& why) {
    draft_.yaml.report(DiagnosticKind::catalog_bad_template, at_,
                       "the template `" + escape_display(out_.text) + "` " + why);
    return std::nullopt;
  }

  bool segment(std::string_view text) {
    if (!text.starts_with('{')) {
      if (!is_literal(text)) fault("has a segment that is neither literal nor `{parameter}`");
      out_.segments.push_back({std::nullopt, std::string(text)});
      return is_literal(text);
    }
    if (!text.ends_with('}')) {
      fault("has a parameter that is not a whole segment");
      return false;
    }
    const auto parameter = find_parameter(draft_, text.substr(1, text.size() - 2), at_);
    if (!parameter.has_value()) return false;
    for (const TemplateSegment& other : out_.segments) {
      if (other.parameter != parameter) continue;
      fault("names a parameter twice");
      return false;
    }
    if (draft_.catalog.parameters[*parameter].kind == ParameterKind::multi) {
      if (out_.multi.has_value()) {
        fault("has two parameters of kind `multi`");
        return false;
      }
      out_.multi = static_cast<std::uint32_t>(out_.segments.size());
    }
    out_.segments.push_back({parameter, ""});
    return true;
  }

  CatalogDraft& draft_;
  const YamlNode& at_;
  PathTemplate out_;
};

}  // namespace

std::optional<CatalogField> field_named(std::string_view name) {
  for (std::size_t i = 0; i < kFieldNames.size(); ++i) {
    if (kFieldNames[i] == name) return static_cast<CatalogField>(i);
  }
  return std::nullopt;
}

std::optional<CatalogForm> read_form(CatalogDraft& draft, const YamlNode& map,
                                     std::optional<CatalogField> field) {
  constexpr std::array<std::pair<std::string_view, CatalogForm>, 5> kRefForms = {
      {{"qualified", CatalogForm::qualified},
       {"full", CatalogForm::full},
       {"branch", CatalogForm::branch},
       {"tag", CatalogForm::tag},
       {"commit", CatalogForm::commit}}};
  const YamlNode* as = YamlReader::find(map, "as");
  if ((as != nullptr) != (field == CatalogField::ref)) {
    draft.yaml.report(DiagnosticKind::catalog_bad_value, as != nullptr ? *as : map,
                      "the field `ref` and `as` come together",
                      "`as` is qualified, full, branch, tag or commit");
    return std::nullopt;
  }
  if (as != nullptr) {
    for (const auto& [name, form] : kRefForms) {
      if (as->text == name) return form;
    }
    draft.yaml.report(DiagnosticKind::catalog_bad_value, *as,
                      "`" + escape_display(as->text) + "` is no form of a ref",
                      "use qualified, full, branch, tag or commit");
    return std::nullopt;
  }
  const YamlNode* caseless = YamlReader::find(map, "caseless");
  if (caseless == nullptr) return CatalogForm::plain;
  const auto value = draft.yaml.boolean(*caseless, "`caseless`");
  if (!value.has_value()) return std::nullopt;
  return *value ? CatalogForm::caseless : CatalogForm::plain;
}

void read_parameters(CatalogDraft& draft, const YamlNode& node) {
  if (!draft.yaml.is_map(node, "`parameters`")) return;
  for (const auto& entry : node.entries)
    read_parameter(draft, YamlReader::key_node(entry), entry.value);
}

std::optional<std::uint32_t> find_parameter(CatalogDraft& draft, std::string_view name,
                                            const YamlNode& at) {
  const auto found = draft.parameters.find(std::string(name));
  if (found != draft.parameters.end()) {
    draft.parameter_used[found->second] = true;
    return found->second;
  }
  std::vector<std::string_view> names;
  for (const CatalogParameterDef& parameter : draft.catalog.parameters) {
    names.push_back(parameter.name);
  }
  const auto near = closest(name, names);
  draft.yaml.report(DiagnosticKind::catalog_unknown_parameter, at,
                    "`{" + escape_display(name) + "}` is not a declared parameter",
                    near.has_value() ? "did you mean `{" + std::string(*near) + "}`?"
                                     : "declare it under `parameters`");
  return std::nullopt;
}

std::optional<PathTemplate> parse_template(CatalogDraft& draft, std::string text,
                                           const YamlNode& at) {
  return TemplateParser(draft, std::move(text), at).run();
}

}  // namespace sentrail::compiler
