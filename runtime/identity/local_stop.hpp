// A stop that was thrown on the machine itself, until the store has taken it.
//
// Neighbours: kill_switch.hpp (what a command does), gateway/local_stops.hpp holds them and has
// them recorded, directory.hpp counts them in. Must not know: sockets, files. A local stop only
// ever adds: it never makes a stop that stands milder.
// source: docs/control_socket.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/uuid.hpp"
#include "runtime/identity/kill_switch.hpp"

namespace sentrail::identity {

// One such stop: `enable`, `pause_tool` or `pause_agent`, in a workspace or (nil) everywhere.
struct LocalStop {
  Uuid id;
  Uuid workspace_id;
  KillCommand command;
  std::int64_t thrown_ms = 0;

  friend bool operator==(const LocalStop&, const LocalStop&) = default;
};

// The name of the synthetic tool on which the switch is tried: no tool may be called so.
inline constexpr std::string_view kSelfTestTool = "!self-test";

// The state with a stop added; its version, which is the store's, stays. A stop that names nothing
// that can be stopped changes nothing.
[[nodiscard]] store::KillState with_stop(store::KillState state, const LocalStop& stop);

// The command that brings a stored state to with_stop(): a normal switch that meets a hard one
// stays hard.
[[nodiscard]] KillCommand command_to_record(const store::KillState& state, const LocalStop& stop);

// Stops as bytes, and back. fails: corrupt.
[[nodiscard]] std::string encode_stops(const std::vector<LocalStop>& stops);
[[nodiscard]] Result<std::vector<LocalStop>> decode_stops(std::string_view bytes);

}  // namespace sentrail::identity
