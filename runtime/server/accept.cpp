// Listeners.
//
// Neighbours: accept.hpp. Must not know: requests.
#include "runtime/server/accept.hpp"

#include <sys/socket.h>

#include <boost/asio/error.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <memory>

#include "core/limits.hpp"
#include "core/text.hpp"
#include "runtime/http/address.hpp"
#include "runtime/server/io_worker.hpp"
#include "runtime/server/session.hpp"

namespace sentrail::server {
namespace {

using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

// Written before the connection is closed, without waiting: one packet, or none.
constexpr std::string_view kTooMany =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 1\r\n"
    "Connection: close\r\n\r\n";

[[nodiscard]] Result<Endpoint> endpoint_of(const ListenerConfig& listener, std::uint16_t port) {
  error_code ec;
  const auto address = asio::ip::make_address(listener.address, ec);
  if (ec || !http::parse_address(listener.address)) {
    return fail(Errc::invalid_argument, "listener `" + escape_display(listener.name) + "`: `" +
                                            escape_display(listener.address) +
                                            "` is not an IP address to listen on");
  }
  return Endpoint(address, port);
}

[[nodiscard]] tl::unexpected<Error> cannot_listen(const Endpoint& endpoint, const error_code& ec) {
  const std::string place =
      endpoint.address().to_string() + " port " + std::to_string(endpoint.port());
  if (ec == asio::error::address_in_use) {
    return fail(Errc::unavailable,
                place + " is taken by another program; stop it or choose another port");
  }
  return fail(Errc::unavailable, "cannot listen on " + place + ": " + ec.message());
}

[[nodiscard]] Result<Acceptor> open(Executor executor, const Endpoint& endpoint, bool reuse_port) {
  Acceptor acceptor(executor);
  error_code ec;
  acceptor.open(endpoint.protocol(), ec);
  if (!ec) acceptor.set_option(Acceptor::reuse_address(true), ec);
  if (!ec && reuse_port) acceptor.set_option(ReusePort(true), ec);
  if (!ec && endpoint.address().is_v6()) acceptor.set_option(asio::ip::v6_only(true), ec);
  if (!ec) acceptor.bind(endpoint, ec);
  if (!ec) acceptor.listen(asio::socket_base::max_listen_connections, ec);
  if (ec) return cannot_listen(endpoint, ec);
  return acceptor;
}

[[nodiscard]] bool out_of_resources(const error_code& ec) noexcept {
  namespace errc = boost::system::errc;
  return ec == errc::too_many_files_open || ec == errc::too_many_files_open_in_system ||
         ec == errc::no_buffer_space || ec == errc::not_enough_memory;
}

void turn_away(Socket socket, bool tls) {
  error_code ignored;
  if (!tls) {
    socket.non_blocking(true, ignored);
    socket.write_some(asio::buffer(kTooMany.data(), kTooMany.size()), ignored);
  }
  socket.shutdown(Socket::shutdown_send, ignored);
  socket.close(ignored);
}

}  // namespace

Result<Acceptor> open_acceptor(Executor executor, const ListenerConfig& listener,
                               std::uint16_t port) {
  SENTRAIL_ASSIGN_OR_RETURN(const Endpoint endpoint, endpoint_of(listener, port));
  return open(executor, endpoint, true);
}

Status check_port_free(Executor executor, const ListenerConfig& listener) {
  SENTRAIL_ASSIGN_OR_RETURN(const Endpoint endpoint, endpoint_of(listener, listener.port));
  if (listener.port == 0) return {};
  auto probe = open(executor, endpoint, false);
  if (!probe) return tl::make_unexpected(std::move(probe).error());
  return {};
}

Task<void> accept_loop(IoWorker* worker, std::size_t index) {
  Shared& shared = worker->shared();
  Timer pause(worker->executor());
  while (!worker->draining()) {
    WorkerListener& listener = worker->listener(index);
    // No deadline: waiting for connections is what a listener does; closing it ends the wait.
    auto [ec, socket] = co_await listener.acceptor.async_accept(worker->executor(), kTuple);
    if (ec) {
      if (ec == asio::error::operation_aborted || !listener.acceptor.is_open()) break;
      if (!out_of_resources(ec)) continue;  // the peer was gone before it was accepted
      shared.logger.write(http::LogLevel::error, "accept_failed",
                          {{"listener", listener.name}, {"error", ec.message()}});
      pause.expires_at(after_ms(limits::kAcceptBackoffMs));
      co_await pause.async_wait(kTuple);
      continue;
    }
    if (shared.connections.fetch_add(1) >= shared.config.limits.connections_max) {
      shared.connections.fetch_sub(1);
      shared.logger.write(http::LogLevel::warning, "connection_refused",
                          {{"listener", listener.name}, {"reason", "too many connections"}});
      turn_away(std::move(socket), listener.tls != nullptr);
      continue;
    }
    auto session =
        std::make_shared<Session>(*worker, std::move(socket), listener.name, listener.tls);
    spawn_logged(worker->executor(), run_session(std::move(session)), shared.logger, "session");
  }
}

}  // namespace sentrail::server
