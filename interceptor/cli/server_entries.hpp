// `audit list --local`: what the log says of the server itself.
//
// Neighbours: audit_commands.cpp has the command; control_client.hpp asks. Must not know: HTTP.
#pragma once

#include <cstddef>
#include <string>

#include "interceptor/cli/context.hpp"

namespace sentrail::cli {

// Prints the newest entries of no workspace, of the gate whose data folder this is. fails: as
// ask_control().
[[nodiscard]] Status list_server_entries(Context& context, const std::string& data,
                                         std::size_t limit);

}  // namespace sentrail::cli
