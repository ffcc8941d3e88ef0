// `lsp`: the language server for editors, over standard input and output.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <memory>
#include <string>

#include "compiler/driver/commands.hpp"
#include "compiler/lsp/serve.hpp"

namespace sentrail::compiler {

void add_lsp(CLI::App& app, CommandLine& program) {
  auto verbose = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand("lsp", "the language server for editors, on stdio");
  command->add_flag("--verbose", *verbose, "tell on standard error what is done, and how long");
  command->add_flag("--stdio")->description("what it does anyhow: some editors say it");
  command->callback([&program, verbose] {
    // An editor that is gone is an end of output, not of the program.
    std::signal(SIGPIPE, SIG_IGN);
    lsp::Log log;
    if (*verbose) {
      log = [](std::string_view line) {
        std::fprintf(stderr, "sentrailc lsp: %.*s\n", static_cast<int>(line.size()), line.data());
      };
    }
    program.exit_code = lsp::serve(STDIN_FILENO, STDOUT_FILENO, log, program.load);
  });
}

}  // namespace sentrail::compiler
