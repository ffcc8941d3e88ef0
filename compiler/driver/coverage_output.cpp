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

void print_example(const std::optional<oracle::Request>& example) {
  const auto json = example ? probe::request_json(*example) : std::nullopt;
  std::printf("      %s\n", json ? json->c_str() : "no request was found that would");
}

void write_example(JsonWriter& json, const std::optional<oracle::Request>& example) {
  json.key("request");
  const auto text = example ? probe::request_json(*example) : std::nullopt;
  text ? json.string(*text) : json.null();
}

// The head of each member of the lists of outcomes and boundaries.
template <class Item>
JsonWriter& write_test(JsonWriter& json, const Item& item, const ir::Policy& policy,
                       const std::vector<probe::RulePlace>& rules, const Sources& sources) {
  const Span span = policy.conditions[item.test].span;
  return json.begin_object()
      .key("rule")
      .string(rules[item.rule].rule->qualified_name)
      .key("place")
      .string(place_of(span, sources))
      .key("test")
      .string(text_of(span, sources))
      .key("seen")
      .boolean(item.seen);
}

}  // namespace

std::string place_of(Span span, const Sources& sources) {
  const Source& source = sources[span.source];
  return std::string(source.name()) + ":" + std::to_string(source.locate(span.begin).line);
}

void print_coverage(const Coverage& coverage, const Loaded& loaded) {
  const ir::Policy& policy = *loaded.policy;
  const auto rules = probe::rules_of(policy);
  const auto decided = std::ranges::count(coverage.rules, RuleSeen::decided, &CoveredRule::seen);
  const auto matched = std::ranges::count(coverage.rules, RuleSeen::matched, &CoveredRule::seen);
  std::printf("coverage: %zu %% of the rules decide a test (%td of %zu, %td more only match)\n",
              coverage.rules_percent(), decided, coverage.rules.size(), matched);
  std::printf("  conditions: %zu of %zu outcomes seen\n", seen_count(coverage.outcomes),
              coverage.outcomes.size());
  std::printf("  boundaries: %zu of %zu values seen\n", seen_count(coverage.boundaries),
              coverage.boundaries.size());
  for (const CoveredRule& one : coverage.rules) {
    if (one.seen == RuleSeen::decided) continue;
    const ir::Rule& rule = *rules[one.rule].rule;
    std::printf("  %s: no test is decided by %s (%s); one would be by\n",
                place_of(rule.span, loaded.sources).c_str(), rule.qualified_name.c_str(),
                word(one.seen));
    print_example(one.example);
  }
  for (const CoveredOutcome& one : coverage.outcomes) {
    if (one.seen) continue;
    const Span span = policy.conditions[one.test].span;
    std::printf("  %s: `%s` of %s is never %s in a test; it is for\n",
                place_of(span, loaded.sources).c_str(), text_of(span, loaded.sources).c_str(),
                rules[one.rule].rule->name.c_str(), one.outcome ? "true" : "false");
    print_example(one.example);
  }
  for (const CoveredBoundary& one : coverage.boundaries) {
    if (one.seen) continue;
    const ir::Condition& test = policy.conditions[one.test];
    std::printf("  %s: no test of %s has %s = %s, %s the boundary of `%s`; one would with\n",
                place_of(test.span, loaded.sources).c_str(), rules[one.rule].rule->name.c_str(),
                to_string(test.atom.attribute).c_str(), one.value.text.c_str(),
                one.beside ? "beside" : "at", text_of(test.span, loaded.sources).c_str());
    print_example(one.example);
  }
}

void write_coverage(JsonWriter& json, const Coverage& coverage, const Loaded& loaded) {
  const ir::Policy& policy = *loaded.policy;
  const auto rules = probe::rules_of(policy);
  json.key("coverage")
      .begin_object()
      .key("rulesPercent")
      .unsigned_integer(coverage.rules_percent());
  json.key("rules").begin_array();
  for (const CoveredRule& one : coverage.rules) {
    const ir::Rule& rule = *rules[one.rule].rule;
    json.begin_object().key("rule").string(rule.qualified_name);
    json.key("place").string(place_of(rule.span, loaded.sources));
    json.key("seen").string(word(one.seen));
    write_example(json, one.example);
    json.end_object();
  }
  json.end_array().key("conditions").begin_array();
  for (const CoveredOutcome& one : coverage.outcomes) {
    write_test(json, one, policy, rules, loaded.sources).key("outcome").boolean(one.outcome);
    write_example(json, one.example);
    json.end_object();
  }
  json.end_array().key("boundaries").begin_array();
  for (const CoveredBoundary& one : coverage.boundaries) {
    write_test(json, one, policy, rules, loaded.sources)
        .key("attribute")
        .string(to_string(policy.conditions[one.test].atom.attribute))
        .key("value")
        .string(one.value.text)
        .key("beside")
        .boolean(one.beside);
    write_example(json, one.example);
    json.end_object();
  }
  json.end_array().end_object();
}

}  // namespace sentrail::compiler
