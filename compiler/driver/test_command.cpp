// `test`: the policy's own tests.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>

#include "compiler/driver/commands.hpp"
#include "compiler/driver/coverage_output.hpp"
#include "compiler/driver/ready.hpp"
#include "compiler/tester/tester.hpp"
#include "core/json_writer.hpp"
#include "core/text.hpp"

namespace sentrail::compiler {
namespace {

struct Options {
  std::string path = ".";
  bool coverage = false;
  std::optional<std::size_t> min_rules;  // per cent
  std::uint64_t seed = 1;
};

void print_text(const TestReport& report, const Sources& sources, bool covered) {
  const bool colour = colour_on_output();
  for (const TestOutcome& outcome : report.outcomes) {
    if (outcome.passed) continue;
    std::printf("%s: %sfailed%s: %s\n    expected %s\n    but got  %s\n",
                place_of(outcome.test->span, sources).c_str(), colour ? "\x1b[31m" : "",
                colour ? "\x1b[0m" : "", escape_display(outcome.test->name).c_str(),
                outcome.expected.c_str(), escape_display(outcome.actual).c_str());
  }
  std::printf("%zu passed, %zu failed\n", report.outcomes.size() - report.failed, report.failed);
  if (covered) return;
  for (const std::string& rule : report.rules_never_deciding) {
    std::printf("note: no test is decided by %s\n", rule.c_str());
  }
}

void write_report(JsonWriter& json, const TestReport& report, const Sources& sources) {
  json.key("ok")
      .boolean(report.failed == 0)
      .key("passed")
      .unsigned_integer(report.outcomes.size() - report.failed)
      .key("failed")
      .unsigned_integer(report.failed)
      .key("tests")
      .begin_array();
  for (const TestOutcome& outcome : report.outcomes) {
    json.begin_object()
        .key("name")
        .string(outcome.test->name)
        .key("place")
        .string(place_of(outcome.test->span, sources))
        .key("passed")
        .boolean(outcome.passed)
        .key("expected")
        .string(outcome.expected)
        .key("actual")
        .string(outcome.actual)
        .end_object();
  }
  json.end_array().key("rulesNeverDeciding").begin_array();
  for (const std::string& rule : report.rules_never_deciding) json.string(rule);
  json.end_array();
}

int test_file(const std::string& file, const Options& asked, const OutputOptions& options) {
  Ready ready;
  if (const int code = make_ready(file, options, ready); code != kFine) return code;
  const Loaded& loaded = ready.loaded;
  const TestReport results = run_tests(*loaded.policy, *ready.compiled);
  std::optional<Coverage> coverage;
  if (asked.coverage || asked.min_rules) {
    const CoverageOptions wanted{asked.coverage, false, asked.seed};
    coverage =
        coverage_of(*loaded.policy, *ready.compiled, loaded.catalogs, loaded.sources, wanted);
  }
  if (options.json) {
    std::string out;
    JsonWriter json(&out);
    json.begin_object();
    write_report(json, results, loaded.sources);
    if (coverage) write_coverage(json, *coverage, loaded);
    json.end_object();
    std::printf("%s\n", out.c_str());
  } else {
    print_text(results, loaded.sources, coverage.has_value());
    if (coverage && asked.coverage) print_coverage(*coverage, loaded);
  }
  const bool enough = !asked.min_rules || coverage->rules_percent() >= *asked.min_rules;
  if (!enough && !options.json) {
    std::printf("%zu %% of the rules decide a test; --min-rules wants %zu\n",
                coverage->rules_percent(), *asked.min_rules);
  }
  return results.failed == 0 && enough ? kFine : kFindings;
}

int test_path(const Options& asked, const OutputOptions& options) {
  const Result<std::vector<std::string>> files = policy_files(asked.path);
  if (!files) return report(files.error(), options);
  int code = kFine;
  for (const std::string& file : *files) code = std::max(code, test_file(file, asked, options));
  return code;
}

}  // namespace

void add_test(CLI::App& app, CommandLine& program) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("test", "run the policy's own tests");
  command->add_option("path", options->path, "a policy, or a folder of them")
      ->capture_default_str();
  command->add_flag("--coverage", options->coverage,
                    "which rules, conditions and boundaries the tests reach, and requests for the "
                    "rest");
  command
      ->add_option("--min-rules", options->min_rules,
                   "exit 1 unless this many per cent of the rules decide a test")
      ->check(CLI::Range(0, 100));
  command->add_option("--seed", options->seed, "of the search for requests")->capture_default_str();
  command->callback(
      [&program, options] { program.exit_code = test_path(*options, {program.json}); });
}

}  // namespace sentrail::compiler
