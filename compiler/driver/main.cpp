// `sentrailc`: the compiler of policies as a program.
//
// Neighbours: commands.hpp. Must not know: what any command does.
#include <CLI/CLI.hpp>

#include "compiler/driver/commands.hpp"
#include "compiler/driver/output.hpp"

int main(int argc, char** argv) {
  using namespace sentrail::compiler;
  CLI::App app{"Check, test, explain and build Sentrail policies.", "sentrailc"};
  app.set_version_flag("--version", "sentrailc " SENTRAIL_VERSION ", language 1");
  app.require_subcommand(1);
  app.fallthrough();
  app.footer(
      "PATH is a .sentrail file or a folder of them; without one, this folder.\n"
      "Exit codes: 0 fine, 1 findings, 2 could not run. Language: docs/language.md.");

  CommandLine program;
  app.add_flag("--json", program.json, "print results as JSON");
  add_check(app, program);
  add_fmt(app, program);
  add_test(app, program);
  add_eval(app, program);
  add_explain(app, program);
  add_gen_tests(app, program);
  add_replay(app, program);
  add_graph(app, program);
  add_new(app, program);
  add_build(app, program);
  add_verify(app, program);
  add_keygen(app, program);
  add_sign(app, program);
  add_verifier(app, program);
  add_watch(app, program);
  add_dump(app, program);
  add_explain_code(app, program);
  add_completions(app, program);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kFine : kCouldNot;
  }
  return program.exit_code;
}
