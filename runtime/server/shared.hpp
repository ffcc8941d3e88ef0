// What all I/O threads of one server share: configuration, handler, logger, the count of
// connections.
//
// Neighbours: server.hpp owns it, sessions and workers read it. Must not know: sockets. Immutable
// once the threads run, but for the counter and what locks itself.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/limits.hpp"
#include "runtime/http/handler.hpp"
#include "runtime/server/log.hpp"
#include "runtime/server/tls.hpp"

namespace sentrail::server {

// One address to listen on.
struct ListenerConfig {
  std::string name = "main";  // shown to the handler as Peer::listener
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0: any free one
  bool tls = false;
  TlsFiles tls_files;
};

// Bounds of connections and phases. units: milliseconds where the name says so
struct ServerLimits {
  std::size_t connections_max = limits::kConnectionsMaxDefault;
  std::size_t requests_per_connection_max = limits::kRequestsPerConnectionMaxDefault;
  std::int64_t head_ms = limits::kHeadMsDefault;  // from a request's first byte to its empty line
  std::int64_t body_ms = limits::kBodyMsDefault;  // all of a buffered body; one part of a streamed
  std::int64_t idle_ms = limits::kIdleMsDefault;  // between two requests
  std::int64_t write_ms = limits::kWriteMsDefault;      // one buffer of a response
  std::int64_t handler_ms = limits::kHandlerMsDefault;  // from request to answer
  std::int64_t shutdown_ms = limits::kShutdownMsDefault;
  std::int64_t linger_ms = limits::kLingerMsDefault;  // reading on after a refusal
};

// A server's configuration.
struct ServerConfig {
  std::vector<ListenerConfig> listeners;
  std::size_t threads = 1;
  ServerLimits limits;
  bool access_log = true;  // one line for each request
};

// See the top of the file.
struct Shared {
  Shared(ServerConfig server_config, std::shared_ptr<http::Handler> server_handler,
         Logger& server_logger)
      : config(std::move(server_config)),
        handler(std::move(server_handler)),
        logger(server_logger) {}

  const ServerConfig config;
  const std::shared_ptr<http::Handler> handler;
  Logger& logger;
  UpstreamTrust trust;
  std::atomic<std::size_t> connections{0};
};

}  // namespace sentrail::server
