// The seam between the transport and the gateway: what a handler gets, and the ways it may answer.
//
// Neighbours: server/session.cpp implements Exchange and IoThread over Asio; runtime/gateway/
// implements Handler. Must not know: Asio, sockets, the store. Everything here happens on the I/O
// thread of the connection and must not block; a handler may answer at once, or keep the Exchange
// and answer later from a task posted to that same thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/limits.hpp"
#include "runtime/http/message.hpp"
#include "runtime/http/refusal.hpp"
#include "runtime/http/upstream.hpp"

namespace sentrail::http {

// Weight of a log line.
enum class LogLevel : std::uint8_t { debug, info, warning, error };

// One key and value of a log line. Values are escaped by the logger, secrets are the caller's.
struct LogField {
  std::string_view key;
  std::string value;
};

// Who is at the other end of a connection.
struct Peer {
  std::string address;  // numeric
  std::uint16_t port = 0;
  std::string listener;  // the configured name of the listener that accepted
  bool tls = false;
  std::string certificate_sha256;  // of a verified client certificate, lower-case hex, else ""
};

// One I/O thread's services. Lives as long as the server.
class IoThread {
 public:
  using TimerId = std::uint64_t;

  virtual ~IoThread() = default;

  // From 0; stable for the life of the server.
  [[nodiscard]] virtual std::size_t index() const noexcept = 0;
  // Runs the task on this thread, later. threads: any. Tasks posted after the end are dropped.
  virtual void post(std::function<void()> task) = 0;
  // Runs the task on this thread once `delay_ms` have passed. threads: this one
  virtual TimerId after(std::int64_t delay_ms, std::function<void()> task) = 0;
  // Forgets a timer; no harm if it ran already. threads: this one
  virtual void cancel(TimerId timer) = 0;
  // Calls an upstream on nobody's behalf (approved calls, notifications); on_body sees all of the
  // response. threads: this one
  virtual void send(UpstreamRequest call, std::unique_ptr<UpstreamObserver> observer) = 0;
  // Writes one structured line. threads: any
  virtual void log(LogLevel level, std::string_view event,
                   std::initializer_list<LogField> fields) = 0;
};

// One request that waits for its answer. Exactly one of respond and forward takes effect; the
// later ones are ignored. threads: only io(). If every reference is dropped unanswered, the
// client gets 500.
class Exchange {
 public:
  virtual ~Exchange() = default;

  // The request; a handler may move parts out before it answers.
  [[nodiscard]] virtual HttpRequest& request() noexcept = 0;
  // Whether request().body is the whole body; false only where the plan allowed streaming.
  [[nodiscard]] virtual bool body_complete() const noexcept = 0;
  [[nodiscard]] virtual const Peer& peer() const noexcept = 0;
  [[nodiscard]] virtual IoThread& io() noexcept = 0;

  // Answers. Framing and Connection headers are the transport's: it writes them itself.
  // out: whether this answer was taken (not the second one, not after the handler's deadline)
  virtual bool respond(HttpResponse response) = 0;
  // Calls the upstream and streams its response to the client; the rest of an incomplete body is
  // streamed to the upstream after call.request.body, chunked or of the client's length as the
  // client sent it. The upstream is read to its end even if the client goes away, so that
  // on_done tells the true outcome. out: whether it was taken; if not, the observer is dropped.
  virtual bool forward(UpstreamRequest call, std::unique_ptr<ForwardObserver> observer) = 0;
};

// What to do about a request's body, decided on its head alone.
struct BodyPlan {
  // Most that is buffered before handle() is called.
  std::size_t buffer_bytes_max = limits::kBodyVisibleBytesMax;
  // 0: a longer body is refused with 413. Else handle() gets the first part, body_complete() is
  // false, and forward() streams up to so many bytes in all.
  std::uint64_t stream_bytes_max = 0;
  // Answers at once, without reading the body or sending `100 Continue`.
  std::optional<HttpResponse> answer;
};

// What the server serves. Shared by all I/O threads: state is immutable, or kept per thread by
// IoThread::index(), or locked briefly.
class Handler {
 public:
  virtual ~Handler() = default;

  // Called once, before the first connection, with all I/O threads in order of their index.
  virtual void start(const std::vector<IoThread*>& threads) { static_cast<void>(threads); }
  // Decides about the body of a request whose head is complete and well-framed.
  [[nodiscard]] virtual BodyPlan plan(const HttpRequest& head, const Peer& peer) = 0;
  // Answers one request, now or later. threads: exchange->io(), concurrently for other threads
  virtual void handle(std::shared_ptr<Exchange> exchange) = 0;
  // The body of a refusal that the codec or the transport itself makes (400, 408, 413, 431, …).
  [[nodiscard]] virtual HttpResponse refuse(const Refused& refused) = 0;
  // The server shuts down: answer what waits. Called once on every I/O thread.
  virtual void drain(IoThread& io) { static_cast<void>(io); }
};

}  // namespace sentrail::http
