// `/gateway-proxy/{tool}/{path…}`: classify, decide, then forward, refuse or hold.
//
// Neighbours: judge.hpp decides, record.hpp makes it durable, forward.hpp carries the call out,
// execute/coordinator.hpp holds. Must not know: other routes. INVARIANT: what was judged is what is
// forwarded or held, byte for byte, and nothing but a declared read that no limit counts leaves
// before its entry is durable.
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "runtime/gateway/agent_desk.hpp"
#include "runtime/gateway/forward.hpp"
#include "runtime/gateway/record.hpp"
#include "runtime/gateway/recording.hpp"
#include "runtime/gateway/retries.hpp"
#include "runtime/gateway/stop_permit.hpp"
#include "runtime/http/headers.hpp"

namespace sentrail::gateway {
namespace {

// One call on its way through the gate.
struct Passage {
  DeskContext& desk;
  AgentCall call;
  ToolPlace place;
  std::string target;  // raw path and query, without the gate's prefix and the tool's base path
  const Upstream* upstream = nullptr;  // of call.known
  http::HttpRequest request;           // the client's, with the headers that are forwarded
  Judged judged;
  int tries = 0;
};

using PassagePtr = std::shared_ptr<Passage>;

void judge(const PassagePtr& passage);

// Of a body that is streamed nothing is put down before all of it has passed.
Asked asked_of(const Passage& passage) {
  const bool whole = passage.call.exchange->body_complete();
  return {"gateway", passage.place.tool, whole ? passage.request.body : std::string_view()};
}

http::HttpResponse classification_refusal(const Error& error) {
  switch (error.code) {
    case Errc::invalid_argument:
      return refusal(400, "ambiguous_path", error.message);
    case Errc::unsupported:
      return refusal(405, "method_not_supported", error.message);
    case Errc::limit_exceeded:
      return refusal(414, "target_too_long", error.message);
    default:
      return refusal(error);
  }
}

// The call as policy sees it.
request::RawRequest raw_request(const Passage& passage) {
  request::RawRequest raw;
  raw.tool = passage.place.tool;
  raw.method = passage.request.method;
  raw.target = passage.target;
  raw.host = passage.upstream->connection.host;
  for (const http::HeaderField field : passage.request.headers) {
    raw.headers.push_back({std::string(field.name), std::string(field.value)});
  }
  raw.body = passage.request.body;
  raw.body_unreadable = !passage.call.exchange->body_complete();
  return raw;
}

// What is needed to record a call later, where it is one of the sample and not judged anew.
std::optional<request::RawRequest> kept_for_recording(const Passage& passage) {
  const bool kept = passage.tries == 0 && is_recorded(passage.desk, passage.call);
  return kept ? std::optional(raw_request(passage)) : std::nullopt;
}

// Once the call is on its way.
void record_kept(DeskContext& desk, const AgentCall& call, const Judged& judged,
                 std::optional<request::RawRequest> kept) {
  if (!kept) return;
  const auto bundle = desk.judge.bundle();
  if (!bundle) return;
  record_request(
      desk, call,
      request::make_requests(*std::move(kept), call.asker.identity, (*bundle)->catalogs()),
      judged.obligations.hidden);
}

void answer_unrecorded(Passage& passage, const Error& error) {
  passage.desk.metrics.unrecorded();
  passage.call.exchange->respond(unrecorded(error));
}

void forward(const PassagePtr& passage, const Uuid& audit_id) {
  ForwardedCall forwarded;
  forwarded.decided = decided_of(passage->call, passage->judged, audit_id);
  forwarded.known = passage->call.known;
  forwarded.upstream = passage->upstream;
  forwarded.public_base = passage->place.public_base;
  const bool whole = passage->call.exchange->body_complete();
  forwarded.result = result_entry(passage->call, asked_of(*passage), passage->judged);
  forwarded.tells_of_success = !passage->judged.declared_read || !whole;
  forwarded.who = asked_by(passage->call);
  // Of a body that nobody can read nothing can be hidden: an answer that hides has blocked.
  if (!whole) forwarded.payload.emplace(passage->request.body);
  http::UpstreamRequest call =
      upstream_request(*passage->upstream, passage->target, std::move(passage->request));
  if (!whole) call.request.framing = passage->request.framing;
  const AgentCall& asked = passage->call;
  call.permit = std::make_shared<StopPermit>(
      passage->desk.parts.known,
      StoppableCall{asked.caller->workspace.id, passage->place.tool, asked.caller->agent_id,
                    passage->judged.declared_read, true});
  passage->call.exchange->forward(std::move(call),
                                  make_forwarder(passage->desk, std::move(forwarded)));
}

// Continues once the outcome of the decision's transaction is known.
void recorded(const PassagePtr& passage, const Uuid& audit_id, store::Outcome outcome) {
  // What is not on record does not go on.
  if (!outcome.status) passage->desk.judge.give_back(passage->judged);
  if (!outcome.status && outcome.status.error().code == Errc::conflict &&
      ++passage->tries < kJudgeTriesMax) {
    // A stop was changed since it was looked at.
    return refresh_known(passage->desk, [passage](bool fresh) {
      if (!fresh) return answer_unrecorded(*passage, {Errc::unavailable, "stops are changing"});
      passage->call.known = passage->desk.parts.known.get();
      judge(passage);
    });
  }
  if (!outcome.status) return answer_unrecorded(*passage, outcome.status.error());
  passage->desk.metrics.decided(passage->judged.effect);
  if (passage->judged.effect == Effect::allow) return forward(passage, audit_id);
  if (passage->judged.stop) passage->desk.metrics.stopped();
  passage->call.exchange->respond(blocked(decided_of(passage->call, passage->judged, audit_id),
                                          passage->desk.parts.settings.public_url));
}

void record(const PassagePtr& passage) {
  Passage& one = *passage;
  store::AuditEntry entry = decision_entry(one.desk, one.call, asked_of(one), one.judged);
  const Uuid audit_id = entry.id;
  // What limits count must be on disk before it goes on, or killing the server would forget it.
  const bool waits = !one.judged.declared_read || one.judged.effect != Effect::allow ||
                     !one.judged.charged.charges.empty() || one.desk.parts.settings.durable_reads;
  store::Transaction transaction = decision_transaction(
      one.desk, one.call, one.judged, std::move(entry), waits ? Waits::yes : Waits::no);
  std::optional<request::RawRequest> kept = kept_for_recording(one);
  if (!waits) {
    store::Outcome outcome;
    outcome.status = one.desk.commits.submit(std::move(transaction));
    recorded(passage, audit_id, std::move(outcome));
  } else {
    one.desk.commits.commit(std::move(transaction), [passage, audit_id](store::Outcome outcome) {
      recorded(passage, audit_id, std::move(outcome));
    });
  }
  record_kept(one.desk, one.call, one.judged, std::move(kept));
}

void answer_held(const PassagePtr& passage, Result<execute::Held> result) {
  if (!result || result->attached) passage->desk.judge.not_held(passage->call.correlation_id);
  if (!result) {
    const Error& error = result.error();
    if (error.code == Errc::limit_exceeded) {
      passage->call.exchange->respond(refusal(429, "too_many_pending", error.message));
    } else if (error.code == Errc::invalid_argument) {
      passage->call.exchange->respond(refusal(error));
    } else {
      answer_unrecorded(*passage, error);
    }
    return;
  }
  passage->desk.metrics.decided(Effect::require_approval);
  Decided decided = decided_of(passage->call, passage->judged, result->audit_id);
  decided.correlation_id = result->record.correlation_id;
  decided.approval_id = result->record.action_id;
  decided.expires_ms = result->record.decide_by_ms;
  passage->call.exchange->respond(held(decided, passage->desk.parts.settings.public_url));
}

// A call as it is held, had it been judged so.
execute::HoldRequest hold_request(const Passage& one, const Judged& judged) {
  execute::HoldRequest request;
  request.draft = hold_draft(one.desk, one.call, asked_of(one), judged);
  request.obliged = obliged_by(judged);
  request.decide_within_ms = decide_within_ms(one.desk.parts.settings, judged);
  request.call = held_call(*one.upstream, one.place.tool, one.target, one.request, judged.action);
  request.draft.method = one.request.method;
  request.draft.target = request.call.target;
  request.draft.resend = execute::resend_rule(one.request.method, request.call.preconditions);
  return request;
}

void hold(const PassagePtr& passage) {
  Passage& one = *passage;
  if (!one.call.exchange->body_complete()) {
    one.desk.judge.give_back(one.judged);
    one.call.exchange->respond(refusal(413, "body_too_large",
                                       "a call that waits for approval may have at most 8 MiB of "
                                       "body; send a smaller one"));
    return;
  }
  execute::HoldRequest request = hold_request(one, one.judged);
  std::optional<request::RawRequest> kept = kept_for_recording(one);
  http::IoThread& io = one.desk.io;
  hold_for_retries(one.desk.judge, request, one.judged);
  one.desk.parts.coordinator.hold(std::move(request), [passage, &io](Result<execute::Held> result) {
    auto shared = std::make_shared<Result<execute::Held>>(std::move(result));
    io.post([passage, shared] { answer_held(passage, std::move(*shared)); });
  });
  record_kept(one.desk, one.call, one.judged, std::move(kept));
}

void judge(const PassagePtr& passage) {
  Passage& one = *passage;
  one.upstream = one.call.known->upstream(one.call.caller->workspace.id, one.place.tool);
  if (one.upstream == nullptr) {
    one.call.exchange->respond(refusal(404, "not_connected",
                                       "the tool `" + one.place.tool +
                                           "` is not connected; an admin connects it with "
                                           "`sentrail connection add " +
                                           one.place.tool + "`"));
    return;
  }
  one.request.headers.set("Host", one.upstream->host_header);
  const auto bundle = one.desk.judge.bundle();
  if (!bundle) return answer_unrecorded(one, bundle.error());
  Retry retry;
  retry.judge = [&one, &bundle](const JudgeFor& purpose) {
    return one.desk.judge.judge(**bundle, raw_request(one), one.call.asker, *one.call.known,
                                purpose);
  };
  retry.request = [&one](const Judged& judged) { return hold_request(one, judged); };
  // Of a body that is streamed nobody can tell whether it is the same.
  Result<Judged> judged = one.call.exchange->body_complete()
                              ? judge_retry(one.desk.judge, retry, RetryFor::hold)
                              : retry.judge({});
  if (!judged) {
    one.call.exchange->respond(classification_refusal(judged.error()));
    return;
  }
  one.judged = *std::move(judged);
  if (one.judged.effect == Effect::require_approval) return hold(passage);
  record(passage);
}

}  // namespace

void serve_proxy(DeskContext& desk, AgentCall call, ToolPlace place) {
  if (!is_tool_name(place.tool)) {
    call.exchange->respond(
        refusal(400, "unsupported_tool",
                "a tool's name is of lower-case letters, digits, `-` and `_`, and begins with a "
                "letter"));
    return;
  }
  if (place.rest.empty() || place.rest == "/") {
    call.exchange->respond(
        refusal(400, "missing_path",
                "the tool's own path must follow: /gateway-proxy/" + place.tool + "/..."));
    return;
  }
  auto passage = std::make_shared<Passage>(
      Passage{desk, std::move(call), std::move(place), {}, nullptr, {}, {}, 0});
  passage->target = passage->place.rest;
  http::HttpRequest& received = passage->call.exchange->request();
  if (const std::size_t query = received.target.find('?'); query != std::string::npos) {
    passage->target += received.target.substr(query);
  }
  // Filtered once, before policy looks.
  passage->request = std::move(received);
  passage->request.headers =
      http::forwarded_request_headers(passage->request.headers, passage->place.tool);
  judge(passage);
}

}  // namespace sentrail::gateway
