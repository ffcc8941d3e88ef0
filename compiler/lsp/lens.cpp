// A line above each rule: whether it is reached, and by how many tests it is covered. See
// features.hpp.
//
// The first is what the check says of the rule; the second runs the policy's tests, and therefore
// only when the editor shows the line.
#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "compiler/analysis/diagnose.hpp"
#include "compiler/ir/phases.hpp"
#include "compiler/lsp/features.hpp"

namespace sentrail::compiler::lsp {
namespace {

// Findings that say that a rule does nothing.
constexpr std::array kUnreached = {DiagnosticKind::never_reached, DiagnosticKind::never_matches,
                                   DiagnosticKind::shadowed_rule, DiagnosticKind::never_certain};
// Rules of a policy that is analysed for the lines above them: more take longer than one waits.
constexpr std::size_t kAnalysedRulesMax = 200;

struct Line {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::string message;
};

void add_lines(const DiagnosticSink& sink, const View& view, std::vector<Line>& lines) {
  for (const Diagnostic& one : sink.sorted()) {
    if (std::ranges::find(kUnreached, one.kind) == kUnreached.end()) continue;
    if (view.unit.loaded.sources[one.span.source].name() != view.file.path) continue;
    lines.push_back({one.span.begin, one.span.end, one.message});
  }
}

// What check and analysis say against rules of a file, at its places.
std::vector<Line> against_rules(const View& view) {
  std::vector<Line> lines;
  add_lines(view.unit.loaded.sink, view, lines);
  if (!view.unit.loaded.policy) return lines;
  std::size_t rules = 0;
  for (const ir::Tier& tier : view.unit.loaded.policy->tiers) rules += tier.rules.size();
  if (rules > kAnalysedRulesMax) return lines;
  DiagnosticSink analysed;
  static_cast<void>(analysis::diagnose(*view.unit.loaded.policy, analysis::Depth::quick, analysed));
  add_lines(analysed, view, lines);
  return lines;
}

// What is known of the rules of one file: findings against them, and which stand behind a rule of
// their tier that matches always, of which the finding names only the first.
class Reach {
 public:
  explicit Reach(const View& view)
      : checked_(view.unit.loaded.policy.has_value()), against_(against_rules(view)) {
    if (!checked_) return;
    const Sources& sources = view.unit.loaded.sources;
    const ir::Policy& policy = *view.unit.loaded.policy;
    for (const ir::Tier& tier : policy.tiers) {
      if (tier.implied) continue;
      bool behind = false;
      for (const ir::Rule& rule : tier.rules) {
        const bool here = sources[rule.span.source].name() == view.file.path;
        if (behind && here && !rule.on_response) behind_.insert(rule.span.begin);
        behind = behind || ir::matches_every_request(policy, rule);
      }
    }
  }

  [[nodiscard]] std::string title(Span rule) const {
    for (const Line& line : against_) {
      if (line.begin >= rule.begin && line.end <= rule.end) return line.message;
    }
    if (behind_.contains(rule.begin)) return "never reached";
    return checked_ ? "reachable" : "not checked: the policy has errors";
  }

 private:
  bool checked_;
  std::vector<Line> against_;
  std::set<std::uint32_t> behind_;
};

std::string plural(std::size_t count, std::string_view what) {
  return std::to_string(count) + " " + std::string(what) + (count == 1 ? "" : "s");
}

void write_command(JsonWriter& json, std::string_view title, std::string_view command) {
  json.begin_object().key("title").string(title).key("command").string(command);
}

}  // namespace

Answer code_lens(const View& view) {
  const Reach reach(view);
  std::string out;
  JsonWriter json(&out);
  json.begin_array();
  for (const TierNode& tier : view.file.ast.tiers) {
    for (const RuleNode& rule : tier.rules) {
      const Range range = view.file.range_of(rule.name.span, view.client.encoding);
      json.begin_object().key("range");
      write(json, range);
      json.key("command");
      write_command(json,
                    rule.kind == RuleKind::also     ? "adds to the decision"
                    : rule.kind == RuleKind::shadow ? "recorded, decides nothing"
                                                    : reach.title(rule.span),
                    "");
      json.end_object().end_object();
      if (rule.kind != RuleKind::live) continue;
      const std::string name = std::string(view.file.policy()) + "." +
                               (tier.implicit ? "main" : std::string(tier.name.text)) + "." +
                               std::string(rule.name.text);
      json.begin_object().key("range");
      write(json, range);
      json.key("data").begin_object().key("uri").string(uri_in(view.documents, view.file.path));
      json.key("rule").string(name).end_object().end_object();
    }
  }
  json.end_array();
  return out;
}

Answer resolve_lens(const View& view, JsonValue lens) {
  const JsonValue range = lens.find("range");
  const std::optional<std::string_view> rule = text_of(at_path(lens, "data.rule"));
  if (!range.exists() || !rule) {
    return refuse(RpcCode::invalid_params, "this is no lens of this server");
  }
  std::vector<Location> tests;
  Places places(view.unit.loaded.sources, view.documents, view.client.encoding);
  const TestedRules& tested = view.unit.tested_rules();
  if (const auto found = tested.find(*rule); found != tested.end()) {
    for (const ir::TestCase* test : found->second) tests.push_back(places.location(test->span));
  }
  const bool checked = view.unit.loaded.policy.has_value();
  const std::string title =
      !checked ? "tests not run" : "covered by " + plural(tests.size(), "test");
  std::string out;
  JsonWriter json(&out);
  json.begin_object().key("range").raw(range).key("data").raw(lens.find("data"));
  json.key("command");
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
