// `check`: all findings of a policy, or of every policy of a folder, and what can be done about
// them.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <string>

#include "compiler/analysis/diagnose.hpp"
#include "compiler/driver/commands.hpp"
#include "compiler/driver/day.hpp"
#include "compiler/driver/fix_policy.hpp"
#include "compiler/driver/load.hpp"
#include "compiler/driver/reporter.hpp"
#include "compiler/driver/roots.hpp"
#include "compiler/driver/unified_diff.hpp"

namespace sentrail::compiler {
namespace {

std::size_t rule_count(const ir::Policy& policy) {
  std::size_t count = 0;
  for (const ir::Tier& tier : policy.tiers) count += tier.implied ? 0 : tier.rules.size();
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
  if (depth == "auto") {
    analysis::diagnose_unasked(*loaded.policy, loaded.ast->source, loaded.sink);
    return;
  }
  (void)analysis::diagnose(
      *loaded.policy, depth == "full" ? analysis::Depth::full : analysis::Depth::quick, loaded.sink,
      depth == "full" ? analysis::Notes::all : analysis::Notes::first);
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

// Where a fix was made and of what, as it is told.
std::string line_of(const std::string& file, const MadeFix& made) {
  return file + ":" + std::to_string(made.place.line) + ":" + std::to_string(made.place.column) +
         ": fixed[" + made.code + "]: " + made.title;
}

// A file whose fixes are made; the last round of them is what its findings are of.
struct FixedFile {
  std::string file;
  Result<FixedPolicy> last;
  Reporter::Fixes fixes;
};

// Makes the fixes of one file. out: whether its text was written anew.
bool fix_file(FixedFile& fixed, bool dry_run, const LoadOptions& load) {
  fixed.last = fix_policy(fixed.file, load);
  if (!fixed.last) return false;
  for (const MadeFix& made : fixed.last->made) {
    fixed.fixes.made.push_back(line_of(fixed.file, made));
  }
  if (dry_run) {
    fixed.fixes.diff = unified_diff(fixed.file, fixed.last->before, fixed.last->after);
    return false;
  }
  if (fixed.last->before == fixed.last->after) return false;
  if (const Status status = write_fixed(fixed.file, fixed.last->after); !status) {
    fixed.last = tl::unexpected(status.error());
    return false;
  }
  return true;
}

// What is fixed in a module may be all that was wrong with a policy that was looked at before: all
// are looked at again until no text changes.
void fix_files(const std::vector<std::string>& files, bool dry_run, const LoadOptions& load,
               Reporter& reporter) {
  std::vector<FixedFile> all;
  for (const std::string& file : files) all.push_back({file, FixedPolicy{}, {}});
  bool again = true;
  for (int round = 0; again && round < kFixRoundsMax; ++round) {
    again = false;
    for (FixedFile& one : all) {
      const bool written = fix_file(one, dry_run, load);
      again = again || (written && all.size() > 1);
    }
  }
  for (const FixedFile& one : all) {
    if (!one.last) {
      reporter.failure(one.last.error());
      continue;
    }
    if (!one.fixes.diff.empty()) reporter.exit_with(kFindings);
    report_checked(one.file, *one.last->last, one.fixes, reporter);
  }
}

void check_files(const std::vector<std::string>& roots, const std::string& analysis,
                 const LoadOptions& load, Reporter& reporter) {
  for (const std::string& file : roots) {
    Loaded loaded;
    if (const Status status = load_policy(file, load, loaded); !status) {
      reporter.failure(status.error());
      return;
    }
    add_analysis(analysis, loaded);
    report_checked(file, loaded, {}, reporter);
  }
}

int check_path(const CheckOptions& check, LoadOptions load, const OutputOptions& options) {
  if (const Status day = look_from(check.now, load); !day) return report(day.error(), options);
  // Fixes are made in each file; findings of a module are told with the policy that imports it.
  const Result<std::vector<std::string>> files =
      check.fix ? policy_files(check.path) : roots_of(check.path, load);
  if (!files) return report(files.error(), options);
  Reporter reporter(options);
  if (check.fix) {
    fix_files(*files, check.dry_run, load, reporter);
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
                   "quick, and up to 200 rules the first notes on holes and on `unless`; nothing "
                   "if the policy is large")
      ->capture_default_str()
      ->check(CLI::IsMember({"auto", "none", "quick", "full"}));
  program.reporting.push_back(command);
  command->callback([&program, options] {
    program.exit_code = check_path(*options, program.load, program.output());
  });
}

}  // namespace sentrail::compiler
