// Commands on kill states, and the question what they stop.
//
// Neighbours: kill_switch.hpp. Must not know: who may command.
#include "runtime/identity/kill_switch.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "runtime/identity/keys.hpp"

namespace sentrail::identity {
namespace {

constexpr std::array<std::string_view, 6> kNames = {"enable",      "disable",     "pause_tool",
                                                    "resume_tool", "pause_agent", "resume_agent"};

using Pauses = std::vector<store::Pause>;

auto find(Pauses& pauses, std::string_view name) {
  return std::find_if(pauses.begin(), pauses.end(),
                      [&](const store::Pause& pause) { return pause.name == name; });
}

bool has(const Pauses& pauses, std::string_view name) {
  return std::any_of(pauses.begin(), pauses.end(),
                     [&](const store::Pause& pause) { return pause.name == name; });
}

Status check_target(const KillCommand& command) {
  if (is_agent_id(command.target)) return {};
  return fail(Errc::invalid_argument, "`" + std::string(name_of(command.action)) +
                                          "` needs the name of a tool or the id of an agent");
}

void pause(Pauses& pauses, const KillCommand& command, std::int64_t now_ms) {
  if (find(pauses, command.target) != pauses.end()) return;
  pauses.push_back({command.target, now_ms, command.by, command.reason});
}

void resume(Pauses& pauses, const std::string& name) {
  const auto at = find(pauses, name);
  if (at != pauses.end()) pauses.erase(at);
}

void enable(store::KillState& state, const KillCommand& command, std::int64_t now_ms) {
  if (state.enabled && state.mode == command.mode) return;
  state.enabled = true;
  state.mode = command.mode;
  state.enabled_ms = now_ms;
  state.enabled_by = command.by;
  state.reason = command.reason;
}

void disable(store::KillState& state) {
  state.enabled = false;
  state.mode = store::KillMode::normal;
  state.enabled_ms = 0;
  state.enabled_by.clear();
  state.reason.clear();
}

bool kills(const store::KillState& state, bool declared_read) {
  return state.enabled && (!declared_read || state.mode == store::KillMode::hard);
}

}  // namespace

std::optional<KillAction> kill_action_named(std::string_view name) noexcept {
  const auto at = std::find(kNames.begin(), kNames.end(), name);
  if (at == kNames.end()) return std::nullopt;
  return static_cast<KillAction>(at - kNames.begin());
}

std::string_view name_of(KillAction action) noexcept {
  return kNames[static_cast<std::size_t>(action)];
}

Result<store::KillState> apply(const store::KillState& state, const KillCommand& command,
                               std::int64_t now_ms) {
  store::KillState after = state;
  switch (command.action) {
    case KillAction::enable:
      enable(after, command, now_ms);
      return after;
    case KillAction::disable:
      disable(after);
      return after;
    case KillAction::pause_tool:
      SENTRAIL_TRY(check_target(command));
      pause(after.tools, command, now_ms);
      return after;
    case KillAction::resume_tool:
      SENTRAIL_TRY(check_target(command));
      resume(after.tools, command.target);
      return after;
    case KillAction::pause_agent:
      SENTRAIL_TRY(check_target(command));
      pause(after.agents, command, now_ms);
      return after;
    case KillAction::resume_agent:
      SENTRAIL_TRY(check_target(command));
      resume(after.agents, command.target);
      return after;
  }
  return fail(Errc::invalid_argument, "unsupported action");
}

std::optional<Stop> find_stop(const store::KillState& server, const store::KillState& workspace,
                              const Stoppable& action) {
  for (const store::KillState* state : {&server, &workspace}) {
    if (kills(*state, action.declared_read)) {
      return Stop{StopKind::kill_switch, "Kill switch is active"};
    }
  }
  if (action.declared_read) return std::nullopt;
  for (const store::KillState* state : {&server, &workspace}) {
    if (has(state->tools, action.tool)) {
      return Stop{StopKind::tool_paused, "Tool '" + std::string(action.tool) + "' is paused"};
    }
    if (!action.agent_id.empty() && has(state->agents, action.agent_id)) {
      return Stop{StopKind::agent_paused, "Agent '" + std::string(action.agent_id) + "' is paused"};
    }
  }
  return std::nullopt;
}

}  // namespace sentrail::identity
