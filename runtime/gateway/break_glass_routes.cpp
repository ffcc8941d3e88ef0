// Emergencies: a person approves alone, with a code of their own, and others look at it afterwards.
//
// Neighbours: execute/votes.cpp counts such an approval, identity/permissions.hpp says who reviews.
// Must not know: how a call is sent. The code is made by an admin and is never the sign-in; the
// grant, its message to the group, its entry and its review are one transaction. source:
// docs/api.md A4, docs/execution.md.
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/encoding.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"
#include "crypto/password.hpp"
#include "crypto/random.hpp"
#include "crypto/seal.hpp"
#include "runtime/gateway/answers.hpp"
#include "runtime/gateway/fields.hpp"
#include "runtime/gateway/held_view.hpp"
#include "runtime/gateway/people_answers.hpp"
#include "runtime/gateway/people_routes.hpp"
#include "runtime/gateway/secret.hpp"
#include "runtime/gateway/voting.hpp"
#include "runtime/identity/admin_entry.hpp"

namespace sentrail::gateway {
namespace {

using store::BreakGlassCode;
using store::BreakGlassGrant;

void write_grant(JsonWriter& json, const BreakGlassGrant& grant,
                 const identity::Directory& directory) {
  const store::Person* const person = directory.find_person(grant.person_id);
  const store::Person* const closer = directory.find_person(grant.closed_by);
  json.begin_object();
  write_id(json, "id", grant.id);
  write_text(json, "person", person == nullptr ? std::string_view() : person->name);
  json.key("reason").string(grant.reason);
  write_time(json, "startedAt", grant.started_ms);
  write_time(json, "until", grant.until_ms);
  json.key("approved").begin_array();
  for (const Uuid& id : grant.action_ids) json.string(format_uuid(id));
  json.end_array();
  json.key("review").string(grant.closed_ms == 0 ? "open" : "closed");
  write_time(json, "closedAt", grant.closed_ms);
  write_text(json, "closedBy", closer == nullptr ? std::string_view() : closer->name);
  write_text(json, "closing", grant.closing);
  json.end_object();
}

Answer list(GateParts& parts, const PeopleCall& call) {
  SENTRAIL_ASSIGN_OR_RETURN(const std::vector<BreakGlassGrant> grants,
                            parts.store.list_break_glass_grants(call.workspace_id));
  std::string body;
  JsonWriter json(&body);
  std::uint64_t open = 0;
  json.begin_object().key("ok").boolean(true).key("grants").begin_array();
  for (const BreakGlassGrant& grant : grants) {
    open += grant.closed_ms == 0 ? 1 : 0;
    write_grant(json, grant, call.known->directory());
  }
  json.end_array().key("total").unsigned_integer(grants.size());
  json.key("openReviews").unsigned_integer(open).end_object();
  return json_answer(200, std::move(body));
}

// --- codes ---------------------------------------------------------------------------------

store::AppendAudit told(const GateParts& parts, const identity::Actor& actor, std::string action,
                        audit::Personal personal) {
  store::AuditEntry entry =
      identity::admin_entry(parts.clock, store::AuditKind::break_glass, std::move(action));
  entry.risk = Risk::critical;
  return identity::told_by(parts.recorder, actor, std::move(entry), std::move(personal));
}

Answer make_code(GateParts& parts, const PeopleCall& call) {
  SENTRAIL_ASSIGN_OR_RETURN(const JsonDocument document, parse_body(call));
  Fields fields(document.root());
  const store::Person* const person = find_named(call, fields.required_text("person"));
  if (person == nullptr) fields.refuse("person", "must be the name or id of a person here");
  const bool revoke = fields.flag("revoke").value_or(false);
  SENTRAIL_TRY(fields.finish());
  if (person->id == call.actor->person_id) {
    return fail(Errc::permission_denied,
                "nobody makes their own emergency code; ask another admin");
  }
  SENTRAIL_ASSIGN_OR_RETURN(const std::optional<BreakGlassCode> before,
                            parts.store.get_break_glass_code(call.workspace_id, person->id));
  BreakGlassCode code;
  code.workspace_id = call.workspace_id;
  code.person_id = person->id;
  code.made_by = call.actor->person_id;
  code.created_ms = parts.clock.now().unix_ms;
  Secret shown;
  if (!revoke) {
    shown.text = "sbg_" + crypto::random_base62(40);
    SENTRAIL_ASSIGN_OR_RETURN(code.code_hash, crypto::hash_password(shown.text));
  }
  audit::Personal personal;
  personal.resource_id = format_uuid(person->id);
  store::Transaction transaction;
  transaction.operations.emplace_back(
      store::Put<BreakGlassCode>{code, before ? before->version : 0});
  transaction.operations.emplace_back(
      told(parts, *call.actor, revoke ? "break_glass.revoke_code" : "break_glass.make_code",
           std::move(personal)));
  SENTRAIL_TRY(commit_change(parts, std::move(transaction)));
  std::string body;
  JsonWriter json(&body);
  json.begin_object().key("ok").boolean(true);
  write_text(json, "code", shown.text);
  json.end_object();
  return json_answer(200, std::move(body));
}

// --- use -----------------------------------------------------------------------------------

// What a request says: a code and why, to begin; a grant and a call, to use it.
struct Word {
  Secret code;
  std::string reason;
  std::string hash;
  std::optional<Uuid> action_id;
};

Result<Word> read_word(PeopleCall& call) {
  SENTRAIL_ASSIGN_OR_RETURN(const JsonDocument document, parse_body(call));
  crypto::wipe(call.request.body);
  Fields fields(document.root());
  Word word;
  word.code.text = fields.required_text("code");
  word.reason = fields.required_text("reason");
  const approvals::ReasonRule always{approvals::ReasonsAsked::always, 8};
  if (!approvals::check_reason(always, store::Verdict::approve, word.reason) ||
      word.reason.size() > limits::kVoteReasonBytesMax) {
    fields.refuse("reason", "must say what the emergency is, in at least 8 characters");
  }
  if (const auto id = fields.text("approvalRequestId")) {
    const Result<Uuid> parsed = parse_uuid(*id);
    if (!parsed) fields.refuse("approvalRequestId", "must be an approval's id");
    word.action_id = parsed.value_or(Uuid{});
    word.hash = to_lower_ascii(fields.required_text("hash"));
    if (!names_hash(word.hash)) fields.refuse("hash", "must be at least the first 12 hex digits");
  }
  SENTRAIL_TRY(fields.finish());
  return word;
}

// Whether the person knows their code. Wrong ones count as wrong passphrases do.
Status check_code(GateParts& parts, const PeopleCall& call, const std::string& code) {
  const std::int64_t now_ms = parts.clock.now().unix_ms;
  const std::string counted = call.actor->name + ":break-glass";
  SENTRAIL_TRY(parts.throttle.check(counted, call.peer.address, now_ms));
  SENTRAIL_ASSIGN_OR_RETURN(
      const std::optional<BreakGlassCode> stored,
      parts.store.get_break_glass_code(call.workspace_id, call.actor->person_id));
  const bool there = stored && !stored->code_hash.empty();
  if (there && crypto::verify_password(stored->code_hash, code)) {
    parts.throttle.succeeded(counted);
    return {};
  }
  parts.throttle.failed(counted, call.peer.address, now_ms);
  return fail(Errc::permission_denied, "this is not your emergency code");
}

// The message to the second group; delivered by whatever serves that channel.
store::OutboxItem page_of(const GateParts& parts, const BreakGlassGrant& grant) {
  store::OutboxItem item;
  item.id = crypto::uuid_v4();
  item.workspace_id = grant.workspace_id;
  item.event = "breakGlass";
  item.channel = "group:" + parts.settings.break_glass_group;
  JsonWriter json(&item.payload, KeyOrder::sorted);
  json.begin_object();
  json.key("event").string("breakGlass");
  json.key("grantId").string(format_uuid(grant.id));
  json.key("group").string(parts.settings.break_glass_group);
  json.key("workspaceId").string(format_uuid(grant.workspace_id));
  json.end_object();
  item.created_ms = grant.started_ms;
  item.next_attempt_ms = grant.started_ms;
  return item;
}

// The person's grant: the one that lasts still, or a new one, told to the group before it is used.
Result<BreakGlassGrant> take_grant(GateParts& parts, const PeopleCall& call, const Word& word) {
  const std::int64_t now_ms = parts.coordinator.now_ms();
  SENTRAIL_ASSIGN_OR_RETURN(const std::vector<BreakGlassGrant> grants,
                            parts.store.list_break_glass_grants(call.workspace_id));
  for (const BreakGlassGrant& grant : grants) {
    const bool lasts = now_ms < grant.until_ms && grant.closed_ms == 0;
    if (grant.person_id == call.actor->person_id && lasts) return grant;
  }
  BreakGlassGrant grant;
  grant.id = crypto::uuid_v4();
  grant.workspace_id = call.workspace_id;
  grant.person_id = call.actor->person_id;
  grant.reason = word.reason;
  grant.started_ms = now_ms;
  grant.until_ms = now_ms + limits::kBreakGlassMs;
  audit::Personal personal;
  personal.resource_id = format_uuid(grant.id);
  personal.reason = word.reason;
  store::Transaction transaction;
  transaction.operations.emplace_back(store::Put<BreakGlassGrant>{grant, 0});
  transaction.operations.emplace_back(store::Put<store::OutboxItem>{page_of(parts, grant), 0});
  transaction.operations.emplace_back(
      told(parts, *call.actor, "break_glass.grant", std::move(personal)));
  SENTRAIL_TRY(parts.changes.commit(std::move(transaction)));
  grant.version = 1;
  return grant;
}

http::HttpResponse grant_answer(const GateParts& parts, const BreakGlassGrant& grant,
                                std::string_view status) {
  std::string body;
  JsonWriter json(&body);
  json.begin_object().key("ok").boolean(true);
  write_text(json, "status", status);
  json.key("grant");
  write_grant(json, grant, parts.known.get()->directory());
  json.end_object();
  return json_answer(200, std::move(body));
}

// Approves one call alone. The grant's record goes into the vote's transaction: nothing is approved
// by one that was closed meanwhile.
Status approve_alone(GateParts& parts, const std::shared_ptr<PeopleCall>& call, const Word& word,
                     BreakGlassGrant grant, const Reply& reply) {
  SENTRAIL_ASSIGN_OR_RETURN(const std::optional<store::ActionRecord> record,
                            parts.store.get_action(call->workspace_id, *word.action_id));
  if (!record) return fail(Errc::not_found, "there is no such approval");
  if (!hex_encode(record->approval_hash).starts_with(word.hash)) {
    reply(refusal(409, "hash_mismatch", "this is not the call that was shown to you"));
    return {};
  }
  SENTRAIL_ASSIGN_OR_RETURN(VotingPerson voting, voting_person(*call));
  const std::uint64_t version = grant.version;
  grant.action_ids.push_back(record->action_id);
  voting.rests_on.emplace_back(store::Put<BreakGlassGrant>{grant, version});
  execute::VoteCast cast{std::move(voting.voter),
                         store::Verdict::approve,
                         record->approval_hash,
                         word.reason,
                         {},
                         grant.id,
                         first_look(parts, *call, *record)};
  cast_vote(
      parts, {call->workspace_id, record->action_id}, cast, std::move(voting.rests_on),
      [&parts, call, reply, grant, cast, before = *record](Result<store::ActionRecord> voted) {
        if (voted) return reply(grant_answer(parts, grant, agent_status(*voted)));
        reply(refusal(refused_vote(before, cast, parts.coordinator.now_ms(), voted.error())));
      });
  return {};
}

Status begin_use(GateParts& parts, const std::shared_ptr<PeopleCall>& call, const Reply& reply) {
  SENTRAIL_ASSIGN_OR_RETURN(Word word, read_word(*call));
  if (parts.settings.break_glass_group.empty()) {
    reply(refusal(409, "no_break_glass",
                  "no group is told of emergencies: `approvals.break_glass_group` is not set"));
    return {};
  }
  const Status knows = check_code(parts, *call, word.code.text);
  crypto::wipe(word.code.text);
  if (!knows && knows.error().code == Errc::unavailable) {
    reply(refusal(429, "too_many_attempts", knows.error().message));
    return {};
  }
  if (!knows) {
    reply(refusal(403, "wrong_code", knows.error().message));
    return {};
  }
  const std::shared_ptr<const Known> known = parts.known.get();
  if (known->directory().server_stops().enabled ||
      known->directory().stops_of(call->workspace_id).enabled) {
    reply(refusal(409, "stopped", "Kill switch is active: an emergency grant does not pass it"));
    return {};
  }
  SENTRAIL_ASSIGN_OR_RETURN(BreakGlassGrant grant, take_grant(parts, *call, word));
  if (word.action_id) return approve_alone(parts, call, word, std::move(grant), reply);
  reply(grant_answer(parts, grant, {}));
  return {};
}

// --- review --------------------------------------------------------------------------------

Answer close(GateParts& parts, const PeopleCall& call) {
  SENTRAIL_ASSIGN_OR_RETURN(const Uuid id, id_of(call, "emergency grant"));
  SENTRAIL_ASSIGN_OR_RETURN(const JsonDocument document, parse_body(call));
  Fields fields(document.root());
  const std::string reason = fields.required_text("reason");
  const approvals::ReasonRule always{approvals::ReasonsAsked::always, 8};
  if (!approvals::check_reason(always, store::Verdict::approve, reason) ||
      reason.size() > limits::kVoteReasonBytesMax) {
    fields.refuse("reason", "must say what the review found, in at least 8 characters");
  }
  SENTRAIL_TRY(fields.finish());
  SENTRAIL_ASSIGN_OR_RETURN(std::optional<BreakGlassGrant> grant,
                            parts.store.get_break_glass_grant(call.workspace_id, id));
  if (!grant) return fail(Errc::not_found, "there is no such emergency grant");
  if (grant->person_id == call.actor->person_id) {
    return refusal(403, "own_review", "another admin must review what you did");
  }
  if (grant->closed_ms != 0) return refusal(409, "closed", "this review is closed already");
  grant->closed_ms = parts.clock.now().unix_ms;
  grant->closed_by = call.actor->person_id;
  grant->closing = reason;
  audit::Personal personal;
  personal.resource_id = format_uuid(grant->id);
  personal.reason = reason;
  store::Transaction transaction;
  transaction.operations.emplace_back(store::Put<BreakGlassGrant>{*grant, grant->version});
  transaction.operations.emplace_back(
      told(parts, *call.actor, "break_glass.close", std::move(personal)));
  SENTRAIL_TRY(parts.changes.commit(std::move(transaction)));
  return grant_answer(parts, *grant, {});
}

}  // namespace

void list_break_glass(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply) {
  reply_with(reply, list(parts, *call));
}

void make_break_glass_code(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply) {
  reply_with(reply, make_code(parts, *call));
}

void break_glass(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply) {
  if (const Status begun = begin_use(parts, call, reply); !begun) {
    reply(people_refusal(begun.error()));
  }
}

void close_break_glass(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply) {
  reply_with(reply, close(parts, *call));
}

}  // namespace sentrail::gateway
