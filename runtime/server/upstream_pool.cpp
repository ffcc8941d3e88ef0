// Resolving, judging, connecting, proving; keeping what is idle.
//
// Neighbours: upstream_pool.hpp. Must not know: requests.
#include "runtime/server/upstream_pool.hpp"

#include <algorithm>
#include <boost/asio/error.hpp>

#include "core/limits.hpp"
#include "core/text.hpp"

namespace sentrail::server {
namespace {

using http::UpstreamFault;
using http::UpstreamPhase;

// Least time for one of several addresses: a dead first address must not eat all of it.
constexpr std::chrono::milliseconds kConnectSliceMin{250};

[[nodiscard]] Acquired failed(UpstreamFault fault, UpstreamPhase phase, std::string detail) {
  Acquired out;
  out.fault = fault;
  out.phase = phase;
  out.detail = std::move(detail);
  return out;
}

[[nodiscard]] Endpoint endpoint_of(const http::IpAddress& address, std::uint16_t port) {
  if (address.is_v6) return {asio::ip::address_v6(address.bytes), port};
  asio::ip::address_v4::bytes_type bytes{};
  std::copy_n(address.bytes.begin(), bytes.size(), bytes.begin());
  return {asio::ip::address_v4(bytes), port};
}

[[nodiscard]] http::IpAddress address_of(const Endpoint& endpoint) {
  http::IpAddress out;
  if (endpoint.address().is_v6()) {
    out.is_v6 = true;
    out.bytes = endpoint.address().to_v6().to_bytes();
  } else {
    const auto bytes = endpoint.address().to_v4().to_bytes();
    std::copy(bytes.begin(), bytes.end(), out.bytes.begin());
  }
  return out;
}

// Everything that makes two targets share connections.
[[nodiscard]] std::string key_of(const http::UpstreamTarget& target) {
  std::string key = to_lower_ascii(target.host);
  key.append("\n").append(std::to_string(target.port)).append(target.tls ? "\ntls\n" : "\nplain\n");
  key.append(target.ca_file);
  for (const std::string& range : target.private_ranges) key.append("\n").append(range);
  return key;
}

// Keeps the endpoints that may be connected to. out: what is said of the others
[[nodiscard]] std::string keep_permitted(std::vector<Endpoint>& endpoints,
                                         const std::vector<http::AddressBlock>& declared) {
  std::string refused;
  std::erase_if(endpoints, [&](const Endpoint& endpoint) {
    const http::IpAddress address = address_of(endpoint);
    if (http::may_connect(address, declared)) return false;
    refused.append(refused.empty() ? "" : ", ").append(http::to_string(address)).append(" is ");
    refused.append(http::name_of(http::classify_address(address)));
    return true;
  });
  return refused;
}

}  // namespace

Lease::Lease(std::shared_ptr<UpstreamPool> pool, std::shared_ptr<UpstreamConnection> connection)
    : pool_(std::move(pool)), connection_(std::move(connection)) {
  pool_->active.insert(connection_.get());
}

Lease& Lease::operator=(Lease&& other) noexcept {
  if (this != &other) {
    close();
    pool_ = std::move(other.pool_);
    connection_ = std::move(other.connection_);
  }
  return *this;
}

void Lease::give_back() {
  pool_->active.erase(connection_.get());
  connection_->channel.disarm();
  connection_->idle_since = SteadyClock::now();
  pool_->idle.push_back(std::move(connection_));
  if (pool_->idle.size() > limits::kUpstreamIdleConnectionsMax) pool_->idle.pop_front();
  connection_ = nullptr;
}

void Lease::close() noexcept {
  if (!connection_) return;
  pool_->active.erase(connection_.get());
  connection_->channel.close();
  connection_ = nullptr;
}

// What a lookup in Asio's resolver thread fills in; getaddrinfo cannot be interrupted, so the call
// stops waiting and leaves this behind.
struct UpstreamPools::Lookup {
  explicit Lookup(Executor executor) : event(executor) {}

