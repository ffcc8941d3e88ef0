// `entries` on the control socket: what the log says of the server itself.
//
// Neighbours: control_commands.hpp runs it, gateway/audit_view.hpp writes it. Must not know:
// sockets. Starts, sign-ins, accepted losses belong to no workspace: nobody may ask for them over
// HTTP, and whoever owns the process may here. source: docs/control_socket.md.
#pragma once

#include "runtime/audit/event.hpp"
#include "runtime/server/control_commands.hpp"
#include "runtime/store/store.hpp"

namespace sentrail::server {

// The command: a page of the entries of no workspace, newest first, shorter than asked for where
// they would not fit into an answer. Both outlive it.
[[nodiscard]] ControlCommand entries_command(const store::Reader& reader,
                                             const audit::Recorder& recorder);

}  // namespace sentrail::server
