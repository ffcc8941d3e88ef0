// Dispatch by route group. See gate.hpp.
#include "runtime/gateway/gate.hpp"

#include <span>
#include <string>
#include <utility>

#include "core/check.hpp"
#include "runtime/gateway/answers.hpp"
#include "runtime/gateway/operations.hpp"
#include "runtime/gateway/people_routes.hpp"
#include "runtime/identity/credential.hpp"

namespace sentrail::gateway {
namespace {

using Match = http::RouteMatch<RouteId, RouteGroup>;

Match match(const http::HttpRequest& request) {
  return http::match_route(std::span<const GateRoute>(kRoutes), request.method, request.path());
}

http::HttpResponse no_route(const Match& match) {
  if (match.allowed == 0) return refusal(404, "not_found", "there is no such route");
  http::HttpResponse answer =
      refusal(405, "method_not_allowed", "this route does not take that method; see Allow");
  answer.headers.set("Allow", http::allow_value(match.allowed));
  return answer;
}

// A bundle may be large: nobody but a signed-in person makes the gate read one.
http::BodyPlan plan_bundle(const GateParts& parts, const http::HttpRequest& head) {
  http::BodyPlan plan;
  plan.buffer_bytes_max = limits::kBundleBytesMax;
  const auto secret =
      identity::presented_secret(head.headers.find("Authorization").value_or(std::string_view()));
  const std::int64_t now_ms = parts.clock.now().unix_ms;
  if (!secret || !parts.sessions.knows(identity::hash_secret(*secret), now_ms)) {
    plan.answer = sign_in_required("sign in with POST /session and send its token as Bearer");
  }
  return plan;
}

}  // namespace

void Gate::start(const std::vector<http::IoThread*>& threads) {
  for (http::IoThread* io : threads) {
    desks_.push_back(std::make_unique<AgentDesk>(parts_, metrics_, *io));
  }
}

http::BodyPlan Gate::plan(const http::HttpRequest& head, const http::Peer&) {
  const Match found = match(head);
  http::BodyPlan plan;
  if (!found.found()) {
    plan.answer = no_route(found);
  } else if (found.route->scope == RouteGroup::agents) {
    return plan_agent_request(parts_, head, found.route->handler);
  } else if (found.route->handler == RouteId::policy_put) {
    return plan_bundle(parts_, head);
  } else {
    plan.buffer_bytes_max = limits::kPeopleBodyBytesMax;
  }
  return plan;
}

void Gate::handle(std::shared_ptr<http::Exchange> exchange) {
  const Match found = match(exchange->request());
  SENTRAIL_CHECK_NOTE(found.found(), "plan() has answered what has no route");
  const RouteId route = found.route->handler;
  switch (found.route->scope) {
    case RouteGroup::operations:
      exchange->respond(answer_operation(route, parts_, metrics_));
      return;
    case RouteGroup::agents: {
      AgentDesk& desk = *desks_[exchange->io().index()];
      desk.handle(std::move(exchange), *found.route, found.parameters);
      return;
    }
    case RouteGroup::agents_or_people:
      serve_status(parts_, std::string(found.parameters[0]), std::move(exchange));
      return;
    case RouteGroup::people:
      break;
  }
  const std::optional<PeopleEntry> entry = people_entry(route);
  SENTRAIL_CHECK(entry.has_value());
  std::vector<std::string> parameters;
  for (std::size_t i = 0; i < found.parameters.count; ++i) {
    parameters.emplace_back(found.parameters[i]);
  }
  serve_people(parts_, entry->access, entry->route, std::move(parameters), std::move(exchange));
}

http::HttpResponse Gate::refuse(const http::Refused& refused) {
  return refusal(refused.status, name_of(refused.reason), refused.message);
}

void Gate::drain(http::IoThread& io) {
  parts_.watch.drain(io);
}

}  // namespace sentrail::gateway
