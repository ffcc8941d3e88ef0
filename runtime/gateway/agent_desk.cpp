// Authentication and dispatch of agents' requests. See agent_desk.hpp.
#include "runtime/gateway/agent_desk.hpp"

#include <limits>
#include <utility>

#include "core/check.hpp"
#include "crypto/random.hpp"

namespace sentrail::gateway {
namespace {

std::string_view header_of(const http::Headers& headers, std::string_view name) {
  return headers.find(name).value_or(std::string_view());
}

// Why an agent was refused, as a code: the order is that of identity::Directory::identify.
std::string_view refusal_code(const store::ApiKey& key, const identity::Directory& directory,
                              std::string_view agent_id) {
  if (agent_id.empty()) return key.agent_ids.empty() ? "agent_not_registered" : "agent_not_allowed";
  const store::Agent* agent = directory.find_agent(key.workspace_id, agent_id);
  if (agent != nullptr && agent->disabled) return "agent_disabled";
  if (agent == nullptr && key.agent_ids.empty()) return "agent_not_registered";
  return "agent_not_allowed";
}

}  // namespace

store::Scope scope_of(RouteId route) noexcept {
  return route == RouteId::evaluate || route == RouteId::simulate ? store::Scope::evaluate
                                                                  : store::Scope::gateway;
}

tl::expected<identity::Caller, http::HttpResponse> identify_agent(const http::Headers& headers,
                                                                  const Known& known,
                                                                  store::Scope needed,
                                                                  std::int64_t now_ms) {
  // Two credentials or two names are two readings of who calls.
  const bool once = headers.count("authorization") <= 1;
  Result<store::ApiKey> key = known.directory().authenticate(
      once ? header_of(headers, "authorization") : std::string_view(), needed, now_ms);
  if (!key) return tl::make_unexpected(unauthorised());
  if (headers.count("x-agent-id") > 1) {
    return tl::make_unexpected(refusal(400, "invalid_request", "X-Agent-Id stands twice"));
  }
  const std::string_view agent_id = header_of(headers, "x-agent-id");
  Result<identity::Caller> caller = known.directory().identify(*key, agent_id);
  if (caller) return *std::move(caller);
  if (caller.error().message == identity::kUnauthenticated) {
    return tl::make_unexpected(unauthorised());
  }
  if (caller.error().code != Errc::permission_denied) {
    return tl::make_unexpected(refusal(caller.error()));
  }
  return tl::make_unexpected(
      refusal(403, refusal_code(*key, known.directory(), agent_id), caller.error().message));
}

http::BodyPlan plan_agent_request(const GateParts& parts, const http::HttpRequest& head,
                                  RouteId route) {
  http::BodyPlan plan;
  auto caller =
      identify_agent(head.headers, *parts.known.get(), scope_of(route), parts.clock.now().unix_ms);
  if (!caller) {
    plan.answer = std::move(caller).error();
    return plan;
  }
  if (route == RouteId::evaluate || route == RouteId::simulate) return plan;
  // What a hold can store is buffered; what is larger is streamed, if the decision allows it
  // without looking.
  plan.buffer_bytes_max = limits::kBodyHeldBytesMax;
  plan.stream_bytes_max = std::numeric_limits<std::uint64_t>::max();
  return plan;
}

namespace {

// Where links of the tool lead under the address that this client used.
std::string enterprise_base(http::Exchange& exchange) {
  const std::string scheme = exchange.peer().tls ? "https://" : "http://";
  return scheme + std::string(header_of(exchange.request().headers, "host")) + "/api/v3";
}

}  // namespace

void AgentDesk::handle(std::shared_ptr<http::Exchange> exchange, const GateRoute& route,
                       const http::RouteParameters& parameters) {
  AgentCall call;
  call.exchange = std::move(exchange);
  call.known = desk_.parts.known.get();
  auto caller = identify_agent(call.exchange->request().headers, *call.known,
                               scope_of(route.handler), desk_.parts.clock.now().unix_ms);
  if (!caller) {
    call.exchange->respond(std::move(caller).error());
    return;
  }
  call.caller = *std::move(caller);
  call.asker = asker_of(call.caller, "gateway");
  call.correlation_id = crypto::uuid_v4();
  ToolPlace place;
  switch (route.handler) {
    case RouteId::proxy:
      place.tool = parameters[0];
      place.rest = parameters.rest;
      place.public_base = desk_.parts.settings.public_url + "/gateway-proxy/" + place.tool;
      return serve_proxy(desk_, std::move(call), std::move(place));
    case RouteId::enterprise_rest:
    case RouteId::enterprise_graphql:
      place.tool = "github";
      place.rest = route.handler == RouteId::enterprise_rest ? parameters.rest : "/graphql";
      place.public_base = enterprise_base(*call.exchange);
      return serve_proxy(desk_, std::move(call), std::move(place));
    case RouteId::evaluate:
      return serve_evaluate(desk_, std::move(call));
    case RouteId::simulate:
      return serve_simulate(desk_, std::move(call));
    default:
      SENTRAIL_UNREACHABLE("not a route of agents");
  }
}

}  // namespace sentrail::gateway
