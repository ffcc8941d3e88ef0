// One client connection: read a request, have it answered, write the answer, again.
//
// Neighbours: accept.cpp starts it, exchange.hpp is how it is answered, session_forward.cpp streams
// upstreams to it. Must not know: routes, policy. A connection lives on one I/O thread; requests of
// a pipeline are answered one after the other.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/http/codec.hpp"
#include "runtime/http/handler.hpp"
#include "runtime/http/serialise.hpp"
#include "runtime/server/channel.hpp"
#include "runtime/server/exchange.hpp"
#include "runtime/server/io_worker.hpp"

namespace sentrail::server {

// See the top of the file. Counted in Shared::connections by whoever makes it, until destroyed.
class Session {
 public:
  Session(IoWorker& worker, Socket socket, std::string listener, TlsContext tls);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Serves the connection to its end.
  [[nodiscard]] Task<void> run();
  // Shutdown, phase one: an idle connection ends, a busy one after its answer.
  void drain();
  // Phase two: ends at once.
  void abort();

 private:
  friend class SessionClient;

  // What is remembered of the request under way, after it was handed out.
  struct Facts {
    std::string method;
    std::string path;
    bool to_head = false;
    bool http10 = false;
    bool keep_alive = false;
    SteadyClock::time_point began;
    int status = 0;
    std::uint64_t bytes = 0;  // of the response's body
  };
  enum class Body : std::uint8_t { whole, first_part, unavailable };

  [[nodiscard]] Task<bool> handshake();
  [[nodiscard]] Task<bool> read_head();
  [[nodiscard]] Task<bool> serve();
  [[nodiscard]] Task<Body> read_body(http::BodyPlan plan);
  [[nodiscard]] Task<bool> answer(bool body_complete);
  [[nodiscard]] Task<Answer> await_answer(std::shared_ptr<AnswerSlot> slot);
  [[nodiscard]] Task<bool> forward(ForwardAnswer answer, bool body_complete);
  [[nodiscard]] Task<bool> respond(http::HttpResponse response, bool body_read);
  [[nodiscard]] Task<void> refuse(http::Refusal reason);
  [[nodiscard]] Task<bool> read_more();
  [[nodiscard]] Task<bool> write(std::string_view first, std::string_view second = {});
  [[nodiscard]] Task<bool> write_all(std::string head, std::string_view body);
  [[nodiscard]] Task<void> end_gently(bool unread);

  [[nodiscard]] bool may_keep_alive() const;
  [[nodiscard]] std::string head_bytes(const http::HttpResponse& response,
                                       http::ResponseFraming framing);
  void remember(const http::HttpRequest& request);
  void log_request();

  IoWorker& worker_;
  const ServerLimits& limits_;
  Channel channel_;
  TlsContext tls_;
  http::Peer peer_;
  http::RequestParser parser_;
  Timer event_;  // of the answer
  std::vector<char> buffer_;
  std::string_view pending_;  // bytes of buffer_ not yet parsed
  Facts facts_;
  std::size_t served_ = 0;
  bool idle_ = false;  // between two requests
  bool aborted_ = false;
  bool timed_out_ = false;  // the last read_more()
  bool unread_ = false;     // the peer may still be sending what we will not read
};

// Keeps the session alive while it runs.
[[nodiscard]] Task<void> run_session(std::shared_ptr<Session> session);

}  // namespace sentrail::server
