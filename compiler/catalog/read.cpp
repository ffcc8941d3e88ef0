// Reads a catalog from its file: the head, then the parts in order. See read.hpp.
#include "compiler/catalog/read.hpp"

#include <algorithm>
#include <numeric>

#include "compiler/catalog/overlap.hpp"
#include "compiler/catalog/read_parts.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"
#include "wire/unicode.hpp"

namespace sentrail::compiler {
namespace {

using wire::YamlKind;
using wire::YamlNode;

class CatalogReader {
 public:
  CatalogReader(YamlReader& yaml, Catalog& out) : draft_{yaml, out, {}, {}, {}, {}} {}

  void run(const YamlNode& root) {
    YamlReader& yaml = draft_.yaml;
    if (!yaml.is_map(root, "a catalog")) return;
    yaml.only_keys(root, {"catalog", "tool", "version", "hosts", "post_as_patch", "aliases", "ids",
                          "parameters", "actions", "families", "choices"});
    draft_.catalog.actions.push_back({std::string(kUnknownAction), Risk::critical, false, {}});
    draft_.actions.emplace(kUnknownAction, 0);
    draft_.action_used.push_back(true);
    head(root);
    if (const YamlNode* node = YamlReader::find(root, "parameters")) read_parameters(draft_, *node);
    if (const YamlNode* node = YamlReader::find(root, "actions")) read_actions(draft_, *node);
    if (const YamlNode* node = YamlReader::find(root, "aliases")) aliases(*node);
    if (const YamlNode* node = YamlReader::find(root, "ids")) ids(*node);
    if (const YamlNode* node = yaml.require(root, "families")) read_families(draft_, *node);
    if (const YamlNode* node = YamlReader::find(root, "choices")) choices(*node);
    report_unused();
    sort_actions();
  }

 private:
  void head(const YamlNode& root) {
    YamlReader& yaml = draft_.yaml;
    Catalog& out = draft_.catalog;
    if (const YamlNode* node = yaml.require(root, "catalog")) {
      out.name = yaml.dotted_name(*node, "a catalog").value_or("");
    }
    if (const YamlNode* node = yaml.require(root, "tool")) {
      out.tool = yaml.dotted_name(*node, "a tool").value_or("");
    }
    if (const YamlNode* node = yaml.require(root, "version")) {
      out.version = yaml.count(*node, "`version`").value_or(1);
    }
    if (const YamlNode* node = YamlReader::find(root, "post_as_patch")) {
      out.post_as_patch = yaml.boolean(*node, "`post_as_patch`").value_or(false);
    }
    const YamlNode* list = yaml.require(root, "hosts");
    if (list == nullptr || !yaml.is_list(*list, "`hosts`")) return;
    for (const YamlNode& item : list->items) host(item);
    if (list->items.empty()) {
      yaml.report(DiagnosticKind::catalog_bad_value, *list, "there is no host");
    }
  }

  void host(const YamlNode& node) {
    const auto text = draft_.yaml.text(node, "a host");
    if (!text.has_value()) return;
    const auto canonical = wire::host_to_ascii(*text);
    if (canonical.has_value() && *canonical == *text) {
      draft_.catalog.hosts.push_back(*text);
      return;
    }
    draft_.yaml.report(
        DiagnosticKind::catalog_bad_value, node,
        "`" + escape_display(cap_characters(*text, 60)) + "` is no host name in its one spelling",
        canonical.has_value() ? "write `" + *canonical + "`"
                              : "write a lower-case host name without port");
  }

  // `/repositories/{id}: /repos/{owner}/{repo}`
  void aliases(const YamlNode& node) {
    if (!draft_.yaml.is_map(node, "`aliases`")) return;
    for (const auto& entry : node.entries) {
      const auto from = parse_template(draft_, entry.key, YamlReader::key_node(entry));
      const auto to = draft_.yaml.text(entry.value, "an alias");
      const auto target = to.has_value() ? parse_template(draft_, *to, entry.value) : std::nullopt;
      if (!from.has_value() || !target.has_value()) continue;
      if (!is_alias(*from, ParameterKind::integer) || from->segments.size() != 2 ||
          !is_alias(*target, ParameterKind::plain)) {
        draft_.yaml.report(DiagnosticKind::catalog_bad_template, YamlReader::key_node(entry),
                           "an alias is `/literal/{int}` for `/literal` and parameters of kind "
                           "string");
        continue;
      }
      draft_.catalog.aliases.push_back({from->segments[0].literal, target->segments[0].literal,
                                        static_cast<std::uint32_t>(target->segments.size() - 1)});
    }
  }

