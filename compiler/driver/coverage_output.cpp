// Prints coverage. See coverage_output.hpp.
#include "compiler/driver/coverage_output.hpp"

#include <algorithm>
#include <cstdio>

#include "compiler/probe/requests.hpp"
#include "compiler/probe/search.hpp"

namespace sentrail::compiler {
namespace {

constexpr const char* word(RuleSeen seen) {
  switch (seen) {
    case RuleSeen::decided:
      return "decided";
    case RuleSeen::matched:
      return "matched";
    case RuleSeen::not_matched:
      return "not matched";
  }
  return "";
}

template <class Items>
std::size_t seen_count(const Items& items) {
  return static_cast<std::size_t>(
      std::ranges::count_if(items, [](const auto& item) { return item.seen; }));
}

void write_example(JsonWriter& json, const std::optional<std::string>& example) {
  json.key("request");
  example ? json.string(*example) : json.null();
}

std::optional<std::string> json_of(const std::optional<oracle::Request>& example) {
  return example ? probe::request_json(*example) : std::nullopt;
}

// What a test as it is written comes to. Of `a != b`, `a == b` was looked at, and next to it stands
// its `not` with the same text.
bool written_outcome(const CoveredOutcome& one, const ir::Policy& policy) {
  const ir::ConditionId next{one.test.value + 1};
  if (next.value >= policy.conditions.size()) return one.outcome;
  const ir::Condition& test = policy.conditions[one.test];
  const ir::Condition& around = policy.conditions[next];
  const bool negated = around.kind == ir::ConditionKind::not_ && around.children[0] == one.test &&
                       around.span == test.span;
  return negated != one.outcome;
}

// The head of each member of the lists of outcomes and boundaries.
template <class Item>
JsonWriter& write_test(JsonWriter& json, const Item& item, const ir::Policy& policy,
                       const Sources& sources) {
  const Span span = policy.conditions[item.test].span;
  return json.begin_object()
      .key("rule")
      .string(rule_at(policy, item.rule).qualified_name)
      .key("place")
      .string(place_of(span, sources))
      .key("test")
      .string(text_of(policy, item.test, sources))
      .key("seen")
      .boolean(item.seen);
}

// One thing that no test reaches, and a request that would.
struct Unseen {
  DiagnosticKind kind = DiagnosticKind::rule_untested;
  Span span;
  std::string what;
  const char* leads = "";  // to the request
  std::optional<std::string> request;
};

std::vector<Unseen> unseen_in(const Coverage& coverage, const ir::Policy& policy,
                              const Sources& sources) {
  const std::size_t rules = probe::rules_of(policy).size();
  std::vector<Unseen> all;
  for (const CoveredRule& one : coverage.rules) {
    if (one.seen == RuleSeen::decided) continue;
    const ir::Rule& rule = rule_at(policy, one.rule);
    const bool also = one.rule >= rules;
    const std::string what =
        also ? "no test matches the `also` rule " + rule.qualified_name
             : "no test is decided by " + rule.qualified_name + " (" + word(one.seen) + ")";
    all.push_back(
        {DiagnosticKind::rule_untested, rule.span, what, "one would be by", json_of(one.example)});
    if (also) all.back().leads = "one would with";
  }
  for (const CoveredOutcome& one : coverage.outcomes) {
    if (one.seen) continue;
    const Span span = policy.conditions[one.test].span;
    all.push_back({DiagnosticKind::outcome_untested, span,
                   "`" + text_of(policy, one.test, sources) + "` of " +
                       rule_at(policy, one.rule).name + " is never " +
                       (written_outcome(one, policy) ? "true" : "false") + " in a test",
                   "it is for", json_of(one.example)});
  }
  for (const CoveredBoundary& one : coverage.boundaries) {
    if (one.seen) continue;
    const ir::Condition& test = policy.conditions[one.test];
    all.push_back({DiagnosticKind::boundary_untested, test.span,
                   "no test of " + rule_at(policy, one.rule).name + " has " +
                       to_string(test.atom.attribute) + " = " + one.value.text + ", " +
                       (one.beside ? "beside" : "at") + " the boundary of `" +
                       text_of(policy, one.test, sources) + "`",
                   "one would with", json_of(one.example)});
  }
  for (const CoveredLimit& one : coverage.limits) {
    if (one.seen) continue;
    const ir::Rule& rule = rule_at(policy, one.rule);
    const ir::Limit& limit = rule.limits[one.limit];
    all.push_back({DiagnosticKind::boundary_untested, limit.span,
                   "no test of " + rule.name + " is the " +
                       (one.room ? "last with room" : "first without room") + " in `" +
                       to_string(limit) + "`",
                   "one would be by",
                   one.example ? sentrail::compiler::json_of(*one.example) : std::nullopt});
  }
  return all;
}

}  // namespace

std::string place_of(Span span, const Sources& sources) {
  const Source& source = sources[span.source];
  return std::string(source.name()) + ":" + std::to_string(source.locate(span.begin).line);
}

void print_coverage(const Coverage& coverage, const Loaded& loaded) {
  const auto decided = std::ranges::count(coverage.rules, RuleSeen::decided, &CoveredRule::seen);
  const auto matched = std::ranges::count(coverage.rules, RuleSeen::matched, &CoveredRule::seen);
  std::printf("coverage: %zu %% of the rules decide a test (%td of %zu, %td more only match)\n",
              coverage.rules_percent(), decided, coverage.rules.size(), matched);
  std::printf("  conditions: %zu of %zu outcomes seen\n", seen_count(coverage.outcomes),
              coverage.outcomes.size());
  std::printf("  boundaries: %zu of %zu values seen\n", seen_count(coverage.boundaries),
              coverage.boundaries.size());
  if (!coverage.limits.empty()) {
    std::printf("  limits: %zu of %zu ends seen\n", seen_count(coverage.limits),
                coverage.limits.size());
  }
  for (const Unseen& one : unseen_in(coverage, *loaded.policy, loaded.sources)) {
    std::printf("  %s: %s; %s\n      %s\n", place_of(one.span, loaded.sources).c_str(),
                one.what.c_str(), one.leads,
                one.request ? one.request->c_str() : "no request was found that would");
  }
}

std::vector<Diagnostic> findings_of(const Coverage& coverage, const ir::Policy& policy,
                                    const Sources& sources) {
  std::vector<Diagnostic> found;
  for (const Unseen& one : unseen_in(coverage, policy, sources)) {
    std::string help = "no request was found that would";
    if (one.request) help = std::string(one.leads) + " " + *one.request;
    found.push_back(diagnose(one.kind, one.span, one.what, std::move(help), {}, ""));
  }
  return found;
}

void write_coverage(JsonWriter& json, const Coverage& coverage, const Loaded& loaded) {
  const ir::Policy& policy = *loaded.policy;
  json.key("coverage")
      .begin_object()
      .key("rulesPercent")
      .unsigned_integer(coverage.rules_percent());
  json.key("rules").begin_array();
  for (const CoveredRule& one : coverage.rules) {
    const ir::Rule& rule = rule_at(policy, one.rule);
    json.begin_object().key("rule").string(rule.qualified_name);
    json.key("place").string(place_of(rule.span, loaded.sources));
    json.key("seen").string(word(one.seen));
    write_example(json, json_of(one.example));
    json.end_object();
  }
  json.end_array().key("conditions").begin_array();
  for (const CoveredOutcome& one : coverage.outcomes) {
    write_test(json, one, policy, loaded.sources)
        .key("outcome")
        .boolean(written_outcome(one, policy));
    write_example(json, json_of(one.example));
    json.end_object();
  }
  json.end_array().key("boundaries").begin_array();
  for (const CoveredBoundary& one : coverage.boundaries) {
    write_test(json, one, policy, loaded.sources)
        .key("attribute")
        .string(to_string(policy.conditions[one.test].atom.attribute))
        .key("value")
        .string(one.value.text)
        .key("beside")
        .boolean(one.beside);
    write_example(json, json_of(one.example));
    json.end_object();
  }
  json.end_array().key("limits").begin_array();
  for (const CoveredLimit& one : coverage.limits) {
    const ir::Rule& rule = rule_at(policy, one.rule);
    const ir::Limit& limit = rule.limits[one.limit];
    json.begin_object().key("rule").string(rule.qualified_name);
    json.key("place").string(place_of(limit.span, loaded.sources));
    json.key("limit").string(to_string(limit)).key("room").boolean(one.room);
    json.key("seen").boolean(one.seen);
    write_example(json, one.example ? sentrail::compiler::json_of(*one.example) : std::nullopt);
    json.end_object();
  }
  json.end_array().end_object();
}

}  // namespace sentrail::compiler
