// `POST /evaluate-action`: decides what a caller describes, records it, and holds it as a grant
// where people must agree. The caller makes the call itself.
//
// Neighbours: evaluation.hpp reads, judge.hpp decides, record.hpp makes it durable, the coordinator
// keeps grants. Must not know: tools. Each item is a decision of its own; the answer waits for all.
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "crypto/random.hpp"
#include "runtime/approvals/binding.hpp"
#include "runtime/gateway/agent_desk.hpp"
#include "runtime/gateway/evaluation.hpp"
#include "runtime/gateway/identify.hpp"
#include "runtime/gateway/record.hpp"
#include "runtime/gateway/recording.hpp"
#include "runtime/gateway/retries.hpp"
#include "runtime/gateway/stop_permit.hpp"
#include "wire/json.hpp"

namespace sentrail::gateway {
namespace {

// Where the body stands in a description.
constexpr std::string_view kPayload = "/payload";

// All items of one request, and their answers so far.
struct Batch {
  DeskContext& desk;
  std::shared_ptr<http::Exchange> exchange;
  std::vector<std::string> answers;  // one JSON object each
  std::size_t left = 0;
  bool is_list = false;
  Uuid first_correlation_id;  // of the first item's answer
};

// One item on its way.
struct Evaluation {
  std::shared_ptr<Batch> batch;
  std::size_t index = 0;
  AgentCall call;
  Description description;
  Judged judged;
  bool server_classified = false;
  bool uses_grant = false;  // it names an approval, which was not refused yet
  int tries = 0;
  execute::Patience patience;  // from the first use of a grant on: what follows shares it
};

using EvaluationPtr = std::shared_ptr<Evaluation>;

void judge(const EvaluationPtr& one);

Asked asked_of(const Evaluation& one) {
  return {"manual", one.description.tool, one.description.canonical};
}

void finish(const EvaluationPtr& one, const Decided& decided) {
  Batch& batch = *one->batch;
  JsonWriter json(&batch.answers[one->index]);
  json.begin_object();
  write_evaluation(json, decided, one->server_classified);
  json.end_object();
  if (one->index == 0) batch.first_correlation_id = decided.correlation_id;
  if (--batch.left != 0) return;
  std::string body;
  if (!batch.is_list) {
    body = std::move(batch.answers.front());
  } else {
    body = R"({"ok":true,"items":[)";
    for (const std::string& answer : batch.answers) body.append(answer).push_back(',');
    body.back() = ']';
    body.push_back('}');
  }
  http::HttpResponse answer = json_answer(200, std::move(body));
  answer.headers.set(kCorrelationHeader, format_uuid(batch.first_correlation_id));
  batch.exchange->respond(std::move(answer));
}

// What cannot be recorded, or judged, is blocked.
void finish_blocked(const EvaluationPtr& one, std::string reason) {
  one->batch->desk.judge.give_back(one->judged);
  one->judged.effect = Effect::block;
  one->judged.reason = std::move(reason);
  finish(one, decided_of(one->call, one->judged, Uuid{}));
}

// Judges with what is known now: a stop was changed since it was looked at.
void judge_anew(const EvaluationPtr& one) {
  DeskContext& desk = one->batch->desk;
  desk.judge.give_back(one->judged);
  if (++one->tries >= kJudgeTriesMax) {
    desk.metrics.unrecorded();
    return finish_blocked(one, "the kill switch keeps changing; try again");
  }
  refresh_known(desk, [one, &desk](bool fresh) {
    if (!fresh) return finish_blocked(one, "the kill switch is changing; try again");
    one->call.known = desk.parts.known.get();
    judge(one);
  });
}

// What stops it by now. The answer is what lets the caller act: as the first byte is elsewhere, it
// leaves only if no stop came meanwhile.
std::optional<std::string> stopped_by_now(const Evaluation& one) {
  const AgentCall& call = one.call;
  return StopPermit(one.batch->desk.parts.known,
                    {call.caller->workspace.id, one.description.tool, call.caller->agent_id,
                     one.judged.declared_read, false})
      .refuse_to_send();
}

// What stands with its entry as charged did not come to pass. Where this is not written, it counts.
void take_back_written(const Evaluation& one) {
  DeskContext& desk = one.batch->desk;
  std::optional<store::ChargeLimits> charged =
      desk.judge.written(one.judged, one.call.caller->workspace.id, one.call.correlation_id);
  if (!charged) return;
  store::Transaction transaction;
  transaction.operations.emplace_back(store::GiveBackCharges{std::move(charged->charges)});
  static_cast<void>(desk.commits.submit(std::move(transaction)));
}

void recorded(const EvaluationPtr& one, const Uuid& audit_id, const store::Outcome& outcome) {
  DeskContext& desk = one->batch->desk;
  if (!outcome.status && outcome.status.error().code == Errc::conflict) return judge_anew(one);
  if (!outcome.status) {
    desk.metrics.unrecorded();
    return finish_blocked(one,
                          "the decision could not be recorded: " + outcome.status.error().message);
  }
  if (one->judged.effect == Effect::allow && stopped_by_now(*one)) {
    take_back_written(*one);
    return judge_anew(one);
  }
  desk.metrics.decided(one->judged.effect);
  if (one->judged.stop) desk.metrics.stopped();
  finish(one, decided_of(one->call, one->judged, audit_id));
}

void record(const EvaluationPtr& one) {
  DeskContext& desk = one->batch->desk;
  store::AuditEntry entry = decision_entry(desk, one->call, asked_of(*one), one->judged);
  const Uuid audit_id = entry.id;
  desk.commits.commit(
      decision_transaction(desk, one->call, one->judged, std::move(entry), Waits::yes),
      [one, audit_id](const store::Outcome& outcome) { recorded(one, audit_id, outcome); });
}

// A described action as a call that nobody sends: what its approval is bound to.
execute::HoldRequest grant_request(const Evaluation& one, const Judged& judged) {
  execute::HoldRequest request;
  request.draft = hold_draft(one.batch->desk, one.call, asked_of(one), judged);
  request.draft.kind = store::ActionKind::grant;
  request.draft.method = "EVALUATE";
  request.draft.target = "/evaluate-action";
  if (one.description.requested_by) request.draft.requested_by = *one.description.requested_by;
  request.obliged = obliged_by(judged);
  request.decide_within_ms = decide_within_ms(one.batch->desk.parts.settings, judged);
  request.patience = one.patience;
  request.call.upstream = "evaluate-action";
  request.call.scheme = "sentrail";
  request.call.host = one.description.tool;
  request.call.method = request.draft.method;
  request.call.target = request.draft.target;
  request.call.body = one.description.canonical;
  return request;
}

void answer_held(const EvaluationPtr& one, const Result<execute::Held>& result) {
  if (!result || result->attached) one->batch->desk.judge.not_held(one->call.correlation_id);
  if (!result) {
    return finish_blocked(one, "the action could not be held: " + result.error().message);
  }
  one->batch->desk.metrics.decided(Effect::require_approval);
  Decided decided = decided_of(one->call, one->judged, result->audit_id);
  decided.correlation_id = result->record.correlation_id;
  decided.approval_id = result->record.action_id;
  decided.expires_ms = result->record.decide_by_ms;
  finish(one, decided);
}

void hold(const EvaluationPtr& one) {
  http::IoThread& io = one->batch->desk.io;
  execute::HoldRequest request = grant_request(*one, one->judged);
  hold_for_retries(one->batch->desk.judge, request, one->judged);
  one->batch->desk.parts.coordinator.hold(
      std::move(request), [one, &io](Result<execute::Held> result) {
        auto shared = std::make_shared<Result<execute::Held>>(std::move(result));
        io.post([one, shared] { answer_held(one, *shared); });
      });
}

void answer_grant(const EvaluationPtr& one,
                  const Result<std::optional<store::ActionRecord>>& answer) {
  if (answer && !*answer) return judge_anew(one);
  if (answer) {
    const std::optional<store::ActionRecord>& used = *answer;
    if (std::optional<std::string> stop = stopped_by_now(*one)) {
      return finish_blocked(one, *std::move(stop));
    }
    // Charged when it was held.
    one->batch->desk.judge.give_back(one->judged);
    one->batch->desk.metrics.decided(Effect::allow);
    one->judged.effect = Effect::allow;
    Decided decided = decided_of(one->call, one->judged, used->hold_audit_id);
    decided.reason = "approved";
    decided.correlation_id = used->correlation_id;
    decided.approval_id = used->action_id;
    return finish(one, decided);
  }
  const Errc code = answer.error().code;
  // Still pending, used up or expired: this is a request like any other.
  if (code == Errc::conflict) {
    one->batch->desk.judge.give_back(one->judged);
    one->uses_grant = false;
    return judge(one);
  }
  finish_blocked(one, answer.error().message);
}

void use_grant(const EvaluationPtr& one) {
  const execute::HoldRequest request = grant_request(*one, one->judged);
  Result<approvals::BindingInput> input = execute::bind(request.draft, request.call);
  if (!input) return finish_blocked(one, input.error().message);
  const execute::ActionRef ref{one->call.caller->workspace.id,
                               *one->description.approval_request_id};
  http::IoThread& io = one->batch->desk.io;
  one->patience = one->patience.or_bounded(one->batch->desk.parts.clock);
  execute::GrantUse use{*std::move(input), demands_of(one->call, one->judged), one->patience};
  one->batch->desk.parts.coordinator.use_grant(
      ref, std::move(use), [one, &io](Result<std::optional<store::ActionRecord>> used) {
        auto shared = std::make_shared<decltype(used)>(std::move(used));
        io.post([one, shared] { answer_grant(one, *shared); });
      });
}

void judge(const EvaluationPtr& one) {
  DeskContext& desk = one->batch->desk;
  const auto bundle = desk.judge.bundle();
  if (!bundle) return finish_blocked(one, bundle.error().message);
  one->call.asker.identity.zones = (*bundle)->zones();
  const Described described =
      describe_action(std::shared_ptr<const Description>(one, &one->description),
                      std::make_shared<const request::IdentityFacts>(one->call.asker.identity),
                      (*bundle)->catalogs());
  one->server_classified = described.server_classified;
  Retry retry;
  retry.judge = [&](const JudgeFor& purpose) -> Result<Judged> {
    Judged judged =
        desk.judge.judge(**bundle, described.requests, one->call.asker, *one->call.known, purpose);
    // What is kept is the whole description, in which the body is `payload`.
    for (std::string& hidden : judged.obligations.hidden) {
      hidden.insert(hidden.find(' ') + 1, kPayload);
    }
    return judged;
  };
  retry.request = [&one](const Judged& judged) { return grant_request(*one, judged); };
  Result<Judged> judged =
      judge_retry(desk.judge, retry, one->uses_grant ? RetryFor::grant : RetryFor::hold);
  if (!judged) return finish_blocked(one, judged.error().message);
  one->judged = *std::move(judged);
  // A grant that is refused is a second judgement of the same request.
  const bool first =
      one->tries == 0 && one->uses_grant == one->description.approval_request_id.has_value();
  const bool kept = first && is_recorded(desk, one->call);
  std::vector<std::string> hidden;
  if (kept) hidden = one->judged.obligations.hidden;
  if (one->judged.effect != Effect::require_approval) {
    record(one);
  } else {
    one->uses_grant ? use_grant(one) : hold(one);
  }
  if (!kept) return;
  // As pointers into the body again.
  for (std::string& text : hidden) text.erase(text.find(' ') + 1, kPayload.size());
  record_request(desk, one->call, described.requests, hidden);
}

// The call of one item: an item may name its agent, if the key may be that one.
tl::expected<AgentCall, http::HttpResponse> call_of(const AgentCall& call,
                                                    const Description& description, Instant now) {
  AgentCall out;
  out.exchange = call.exchange;
  out.known = call.known;
  out.caller = call.caller;
  out.correlation_id = crypto::uuid_v7(now.unix_ms);
  if (description.agent_id && *description.agent_id != call.caller->agent_id) {
    if (!call.caller->agent_id.empty()) {
      return tl::make_unexpected(agent_not_allowed("`agentId` is not the agent that calls"));
    }
    auto named = name_caller(call.caller->key, *call.known, *description.agent_id);
    if (!named) return tl::make_unexpected(std::move(named).error());
    out.caller = *std::move(named);
  }
  out.asker = asker_of(*out.caller, "manual", call.exchange->peer().address, now);
  if (!out.caller->agent_registered && description.agent_name) {
    identity::Caller renamed = *out.caller;
    renamed.agent_name = *description.agent_name;
    out.caller = std::make_shared<const identity::Caller>(std::move(renamed));
  }
  return out;
}

}  // namespace

void serve_evaluate(DeskContext& desk, AgentCall call) {
  Result<JsonDocument> parsed = wire::parse_json(call.exchange->request().body);
  if (!parsed) {
    call.exchange->respond(refusal(parsed.error()));
    return;
  }
  const auto document = std::make_shared<const JsonDocument>(*std::move(parsed));
  Result<Descriptions> read = read_descriptions(document);
  if (!read) {
    call.exchange->respond(refusal(read.error()));
    return;
  }
  auto batch = std::make_shared<Batch>(Batch{desk, call.exchange, {}, 0, read->batch, {}});
  batch->answers.resize(read->items.size());
  batch->left = read->items.size();
  std::vector<EvaluationPtr> all;
  for (Description& description : read->items) {
    auto item_call = call_of(call, description, desk.parts.clock.now());
    if (!item_call) {
      call.exchange->respond(std::move(item_call).error());
      return;
    }
    const bool grant = description.approval_request_id.has_value();
    all.push_back(std::make_shared<Evaluation>(Evaluation{batch,
                                                          all.size(),
                                                          *std::move(item_call),
                                                          std::move(description),
                                                          {},
                                                          false,
                                                          grant,
                                                          0,
                                                          {}}));
  }
  for (const EvaluationPtr& one : all) judge(one);
}

}  // namespace sentrail::gateway
