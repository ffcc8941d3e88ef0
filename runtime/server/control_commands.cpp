// Reading a line, doing it, writing one. See control_commands.hpp.
#include "runtime/server/control_commands.hpp"

#include <unistd.h>

#include <memory>
#include <mutex>
#include <utility>

#include "core/json_writer.hpp"
#include "core/limits.hpp"
#include "core/uuid.hpp"
#include "runtime/server/backup.hpp"
#include "wire/json.hpp"

namespace sentrail::server {
namespace {

using gateway::Fields;
using identity::KillAction;

// The members that a writer put between braces.
std::string members_of(std::string object) {
  return object.substr(1, object.size() - 2);
}

std::string refusal(const Error& error) {
  std::string out;
  JsonWriter json(&out);
  json.begin_object().key("ok").boolean(false);
  json.key("code").string(name_of(error.code)).key("error").string(error.message).end_object();
  return out;
}

// Which stop, and where; nil: the whole server.
struct Asked {
  identity::KillCommand command;
  Uuid workspace_id;
};

// The actions of a command: on everything, on a tool, on an agent.
struct Actions {
  KillAction all;
  KillAction tool;
  KillAction agent;
};

Asked read_asked(Fields& fields, const ControlPeer& peer, const Actions& actions) {
  Asked asked;
  identity::KillCommand& command = asked.command;
  const auto tool = fields.text("tool");
  const auto agent = fields.text("agent");
  const auto workspace = fields.text("workspace");
  command.reason = fields.required_text("reason");
  command.by = "local uid " + std::to_string(peer.uid);
  command.target = tool ? *tool : agent.value_or("");
  command.action = tool ? actions.tool : agent ? actions.agent : actions.all;
  if (tool && agent) fields.refuse("agent", "does not go with `tool`");
  if (command.reason.size() > limits::kVoteReasonBytesMax) fields.refuse("reason", "is too long");
  if (workspace) {
    const Result<Uuid> id = parse_uuid(*workspace);
    if (!id) fields.refuse("workspace", "must be a workspace's id");
    if (id) asked.workspace_id = *id;
  }
  return asked;
}

Result<std::string> stop(gateway::LocalStops& stops, Fields& fields, const ControlPeer& peer) {
  Asked asked = read_asked(fields, peer,
                           {KillAction::enable, KillAction::pause_tool, KillAction::pause_agent});
  const auto mode = fields.text("mode");
  if (mode && asked.command.action != KillAction::enable) {
    fields.refuse("mode", "goes with neither `tool` nor `agent`");
  }
  if (mode == "hard") {
    asked.command.mode = store::KillMode::hard;
  } else if (mode && *mode != "normal") {
    fields.refuse("mode", "must be normal or hard");
  }
  SENTRAIL_TRY(fields.finish());
  SENTRAIL_ASSIGN_OR_RETURN(const gateway::Thrown thrown,
                            stops.throw_stop(asked.workspace_id, std::move(asked.command)));
  std::string out;
  JsonWriter json(&out);
  json.begin_object().key("stop").string(format_uuid(thrown.stop.id));
  json.key("kept").boolean(thrown.not_kept.empty());
  json.key("notKept").string(thrown.not_kept).end_object();
  return members_of(std::move(out));
}

}  // namespace

void ControlCommands::add(std::string name, ControlCommand command) {
  commands_.emplace(std::move(name), std::move(command));
}

void ControlCommands::add_slow(std::string name, ControlCommand command) {
  add(std::move(name),
      [this, command = std::move(command)](Fields& fields,
                                           const ControlPeer& peer) -> Result<std::string> {
        if (!slow_.try_acquire()) {
          return fail(Errc::unavailable, "busy: other commands wait for the disk; try again");
        }
        Result<std::string> members = command(fields, peer);
        slow_.release();
        return members;
      });
}

Result<std::string> ControlCommands::run(std::string_view line, const ControlPeer& peer) const {
  SENTRAIL_ASSIGN_OR_RETURN(const JsonDocument document, wire::parse_json(line));
  if (document.empty()) return fail(Errc::invalid_argument, "the line is no JSON object");
  Fields fields(document.root());
  const std::string name = fields.required_text("do");
  const auto at = commands_.find(name);
  if (at == commands_.end()) {
    return fail(Errc::invalid_argument, "there is no command `" + name + "` here");
  }
  return at->second(fields, peer);
}

std::string ControlCommands::answer(std::string_view line, const ControlPeer& peer) const {
  Result<std::string> members = run(line, peer);
  if (!members) return refusal(members.error());
  return "{\"ok\":true" + (members->empty() ? std::string() : "," + *members) + "}";
}

ControlCommand stop_command(gateway::LocalStops& stops) {
  return [&stops](Fields& fields, const ControlPeer& peer) { return stop(stops, fields, peer); };
}

ControlCommand resume_command(const LiftParts& parts) {
  return [parts](Fields& fields, const ControlPeer& peer) -> Result<std::string> {
    const Asked asked = read_asked(
        fields, peer, {KillAction::disable, KillAction::resume_tool, KillAction::resume_agent});
    SENTRAIL_TRY(fields.finish());
    SENTRAIL_ASSIGN_OR_RETURN(const gateway::Lifted lifted,
                              parts.stops.lift(asked.workspace_id, asked.command, parts.reader,
                                               parts.changes, parts.administration));
    std::string out;
    JsonWriter json(&out);
    json.begin_object().key("inForce").boolean(lifted.not_in_force.empty());
    json.key("notInForce").string(lifted.not_in_force).end_object();
    return members_of(std::move(out));
  };
}

// One at a time: two would only slow each other down, and commands have few threads.
ControlCommand backup_command(const store::OpenedStore& running, std::string data,
                              const Clock& clock) {
  auto busy = std::make_shared<std::mutex>();
  return [&running, data = std::move(data), &clock, busy](
             Fields& fields, const ControlPeer&) -> Result<std::string> {
    const std::string to = fields.required_text("to");
    const std::string keys = fields.text("keys").value_or("");
    if (!to.starts_with('/')) fields.refuse("to", "must be a whole path");
    if (!keys.empty() && !keys.starts_with('/')) fields.refuse("keys", "must be a whole path");
    SENTRAIL_TRY(fields.finish());
    const std::unique_lock lock(*busy, std::try_to_lock);
    if (!lock) return fail(Errc::unavailable, "another backup is being made");
    SENTRAIL_ASSIGN_OR_RETURN(const BackupFacts facts, make_backup(running, data, to, keys, clock));
    std::string out;
    JsonWriter json(&out);
    json.begin_object().key("entries").unsigned_integer(facts.head.size).end_object();
    return members_of(std::move(out));
  };
}

ControlCommand status_command(const gateway::LocalStops& stops, const store::Store& store) {
  return [&stops, &store](Fields& fields, const ControlPeer&) -> Result<std::string> {
    SENTRAIL_TRY(fields.finish());
    const Status health = store.health();
    std::string out;
    JsonWriter json(&out);
    json.begin_object().key("pid").integer(::getpid());
    json.key("stopsWaiting").unsigned_integer(stops.waiting());
    json.key("auditEntries").unsigned_integer(store.audit_head().size);
    json.key("store").string(health ? "" : health.error().message).end_object();
    return members_of(std::move(out));
  };
}

}  // namespace sentrail::server
