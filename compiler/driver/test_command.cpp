// `test`: the policy's own tests.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>

#include "compiler/driver/commands.hpp"
#include "compiler/driver/load.hpp"
#include "compiler/driver/output.hpp"
#include "compiler/tester/tester.hpp"
#include "core/json_writer.hpp"
#include "core/text.hpp"

namespace sentrail::compiler {
namespace {

std::string place_of(const TestOutcome& outcome, const Sources& sources) {
  const Source& source = sources[outcome.test->span.source];
  return std::string(source.name()) + ":" +
         std::to_string(source.locate(outcome.test->span.begin).line);
}

void print_text(const TestReport& report, const Sources& sources) {
  const bool colour = colour_on_output();
  for (const TestOutcome& outcome : report.outcomes) {
    if (outcome.passed) continue;
    std::printf("%s: %sfailed%s: %s\n    expected %s\n    but got  %s\n",
                place_of(outcome, sources).c_str(), colour ? "\x1b[31m" : "",
                colour ? "\x1b[0m" : "", escape_display(outcome.test->name).c_str(),
                outcome.expected.c_str(), escape_display(outcome.actual).c_str());
  }
  std::printf("%zu passed, %zu failed\n", report.outcomes.size() - report.failed, report.failed);
  for (const std::string& rule : report.rules_never_deciding) {
    std::printf("note: no test is decided by %s\n", rule.c_str());
  }
}

void print_json(const TestReport& report, const Sources& sources) {
  std::string out;
  JsonWriter json(&out);
  json.begin_object()
      .key("ok")
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
        .string(place_of(outcome, sources))
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
  json.end_array().end_object();
  std::printf("%s\n", out.c_str());
}

int test_file(const std::string& file, const OutputOptions& options) {
  Loaded loaded;
  if (const Status status = load_policy(file, loaded); !status) {
    return report(status.error(), options);
  }
  if (!loaded.policy) return report(loaded.sink, loaded.sources, options);
  const auto compiled = Compiled::of(*loaded.policy, loaded.catalogs, loaded.sources);
  if (!compiled) return report(compiled.error(), options);
  const TestReport results = run_tests(*loaded.policy, **compiled);
  options.json ? print_json(results, loaded.sources) : print_text(results, loaded.sources);
  return results.failed == 0 ? kFine : kFindings;
}

int test_path(const std::string& path, const OutputOptions& options) {
  const Result<std::vector<std::string>> files = policy_files(path);
  if (!files) return report(files.error(), options);
  int code = kFine;
  for (const std::string& file : *files) code = std::max(code, test_file(file, options));
  return code;
}

}  // namespace

void add_test(CLI::App& app, CommandLine& program) {
  auto path = std::make_shared<std::string>(".");
  CLI::App* command = app.add_subcommand("test", "run the policy's own tests");
  command->add_option("path", *path, "a policy, or a folder of them");
  command->callback([&program, path] { program.exit_code = test_path(*path, {program.json}); });
}

}  // namespace sentrail::compiler
