// The kill switch and pauses: what is stopped, and stopping it.
//
// Neighbours: identity/kill_switch.hpp (what a command does). Must not know: what a stop stops.
// source: docs/api.md A5.
#include <string>
#include <utility>

#include "core/limits.hpp"
#include "runtime/gateway/answers.hpp"
#include "runtime/gateway/fields.hpp"
#include "runtime/gateway/held_view.hpp"
#include "runtime/gateway/people_answers.hpp"
#include "runtime/gateway/people_routes.hpp"

namespace sentrail::gateway {
namespace {

using identity::KillAction;

// A command, and where.
struct Asked {
  identity::KillCommand command;
  Uuid workspace_id;
};

http::HttpResponse state_answer(const store::KillState& server, const store::KillState& workspace) {
  std::string body;
  JsonWriter json(&body);
  json.begin_object().key("ok").boolean(true).key("killSwitch");
  write_kill_switch(json, server, workspace);
  json.end_object();
  return json_answer(200, std::move(body));
}

// Reads the member that an action needs, and refuses it where it would mean nothing.
std::string target_of(Fields& fields, std::string_view name, bool needed) {
  const std::optional<std::string> value = fields.text(name);
  if (needed && (!value || value->empty())) fields.refuse(name, "is required for this action");
  if (!needed && value) fields.refuse(name, "does not go with this action");
  return value.value_or("");
}

Result<Asked> read_command(const PeopleCall& call) {
  SENTRAIL_ASSIGN_OR_RETURN(const JsonDocument document, parse_body(call));
  Fields fields(document.root());
  Asked asked;
  asked.workspace_id = call.workspace_id;
  if (const auto workspace = fields.text("workspaceId")) {
    const Result<Uuid> id = parse_uuid(*workspace);
    if (!id) fields.refuse("workspaceId", "must be a workspace's id");
    if (id) asked.workspace_id = *id;
  }
  const auto action = identity::kill_action_named(fields.required_text("action"));
  if (!action) {
    fields.refuse("action",
                  "must be enable, disable, pause_tool, resume_tool, pause_agent or resume_agent");
  }
  asked.command.action = action.value_or(KillAction::enable);
  const KillAction what = asked.command.action;
  const bool of_tool = what == KillAction::pause_tool || what == KillAction::resume_tool;
  const bool of_agent = what == KillAction::pause_agent || what == KillAction::resume_agent;
  const std::string tool = target_of(fields, "tool", of_tool);
  const std::string agent = target_of(fields, "agent", of_agent);
  asked.command.target = of_tool ? tool : agent;
  if (const auto mode = fields.text("mode")) {
    if (what != KillAction::enable) fields.refuse("mode", "goes with enable only");
    if (*mode == "hard") {
      asked.command.mode = store::KillMode::hard;
    } else if (*mode != "normal") {
      fields.refuse("mode", "must be normal or hard");
    }
  }
  asked.command.reason = fields.text("reason").value_or("");
  if (asked.command.reason.size() > limits::kVoteReasonBytesMax) {
    fields.refuse("reason", "is too long");
  }
  SENTRAIL_TRY(fields.finish());
  return asked;
}

Answer command(GateParts& parts, const PeopleCall& call) {
  SENTRAIL_ASSIGN_OR_RETURN(const Asked asked, read_command(call));
  const store::Person* person = call.known->directory().find_person(call.actor->person_id);
  if (person == nullptr) return fail(Errc::permission_denied, "the account is gone");
  SENTRAIL_ASSIGN_OR_RETURN(const identity::Actor actor,
                            identity::actor_of(*person, asked.workspace_id));
  // A stop must not fail because somebody else stopped something at the same moment.
  for (int round = 1;; ++round) {
    SENTRAIL_ASSIGN_OR_RETURN(const store::KillState before,
                              parts.store.get_kill_state(actor.workspace_id));
    SENTRAIL_ASSIGN_OR_RETURN(auto changed,
                              parts.administration.command_kill(actor, before, asked.command));
    const Status committed = commit_change(parts, std::move(changed.transaction));
    if (committed) break;
    if (committed.error().code != Errc::conflict || round == limits::kChangeTriesMax) {
      return tl::make_unexpected(committed.error());
    }
  }
  const std::shared_ptr<const Known> now = parts.known.get();
  return state_answer(now->directory().server_stops(),
                      now->directory().stops_of(actor.workspace_id));
}

}  // namespace

void show_kill_switch(GateParts&, std::shared_ptr<PeopleCall> call, Reply reply) {
  const identity::Directory& directory = call->known->directory();
  reply(state_answer(directory.server_stops(), directory.stops_of(call->workspace_id)));
}

void command_kill_switch(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply) {
  reply_with(reply, command(parts, *call));
}

}  // namespace sentrail::gateway
