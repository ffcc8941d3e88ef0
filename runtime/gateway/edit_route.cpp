// A held call edited before it is approved: a new request, decided anew, in the place of the old.
//
// Neighbours: rechecker.hpp judges it, execute/coordinator.hpp swaps the two in one transaction,
// edit_diff.hpp says what changed. Must not know: how votes are counted. Whoever edits is part of
// the new request and never approves it. source: docs/api.md A4, docs/execution.md.
#include <string>
#include <utility>

#include "core/encoding.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"
#include "crypto/random.hpp"
#include "runtime/gateway/answers.hpp"
#include "runtime/gateway/edit_diff.hpp"
#include "runtime/gateway/fields.hpp"
#include "runtime/gateway/forward.hpp"
#include "runtime/gateway/held_view.hpp"
#include "runtime/gateway/people_answers.hpp"
#include "runtime/gateway/people_routes.hpp"
#include "runtime/gateway/rechecker.hpp"
#include "runtime/gateway/record.hpp"
#include "runtime/gateway/voting.hpp"
#include "wire/json.hpp"

namespace sentrail::gateway {
namespace {

using store::ActionRecord;

// What a request says.
struct Word {
  std::string body;
  std::string hash;
  std::string reason;
};

Result<Word> read_word(const PeopleCall& call) {
  SENTRAIL_ASSIGN_OR_RETURN(const JsonDocument document, parse_body(call));
  Fields fields(document.root());
  Word word;
  const JsonValue body = fields.any("body");
  if (!body.exists()) fields.refuse("body", "must be the JSON that is to be sent");
  word.hash = to_lower_ascii(fields.required_text("hash"));
  if (!names_hash(word.hash)) {
    fields.refuse("hash", "must be at least the first 12 hex digits of what was shown");
  }
  word.reason = fields.text("reason").value_or("");
  if (word.reason.size() > limits::kVoteReasonBytesMax) {
    fields.refuse("reason", "is longer than " + std::to_string(limits::kVoteReasonBytesMax));
  }
  SENTRAIL_TRY(fields.finish());
  JsonWriter json(&word.body);
  json.raw(body);
  return word;
}

// What stands against editing this call at all; nothing if it may be.
std::string reason_against(const ActionRecord& record, const execute::Call& request) {
  if (record.state != store::ActionState::held) {
    return "only what waits can be edited; this is " + std::string(agent_status(record));
  }
  if (record.kind != store::ActionKind::forward) {
    return "the caller makes this call itself: it must ask again with other arguments";
  }
  if (!record.hidden.empty()) return "parts of this call are hidden from you";
  if (!wire::parse_json(request.body)) return "its body is no JSON";
  return {};
}

// The new request: the same people ask it of the same tool.
execute::HoldRequest request_of(const GateParts& parts, const ActionRecord& before,
                                execute::Call call, const Judged& judged) {
  execute::HoldRequest request;
  ActionRecord& draft = request.draft;
  draft.correlation_id = crypto::uuid_v7(parts.clock.now().unix_ms);
  draft.workspace_id = before.workspace_id;
  draft.key_id = before.key_id;
  draft.agent_id = before.agent_id;
  draft.agent_name = before.agent_name;
  draft.agent_ip = before.agent_ip;
  draft.requested_by = before.requested_by;
  draft.agent_owner = before.agent_owner;
  draft.delegation_chain = before.delegation_chain;
  // Of a call that was edited before, its first editor stays part of it.
  if (before.edited_by != Uuid{}) draft.delegation_chain.push_back(format_uuid(before.edited_by));
  draft.source = before.source;
  draft.tool = before.tool;
  note_judgement(draft, judged, parts.settings);
  // What policy would let pass was not asked by the agent: people look at it all the same.
  if (!judged.approval) draft.quorum = before.quorum;
  draft.method = call.method;
  draft.target = call.target;
  draft.resend = execute::resend_rule(call.method, call.preconditions);
  request.decide_within_ms = decide_within_ms(parts.settings, judged);
  request.obliged = obliged_by(judged);
  request.call = std::move(call);
  return request;
}

http::HttpResponse edited_answer(const ActionRecord& record, const std::string& changes) {
  std::string body;
  JsonWriter json(&body);
  json.begin_object().key("ok").boolean(true);
  write_id(json, "approvalRequestId", record.action_id);
  write_id(json, "correlationId", record.correlation_id);
  json.key("status").string(agent_status(record));
  json.key("hash").string(hex_encode(record.approval_hash));
  json.key("quorum").string(record.quorum);
  json.key("rule").string(record.rule.empty() ? kDefaultRule : std::string_view(record.rule));
  write_id(json, "editedFrom", record.edited_from);
  json.key("changes").written(changes);
  json.end_object();
  return json_answer(200, std::move(body));
}

// One edit on its way.
struct Edit {
  GateParts& parts;
  Reply reply;
  std::shared_ptr<Judge> judge;  // whose charges are for the new call
  Uuid correlation_id;
  std::string changes;
};

void finish(const std::shared_ptr<Edit>& edit, Result<ActionRecord> made) {
  if (made) return edit->reply(edited_answer(*made, edit->changes));
  edit->judge->not_held(edit->correlation_id);
  const Error& error = made.error();
  if (error.code == Errc::already_exists) {
    return edit->reply(refusal(409, "already_pending", "exactly this call waits already"));
  }
  if (error.code == Errc::conflict || error.code == Errc::timed_out) {
    return edit->reply(refusal(409, "not_editable", error.message));
  }
  edit->reply(people_refusal(error));
}

Status begin_edit(GateParts& parts, const std::shared_ptr<PeopleCall>& call, const Reply& reply) {
  SENTRAIL_ASSIGN_OR_RETURN(const Uuid id, id_of(*call, "approval"));
  SENTRAIL_ASSIGN_OR_RETURN(const Word word, read_word(*call));
  SENTRAIL_ASSIGN_OR_RETURN(const std::optional<ActionRecord> record,
                            parts.store.get_action(call->workspace_id, id));
  if (!record) return fail(Errc::not_found, "there is no such approval");
  if (!hex_encode(record->approval_hash).starts_with(word.hash)) {
    reply(refusal(409, "hash_mismatch", "this is not the call that was shown to you"));
    return {};
  }
  SENTRAIL_ASSIGN_OR_RETURN(execute::Call request, load_request(parts.store, parts.vault, *record));
  if (const std::string against = reason_against(*record, request); !against.empty()) {
    reply(refusal(409, "not_editable", against));
    return {};
  }
  const auto edit = std::make_shared<Edit>(Edit{parts, reply, nullptr, {}, {}});
  {
    SENTRAIL_ASSIGN_OR_RETURN(const JsonDocument before, wire::parse_json(request.body));
    SENTRAIL_ASSIGN_OR_RETURN(const JsonDocument after, wire::parse_json(word.body));
    SENTRAIL_ASSIGN_OR_RETURN(const std::vector<JsonChange> changes,
                              diff_json(before.root(), after.root()));
    if (changes.empty()) return fail(Errc::invalid_argument, "this changes nothing");
    JsonWriter json(&edit->changes);
    write_changes(json, changes);
  }
  request.body = word.body;
  // Before anything is charged: nothing after the judgement may fail.
  SENTRAIL_ASSIGN_OR_RETURN(VotingPerson editor, voting_person(*call));
  edit->judge = std::make_shared<Judge>(parts.bundle, parts.counters);
  const std::shared_ptr<const Known> known = parts.known.get();
  SENTRAIL_ASSIGN_OR_RETURN(Judged judged,
                            judge_anew(*edit->judge, *known, *record, request, parts.clock.now(),
                                       {counters::Purpose::charge, record->correlation_id}));
  if (judged.stop || judged.effect == Effect::block) {
    reply(refusal(409, "edit_blocked", judged.rule + ": " + judged.reason));
    return {};
  }
  // Judged means connected: see judge_anew().
  request.preconditions = preconditions_of(*known->upstream(record->workspace_id, record->tool),
                                           record->tool, judged.action, request);
  execute::HoldRequest edited = request_of(parts, *record, std::move(request), judged);
  edit->correlation_id = edited.draft.correlation_id;
  const counters::HoldName unnamed;
  edited.charges =
      edit->judge->written(judged, record->workspace_id, edit->correlation_id, &unnamed);
  edit->judge->hold(edit->correlation_id, judged);
  std::string why = "edited by " + editor.voter.name + " before approval: its arguments changed";
  if (!word.reason.empty()) why += ": " + word.reason;
  parts.coordinator.edit({record->workspace_id, record->action_id}, std::move(edited),
                         std::move(editor.voter), std::move(why), std::move(editor.rests_on),
                         [edit](Result<ActionRecord> made) { finish(edit, std::move(made)); });
  return {};
}

}  // namespace

void edit_approval(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply) {
  if (const Status begun = begin_edit(parts, call, reply); !begun) {
    reply(people_refusal(begun.error()));
  }
}

}  // namespace sentrail::gateway
