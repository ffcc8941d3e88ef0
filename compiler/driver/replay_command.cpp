// `replay`: what the policy decides about recorded requests, one a line.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "compiler/driver/command_findings.hpp"
#include "compiler/driver/commands.hpp"
#include "compiler/driver/ready.hpp"
#include "compiler/driver/recorded.hpp"
#include "core/json_writer.hpp"
#include "runtime/decide/counting.hpp"
#include "runtime/request/read_requests.hpp"

namespace sentrail::compiler {
namespace {

struct Options {
  std::string log = "-";
  std::string policy = ".";
};

struct Summary {
  Recorded recorded;
  std::array<std::size_t, 3> effects{};
  std::vector<std::size_t> rules;                // by number; the default last
  std::map<std::uint32_t, std::size_t> shadows;  // requests that each would change
};

constexpr auto kWorkspace = static_cast<std::size_t>(AttributeId::workspace);

// What goes on from one record to the next: limits count along the log.
struct Counts {
  decide::Scratch scratch;
  decide::Windows windows;
  std::int64_t now_ms = 0;  // of the last record that says when it was made
};

void count(const Compiled& compiled, std::span<request::Request> requests, Counts& counts,
           Summary& summary) {
  std::vector<const Facts*> actions;
  for (request::Request& one : requests) {
    if (one.facts().now_ms != Facts{}.now_ms) counts.now_ms = one.facts().now_ms;
    compiled.decider().place_in_time(one);
    actions.push_back(&one.facts());
  }
  const std::string_view workspace = actions.front()->values[kWorkspace].text;
  const decide::CountedDecisions counted = decide::decide_counted(
      compiled.engine(), actions, counts.scratch, &counts.windows, {workspace, counts.now_ms});
  const decide::Answer& answer = counted.answer;
  for (const decide::ShadowAnswer& one : counted.shadows) ++summary.shadows[one.shadow];
  ++summary.effects[static_cast<std::size_t>(answer.effect)];
  const bool by_default =
      compiled.rule_name(answer.rule) == "default";  // of requests or of answers
  ++summary.rules[by_default ? summary.rules.size() - 1 : answer.rule];
}

Result<Summary> replay(const Compiled& compiled, const std::string& log) {
  Summary summary;
  summary.rules.resize(compiled.engine().program().written_count() + 1);
  Counts counts;
  counts.scratch.fit(compiled.engine().bound());
  SENTRAIL_ASSIGN_OR_RETURN(
      summary.recorded, read_recorded(log, [&](std::string_view json, std::size_t) -> Status {
        SENTRAIL_ASSIGN_OR_RETURN(std::vector<request::Request> requests,
                                  request::read_requests(json, compiled.catalogs()));
        SENTRAIL_TRY(compiled.decider().can_decide(requests));
        count(compiled, requests, counts, summary);
        return {};
      }));
  return summary;
}

// Rules that decided something, most first; equal ones in the policy's order.
std::vector<std::size_t> most_first(const Summary& summary) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < summary.rules.size(); ++i) {
    if (summary.rules[i] > 0) order.push_back(i);
  }
  std::ranges::stable_sort(order, std::ranges::greater{},
                           [&](std::size_t i) { return summary.rules[i]; });
  return order;
}

std::string name_of_rule(const Compiled& compiled, std::size_t index) {
  const bool last = index == compiled.engine().program().written_count();
  return compiled.rule_name(last ? Decision::kByDefault : static_cast<std::uint32_t>(index));
}

void print_text(const Summary& summary, const Compiled& compiled) {
  print_broken(summary.recorded);
  std::printf("%s\n", counted(summary.recorded).c_str());
  for (const Effect effect : {Effect::allow, Effect::require_approval, Effect::block}) {
    const std::size_t count = summary.effects[static_cast<std::size_t>(effect)];
    const double share = share_of(count, summary.recorded.requests);
    std::printf("  %-16s %10zu  %5.1f %%\n", std::string(name_of(effect)).c_str(), count, share);
  }
  std::printf("by rule\n");
  for (const std::size_t i : most_first(summary)) {
    std::printf("  %10zu  %s\n", summary.rules[i], name_of_rule(compiled, i).c_str());
  }
  if (!summary.shadows.empty()) std::printf("shadow rules would change\n");
  for (const auto& [shadow, count] : summary.shadows) {
    std::printf("  %10zu  %s\n", count, name_of_rule(compiled, shadow).c_str());
  }
}

void print_json(const Summary& summary, const Compiled& compiled) {
  std::string out;
  JsonWriter json(&out);
  json.begin_object().key("ok").boolean(summary.recorded.broken_count == 0);
  write_counts(json, summary.recorded);
  json.key("effects").begin_object();
  for (const Effect effect : {Effect::allow, Effect::require_approval, Effect::block}) {
    json.key(name_of(effect)).unsigned_integer(summary.effects[static_cast<std::size_t>(effect)]);
  }
  json.end_object().key("rules").begin_array();
  for (const std::size_t i : most_first(summary)) {
    json.begin_object().key("rule").string(name_of_rule(compiled, i));
    json.key("requests").unsigned_integer(summary.rules[i]).end_object();
  }
  json.end_array().key("shadows").begin_array();
  for (const auto& [shadow, count] : summary.shadows) {
    json.begin_object().key("shadow").string(name_of_rule(compiled, shadow));
    json.key("requests").unsigned_integer(count).end_object();
  }
  json.end_array();
  write_broken(json, summary.recorded);
  json.end_object();
  std::printf("%s\n", out.c_str());
}

int run(const Options& options, const LoadOptions& load, const OutputOptions& output) {
  Ready ready;
  if (const int code = make_ready(options.policy, load, output, ready); code != kFine) return code;
  const Compiled& compiled = *ready.compiled;
  const Result<Summary> summary = replay(compiled, options.log);
  if (!summary) return report(summary.error(), output);
  if (output.format != Format::text && output.format != Format::json) {
    Reporter reporter(output);
    Sources sources;
    const SourceId log = add_log(options.log, summary->recorded, sources);
    for (const Diagnostic& one : findings_of(summary->recorded, log)) {
      reporter.finding(one, sources);
    }
    reporter.answer(options.log, options.log + ": " + counted(summary->recorded));
    return reporter.finish();
  }
  output.json ? print_json(*summary, compiled) : print_text(*summary, compiled);
  return summary->recorded.broken_count == 0 ? kFine : kFindings;
}

}  // namespace

void add_replay(CLI::App& app, CommandLine& program) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("replay", "what the policy decides about recorded requests");
  command->add_option("log", options->log, "requests as JSON, one a line; - for stdin")
      ->capture_default_str();
  command->add_option("-p,--policy", options->policy, "a policy, or a folder with one")
      ->capture_default_str();
  command->footer("The form of requests: docs/request_format.md.");
  program.reporting.push_back(command);
  command->callback(
      [&program, options] { program.exit_code = run(*options, program.load, program.output()); });
}

}  // namespace sentrail::compiler
