// The command tree of sentrailc: each function adds one command.
//
// Neighbours: main.cpp calls them; each has its own .cpp. Must not know: each other.
#pragma once

#include <vector>

#include "compiler/driver/load.hpp"
#include "compiler/driver/output.hpp"

namespace CLI {
class App;
}

namespace sentrail::compiler {

// What the program is told before any command, and the exit code of the one that ran.
struct CommandLine {
  bool json = false;
  Format format = Format::text;
  LoadOptions load;
  std::vector<const CLI::App*>
      reporting;  // commands that know every format, not only text and json
  int exit_code = 0;

  [[nodiscard]] OutputOptions output() const { return {json, format}; }
};

// `check [PATH]`: is the policy well-formed, typed, and free of lints.
void add_check(CLI::App& app, CommandLine& program);
// `fmt [PATH…] [--check]`: one canonical layout.
void add_fmt(CLI::App& app, CommandLine& program);
// `test [PATH]`: the policy's own tests.
void add_test(CLI::App& app, CommandLine& program);
// `eval REQUEST`: the decision on a request.
void add_eval(CLI::App& app, CommandLine& program);
// `explain REQUEST`: which test of which rule decided.
void add_explain(CLI::App& app, CommandLine& program);
// `diff BEFORE AFTER`: the requests that are decided differently.
void add_diff(CLI::App& app, CommandLine& program);
// `prove [PATH]`: does what the policy claims of itself hold.
void add_prove(CLI::App& app, CommandLine& program);
// `build [PATH] -o FILE [--sign KEY]`: a bundle.
void add_build(CLI::App& app, CommandLine& program);
// `verify BUNDLE [--trust KEY]`: is the bundle whole, and who signed it.
void add_verify(CLI::App& app, CommandLine& program);
// `keygen NAME -o FILE`: a signing key and its verifier.
void add_keygen(CLI::App& app, CommandLine& program);
// `sign BUNDLE --sign KEY`: one more signature on a bundle.
void add_sign(CLI::App& app, CommandLine& program);
// `verifier KEY`: the public half of a signing key.
void add_verifier(CLI::App& app, CommandLine& program);
// `gen-tests [PATH]`: tests of the policy as it decides now.
void add_gen_tests(CLI::App& app, CommandLine& program);
// `replay LOG`: what the policy decides about recorded requests.
void add_replay(CLI::App& app, CommandLine& program);
// `graph [PATH]`: the policy as a picture.
void add_graph(CLI::App& app, CommandLine& program);
// `import FORMAT FILE`: a policy of another language.
void add_import(CLI::App& app, CommandLine& program);
// `catalog [NAME]`: what policies can import.
void add_catalog(CLI::App& app, CommandLine& program);
// `lock SERVER ANSWER -o FILE`: the tools of an MCP server, noted for `check`.
void add_lock(CLI::App& app, CommandLine& program);
// `new NAME`: a repository for a policy.
void add_new(CLI::App& app, CommandLine& program);
// `lsp`: the language server for editors.
void add_lsp(CLI::App& app, CommandLine& program);
// `dump [PATH] --stage S`: the product of one phase.
void add_dump(CLI::App& app, CommandLine& program);
// `watch [PATH]`: rebuild on save, and reload a running gate.
void add_watch(CLI::App& app, CommandLine& program);
// `explain-code CODE`: what a diagnostic means.
void add_explain_code(CLI::App& app, CommandLine& program);
// `completions SHELL`: a completion script.
void add_completions(CLI::App& app, CommandLine& program);

// `man [COMMAND] [-o FOLDER]`: manual pages.
void add_man(CLI::App& app, CommandLine& program);

}  // namespace sentrail::compiler
