// The slot between a session and whoever answers it.
//
// Neighbours: session.cpp waits on the slot, the gateway answers through http::Exchange. Must not
// know: sockets. Either side may end first: a session that ends closes the slot, so that a late
// answer is refused; an exchange that is dropped unanswered wakes its session.
#pragma once

#include <memory>
#include <optional>
#include <variant>

#include "runtime/http/handler.hpp"
#include "runtime/server/io.hpp"

namespace sentrail::server {

// An answer that is a call to an upstream.
struct ForwardAnswer {
  http::UpstreamRequest call;
  std::unique_ptr<http::ForwardObserver> observer;
};

// What the handler said.
using Answer = std::variant<http::HttpResponse, ForwardAnswer>;

// Shared by the session and the exchange. threads: one I/O thread
struct AnswerSlot {
  std::optional<Answer> answer;
  bool dropped = false;    // nobody is left who could answer
  Timer* event = nullptr;  // the session waits on it; null once it no longer does
};

// The handler's end.
class SessionExchange final : public http::Exchange {
 public:
  SessionExchange(http::HttpRequest request, bool body_complete, http::Peer peer,
                  http::IoThread& io, std::shared_ptr<AnswerSlot> slot);
  ~SessionExchange() override;
  SessionExchange(const SessionExchange&) = delete;
  SessionExchange& operator=(const SessionExchange&) = delete;

  [[nodiscard]] http::HttpRequest& request() noexcept override { return request_; }
  [[nodiscard]] bool body_complete() const noexcept override { return body_complete_; }
  [[nodiscard]] const http::Peer& peer() const noexcept override { return peer_; }
  [[nodiscard]] http::IoThread& io() noexcept override { return io_; }
  bool respond(http::HttpResponse response) override;
  bool forward(http::UpstreamRequest call,
               std::unique_ptr<http::ForwardObserver> observer) override;

 private:
  bool put(Answer answer);

  http::HttpRequest request_;
  bool body_complete_;
  http::Peer peer_;
  http::IoThread& io_;
  std::shared_ptr<AnswerSlot> slot_;
};

}  // namespace sentrail::server
