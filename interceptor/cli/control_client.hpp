// Asking a gate on this machine through its control socket.
//
// Neighbours: local_commands.cpp. Must not know: any one command. The other end is proved before
// anything is asked: only the owner of the folder, or root, can have made what answers there.
// source: docs/control_socket.md.
#pragma once

#include <cstdint>
#include <string>

#include "core/result.hpp"
#include "interceptor/cli/context.hpp"

namespace sentrail::cli {

// Sends one line to the gate that runs in a data folder and reads its answer.
// fails: unavailable if no gate runs there; permission_denied if the gate refused, with its own
// sentence; timed_out; io.
[[nodiscard]] Result<Answer> ask_control(const std::string& data, const std::string& line,
                                         std::int64_t wait_ms);

}  // namespace sentrail::cli
