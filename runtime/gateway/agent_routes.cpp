// Agents: who is registered, registering, disabling.
//
// Neighbours: identity/administration.hpp. Must not know: what an agent does.
// source: docs/api.md A7.
#include <string>
#include <utility>

#include "core/limits.hpp"
#include "runtime/gateway/answers.hpp"
#include "runtime/gateway/fields.hpp"
#include "runtime/gateway/people_answers.hpp"
#include "runtime/gateway/people_routes.hpp"

namespace sentrail::gateway {
namespace {

void write_agent(JsonWriter& json, const store::Agent& agent,
                 const identity::Directory& directory) {
  const store::Person* owner = directory.find_person(agent.owner);
  json.begin_object();
  json.key("id").string(agent.id);
  write_text(json, "name", agent.name);
  write_texts(json, "roles", agent.roles);
  write_id(json, "ownerId", present(agent.owner));
  write_text(json, "owner", owner == nullptr ? std::string_view() : owner->name);
  json.key("disabled").boolean(agent.disabled);
  write_time(json, "createdAt", agent.created_ms);
  json.end_object();
}

http::HttpResponse agent_answer(const store::Agent& agent, const identity::Directory& directory) {
  std::string body;
  JsonWriter json(&body);
  json.begin_object().key("ok").boolean(true).key("agent");
  write_agent(json, agent, directory);
  json.end_object();
  return json_answer(200, std::move(body));
}

Answer list(GateParts& parts, const PeopleCall& call) {
  SENTRAIL_ASSIGN_OR_RETURN(const std::vector<store::Agent> agents,
                            parts.store.list_agents(call.workspace_id));
  std::string body;
  JsonWriter json(&body);
  json.begin_object().key("ok").boolean(true).key("agents").begin_array();
  for (const store::Agent& agent : agents) write_agent(json, agent, call.known->directory());
  json.end_array().end_object();
  return json_answer(200, std::move(body));
}

bool is_label(const std::string& text) {
  return !text.empty() && text.size() <= limits::kNameBytesMax;
}

// The owner that a text names: a person of the workspace, by id.
std::optional<Uuid> owner_of(const PeopleCall& call, std::string_view text) {
  const Result<Uuid> id = parse_uuid(text);
  if (!id) return std::nullopt;
  const store::Person* person = call.known->directory().find_person(*id);
  if (person == nullptr || !identity::membership_of(*person, call.workspace_id)) {
    return std::nullopt;
  }
  return *id;
}

// What a request makes of an agent; what it leaves out stays as it is.
Status read_agent(const PeopleCall& call, Fields& fields, store::Agent& agent) {
  if (auto name = fields.text("name")) {
    if (name->size() > limits::kNameBytesMax) fields.refuse("name", "is too long");
    agent.name = *std::move(name);
  }
  if (JsonValue roles = fields.any("roles"); roles.exists()) {
    agent.roles = fields.texts("roles");
    if (agent.roles.size() > limits::kLabelsMax) fields.refuse("roles", "has too many entries");
    for (const std::string& role : agent.roles) {
      if (!is_label(role)) fields.refuse("roles", "must hold names of 1 to 128 bytes");
    }
  }
  if (const auto owner = fields.text("ownerId")) {
    const std::optional<Uuid> id = owner_of(call, *owner);
    if (!id) fields.refuse("ownerId", "must be the id of a person of this workspace");
    agent.owner = id.value_or(Uuid{});
  }
  return fields.finish();
}

Answer put(GateParts& parts, const PeopleCall& call) {
  SENTRAIL_ASSIGN_OR_RETURN(const JsonDocument document, parse_body(call));
  Fields fields(document.root());
  store::Agent agent;
  agent.id = fields.required_text("id");
  SENTRAIL_ASSIGN_OR_RETURN(std::optional<store::Agent> before,
                            parts.store.get_agent(call.workspace_id, agent.id));
  if (before) agent = *std::move(before);
  SENTRAIL_TRY(read_agent(call, fields, agent));
  SENTRAIL_ASSIGN_OR_RETURN(auto changed,
                            parts.administration.put_agent(*call.actor, std::move(agent)));
  SENTRAIL_TRY(commit_change(parts, std::move(changed.transaction)));
  return agent_answer(changed.value, call.known->directory());
}

Answer set_disabled(GateParts& parts, const PeopleCall& call, bool disabled) {
  SENTRAIL_ASSIGN_OR_RETURN(const JsonDocument document, parse_body(call));
  SENTRAIL_TRY(Fields(document.root()).finish());
  const std::string id = call.parameters.empty() ? std::string() : call.parameters.front();
  SENTRAIL_ASSIGN_OR_RETURN(std::optional<store::Agent> agent,
                            parts.store.get_agent(call.workspace_id, id));
  if (!agent) {
    return fail(Errc::not_found,
                "there is no such agent; to stop one that is not registered, pause it");
  }
  if (agent->disabled == disabled) {
    // Perhaps by a request that gave up waiting: the answer means that it is in force.
    SENTRAIL_TRY(parts.changes.reload());
    return agent_answer(*agent, call.known->directory());
  }
  agent->disabled = disabled;
  SENTRAIL_ASSIGN_OR_RETURN(auto changed,
                            parts.administration.put_agent(*call.actor, *std::move(agent)));
  SENTRAIL_TRY(commit_change(parts, std::move(changed.transaction)));
  return agent_answer(changed.value, call.known->directory());
}

}  // namespace

void list_agents(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply) {
  reply_with(reply, list(parts, *call));
}

void put_agent(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply) {
  reply_with(reply, put(parts, *call));
}

void disable_agent(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply) {
  reply_with(reply, set_disabled(parts, *call, true));
}

void enable_agent(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply) {
  reply_with(reply, set_disabled(parts, *call, false));
}

}  // namespace sentrail::gateway
