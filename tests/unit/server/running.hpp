// A server of the product, run for a test, with a handler made of lambdas.
//
// Neighbours: all tests of this folder. Must not know: the gateway.
#pragma once

#include <cstdio>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "runtime/server/server.hpp"

namespace sentrail::test {

// Answers with what its members say.
class LambdaHandler : public http::Handler {
 public:
  using Handle = std::function<void(std::shared_ptr<http::Exchange>)>;

  explicit LambdaHandler(Handle handle) : handle_(std::move(handle)) {}

  void start(const std::vector<http::IoThread*>& threads) override {
    if (on_start) on_start(threads);
  }
  [[nodiscard]] http::BodyPlan plan(const http::HttpRequest& head, const http::Peer&) override {
    return on_plan ? on_plan(head) : http::BodyPlan{};
  }
  void handle(std::shared_ptr<http::Exchange> exchange) override { handle_(std::move(exchange)); }
  [[nodiscard]] http::HttpResponse refuse(const http::Refused& refused) override {
    return http::make_response(refused.status, "text/plain",
                               std::string(http::name_of(refused.reason)));
  }
  void drain(http::IoThread& io) override {
    if (on_drain) on_drain(io);
  }

  std::function<void(const std::vector<http::IoThread*>&)> on_start;
  std::function<http::BodyPlan(const http::HttpRequest&)> on_plan;
  std::function<void(http::IoThread&)> on_drain;

 private:
  Handle handle_;
};

// A running server on 127.0.0.1, stopped with the object. Its log goes to a file of its own.
class Running {
 public:
  explicit Running(std::shared_ptr<http::Handler> handler, server::ServerLimits limits = {},
                   std::size_t threads = 1, server::ListenerConfig listener = {});
  ~Running();

  [[nodiscard]] std::uint16_t port() const { return server_->ports().at(0); }
  [[nodiscard]] server::Server& server() { return *server_; }
  [[nodiscard]] http::IoThread& io(std::size_t index = 0) { return *server_->threads().at(index); }
  // What was logged so far.
  [[nodiscard]] std::string log();

 private:
  SystemClock clock_;
  std::FILE* log_;
  server::Logger logger_;
  std::unique_ptr<server::Server> server_;
};

// What a call to an upstream came to.
struct Called {
  http::UpstreamReport report;
  http::HttpResponse head;
  std::string body;
};

// Calls an upstream from the server's first I/O thread and waits for the end.
[[nodiscard]] Called call(Running& running, http::UpstreamRequest request);

// A target on 127.0.0.1 that is declared reachable.
[[nodiscard]] std::shared_ptr<http::UpstreamTarget> target_at(std::uint16_t port);
// A request to it.
[[nodiscard]] http::UpstreamRequest request_to(std::shared_ptr<http::UpstreamTarget> target,
                                               std::string method = "GET", std::string body = {});

}  // namespace sentrail::test
