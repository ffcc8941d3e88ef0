// The queue of held calls: what waits, what exactly would be sent, and doubts settled.
//
// Neighbours: approval_decision.cpp (voting), held_view.hpp (the shapes). Must not know: who may
// vote. source: docs/api.md A4.
#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "core/limits.hpp"
#include "runtime/approvals/voter.hpp"
#include "runtime/audit/hiding.hpp"
#include "runtime/gateway/answers.hpp"
#include "runtime/gateway/fields.hpp"
#include "runtime/gateway/held_view.hpp"
#include "runtime/gateway/people_answers.hpp"
#include "runtime/gateway/people_routes.hpp"

namespace sentrail::gateway {
namespace {

using store::ActionRecord;
using store::ActionState;

// What people ask for, and the one state that it means; `approved` is several.
struct NamedStatus {
  std::string_view name;
  std::optional<ActionState> state;
};

constexpr std::array<NamedStatus, 8> kStatuses = {{{"pending", ActionState::held},
                                                   {"approved", std::nullopt},
                                                   {"denied", ActionState::denied},
                                                   {"expired", ActionState::expired},
                                                   {"executed", ActionState::succeeded},
                                                   {"failed", ActionState::failed},
                                                   {"in_doubt", ActionState::in_doubt},
                                                   {"revoked", ActionState::revoked}}};

// Pages of the store that one page of a filtered list may look through.
constexpr int kPagesMax = 16;

// Calls with a status, or all; `query` says where to begin and how many.
Result<store::Page<ActionRecord>> calls_with(const store::Reader& reader, const Uuid& workspace_id,
                                             std::string_view status, store::ActionQuery query) {
  store::Page<ActionRecord> page;
  const std::size_t limit = query.limit;
  for (int round = 0; round < kPagesMax && page.items.size() < limit; ++round) {
    query.limit = limit - page.items.size();
    SENTRAIL_ASSIGN_OR_RETURN(store::Page<ActionRecord> more,
                              reader.list_actions(workspace_id, query));
    for (ActionRecord& record : more.items) {
      if (status.empty() || agent_status(record) == status) {
        page.items.push_back(std::move(record));
      }
    }
    page.cursor = more.cursor;
    if (more.cursor.empty()) break;
    query.cursor = std::move(more.cursor);
  }
  return page;
}

Answer list(GateParts& parts, const PeopleCall& call) {
  constexpr std::array<std::string_view, 3> kKnown = {"status", "cursor", "limit"};
  SENTRAIL_ASSIGN_OR_RETURN(const Query asked, Query::of(call, kKnown));
  store::ActionQuery query;
  SENTRAIL_ASSIGN_OR_RETURN(query.cursor, asked.cursor());
  SENTRAIL_ASSIGN_OR_RETURN(query.limit, asked.number("limit", 50, 1, limits::kListPageMax));
  const std::string_view status = asked.find("status");
  if (!status.empty()) {
    const auto* named = std::find_if(kStatuses.begin(), kStatuses.end(),
                                     [&](const NamedStatus& row) { return row.name == status; });
    if (named == kStatuses.end()) {
      return fail(Errc::invalid_argument,
                  "`status` must be pending, approved, denied, expired, executed, failed, in_doubt "
                  "or revoked");
    }
    query.state = named->state;
  }
  SENTRAIL_ASSIGN_OR_RETURN(const store::Page<ActionRecord> page,
                            calls_with(parts.store, call.workspace_id, status, std::move(query)));
  std::string body;
  JsonWriter json(&body);
  json.begin_object().key("ok").boolean(true).key("approvals").begin_array();
  for (const ActionRecord& record : page.items) {
    json.begin_object();
    write_approval(json, record, call.known->directory());
    json.end_object();
  }
  json.end_array();
  write_next(json, page.cursor);
  json.end_object();
  return json_answer(200, std::move(body));
}

Answer show(GateParts& parts, const PeopleCall& call) {
  SENTRAIL_ASSIGN_OR_RETURN(const Uuid id, id_of(call, "approval"));
  SENTRAIL_ASSIGN_OR_RETURN(const std::optional<ActionRecord> record,
                            parts.store.get_action(call.workspace_id, id));
  if (!record) return fail(Errc::not_found, "there is no such approval");
  SENTRAIL_ASSIGN_OR_RETURN(execute::Call request, load_request(parts.store, parts.vault, *record));
  request.body = audit::hide(request.body, record->hidden);
  SENTRAIL_ASSIGN_OR_RETURN(const auto result, load_result(parts.store, parts.vault, *record));
  std::string body;
  JsonWriter json(&body);
  json.begin_object().key("ok").boolean(true).key("approval").begin_object();
  write_approval(json, *record, call.known->directory());
  json.key("request");
  write_request(json, request);
  json.key("result");
  write_result(json, result);
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
