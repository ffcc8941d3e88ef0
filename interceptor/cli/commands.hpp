// The command tree: each function adds one family of commands to the program.
//
// Neighbours: main.cpp calls them; each family has its own .cpp. Must not know: each other.
#pragma once

#include "interceptor/cli/context.hpp"

namespace CLI {
class App;
}

namespace sentrail::cli {

// `init`: the first owner, or an invited person, and this machine's settings.
void add_init(CLI::App& app, Context& context);
// `status`: is the gate well, what is loaded, what is stopped.
void add_status(CLI::App& app, Context& context);
// `key create|list|revoke|rotate`.
void add_keys(CLI::App& app, Context& context);
// `agent add|list|disable|enable`.
void add_agents(CLI::App& app, Context& context);
// `reviewer invite|list`.
void add_reviewers(CLI::App& app, Context& context);
// `connection add|list|remove`.
void add_connections(CLI::App& app, Context& context);
// `approvals list|show|approve|deny|edit|always|metrics|resolve|watch`.
void add_approvals(CLI::App& app, Context& context);
// `break-glass list|code|use|close`.
void add_break_glass(CLI::App& app, Context& context);
// `delegations list|add|end`.
void add_delegations(CLI::App& app, Context& context);
// `kill`: enable, disable, pause and resume.
void add_kill(CLI::App& app, Context& context);
// `audit erase`, into the family `audit`.
void add_erase(CLI::App& audit, Context& context);
// `backup`, `restore`, `store check|usage`: data folders of this machine.
void add_data_folders(CLI::App& app, Context& context);
// `stop`: what needs neither network nor store.
void add_stop(CLI::App& app, Context& context);
// `audit list|show|verify|prove|export|doctor`.
void add_audit(CLI::App& app, Context& context);
// `policy push|status`.
void add_policy(CLI::App& app, Context& context);

}  // namespace sentrail::cli
