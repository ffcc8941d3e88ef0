// `test`: the policy's own tests.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "compiler/driver/commands.hpp"
#include "compiler/driver/coverage_output.hpp"
#include "compiler/driver/file_watch.hpp"
#include "compiler/driver/mutation_output.hpp"
#include "compiler/driver/ready.hpp"
#include "compiler/driver/reporter.hpp"
#include "compiler/driver/roots.hpp"
#include "compiler/driver/test_findings.hpp"
#include "compiler/tester/tester.hpp"
#include "core/json_writer.hpp"
#include "core/text.hpp"

namespace sentrail::compiler {
namespace {

struct Options {
  std::string path = ".";
  bool coverage = false;
  bool mutate = false;
  bool watch = false;
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

void print_json(const TestReport& results, const std::optional<Coverage>& coverage,
                const std::optional<MutationScore>& score, const Loaded& loaded) {
  std::string out;
  JsonWriter json(&out);
  json.begin_object();
  write_report(json, results, loaded.sources);
  if (coverage) write_coverage(json, *coverage, loaded);
  if (score) write_mutation(json, *score, loaded);
  json.end_object();
  std::printf("%s\n", out.c_str());
}

// Documents: every test in a JUnit report, those that failed as findings elsewhere.
void report_tests(const TestReport& results, const Ready& ready, Reporter& reporter) {
  const Loaded& loaded = ready.loaded;
  for (const TestOutcome& outcome : results.outcomes) {
    if (reporter.format() == Format::junit) {
      reporter.test_case(ready.file, case_of(outcome, *loaded.policy, loaded.sources));
    } else if (!outcome.passed) {
      reporter.finding(finding_of(outcome), loaded.sources);
    }
  }
}

void require_rules(const Coverage& coverage, std::size_t percent_min, const std::string& file,
                   Reporter& reporter) {
  const std::size_t percent = coverage.rules_percent();
  if (percent >= percent_min) return;
  reporter.exit_with(kFindings);
  if (reporter.format() == Format::json) return;  // the numbers are in the document
  const std::string text = std::to_string(percent) + " % of the rules decide a test; --min-rules " +
                           "wants " + std::to_string(percent_min);
  if (reporter.format() == Format::text) {
    std::printf("%s\n", text.c_str());
  } else {
    reporter.failure(Error{Errc::invalid_argument, file + ": " + text}, kFindings);
  }
}

// The mistakes that the tests notice, if they were asked for and all tests pass.
bool mutate(const Options& asked, const TestReport& results, const Ready& ready, Reporter& reporter,
            std::optional<MutationScore>& score) {
  if (!asked.mutate) return true;
  const bool text = reporter.format() == Format::text;
  if (results.failed > 0) {
    if (text) std::fprintf(stderr, "note: mistakes are tried once all tests pass\n");
    return true;
  }
  Result<MutationScore> made = score_of(ready.loaded, text);
  if (!made) {
    reporter.failure(made.error());
    return false;
  }
  score = std::move(*made);
  if (!score->survivors.empty()) reporter.exit_with(kFindings);
  return true;
}

// in: `read` gets the files of policy text.
void test_file(const std::string& file, const Options& asked, const LoadOptions& load,
               Reporter& reporter, std::vector<std::string>& read) {
  Ready ready;
  const bool whole = make_ready(file, load, reporter, ready);
  const Loaded& loaded = ready.loaded;
  read.insert(read.end(), loaded.files.begin(), loaded.files.end());
  if (!whole) return;
  TestReport results = run_tests(*loaded.policy, *ready.compiled);
  const Status modules =
      add_module_tests(loaded.tested_modules, loaded.catalogs, loaded.sources, results);
  if (!modules) {
    reporter.failure(modules.error());
    return;
  }
  if (results.failed > 0) reporter.exit_with(kFindings);
  std::optional<Coverage> coverage;
  if (asked.coverage || asked.min_rules) {
    const CoverageOptions wanted{asked.coverage, false, asked.seed};
    coverage =
        coverage_of(*loaded.policy, *ready.compiled, loaded.catalogs, loaded.sources, wanted);
  }
  std::optional<MutationScore> score;
  if (!mutate(asked, results, ready, reporter, score)) return;
  if (reporter.format() == Format::json) {
    print_json(results, coverage, score, loaded);
  } else if (reporter.format() == Format::text) {
    print_text(results, loaded.sources, coverage.has_value());
    if (coverage && asked.coverage) print_coverage(*coverage, loaded);
    if (score) print_mutation(*score, loaded);
  } else {
    report_tests(results, ready, reporter);
    if (coverage && asked.coverage) {
      for (const Diagnostic& one : findings_of(*coverage, *loaded.policy, loaded.sources)) {
        reporter.finding(one, loaded.sources);
      }
    }
    if (score) report_mutation(*score, loaded, reporter);
  }
  if (asked.min_rules) require_rules(*coverage, *asked.min_rules, file, reporter);
}

int test_path(const Options& asked, const LoadOptions& load, const OutputOptions& options,
              std::vector<std::string>& read) {
  const Result<std::vector<std::string>> files = roots_of(asked.path, load);
  if (!files) return report(files.error(), options);
  Reporter reporter(options);
  for (const std::string& file : *files) test_file(file, asked, load, reporter, read);
  return reporter.finish();
}

int test(const Options& asked, const LoadOptions& load, const OutputOptions& options) {
  std::vector<std::string> read;
  if (!asked.watch) return test_path(asked, load, options, read);
  return watch_policy(asked.path, options, [&] {
    read.clear();
    static_cast<void>(test_path(asked, load, options, read));
    return read;
  });
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
  command->add_flag("--mutate", options->mutate,
                    "which mistakes in the policy the tests would notice, and tests for the rest");
  command->add_flag("--watch", options->watch, "run them again on every save");
  command->add_option("--seed", options->seed, "of the search for requests")->capture_default_str();
  program.reporting.push_back(command);
  command->callback(
      [&program, options] { program.exit_code = test(*options, program.load, program.output()); });
}

}  // namespace sentrail::compiler
