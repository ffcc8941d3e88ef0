// `GET /gateway-proxy/status/{correlationId}`: what became of a held call, at once or when it
// changes.
//
// Neighbours: held_view.hpp writes what is shown, watch.hpp waits; agents and people both ask. Must
// not know: how calls are held. Whoever may not see a call is told that there is none.
#include <algorithm>
#include <charconv>
#include <memory>
#include <string>
#include <utility>

#include "runtime/gateway/agent_desk.hpp"
#include "runtime/gateway/held_view.hpp"
#include "runtime/gateway/identify.hpp"
#include "runtime/gateway/people.hpp"
#include "runtime/identity/credential.hpp"

namespace sentrail::gateway {
namespace {

// One poll.
struct Poll {
  GateParts& parts;
  http::IoThread& io;
  Reply reply;
  std::shared_ptr<const Known> known;
  CallerPtr agent;  // null: a person or key that may look at all calls
  Uuid workspace_id;
  Uuid correlation_id;
  std::int64_t wait_ms = 0;
};

using PollPtr = std::shared_ptr<Poll>;

http::HttpResponse no_such_call() {
  return refusal(404, "not_found", "no held call of yours has this correlation id");
}

// The key or the agent that called may look.
bool may_see(const Poll& poll, const store::ActionRecord& record) {
  if (!poll.agent) return true;
  const bool same_agent = !record.agent_id.empty() && record.agent_id == poll.agent->agent_id;
  return record.key_id == poll.agent->key.id || same_agent;
}

store::AuditDecision decision_shown(const store::ActionRecord& record) {
  using store::ActionState;
  if (record.state == ActionState::held) return store::AuditDecision::require_approval;
  const bool refused = record.state == ActionState::denied ||
                       record.state == ActionState::expired || record.state == ActionState::revoked;
  return refused ? store::AuditDecision::block : store::AuditDecision::allow;
}

std::int64_t expires_ms(const store::ActionRecord& record) {
  return record.execute_by_ms != 0 ? record.execute_by_ms : record.decide_by_ms;
}

// The call that a reviewer put in this one's place: with other arguments, to be asked for by its
// own ids.
void write_replacement(JsonWriter& json, const Poll& poll, const store::ActionRecord& record) {
  const auto found = record.replaced_by == Uuid{}
                         ? Result<std::optional<store::ActionRecord>>()
                         : poll.parts.store.get_action(record.workspace_id, record.replaced_by);
  if (!found || !*found) {
    json.null();
    return;
  }
  json.begin_object();
  write_id(json, "approvalRequestId", (*found)->action_id);
  write_id(json, "correlationId", (*found)->correlation_id);
  json.key("statusUrl")
      .string(poll.parts.settings.public_url + "/gateway-proxy/status/" +
              format_uuid((*found)->correlation_id));
  json.key("argumentsChanged").boolean(true);
  json.end_object();
}

// cost: the disk.
http::HttpResponse show(const Poll& poll, const store::ActionRecord& record) {
  const auto result = load_result(poll.parts.store, poll.parts.vault, record);
  if (!result) return refusal(result.error());
  std::string body;
  JsonWriter json(&body);
  json.begin_object().key("ok").boolean(true);
  json.key("status").string(agent_status(record));
  json.key("decision").string(name_of(decision_shown(record)));
  json.key("reason").string(record.result_note.empty() ? record.reason : record.result_note);
  json.key("result");
  write_result(json, *result);
  write_id(json, "approvalRequestId", record.action_id);
  write_id(json, "correlationId", record.correlation_id);
  write_time(json, "expiresAt", expires_ms(record));
  json.key("replacedBy");
  write_replacement(json, poll, record);
  const identity::Directory& directory = poll.known->directory();
  json.key("killSwitch");
  write_kill_switch(json, directory.server_stops(), directory.stops_of(record.workspace_id));
  json.end_object();
  http::HttpResponse answer = json_answer(200, std::move(body));
  answer.headers.set(kCorrelationHeader, format_uuid(record.correlation_id));
  return answer;
}

template <store::ActionState Seen>
bool has_left(const store::ActionRecord& record) {
  return agent_status(record) != execute::status_of(Seen);
}

// What ends a wait that began in this state; null where nothing is to be waited for.
Watch::Enough leaving(store::ActionState state) {
  using store::ActionState;
  if (state == ActionState::held) return &has_left<ActionState::held>;
  if (store::is_open(state)) return &has_left<ActionState::approved>;
  if (state == ActionState::in_doubt) return &has_left<ActionState::in_doubt>;
  return nullptr;
}

Result<std::optional<store::ActionRecord>> find(const Poll& poll) {
  auto record = poll.parts.store.find_action_by_correlation(poll.workspace_id, poll.correlation_id);
  if (record && *record && !may_see(poll, **record)) return std::optional<store::ActionRecord>();
  return record;
}

void show_again(const PollPtr& poll) {
  const auto record = find(*poll);
  if (!record) return poll->reply(refusal(record.error()));
  poll->reply(*record ? show(*poll, **record) : no_such_call());
}

// Runs on a work thread.
void look(const PollPtr& poll) {
  const auto record = find(*poll);
  if (!record) return poll->reply(refusal(record.error()));
  if (!*record) return poll->reply(no_such_call());
  const Watch::Enough enough = leaving((*record)->state);
  const bool waits = poll->wait_ms > 0 && enough != nullptr &&
                     poll->parts.watch.size() < limits::kStatusWaitersMax;
  if (!waits) return poll->reply(show(*poll, **record));
  const execute::ActionRef ref{(*record)->workspace_id, (*record)->action_id};
  const Watch::WaitId id = poll->parts.watch.await(
      poll->io, ref, poll->wait_ms, enough, [poll](const std::optional<store::ActionRecord>&) {
        if (!poll->parts.pool.run([poll] { show_again(poll); })) {
          poll->reply(overloaded());
        }
      });
  // It may have changed before the wait began.
  const auto now = find(*poll);
  if (now && *now && enough(**now)) poll->parts.watch.settle(id, **now);
}

// `wait=SECONDS`, capped; fails for any other query.
Result<std::int64_t> parse_wait(std::string_view query) {
  constexpr std::array<std::string_view, 1> kKnown = {"wait"};
  SENTRAIL_ASSIGN_OR_RETURN(const auto parameters, parse_query(query, kKnown));
  if (parameters.empty()) return 0;
  const std::string& text = parameters.front().second;
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || end != text.data() + text.size() || seconds < 0) {
    return fail(Errc::invalid_argument, "wait must be a number of seconds, at most 55");
  }
  return std::min(seconds, limits::kPollWaitMsMax / 1000) * 1000;
}

// Whether the request carries what people sign in with. Whatever else it is, it is told what every
// key is told that does not open.
bool is_person(const http::Headers& headers) {
  const auto secret =
      identity::presented_secret(headers.find("authorization").value_or(std::string_view()));
  return secret && secret->starts_with("sps_");
}

// Begins a poll whose caller may look. fails: as parse_wait; not_found for what is no id.
Result<PollPtr> make_poll(Poll poll, std::string_view query, std::string_view correlation_id) {
  SENTRAIL_ASSIGN_OR_RETURN(poll.wait_ms, parse_wait(query));
  const Result<Uuid> id = parse_uuid(correlation_id);
  if (!id) return fail(Errc::not_found, "there is no such call");
  poll.correlation_id = *id;
  return std::make_shared<Poll>(std::move(poll));
}

http::HttpResponse poll_refusal(const Error& error) {
  return error.code == Errc::not_found ? no_such_call() : refusal(error);
}

// Runs on a work thread.
void look_as_person(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply) {
  Poll poll{parts, *call->io, reply, call->known, nullptr, call->workspace_id, Uuid{}, 0};
  const auto made = make_poll(std::move(poll), call->request.query(), call->parameters.front());
  if (!made) return reply(poll_refusal(made.error()));
  look(*made);
}

// The agent that asks, by whichever of its scopes.
tl::expected<CallerPtr, http::HttpResponse> identify(const http::Headers& headers,
                                                     const Known& known, std::int64_t now_ms) {
  auto caller = identify_agent(headers, known, store::Scope::gateway, now_ms);
  if (caller || caller.error().status != 401) return caller;
  return identify_agent(headers, known, store::Scope::evaluate, now_ms);
}

// Answers from any thread.
Reply reply_to(std::shared_ptr<http::Exchange> exchange) {
  http::IoThread& io = exchange->io();
  return [&io, exchange = std::move(exchange)](http::HttpResponse response) {
    auto shared = std::make_shared<http::HttpResponse>(std::move(response));
    io.post([exchange, shared] { exchange->respond(std::move(*shared)); });
  };
}

}  // namespace

void serve_status(GateParts& parts, std::string correlation_id,
                  std::shared_ptr<http::Exchange> exchange) {
  const std::shared_ptr<const Known> known = parts.known.get();
  const http::HttpRequest& request = exchange->request();
  if (is_person(request.headers)) {
    const PeopleAccess access{PeopleAccess::Kind::person, identity::Permission::see_approvals};
    return serve_people(parts, access, &look_as_person, {std::move(correlation_id)},
                        std::move(exchange));
  }
  auto caller = identify(request.headers, *known, parts.clock.now().unix_ms);
  if (!caller) {
    exchange->respond(std::move(caller).error());
    return;
  }
  const Uuid workspace_id = (*caller)->workspace.id;
  const auto poll = make_poll(Poll{parts, exchange->io(), reply_to(exchange), known,
                                   *std::move(caller), workspace_id, Uuid{}, 0},
                              request.query(), correlation_id);
  if (!poll) {
    exchange->respond(poll_refusal(poll.error()));
    return;
  }
  if (!parts.pool.run([poll = *poll] { look(poll); })) exchange->respond(overloaded());
}

}  // namespace sentrail::gateway
