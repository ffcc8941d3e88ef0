// `sentrailc`: the compiler of policies as a program.
//
// Neighbours: commands.hpp. Must not know: what any command does.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compiler/driver/commands.hpp"
#include "compiler/driver/output.hpp"
#include "compiler/driver/usage.hpp"
#include "core/bundle_levels.hpp"

namespace sentrail::compiler {
namespace {

// `--format`, of which `--json` is the short form, before any command runs.
void add_formats(CLI::App& app, CommandLine& program) {
  auto name = std::make_shared<std::string>();
  CLI::Option* json = app.add_flag("--json", program.json, "short for --format json");
  app.add_option("--format", *name, "how results are put: sarif is 2.1.0, github annotations")
      ->check(CLI::IsMember(std::vector<std::string>(kFormatNames.begin(), kFormatNames.end())))
      ->excludes(json);
  app.parse_complete_callback([&app, &program, name] {
    if (program.json) *name = "json";
    const std::optional<Format> format = format_named(*name);
    if (!format) return;  // not given
    program.format = *format;
    program.json = program.format == Format::json;
    if (program.json || program.format == Format::text) return;
    const CLI::App* command = app.get_subcommands().front();
    if (std::ranges::find(program.reporting, command) != program.reporting.end()) return;
    // What gen-tests writes tests for is what coverage finds.
    const bool tests = command->get_name() == "gen-tests";
    throw CLI::ValidationError(
        "--format", "`" + command->get_name() +
                        "` finds nothing to report: it answers in text or json" +
                        (tests ? "; `test --coverage` reports what no test reaches" : ""));
  });
}

}  // namespace
}  // namespace sentrail::compiler

int main(int argc, char** argv) {
  using namespace sentrail::compiler;
  CLI::App app{"Check, test, explain and build Sentrail policies.", "sentrailc"};
  app.set_version_flag("--version", "sentrailc " SENTRAIL_VERSION
                                    ", language 1, bundle levels up to " +
                                        std::to_string(sentrail::kBundleLevel));
  app.require_subcommand(1);
  app.fallthrough();
  app.footer(
      "PATH is a .sentrail file or a folder, with the folders below it; without one, this folder.\n"
      "A file that another one imports belongs to that policy.\n"
      "Exit codes: 0 fine, 1 findings, 2 could not run, as where a valid policy is needed and\n"
      "there is none. Language: docs/language.md.");

  CommandLine program;
  add_formats(app, program);
  app.add_option_function<std::vector<std::string>>(
         "--include",
         [&program](const std::vector<std::string>& folders) {
           program.load.module_folders.insert(program.load.module_folders.end(), folders.begin(),
                                              folders.end());
         },
         "a folder of modules, behind the policy's own; may be repeated")
      ->allow_extra_args(false);
  add_check(app, program);
  add_fmt(app, program);
  add_test(app, program);
  add_eval(app, program);
  add_explain(app, program);
  add_gen_tests(app, program);
  add_replay(app, program);
  add_graph(app, program);
  add_new(app, program);
  add_diff(app, program);
  add_prove(app, program);
  add_import(app, program);
  add_catalog(app, program);
  add_lock(app, program);
  add_build(app, program);
  add_verify(app, program);
  add_keygen(app, program);
  add_sign(app, program);
  add_verifier(app, program);
  add_watch(app, program);
  add_lsp(app, program);
  add_dump(app, program);
  add_explain_code(app, program);
  add_completions(app, program);
  add_man(app, program);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    return report(usage_error(app, error, arguments), output_asked_by(arguments, error));
  }
  return program.exit_code;
}
