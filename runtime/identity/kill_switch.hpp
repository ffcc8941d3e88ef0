// The kill switch and pauses: what a command does to them, and what they stop.
//
// Neighbours: administration.hpp stores what comes out, the gateway asks before every decision and
// the coordinator's recheck before every send. Must not know: the store, clocks, routes.
// A kill switch stops every action that is not a declared read; `hard` stops reads too. A pause is
// a kill switch for one tool or one agent. The server's state and the workspace's both count.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "runtime/store/records.hpp"

namespace sentrail::identity {

// What an operator asks for.
enum class KillAction : std::uint8_t {
  enable,
  disable,
  pause_tool,
  resume_tool,
  pause_agent,
  resume_agent,
};

// The action with that name, as in `POST /kill-switch`.
[[nodiscard]] std::optional<KillAction> kill_action_named(std::string_view name) noexcept;
// The names used there.
[[nodiscard]] std::string_view name_of(KillAction action) noexcept;

// One command. `target`: the tool or agent, for pauses only.
struct KillCommand {
  KillAction action = KillAction::enable;
  store::KillMode mode = store::KillMode::normal;  // of enable
  std::string target;
  std::string by;
  std::string reason;

  friend bool operator==(const KillCommand&, const KillCommand&) = default;
};

// The state after a command. A command that changes nothing gives the state as it was: enabling
// twice keeps who did it first, unless the mode differs.
// fails: invalid_argument if a pause names nothing, or too much.
[[nodiscard]] Result<store::KillState> apply(const store::KillState& state,
                                             const KillCommand& command, std::int64_t now_ms);

// What an action is, as far as stopping it goes.
struct Stoppable {
  std::string_view tool;
  std::string_view agent_id;
  bool declared_read = false;  // by the catalog; never by guessing
};

// Which stop holds an action back.
enum class StopKind : std::uint8_t { kill_switch, tool_paused, agent_paused };

// A stop, with the words that agents see.
struct Stop {
  StopKind kind = StopKind::kill_switch;
  std::string reason;

  friend bool operator==(const Stop&, const Stop&) = default;
};

// The stop that holds an action back, if one does; the kill switch before pauses.
// in: the server's state (nil workspace) and the workspace's.
[[nodiscard]] std::optional<Stop> find_stop(const store::KillState& server,
                                            const store::KillState& workspace,
                                            const Stoppable& action);

}  // namespace sentrail::identity
