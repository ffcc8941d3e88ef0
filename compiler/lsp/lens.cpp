// A line above each rule: whether it is reached, and by how many tests it is covered. See
// features.hpp.
//
// The first is what the analysis says of the rule, and is answered when there is one; the second
// runs the policy's tests: both only when the editor shows the line.
#include "compiler/lsp/features.hpp"

namespace sentrail::compiler::lsp {
namespace {

// What one line is about: `data.about`.
constexpr std::string_view kReach = "reach";
constexpr std::string_view kTests = "tests";

// A line whose words are asked for when it is shown.
void write_unresolved(JsonWriter& json, const View& view, const Range& range,
                      std::string_view about, std::string_view rule) {
  json.begin_object().key("range");
  write(json, range);
  json.key("data").begin_object().key("uri").string(uri_in(view.documents, view.file.path));
  json.key("about").string(about).key("rule").string(rule).end_object().end_object();
}

void write_command(JsonWriter& json, std::string_view title, std::string_view command) {
  json.begin_object().key("title").string(title).key("command").string(command);
}

// Whether and by what a rule is reached.
std::string reach_of(const Unit& unit, std::string_view rule) {
  if (!unit.loaded.policy) return "not checked: the policy has errors";
  return unit.analysed ? unit.analysed->line_on(rule) : "not analysed";
}

}  // namespace

Answer code_lens(const View& view) {
  std::string out;
  JsonWriter json(&out);
  json.begin_array();
  for (const TierNode& tier : view.file.ast.tiers) {
    for (const RuleNode& rule : tier.rules) {
      const Range range = view.file.range_of(rule.name.span, view.client.encoding);
      if (rule.kind != RuleKind::live) {
        json.begin_object().key("range");
        write(json, range);
        json.key("command");
        write_command(
            json,
            rule.kind == RuleKind::also ? "adds to the decision" : "recorded, decides nothing", "");
        json.end_object().end_object();
        continue;
      }
      const std::string name = std::string(view.file.policy()) + "." +
                               (tier.implicit ? "main" : std::string(tier.name.text)) + "." +
                               std::string(rule.name.text);
      write_unresolved(json, view, range, kReach, name);
      write_unresolved(json, view, range, kTests, name);
    }
  }
  json.end_array();
  return out;
}

Answer resolve_lens(const View& view, JsonValue lens) {
  const JsonValue range = lens.find("range");
  const std::optional<std::string_view> rule = text_of(at_path(lens, "data.rule"));
  const std::optional<std::string_view> about = text_of(at_path(lens, "data.about"));
  if (!range.exists() || !rule || (about != kReach && about != kTests)) {
    return refuse(RpcCode::invalid_params, "this is no lens of this server");
  }
  std::string out;
  JsonWriter json(&out);
  json.begin_object().key("range").raw(range).key("data").raw(lens.find("data"));
  json.key("command");
  if (about == kReach) {
    write_command(json, reach_of(view.unit, *rule), "");
    json.end_object().end_object();
    return out;
  }
  std::vector<Location> tests;
  Places places(view.unit.loaded.sources, view.documents, view.client.encoding);
  const TestedRules& tested = view.unit.tested_rules();
  if (const auto found = tested.find(*rule); found != tested.end()) {
    for (const ir::TestCase* test : found->second) tests.push_back(places.location(test->span));
  }
  const bool checked = view.unit.loaded.policy.has_value();
  const std::string title =
      !checked ? "tests not run" : "covered by " + counted(tests.size(), "test");
  write_command(json, title, tests.empty() ? "" : "sentrail.showTests");
  if (!tests.empty()) {
    json.key("arguments").begin_array();
    json.string(uri_in(view.documents, view.file.path));
    json.raw(range.find("start")).begin_array();
    for (const Location& test : tests) write(json, test);
    json.end_array().end_array();
  }
  json.end_object().end_object();
  return out;
}

}  // namespace sentrail::compiler::lsp
