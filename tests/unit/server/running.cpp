// Starting, calling, stopping.
//
// Neighbours: running.hpp. Must not know: the gateway.
#include "tests/unit/server/running.hpp"

#include <unistd.h>

#include "core/check.hpp"

namespace sentrail::test {

Running::Running(std::shared_ptr<http::Handler> handler, server::ServerLimits limits,
                 std::size_t threads, server::ListenerConfig listener)
    : log_(std::tmpfile()),
      logger_(::fileno(log_), server::LogFormat::logfmt, http::LogLevel::debug, clock_) {
  server::ServerConfig config;
  config.listeners.push_back(std::move(listener));
  config.threads = threads;
  config.limits = limits;
  auto opened = server::Server::open(std::move(config), std::move(handler), logger_);
  SENTRAIL_CHECK_NOTE(opened.has_value(), opened ? "" : opened.error().message.c_str());
  server_ = std::move(*opened);
  server_->start();
}

Running::~Running() {
  server_->shutdown();
  server_->wait();
  server_.reset();
  std::fclose(log_);
}

std::string Running::log() {
  std::string out;
  char buffer[4096];
  off_t at = 0;
  while (true) {
    const ssize_t count = ::pread(::fileno(log_), buffer, sizeof(buffer), at);
    if (count <= 0) return out;
    out.append(buffer, static_cast<std::size_t>(count));
    at += count;
  }
}

namespace {

class Watcher final : public http::UpstreamObserver {
 public:
  explicit Watcher(std::promise<Called> promise) : promise_(std::move(promise)) {}

  void on_head(const http::HttpResponse& head) override { called_.head = head; }
  void on_body(std::string_view bytes) override { called_.body += bytes; }
  void on_done(const http::UpstreamReport& report) override {
    called_.report = report;
    promise_.set_value(std::move(called_));
  }

 private:
  std::promise<Called> promise_;
  Called called_;
};

}  // namespace

Called call(Running& running, http::UpstreamRequest request) {
  std::promise<Called> promise;
  std::future<Called> future = promise.get_future();
  auto watcher = std::make_shared<std::unique_ptr<http::UpstreamObserver>>(
      std::make_unique<Watcher>(std::move(promise)));
  auto shared_request = std::make_shared<http::UpstreamRequest>(std::move(request));
  http::IoThread& io = running.io();
  io.post(
      [&io, watcher, shared_request] { io.send(std::move(*shared_request), std::move(*watcher)); });
  SENTRAIL_CHECK(future.wait_for(std::chrono::seconds(20)) == std::future_status::ready);
  return future.get();
}

std::shared_ptr<http::UpstreamTarget> target_at(std::uint16_t port) {
  auto target = std::make_shared<http::UpstreamTarget>();
  target->host = "127.0.0.1";
  target->port = port;
  target->tls = false;
  target->private_ranges = {"127.0.0.0/8"};
  return target;
}

http::UpstreamRequest request_to(std::shared_ptr<http::UpstreamTarget> target, std::string method,
                                 std::string body) {
  http::UpstreamRequest out;
  out.request.method = std::move(method);
  out.request.target = "/x";
  out.request.headers.add("Host", target->host);
  if (!body.empty()) {
    out.request.framing = http::BodyFraming::length;
    out.request.content_length = body.size();
    out.request.body = std::move(body);
  }
  out.target = std::move(target);
  return out;
}

}  // namespace sentrail::test
