// What one asks of an upstream, and the precise account of how far a call got.
//
// Neighbours: handler.hpp's IoThread::send and Exchange::forward take these; server/upstream.cpp
// carries them out; the execution machine reads the report. Must not know: sockets, policy.
// Nothing is retried that could take effect twice, redirects are never followed, and the address
// that was classified is the address that is connected to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/limits.hpp"
#include "runtime/http/message.hpp"

namespace sentrail::http {

// How long each phase of a call may take. units: milliseconds
struct UpstreamDeadlines {
  std::int64_t connect_ms = limits::kUpstreamConnectMsDefault;  // resolve and TCP, together
  std::int64_t tls_ms = limits::kUpstreamTlsMsDefault;
  std::int64_t first_byte_ms = limits::kUpstreamFirstByteMsDefault;  // from all sent
  std::int64_t idle_ms = limits::kUpstreamIdleMsDefault;             // between two reads or writes
  std::int64_t total_ms = limits::kUpstreamTotalMsDefault;
};

// One pinned upstream. Calls to equal targets share connections. threads: immutable once shared
struct UpstreamTarget {
  std::string host;  // DNS name or literal address; also the name TLS must prove
  std::uint16_t port = 443;
  bool tls = true;
  std::string ca_file;                      // PEM file trusted beside the system roots; may be ""
  std::vector<std::string> private_ranges;  // CIDR blocks declared reachable, else refused
  std::size_t connections_max = limits::kUpstreamConnectionsMaxDefault;  // per I/O thread
  UpstreamDeadlines deadlines;
};

// Asked while a call is carried out, on the I/O thread that carries it: whether it still may be.
class SendPermit {
 public:
  virtual ~SendPermit() = default;
  // Right before the first byte of the request leaves: why it must not; nothing if it may.
  [[nodiscard]] virtual std::optional<std::string> refuse_to_send() const = 0;
  // While it is under way: why it must be cut off; nothing if it may go on.
  [[nodiscard]] virtual std::optional<std::string> refuse_to_go_on() const = 0;
};

// One call. `request` goes out as it is: target and headers unchanged, framing as its fields say.
struct UpstreamRequest {
  std::shared_ptr<const UpstreamTarget> target;
  HttpRequest request;
  // Most decoded bytes of the response's body; a longer one is response_invalid.
  std::uint64_t response_bytes_max = std::numeric_limits<std::uint64_t>::max();
  // Null: nobody needs to be asked, as for calls that tell of a stop.
  std::shared_ptr<const SendPermit> permit{};
};

// How far a call got. Bytes count as sent once the operating system took them.
enum class Reach : std::uint8_t {
  nothing_sent,      // certainly not executed: no byte of the request left
  partially_sent,    // some bytes left, no response byte came
  all_sent,          // all bytes left, no response byte came
  response_partial,  // a response began and did not end
  complete,          // a whole response, even if it came before all was sent
};

// What a call was doing when it failed.
enum class UpstreamPhase : std::uint8_t {
  prepare,
  resolve,
  connect,
  tls,
  send,
  first_byte,
  receive
};

// Why a call failed.
enum class UpstreamFault : std::uint8_t {
  none,
  invalid_request,  // could not be written safely; nothing was sent
  overloaded,       // connections_max calls are under way on this thread
  name_not_found,   // the name has no address
  address_refused,  // every address is private or special and not declared
  connect_failed,
  tls_failed,        // handshake or certificate
  timed_out,         // `phase` says in what
  closed,            // the upstream closed or reset the connection
  response_invalid,  // the response breaks our framing rules
  body_unavailable,  // the client's streamed body ended early
  client_gone,       // the client stopped reading, and what was left was too long to drain
  cancelled,         // the server shut down
  stopped,           // the permit was refused: before the first byte, or later
};

// Stable lower-case names, for logs, audit entries and JSON.
[[nodiscard]] std::string_view name_of(Reach reach) noexcept;
[[nodiscard]] std::string_view name_of(UpstreamPhase phase) noexcept;
[[nodiscard]] std::string_view name_of(UpstreamFault fault) noexcept;

// The account of one call.
struct UpstreamReport {
  Reach reach = Reach::nothing_sent;
  UpstreamFault fault = UpstreamFault::none;
  UpstreamPhase phase = UpstreamPhase::prepare;  // the last one entered
  std::string detail;                            // for people; lower case, no period
  int status = 0;                                // of the final response head, 0 if none came
  std::uint64_t request_bytes_sent = 0;          // head and body as on the wire
  std::uint64_t request_bytes_total = 0;         // 0 while a streamed body's length is unknown
  std::uint64_t response_body_bytes = 0;         // decoded
  std::string address;                           // the address that was connected to
  bool reused_connection = false;                // the last attempt's
  int attempts = 0;  // 2 only for GET, HEAD and OPTIONS on a pooled connection found closed
  std::int64_t elapsed_ms = 0;
};

// Watches one call, on the I/O thread that carries it. Order: on_request_body*, on_head,
// on_body*, on_done; everything but on_done may be absent, and on_request_body may come late.
class UpstreamObserver {
 public:
  virtual ~UpstreamObserver() = default;

  // A further part of the client's streamed body is about to be sent; what was buffered
  // (HttpRequest::body) is not repeated.
  virtual void on_request_body(std::string_view bytes) { static_cast<void>(bytes); }
  // The final response's head; 1xx are skipped. `head.body` is empty.
  virtual void on_head(const HttpResponse& head) { static_cast<void>(head); }
  // A decoded part of the response's body.
  virtual void on_body(std::string_view bytes) { static_cast<void>(bytes); }
  // The call is over; called exactly once, last, whatever happened.
  virtual void on_done(const UpstreamReport& report) = 0;
};

// Watches a call whose response goes to the client as it comes.
class ForwardObserver : public UpstreamObserver {
 public:
  // The head that the client gets; the body is streamed under it. The upstream's is `head`, whole:
  // drop what must not pass with passed_response_headers (headers.hpp).
  [[nodiscard]] virtual HttpResponse answer(const HttpResponse& head) = 0;
  // What the client gets when no response head came.
  [[nodiscard]] virtual HttpResponse failure(const UpstreamReport& report) = 0;
};

}  // namespace sentrail::http
