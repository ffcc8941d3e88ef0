// Connections to upstreams: names resolved, addresses judged, TLS proven, idle ones kept.
//
// Neighbours: upstream_call.cpp leases connections from here; http/address.hpp judges addresses.
// Must not know: requests. One instance for each I/O thread: nothing is shared, nothing is locked.
// A name is resolved once for a connection, and the address that was judged is the one connected
// to; between the two nobody can change the answer.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "runtime/http/address.hpp"
#include "runtime/http/upstream.hpp"
#include "runtime/server/channel.hpp"

namespace sentrail::server {

// One connection to an upstream.
struct UpstreamConnection {
  explicit UpstreamConnection(Socket socket) : channel(std::move(socket)) {}

  Channel channel;
  std::string address;     // that it is connected to
  bool reused = false;     // came from the pool
  bool cancelled = false;  // the server shut down
  SteadyClock::time_point idle_since;
};

// The connections to one target.
struct UpstreamPool {
  std::vector<http::AddressBlock> declared;              // private ranges that may be connected to
  TlsContext tls;                                        // null: plain
  std::deque<std::shared_ptr<UpstreamConnection>> idle;  // the longest idle first
  std::set<UpstreamConnection*> active;
  std::vector<Endpoint> endpoints;  // permitted ones of the last resolution
  SteadyClock::time_point endpoints_until;
};

// A connection on loan. Destroyed, it closes the connection, unless it was given back.
class Lease {
 public:
  Lease() = default;
  Lease(std::shared_ptr<UpstreamPool> pool, std::shared_ptr<UpstreamConnection> connection);
  ~Lease() { close(); }
  Lease(Lease&& other) noexcept = default;
  Lease& operator=(Lease&& other) noexcept;

  // Keeps the connection for another call. REQUIRES: it is between two messages.
  void give_back();
  // Closes the connection.
  void close() noexcept;

  // What is on loan; null when empty.
  [[nodiscard]] const std::shared_ptr<UpstreamConnection>& connection() const noexcept {
    return connection_;
  }
  [[nodiscard]] explicit operator bool() const noexcept { return connection_ != nullptr; }

 private:
  std::shared_ptr<UpstreamPool> pool_;
  std::shared_ptr<UpstreamConnection> connection_;
};

// What acquire() came to: a lease, or a fault and the phase it happened in.
struct Acquired {
  Lease lease;
  http::UpstreamFault fault = http::UpstreamFault::none;
  http::UpstreamPhase phase = http::UpstreamPhase::prepare;
  std::string detail;
};

// A call that is being carried out on this thread.
class CallUnderWay {
 public:
  virtual ~CallUnderWay() = default;
  // Asks again whether it may go on.
  virtual void ask_permit() = 0;
};

// The pools of one I/O thread. threads: that one
class UpstreamPools {
 public:
  UpstreamPools(Executor executor, UpstreamTrust& trust, Logger& logger);

  // Leases an idle connection, or (`fresh`, or none is idle) opens one, all before `until`.
  [[nodiscard]] Task<Acquired> acquire(std::shared_ptr<const http::UpstreamTarget> target,
                                       bool fresh, SteadyClock::time_point until);
  // Closes what has been idle too long. Cheap; called now and then.
  void sweep();
  // Closes everything; calls under way end as cancelled, new ones at once.
  void cancel_all();

  // A call's life on this thread.
  void add(CallUnderWay* call) { calls_.insert(call); }
  void remove(CallUnderWay* call) { calls_.erase(call); }
  // Has every call under way ask again whether it may go on.
  void ask_permits();

 private:
  using Resolver = asio::ip::basic_resolver<asio::ip::tcp, Executor>;
  struct Lookup;

  [[nodiscard]] Result<std::shared_ptr<UpstreamPool>> pool_for(const http::UpstreamTarget& target);
  [[nodiscard]] Task<Acquired> open(std::shared_ptr<const http::UpstreamTarget> target,
                                    std::shared_ptr<UpstreamPool> pool,
                                    SteadyClock::time_point until);
  [[nodiscard]] Task<Acquired> resolve(std::shared_ptr<const http::UpstreamTarget> target,
                                       std::shared_ptr<UpstreamPool> pool,
                                       SteadyClock::time_point until);
  [[nodiscard]] Task<Acquired> connect(std::shared_ptr<UpstreamPool> pool,
                                       std::vector<Endpoint> endpoints,
                                       SteadyClock::time_point until);
  [[nodiscard]] Task<Acquired> secure(Acquired opened,
                                      std::shared_ptr<const http::UpstreamTarget> target,
                                      std::shared_ptr<UpstreamPool> pool,
                                      SteadyClock::time_point until);
  static Task<void> look_up(std::shared_ptr<Lookup> lookup, std::shared_ptr<Resolver> resolver,
                            std::string host, std::string port);

  Executor executor_;
  UpstreamTrust& trust_;
  Logger& logger_;
  std::shared_ptr<Resolver> resolver_;
  std::map<std::string, std::shared_ptr<UpstreamPool>> pools_;
  std::set<CallUnderWay*> calls_;
  bool cancelled_ = false;
};

}  // namespace sentrail::server
