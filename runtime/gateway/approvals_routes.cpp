// The queue of held calls: what waits, what exactly would be sent, and doubts settled.
//
// Neighbours: approval_decision.cpp (voting), held_view.hpp (the shapes). Must not know: who may
// vote. source: docs/api.md A4.
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "core/limits.hpp"
#include "runtime/approvals/voter.hpp"
#include "runtime/audit/hiding.hpp"
#include "runtime/gateway/answers.hpp"
#include "runtime/gateway/fields.hpp"
#include "runtime/gateway/held_list.hpp"
#include "runtime/gateway/held_view.hpp"
#include "runtime/gateway/people_answers.hpp"
#include "runtime/gateway/people_routes.hpp"

namespace sentrail::gateway {
namespace {

using store::ActionRecord;

Answer list(GateParts& parts, const PeopleCall& call) {
  constexpr std::array<std::string_view, 3> kKnown = {"status", "cursor", "limit"};
  SENTRAIL_ASSIGN_OR_RETURN(const Query asked, Query::of(call, kKnown));
  HeldQuery query;
  query.workspace_id = call.workspace_id;
  query.status = asked.find("status");
  SENTRAIL_ASSIGN_OR_RETURN(query.cursor, asked.cursor());
  SENTRAIL_ASSIGN_OR_RETURN(query.limit, asked.number("limit", 50, 1, limits::kListPageMax));
  SENTRAIL_ASSIGN_OR_RETURN(std::string body,
                            list_held(parts.store, call.known->directory(), query));
  return json_answer(200, std::move(body));
}

Answer show(GateParts& parts, const PeopleCall& call) {
  SENTRAIL_ASSIGN_OR_RETURN(const Uuid id, id_of(call, "approval"));
  SENTRAIL_ASSIGN_OR_RETURN(const std::optional<ActionRecord> record,
                            parts.store.get_action(call.workspace_id, id));
  if (!record) return fail(Errc::not_found, "there is no such approval");
  if (call.actor && parts.looks != nullptr) {
    parts.looks->note(id, call.actor->person_id, parts.coordinator.now_ms());
  }
  const bool kept = record->request.id != Uuid{};
  execute::Call request;
  if (kept) {
    SENTRAIL_ASSIGN_OR_RETURN(request, load_request(parts.store, parts.vault, *record));
    request.body = audit::hide(request.body, record->hidden);
  }
  SENTRAIL_ASSIGN_OR_RETURN(const auto result, load_result(parts.store, parts.vault, *record));
  std::string body;
  JsonWriter json(&body);
  json.begin_object().key("ok").boolean(true).key("approval").begin_object();
  write_approval(json, *record, call.known->directory());
  json.key("request");
  if (kept) {
    write_request(json, request);
  } else {
    json.null();
  }
  json.key("result");
  write_result(json, result);
  json.key("reasonAsked").string(name_of(parts.settings.reasons.asked));
  json.key("reasonCharacters")
      .integer(static_cast<std::int64_t>(parts.settings.reasons.characters_min));
  json.end_object().end_object();
  return json_answer(200, std::move(body));
}

// What a person says about a call in doubt.
Result<execute::DoubtSettled> read_settlement(const PeopleCall& call) {
  SENTRAIL_ASSIGN_OR_RETURN(const JsonDocument document, parse_body(call));
  Fields fields(document.root());
  const std::string resolution = fields.required_text("resolution");
  execute::DoubtSettled word;
  word.reason = fields.required_text("reason");
  word.applied = resolution == "applied";
  if (!word.applied && resolution != "not_applied") {
    fields.refuse("resolution", "must be applied or not_applied");
  }
  if (word.reason.empty() || word.reason.size() > limits::kVoteReasonBytesMax) {
    fields.refuse("reason", "must have 1 to " + std::to_string(limits::kVoteReasonBytesMax) +
                                " bytes: how do you know?");
  }
  SENTRAIL_TRY(fields.finish());
  return word;
}

http::HttpResponse status_answer(const ActionRecord& record) {
  std::string body;
  JsonWriter json(&body);
  json.begin_object().key("ok").boolean(true);
  json.key("status").string(agent_status(record)).end_object();
  return json_answer(200, std::move(body));
}

Status begin_settling(GateParts& parts, const std::shared_ptr<PeopleCall>& call,
                      const Reply& reply) {
  if (call->actor->role > store::Role::admin) {
    return fail(Errc::permission_denied, "this needs the role admin or a higher one; yours is " +
                                             std::string(name_of(call->actor->role)));
  }
  SENTRAIL_ASSIGN_OR_RETURN(const Uuid id, id_of(*call, "approval"));
  SENTRAIL_ASSIGN_OR_RETURN(execute::DoubtSettled word, read_settlement(*call));
  const store::Person* person = call->known->directory().find_person(call->actor->person_id);
  if (person == nullptr) return fail(Errc::permission_denied, "the account is gone");
  SENTRAIL_ASSIGN_OR_RETURN(
      word.voter, approvals::voter_of(*person, call->workspace_id, call->session->auth_method));
  parts.coordinator.settle({call->workspace_id, id}, std::move(word),
                           {store::RequirePersonVersion{person->id, person->version}},
                           [reply](Result<ActionRecord> settled) {
                             if (settled) return reply(status_answer(*settled));
                             if (settled.error().code == Errc::conflict) {
                               return reply(refusal(409, "not_in_doubt", settled.error().message));
                             }
                             reply(people_refusal(settled.error()));
                           });
  return {};
}

}  // namespace

void list_approvals(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply) {
  reply_with(reply, list(parts, *call));
}

void show_approval(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply) {
  reply_with(reply, show(parts, *call));
}

void resolve_approval(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply) {
  if (const Status begun = begin_settling(parts, call, reply); !begun) {
    reply(people_refusal(begun.error()));
  }
}

}  // namespace sentrail::gateway