  [[nodiscard]] bool is_alias(const PathTemplate& path, ParameterKind kind) const {
    if (path.segments.empty() || path.segments[0].parameter.has_value()) return false;
    return std::all_of(path.segments.begin() + 1, path.segments.end(),
                       [&](const TemplateSegment& segment) {
                         return segment.parameter.has_value() &&
                                draft_.catalog.parameters[*segment.parameter].kind == kind;
                       });
  }

  void ids(const YamlNode& node) {
    if (!draft_.yaml.is_list(node, "`ids`")) return;
    for (const YamlNode& item : node.items) {
      const auto text = draft_.yaml.text(item, "an id");
      if (text.has_value()) id(*text, item);
    }
  }

  void id(std::string_view text, const YamlNode& at) {
    std::vector<IdPart> parts;
    while (!text.empty()) {
      const std::size_t open = std::min(text.find('{'), text.size());
      IdPart part{std::string(text.substr(0, open)), std::nullopt};
      text = text.substr(open);
      if (!text.empty()) {
        const std::size_t close = text.find('}');
        if (close == std::string_view::npos) {
          draft_.yaml.report(DiagnosticKind::catalog_bad_template, at, "a `{` is never closed");
          return;
        }
        part.parameter = find_parameter(draft_, text.substr(1, close - 1), at);
        if (!part.parameter.has_value()) return;
        text = text.substr(close + 1);
      }
      parts.push_back(std::move(part));
    }
    draft_.catalog.ids.push_back(std::move(parts));
  }

  void choices(const YamlNode& node) {
    if (!draft_.yaml.is_list(node, "`choices`")) return;
    for (const YamlNode& item : node.items) choice(item);
  }

  void choice(const YamlNode& node) {
    YamlReader& yaml = draft_.yaml;
    if (!yaml.is_map(node, "a choice") || !yaml.only_keys(node, {"method", "take", "leave"}))
      return;
    const YamlNode* method = yaml.require(node, "method");
    const YamlNode* take = yaml.require(node, "take");
    const YamlNode* leave = yaml.require(node, "leave");
    if (method == nullptr || take == nullptr || leave == nullptr) return;
    const auto known = catalog_method_named(method->text);
    if (!known.has_value()) {
      yaml.report(DiagnosticKind::catalog_bad_value, *method,
                  "`" + escape_display(method->text) + "` is no method",
                  "use GET, POST, PUT, PATCH or DELETE");
      return;
    }
    draft_.catalog.choices.push_back({*known, take->text, leave->text, yaml.span(*take)});
  }

  void report_unused() {
    if (draft_.yaml.sink().has_errors()) return;
    for (std::size_t i = 0; i < draft_.catalog.actions.size(); ++i) {
      if (draft_.action_used[i]) continue;
      unused("action", draft_.catalog.actions[i].name, draft_.catalog.actions[i].span);
    }
    for (std::size_t i = 0; i < draft_.catalog.parameters.size(); ++i) {
      if (draft_.parameter_used[i]) continue;
      unused("parameter", draft_.catalog.parameters[i].name, draft_.catalog.parameters[i].span);
    }
  }

  void unused(std::string_view what, const std::string& name, Span span) {
    draft_.yaml.sink().report({DiagnosticKind::catalog_unused,
                               span,
                               "the " + std::string(what) + " `" + name + "` is never used",
                               {},
                               "remove it"});
  }

  // The tables want actions by name; operations follow.
  void sort_actions() {
    Catalog& out = draft_.catalog;
    std::vector<std::uint32_t> order(out.actions.size());
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
      return out.actions[a].name < out.actions[b].name;
    });
    std::vector<std::uint32_t> moved(order.size());
    std::vector<CatalogActionDef> sorted;
    for (std::uint32_t i = 0; i < order.size(); ++i) {
      moved[order[i]] = i;
      sorted.push_back(std::move(out.actions[order[i]]));
    }
    out.actions = std::move(sorted);
    for (CatalogOperation& operation : out.operations) {
      operation.action = moved[operation.action];
      for (Refinement& refinement : operation.refinements) {
        refinement.action = moved[refinement.action];
      }
    }
  }

  CatalogDraft draft_;
};

}  // namespace

std::optional<Catalog> read_catalog(const Sources& sources, SourceId source, DiagnosticSink& sink) {
  const std::size_t errors_before = sink.error_count();
  const auto root = wire::parse_yaml(sources[source].text());
  YamlReader yaml(sources, source, sink);
  if (!root.has_value()) {
    yaml.report_bad_yaml(root.error().message);
    return std::nullopt;
  }
  Catalog out;
  CatalogReader(yaml, out).run(*root);
  if (sink.error_count() == errors_before) check_overlaps(out, sink);
  if (sink.error_count() != errors_before) return std::nullopt;
  return out;
}

}  // namespace sentrail::compiler
