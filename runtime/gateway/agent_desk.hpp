// Serves agents on one I/O thread: who calls, and which route it is.
//
// Neighbours: gate.cpp owns one for each thread; proxy.cpp, evaluate.cpp, simulate.cpp and
// status.cpp do the routes' work with the AgentCall that is made here. Must not know: people's
// routes, Asio.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/gateway/answers.hpp"
#include "runtime/gateway/commits.hpp"
#include "runtime/gateway/identify.hpp"
#include "runtime/gateway/judge.hpp"
#include "runtime/gateway/metrics.hpp"
#include "runtime/gateway/parts.hpp"
#include "runtime/gateway/routes.hpp"

namespace sentrail::gateway {

// What the routes of agents share on one I/O thread. threads: that thread's.
struct DeskContext {
  DeskContext(GateParts& gate_parts, Metrics& gate_metrics, http::IoThread& thread)
      : parts(gate_parts),
        metrics(gate_metrics),
        io(thread),
        commits(thread, gate_parts.clock, gate_parts.writer),
        judge(gate_parts.bundle, gate_parts.counters) {}

  GateParts& parts;
  Metrics& metrics;
  http::IoThread& io;
  Commits commits;
  Judge judge;
  std::map<Uuid, std::int64_t> keys_touched;  // when a key's use was last noted, Unix ms
};

// One authenticated request of an agent.
struct AgentCall {
  std::shared_ptr<http::Exchange> exchange;
  std::shared_ptr<const Known> known;
  CallerPtr caller;
  Asker asker;
  Uuid correlation_id;
};

// See the top of the file. threads: the I/O thread's.
class AgentDesk {
 public:
  AgentDesk(GateParts& parts, Metrics& metrics, http::IoThread& io) : desk_(parts, metrics, io) {}

  // Serves a request. REQUIRES: the route is one of agents.
  void handle(std::shared_ptr<http::Exchange> exchange, const GateRoute& route,
              const http::RouteParameters& parameters);

 private:
  DeskContext desk_;
};

// Refuses on the head alone those who may not call, before their body is read. threads: any.
[[nodiscard]] http::BodyPlan plan_agent_request(const GateParts& parts,
                                                const http::HttpRequest& head, RouteId route);

// The scope that a route of agents needs.
[[nodiscard]] store::Scope scope_of(RouteId route) noexcept;

// Where an agent found a tool: its name, the raw path behind that, and what leads there again.
struct ToolPlace {
  std::string tool;
  std::string rest;
  std::string public_base;
};

// The routes.
void serve_proxy(DeskContext& desk, AgentCall call, ToolPlace place);
void serve_evaluate(DeskContext& desk, AgentCall call);
void serve_simulate(DeskContext& desk, AgentCall call);

// Serves `GET /gateway-proxy/status/{id}`, which agents and people may ask.
void serve_status(GateParts& parts, std::string correlation_id,
                  std::shared_ptr<http::Exchange> exchange);

}  // namespace sentrail::gateway
