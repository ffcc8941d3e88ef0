// Delegations: who speaks for whom, lending one's seat, ending that.
//
// Neighbours: identity/delegations.hpp; approval_decision.cpp counts what a delegate says. Must not
// know: votes. source: docs/api.md A4.
#include <algorithm>
#include <string>
#include <utility>

#include "core/limits.hpp"
#include "runtime/gateway/answers.hpp"
#include "runtime/gateway/fields.hpp"
#include "runtime/gateway/people_answers.hpp"
#include "runtime/gateway/people_routes.hpp"
#include "runtime/identity/delegations.hpp"

namespace sentrail::gateway {
namespace {

void write_name(JsonWriter& json, std::string_view key, const Uuid& id,
                const identity::Directory& directory) {
  const store::Person* const person = directory.find_person(id);
  write_text(json, key, person == nullptr ? std::string_view() : person->name);
}

void write_delegation(JsonWriter& json, const store::Delegation& delegation,
                      const identity::Directory& directory, std::int64_t now_ms) {
  json.begin_object();
  write_id(json, "id", delegation.id);
  json.key("status").string(name_of(identity::state_of(delegation, now_ms)));
  write_id(json, "from", delegation.from);
  write_name(json, "fromName", delegation.from, directory);
  write_id(json, "to", delegation.to);
  write_name(json, "toName", delegation.to, directory);
  write_texts(json, "tools", delegation.tools);
  write_time(json, "startsAt", delegation.start_ms);
  write_time(json, "endsAt", delegation.end_ms);
  write_time(json, "endedAt", delegation.ended_ms);
  write_name(json, "endedBy", delegation.ended_by, directory);
  json.end_object();
}

http::HttpResponse answer_of(GateParts& parts, const store::Delegation& delegation) {
  std::string body;
  JsonWriter json(&body);
  json.begin_object().key("ok").boolean(true).key("delegation");
  write_delegation(json, delegation, parts.known.get()->directory(), parts.clock.now().unix_ms);
  json.end_object();
  return json_answer(200, std::move(body));
}

Answer list(GateParts& parts, const PeopleCall& call) {
  const identity::Directory& directory = call.known->directory();
  std::vector<store::Delegation> all = directory.delegations_of(call.workspace_id);
  std::sort(all.begin(), all.end(), [](const store::Delegation& a, const store::Delegation& b) {
    return a.start_ms != b.start_ms ? a.start_ms > b.start_ms : a.id < b.id;
  });
  std::string body;
  JsonWriter json(&body);
  json.begin_object().key("ok").boolean(true).key("delegations").begin_array();
  for (const store::Delegation& each : all) {
    write_delegation(json, each, directory, parts.clock.now().unix_ms);
  }
  json.end_array().end_object();
  return json_answer(200, std::move(body));
}

// A time of the request; nothing if it was left out.
std::optional<std::int64_t> time_in(Fields& fields, std::string_view name) {
  const auto text = fields.text(name);
  if (!text) return std::nullopt;
  const Result<Instant> instant = parse_rfc3339(*text);
  if (!instant) {
    fields.refuse(name, "must be a time, such as 2026-12-24T18:00:00Z");
    return std::nullopt;
  }
  return instant->unix_ms;
}

Answer make(GateParts& parts, const PeopleCall& call) {
  SENTRAIL_ASSIGN_OR_RETURN(const JsonDocument document, parse_body(call));
  Fields fields(document.root());
  identity::DelegationRequest request;
  const std::string to = fields.required_text("to");
  const store::Person* const delegate = find_named(call, to);
  if (delegate == nullptr) fields.refuse("to", "must be the name or id of a person here");
  request.start_ms = time_in(fields, "startsAt").value_or(0);
  const auto end_ms = time_in(fields, "endsAt");
  if (!end_ms) fields.refuse("endsAt", "must say when the delegation ends");
  request.end_ms = end_ms.value_or(0);
  request.tools = fields.texts("tools");
  SENTRAIL_TRY(fields.finish());
  request.to = delegate->id;
  SENTRAIL_ASSIGN_OR_RETURN(auto changed,
                            identity::delegate(parts.recorder, parts.clock, *call.actor,
                                               call.known->directory(), std::move(request)));
  SENTRAIL_TRY(commit_change(parts, std::move(changed.transaction)));
  return answer_of(parts, changed.value);
}

Answer end(GateParts& parts, const PeopleCall& call) {
  SENTRAIL_ASSIGN_OR_RETURN(const Uuid id, id_of(call, "delegation"));
  SENTRAIL_ASSIGN_OR_RETURN(const JsonDocument document, parse_body(call));
  SENTRAIL_TRY(Fields(document.root()).finish());
  for (const store::Delegation& each : call.known->directory().delegations_of(call.workspace_id)) {
    if (each.id != id) continue;
    SENTRAIL_ASSIGN_OR_RETURN(auto changed,
                              identity::end_delegation(parts.recorder, parts.clock, *call.actor,
                                                       call.known->directory(), each));
    SENTRAIL_TRY(commit_change(parts, std::move(changed.transaction)));
    return answer_of(parts, changed.value);
  }
  return fail(Errc::not_found, "there is no such delegation");
}

}  // namespace

void list_delegations(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply) {
  reply_with(reply, list(parts, *call));
}

void make_delegation(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply) {
  reply_with(reply, make(parts, *call));
}

void end_delegation(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply) {
  reply_with(reply, end(parts, *call));
}

}  // namespace sentrail::gateway
