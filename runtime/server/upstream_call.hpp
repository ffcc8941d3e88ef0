// One call to an upstream, from its first byte to the account of how far it got.
//
// Neighbours: upstream_pool.hpp lends the connection, session_forward.cpp streams it to a client,
// io_thread.cpp runs it for nobody. Must not know: policy, what is done about a failure. Nothing is
// sent twice, but for GET, HEAD and OPTIONS on a pooled connection that proves to be closed.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/http/codec.hpp"
#include "runtime/http/upstream.hpp"
#include "runtime/server/upstream_pool.hpp"

namespace sentrail::server {

// A further part of a client's streamed body.
struct RequestPart {
  std::string bytes;
  bool last = false;    // the body ends with these
  bool failed = false;  // the client went away, was too slow or broke the rules
};

// The client on whose behalf a call is made. Lives as long as the call.
class ClientSide {
 public:
  virtual ~ClientSide() = default;

  // The final response's head and the first bytes of its body. out: whether the client still reads
  [[nodiscard]] virtual Task<bool> begin(http::HttpResponse head, std::string first) = 0;
  // Further bytes of the body.
  [[nodiscard]] virtual Task<bool> part(std::string bytes) = 0;
  // Whether the request's body goes on after HttpRequest::body.
  [[nodiscard]] virtual bool streams_body() const noexcept = 0;
  // The next part of it.
  [[nodiscard]] virtual Task<RequestPart> next_part() = 0;
  // Ends a pending next_part() as failed: the upstream answered already.
  virtual void interrupt() noexcept = 0;
};

// Carries out one call. Keep it alive until run() is done.
class UpstreamCall final : public CallUnderWay {
 public:
  // `client` may be null. `observer` gets everything but on_done, which is the caller's.
  UpstreamCall(UpstreamPools& pools, http::UpstreamRequest call, http::UpstreamObserver& observer,
               ClientSide* client, Executor executor, Logger& logger);
  ~UpstreamCall() override;
  UpstreamCall(const UpstreamCall&) = delete;
  UpstreamCall& operator=(const UpstreamCall&) = delete;

  // Does it all and returns the account.
  [[nodiscard]] Task<http::UpstreamReport> run();

  // Asks the permit whether the call may go on, and cuts it off if not. What has not sent anything
  // asks by itself before it does.
  void ask_permit() override;

 private:
  struct FirstRead;

  [[nodiscard]] Task<void> attempt(bool fresh);
  [[nodiscard]] Task<void> talk(bool fresh);
  [[nodiscard]] Task<bool> acquire(bool fresh);
  [[nodiscard]] Task<bool> send_request();
  [[nodiscard]] Task<bool> send_buffered();
  [[nodiscard]] Task<bool> send_streamed();
  [[nodiscard]] Task<bool> write(std::string_view first, std::string_view second);
  [[nodiscard]] Task<void> receive();
  [[nodiscard]] Task<bool> await_first_bytes();
  [[nodiscard]] Task<void> take_in(std::string_view bytes);
  [[nodiscard]] Task<void> hand_over(http::Progress progress);
  static Task<void> read_first(std::shared_ptr<UpstreamConnection> connection,
                               std::shared_ptr<FirstRead> first);

  [[nodiscard]] bool refused_to_send();
  void fail(http::UpstreamFault fault, std::string detail);
  void fail_io(const IoResult& io, std::string_view doing);
  void finish_attempt();
  [[nodiscard]] bool body_fits() const noexcept;
  [[nodiscard]] bool may_retry() const noexcept;
  [[nodiscard]] http::Reach reach() const noexcept;
  [[nodiscard]] SteadyClock::time_point within(std::int64_t ms) const;

  UpstreamPools& pools_;
  http::UpstreamRequest call_;
  http::UpstreamObserver& observer_;
  ClientSide* client_;
  Executor executor_;
  Logger& logger_;

  http::UpstreamReport report_;
  SteadyClock::time_point started_;
  SteadyClock::time_point total_until_;
  std::string head_;
  Lease lease_;
  std::shared_ptr<FirstRead> first_;
  std::unique_ptr<http::ResponseParser> parser_;
  bool tried_to_send_ = false;
  bool all_sent_ = false;
  bool complete_ = false;
  bool rest_after_message_ = false;  // bytes that belong to no response
  bool began_ = false;               // the client was given a head
  bool client_reads_ = true;
  std::optional<std::string> cut_off_;  // why the permit ended it
  std::uint64_t unread_bytes_ = 0;      // drained for nobody since the client went away
};

}  // namespace sentrail::server
