// Authentication and dispatch of agents' requests. See agent_desk.hpp.
#include "runtime/gateway/agent_desk.hpp"

#include <limits>
#include <utility>

#include "core/check.hpp"
#include "crypto/random.hpp"

namespace sentrail::gateway {
namespace {

// Puts a call's id on the gate's own answer to it, unless the route named another one there.
class CorrelatedExchange final : public http::Exchange {
 public:
  CorrelatedExchange(std::shared_ptr<http::Exchange> inner, const Uuid& correlation_id)
      : inner_(std::move(inner)), correlation_id_(correlation_id) {}

  [[nodiscard]] http::HttpRequest& request() noexcept override { return inner_->request(); }
  [[nodiscard]] bool body_complete() const noexcept override { return inner_->body_complete(); }
  [[nodiscard]] const http::Peer& peer() const noexcept override { return inner_->peer(); }
  [[nodiscard]] http::IoThread& io() noexcept override { return inner_->io(); }

  bool respond(http::HttpResponse response) override {
    if (!response.headers.find(kCorrelationHeader)) {
      response.headers.add(kCorrelationHeader, UuidText(correlation_id_).view());
    }
    return inner_->respond(std::move(response));
  }

  // The observer marks what it passes on.
  bool forward(http::UpstreamRequest call,
               std::unique_ptr<http::ForwardObserver> observer) override {
    return inner_->forward(std::move(call), std::move(observer));
  }

 private:
  std::shared_ptr<http::Exchange> inner_;
  Uuid correlation_id_;
};

// Where links of the tool lead under the address that this client used.
std::string enterprise_base(http::Exchange& exchange) {
  const std::string scheme = exchange.peer().tls ? "https://" : "http://";
  const auto host = exchange.request().headers.find("host");
  return scheme + std::string(host.value_or(std::string_view())) + "/api/v3";
}

}  // namespace

store::Scope scope_of(RouteId route) noexcept {
  return route == RouteId::evaluate || route == RouteId::simulate ? store::Scope::evaluate
                                                                  : store::Scope::gateway;
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

void AgentDesk::handle(std::shared_ptr<http::Exchange> exchange, const GateRoute& route,
                       const http::RouteParameters& parameters) {
  AgentCall call;
  call.exchange = std::move(exchange);
  call.known = desk_.parts.known.get();
  const Instant now = desk_.parts.clock.now();
  auto caller = identify_agent(call.exchange->request().headers, *call.known,
                               scope_of(route.handler), now.unix_ms);
  if (!caller) {
    call.exchange->respond(std::move(caller).error());
    return;
  }
  call.caller = *std::move(caller);
  call.asker = asker_of(*call.caller, "gateway", call.exchange->peer().address, now);
  call.correlation_id = crypto::uuid_v7(now.unix_ms);
  call.exchange =
      std::make_shared<CorrelatedExchange>(std::move(call.exchange), call.correlation_id);
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
