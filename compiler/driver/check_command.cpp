// `check`: all findings of a policy, or of every policy of a folder.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>

#include "compiler/driver/commands.hpp"
#include "compiler/driver/load.hpp"
#include "compiler/driver/output.hpp"

namespace sentrail::compiler {
namespace {

std::size_t rule_count(const ir::Policy& policy) {
  std::size_t count = 0;
  for (const ir::Tier& tier : policy.tiers) count += tier.rules.size();
  return count;
}

int check_file(const std::string& file, const OutputOptions& options) {
  Loaded loaded;
  if (const Status status = load_policy(file, loaded); !status) {
    return report(status.error(), options);
  }
  const int code = report(loaded.sink, loaded.sources, options);
  if (code == kFine && !options.json) {
    std::printf("%s: fine, %zu rules, %zu tests\n", file.c_str(), rule_count(*loaded.policy),
                loaded.policy->tests.size());
  }
  return code;
}

int check_path(const std::string& path, const OutputOptions& options) {
  const Result<std::vector<std::string>> files = policy_files(path);
  if (!files) return report(files.error(), options);
  int code = kFine;
  for (const std::string& file : *files) code = std::max(code, check_file(file, options));
  return code;
}

}  // namespace

void add_check(CLI::App& app, CommandLine& program) {
  auto path = std::make_shared<std::string>(".");
  CLI::App* command = app.add_subcommand("check", "types, names, catalogs and lints");
  command->add_option("path", *path, "a policy, or a folder of them");
  command->callback([&program, path] { program.exit_code = check_path(*path, {program.json}); });
}

}  // namespace sentrail::compiler
