// `check`: all findings of a policy, or of every policy of a folder, and what can be done about
// them.
#include <CLI/CLI.hpp>
#include <deque>
#include <filesystem>
#include <memory>
#include <set>
#include <string>

#include "compiler/analysis/budgets.hpp"
#include "compiler/analysis/diagnose.hpp"
#include "compiler/driver/commands.hpp"
#include "compiler/driver/day.hpp"
#include "compiler/driver/fix_policy.hpp"
#include "compiler/driver/load.hpp"
#include "compiler/driver/reporter.hpp"
#include "compiler/driver/unified_diff.hpp"

namespace sentrail::compiler {
namespace {

std::size_t rule_count(const ir::Policy& policy) {
  std::size_t count = 0;
  for (const ir::Tier& tier : policy.tiers) count += tier.rules.size();
  return count;
}

// What `check` is told.
struct CheckOptions {
  std::string path = ".";
  bool fix = false;
  bool dry_run = false;
  std::string analysis = "auto";
  std::string now;
};

// Adds what analysis finds, as much as was asked for.
void add_analysis(const std::string& depth, Loaded& loaded) {
  if (!loaded.policy || depth == "none") return;
  const bool large = rule_count(*loaded.policy) > limits::kAnalysisRulesUnasked ||
                     loaded.policy->conditions.size() > limits::kAnalysisConditionsUnasked;
  if (depth == "auto" && large) {
    loaded.sink.report({DiagnosticKind::analysis_unknown,
                        {loaded.ast->source, 0, 0},
                        "so large a policy is analysed only when asked",
                        {},
                        "say `--analysis quick` or `--analysis full`"});
    return;
  }
  (void)analysis::diagnose(*loaded.policy,
                           depth == "full" ? analysis::Depth::full : analysis::Depth::quick,
                           loaded.sink);
}

int report_checked(const std::string& file, const Loaded& loaded, const Reporter::Fixes& fixes,
                   Reporter& reporter) {
  const int code = reporter.findings(loaded.sink, loaded.sources, fixes);
  const bool only_diff = reporter.format() == Format::text && !fixes.diff.empty();
  if (code != kFine || only_diff) return code;
  return reporter.answer(file, file + ": fine, " + std::to_string(rule_count(*loaded.policy)) +
                                   " rules, " + std::to_string(loaded.policy->tests.size()) +
                                   " tests");
}

// Writes a fixed text where its file is, through links.
Status write_fixed(const std::string& file, const std::string& text) {
  std::error_code error;
  const std::filesystem::path real = std::filesystem::canonical(file, error);
  return write_bytes(error ? file : real.string(), text);
}

int fix_file(const std::string& file, bool dry_run, const LoadOptions& load, Reporter& reporter) {
  const Result<FixedPolicy> fixed = fix_policy(file, load);
  if (!fixed) return reporter.failure(fixed.error());
  Reporter::Fixes fixes;
  for (const MadeFix& made : fixed->made) {
    const std::string place =
        file + ":" + std::to_string(made.place.line) + ":" + std::to_string(made.place.column);
    fixes.made.push_back(place + ": fixed[" + made.code + "]: " + made.title);
  }
  if (dry_run) {
    fixes.diff = unified_diff(file, fixed->before, fixed->after);
    if (!fixes.diff.empty()) reporter.exit_with(kFindings);
  } else if (fixed->before != fixed->after) {
    if (const Status status = write_fixed(file, fixed->after); !status) {
      return reporter.failure(status.error());
    }
  }
  return report_checked(file, *fixed->last, fixes, reporter);
}

// Checks all files, and reports each that no other one of them imports: a module is checked with
// the policy that imports it.
void check_files(const std::vector<std::string>& files, const std::string& analysis,
                 const LoadOptions& load, Reporter& reporter) {
  std::deque<Loaded> loaded;
  std::set<std::filesystem::path> imported;
  for (const std::string& file : files) {
    Loaded& one = loaded.emplace_back();
    if (const Status status = load_policy(file, load, one); !status) {
      reporter.failure(status.error());
      return;
    }
    for (std::size_t i = 1; i < one.files.size(); ++i) {
      imported.insert(std::filesystem::path(one.files[i]).lexically_normal());
    }
  }
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (imported.contains(std::filesystem::path(files[i]).lexically_normal())) continue;
    add_analysis(analysis, loaded[i]);
    report_checked(files[i], loaded[i], {}, reporter);
  }
}

int check_path(const CheckOptions& check, LoadOptions load, const OutputOptions& options) {
  if (const Status day = look_from(check.now, load); !day) return report(day.error(), options);
  const Result<std::vector<std::string>> files = all_policy_files(check.path);
  if (!files) return report(files.error(), options);
  Reporter reporter(options);
  if (check.fix) {
    for (const std::string& file : *files) fix_file(file, check.dry_run, load, reporter);
  } else {
    check_files(*files, check.analysis, load, reporter);
  }
  return reporter.finish();
}

}  // namespace

void add_check(CLI::App& app, CommandLine& program) {
  auto options = std::make_shared<CheckOptions>();
  CLI::App* command = app.add_subcommand("check", "types, names, catalogs and lints");
  command->add_option("path", options->path, "a policy, or a folder of them");
  CLI::Option* fix = command->add_flag("--fix", options->fix, "make the fixes that findings carry");
  command->add_flag("--dry-run", options->dry_run, "print what --fix would change, as a diff")
      ->needs(fix);
  add_day(*command, options->now);
  command
      ->add_option("--analysis", options->analysis,
                   "none; quick: rules that are never reached; full: also notes on overlaps, "
                   "holes through absence, what `unless` exempts and the default covers; auto: "
                   "quick, unless the policy is large")
      ->capture_default_str()
      ->check(CLI::IsMember({"auto", "none", "quick", "full"}));
  program.reporting.push_back(command);
  command->callback([&program, options] {
    program.exit_code = check_path(*options, program.load, program.output());
  });
}

}  // namespace sentrail::compiler
