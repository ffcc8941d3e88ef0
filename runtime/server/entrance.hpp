// The handler that the listeners are opened with, before the gate behind it can be made.
//
// Neighbours: daemon.cpp puts the gate behind it. Must not know: routes. Why: the gate needs to
// know the URL that it is called by, and with port 0 only an open listener knows the port.
#pragma once

#include <memory>
#include <vector>

#include "core/check.hpp"
#include "runtime/http/handler.hpp"

namespace sentrail::server {

// Hands everything on. threads: as http::Handler; lead_to() before Server::start().
class Entrance final : public http::Handler {
 public:
  // Names the handler behind; it outlives the server.
  void lead_to(http::Handler& inner) noexcept { inner_ = &inner; }

  void start(const std::vector<http::IoThread*>& threads) override { inner().start(threads); }
  [[nodiscard]] http::BodyPlan plan(const http::HttpRequest& head,
                                    const http::Peer& peer) override {
    return inner().plan(head, peer);
  }
  void handle(std::shared_ptr<http::Exchange> exchange) override {
    inner().handle(std::move(exchange));
  }
  [[nodiscard]] http::HttpResponse refuse(const http::Refused& refused) override {
    return inner().refuse(refused);
  }
  void drain(http::IoThread& io) override { inner().drain(io); }

 private:
  [[nodiscard]] http::Handler& inner() {
    SENTRAIL_CHECK(inner_ != nullptr);
    return *inner_;
  }

  http::Handler* inner_ = nullptr;
};

}  // namespace sentrail::server
