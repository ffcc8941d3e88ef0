// `sentrail`: the gate from a terminal.
//
// Neighbours: commands.hpp. Must not know: what any command does.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "crypto/private_process.hpp"
#include "interceptor/cli/commands.hpp"

namespace {

constexpr const char* kFooter =
    "Exit codes: 0 done, 1 the gate refused or a check found something, 2 could not run.\n"
    "Environment: SENTRAIL_SERVER, SENTRAIL_ACCOUNT, SENTRAIL_WORKSPACE, SENTRAIL_KEY (a key with\n"
    "scope admin-read, for scripts that only read), SENTRAIL_HOME (instead of ~/.sentrail),\n"
    "NO_COLOR.\n"
    "Signing in asks at the terminal itself; nothing that is piped in can answer for you.";

}  // namespace

int main(int argc, char** argv) {
  using namespace sentrail;
  crypto::make_process_private();
  CLI::App app{"Approve, stop and audit what agents do through a Sentrail gate.", "sentrail"};
  app.set_version_flag("--version", "sentrail " SENTRAIL_VERSION);
  app.require_subcommand(1);
  app.footer(kFooter);
  app.fallthrough();

  cli::Context context;
  Result<cli::Settings> settings = cli::load_settings();
  if (!settings) {
    std::fprintf(stderr, "sentrail: %s\n", settings.error().message.c_str());
    return cli::kCouldNot;
  }
  context.settings = *settings;
  app.add_option("--server", context.settings.server, "the gate, e.g. http://127.0.0.1:8080");
  app.add_option("--as", context.settings.account, "the account that signs in");
  app.add_option("--workspace", context.settings.workspace,
                 "the id of the workspace to act in; without it, your first");
  app.add_option("--ca-file", context.settings.ca_file, "a CA to trust beside the system's");
  app.add_flag("--json", context.json, "print the gate's answer as JSON");

  cli::add_init(app, context);
  cli::add_status(app, context);
  cli::add_approvals(app, context);
  cli::add_delegations(app, context);
  cli::add_break_glass(app, context);
  cli::add_kill(app, context);
  cli::add_stop(app, context);
  cli::add_data_folders(app, context);
  cli::add_audit(app, context);
  cli::add_erase(*app.get_subcommand("audit"), context);
  cli::add_policy(app, context);
  cli::add_keys(app, context);
  cli::add_agents(app, context);
  cli::add_reviewers(app, context);
  cli::add_connections(app, context);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? cli::kFine : cli::kCouldNot;
  }
  return context.exit_code();
}
