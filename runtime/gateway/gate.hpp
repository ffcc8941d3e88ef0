// The gate: the HTTP handler that agents, people and probes talk to.
//
// Neighbours: server/ feeds it requests; agent_desk.hpp, people.hpp and operations.hpp serve the
// three groups of routes. Must not know: Asio, sockets, configuration.
#pragma once

#include <memory>
#include <vector>

#include "runtime/gateway/agent_desk.hpp"
#include "runtime/gateway/metrics.hpp"
#include "runtime/gateway/parts.hpp"
#include "runtime/http/handler.hpp"

namespace sentrail::gateway {

// threads: as http::Handler. The writer must have ended before the gate does.
class Gate final : public http::Handler {
 public:
  // What `parts` refers to outlives the gate.
  explicit Gate(GateParts parts) : parts_(std::move(parts)) { parts_.metrics = &metrics_; }

  void start(const std::vector<http::IoThread*>& threads) override;
  [[nodiscard]] http::BodyPlan plan(const http::HttpRequest& head, const http::Peer& peer) override;
  void handle(std::shared_ptr<http::Exchange> exchange) override;
  [[nodiscard]] http::HttpResponse refuse(const http::Refused& refused) override;
  void drain(http::IoThread& io) override;

 private:
  GateParts parts_;
  Metrics metrics_;
  std::vector<std::unique_ptr<AgentDesk>> desks_;  // one for each I/O thread, by its index
};

}  // namespace sentrail::gateway