  Timer event;  // cancelled when done
  bool done = false;
  error_code ec;
  std::vector<Endpoint> endpoints;
};

UpstreamPools::UpstreamPools(Executor executor, UpstreamTrust& trust, Logger& logger)
    : executor_(executor),
      trust_(trust),
      logger_(logger),
      resolver_(std::make_shared<Resolver>(executor)) {}

Result<std::shared_ptr<UpstreamPool>> UpstreamPools::pool_for(const http::UpstreamTarget& target) {
  const std::string key = key_of(target);
  if (const auto found = pools_.find(key); found != pools_.end()) return found->second;
  auto pool = std::make_shared<UpstreamPool>();
  for (const std::string& range : target.private_ranges) {
    SENTRAIL_ASSIGN_OR_RETURN(http::AddressBlock block, http::parse_block(range));
    pool->declared.push_back(block);
  }
  if (target.tls) {
    SENTRAIL_ASSIGN_OR_RETURN(pool->tls, trust_.context_for(target.ca_file));
  }
  pools_.emplace(key, pool);
  return pool;
}

Task<Acquired> UpstreamPools::acquire(std::shared_ptr<const http::UpstreamTarget> target,
                                      bool fresh, SteadyClock::time_point until) {
  if (cancelled_) {
    co_return failed(UpstreamFault::cancelled, UpstreamPhase::prepare, "the server shuts down");
  }
  auto pool = pool_for(*target);
  if (!pool) {
    co_return failed(UpstreamFault::invalid_request, UpstreamPhase::prepare, pool.error().message);
  }
  const auto oldest = SteadyClock::now() - std::chrono::milliseconds(limits::kUpstreamPoolIdleMs);
  while (!fresh && !(*pool)->idle.empty()) {
    auto connection = std::move((*pool)->idle.back());
    (*pool)->idle.pop_back();
    if (connection->idle_since < oldest || !connection->channel.is_quiet()) continue;
    connection->reused = true;
    Acquired out;
    out.lease = Lease(*pool, std::move(connection));
    co_return out;
  }
  if ((*pool)->active.size() >= target->connections_max) {
    co_return failed(UpstreamFault::overloaded, UpstreamPhase::prepare,
                     "as many calls to the upstream as are allowed are under way");
  }
  co_return co_await open(target, *pool, until);
}

Task<Acquired> UpstreamPools::open(std::shared_ptr<const http::UpstreamTarget> target,
                                   std::shared_ptr<UpstreamPool> pool,
                                   SteadyClock::time_point until) {
  const auto connect_until = std::min(until, after_ms(target->deadlines.connect_ms));
  if (pool->endpoints.empty() || SteadyClock::now() >= pool->endpoints_until) {
    Acquired resolved = co_await resolve(target, pool, connect_until);
    if (resolved.fault != UpstreamFault::none) co_return resolved;
  }
  Acquired opened = co_await connect(pool, pool->endpoints, connect_until);
  if (opened.fault != UpstreamFault::none) {
    pool->endpoints.clear();  // perhaps it moved
    co_return opened;
  }
  if (!pool->tls) co_return opened;
  const auto tls_until = std::min(until, after_ms(target->deadlines.tls_ms));
  co_return co_await secure(std::move(opened), target, pool, tls_until);
}

Task<void> UpstreamPools::look_up(std::shared_ptr<Lookup> lookup,
                                  std::shared_ptr<Resolver> resolver, std::string host,
                                  std::string port) {
  auto [ec, results] = co_await resolver->async_resolve(host, port, kTuple);
  lookup->ec = ec;
  for (const auto& entry : results) {
    if (lookup->endpoints.size() == limits::kUpstreamAddressesMax) break;
    lookup->endpoints.push_back(entry.endpoint());
  }
  lookup->done = true;
  lookup->event.cancel();
}

Task<Acquired> UpstreamPools::resolve(std::shared_ptr<const http::UpstreamTarget> target,
                                      std::shared_ptr<UpstreamPool> pool,
                                      SteadyClock::time_point until) {
  std::vector<Endpoint> endpoints;
  if (const auto literal = http::parse_address(target->host)) {
    endpoints.push_back(endpoint_of(*literal, target->port));
  } else {
    auto lookup = std::make_shared<Lookup>(executor_);
    lookup->event.expires_at(until);
    spawn_logged(executor_, look_up(lookup, resolver_, target->host, std::to_string(target->port)),
                 logger_, "look_up");
    if (!lookup->done) co_await lookup->event.async_wait(kTuple);
    if (!lookup->done) {
      co_return failed(UpstreamFault::timed_out, UpstreamPhase::resolve,
                       "the name `" + target->host + "` was not resolved in time");
    }
    if (lookup->ec || lookup->endpoints.empty()) {
      co_return failed(UpstreamFault::name_not_found, UpstreamPhase::resolve,
                       "`" + target->host + "` has no address: " + lookup->ec.message());
    }
    endpoints = std::move(lookup->endpoints);
  }
  const std::string refused = keep_permitted(endpoints, pool->declared);
  if (endpoints.empty()) {
    co_return failed(UpstreamFault::address_refused, UpstreamPhase::resolve,
                     "`" + target->host + "` leads into a network that is not declared: " +
                         refused + "; declare the range to allow it");
  }
  pool->endpoints = std::move(endpoints);
  pool->endpoints_until = after_ms(limits::kUpstreamResolveTtlMs);
  co_return Acquired{};
}

Task<Acquired> UpstreamPools::connect(std::shared_ptr<UpstreamPool> pool,
                                      std::vector<Endpoint> endpoints,
                                      SteadyClock::time_point until) {
  std::string detail;
  bool timed_out = false;
  for (std::size_t i = 0; i < endpoints.size(); ++i) {
    const auto now = SteadyClock::now();
    if (now >= until && i > 0) break;
    const auto slice = std::max<SteadyClock::duration>(
        (until - now) / static_cast<int>(endpoints.size() - i), kConnectSliceMin);
    Acquired out;
    out.lease = Lease(pool, std::make_shared<UpstreamConnection>(Socket(executor_)));
    UpstreamConnection& connection = *out.lease.connection();
    connection.address = endpoints[i].address().to_string();
    connection.channel.arm_at(std::min(until, now + slice));
    const IoResult connected = co_await connection.channel.connect(endpoints[i]);
    if (connected.ok()) co_return out;
    if (connection.cancelled) {
      co_return failed(UpstreamFault::cancelled, UpstreamPhase::connect, "the server shuts down");
    }
    timed_out = connected.timed_out;
    detail.append(detail.empty() ? "" : "; ").append(connection.address).append(": ");
    detail.append(timed_out ? "no answer in time" : connected.ec.message());
  }
  co_return failed(timed_out ? UpstreamFault::timed_out : UpstreamFault::connect_failed,
                   UpstreamPhase::connect, std::move(detail));
}

Task<Acquired> UpstreamPools::secure(Acquired opened,
                                     std::shared_ptr<const http::UpstreamTarget> target,
                                     std::shared_ptr<UpstreamPool> pool,
                                     SteadyClock::time_point until) {
  const std::shared_ptr<UpstreamConnection> connection = opened.lease.connection();
  connection->channel.prepare_tls(pool->tls);
  if (const Status set = expect_host(connection->channel.tls(), target->host); !set) {
    co_return failed(UpstreamFault::tls_failed, UpstreamPhase::tls, set.error().message);
  }
  connection->channel.arm_at(until);
  const IoResult shaken = co_await connection->channel.connect_tls(pool->tls);
  if (shaken.ok()) co_return opened;
  if (connection->cancelled) {
    co_return failed(UpstreamFault::cancelled, UpstreamPhase::tls, "the server shuts down");
  }
  if (shaken.timed_out) {
    co_return failed(UpstreamFault::timed_out, UpstreamPhase::tls,
                     "the TLS handshake was not finished in time");
  }
  co_return failed(UpstreamFault::tls_failed, UpstreamPhase::tls,
                   describe_tls_failure(connection->channel.tls(), shaken.ec.message()));
}

void UpstreamPools::sweep() {
  const auto oldest = SteadyClock::now() - std::chrono::milliseconds(limits::kUpstreamPoolIdleMs);
  for (auto it = pools_.begin(); it != pools_.end();) {
    auto& pool = *it->second;
    while (!pool.idle.empty() && pool.idle.front()->idle_since < oldest) pool.idle.pop_front();
    const bool unused = it->second.use_count() == 1 && pool.idle.empty() &&
                        SteadyClock::now() >= pool.endpoints_until;
    it = unused ? pools_.erase(it) : std::next(it);
  }
}

void UpstreamPools::ask_permits() {
  const std::set<CallUnderWay*> now(calls_);
  for (CallUnderWay* call : now) call->ask_permit();
}

void UpstreamPools::cancel_all() {
  cancelled_ = true;
  resolver_->cancel();
  for (auto& [key, pool] : pools_) {
    pool->idle.clear();
    for (UpstreamConnection* connection : pool->active) {
      connection->cancelled = true;
      connection->channel.close();
    }
  }
}

}  // namespace sentrail::server
