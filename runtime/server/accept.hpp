// Opening listeners and accepting connections.
//
// Neighbours: server.cpp opens, io_worker.cpp accepts, session.hpp takes over. Must not know: HTTP,
// but for the one fixed answer to a connection too many.
#pragma once

#include <cstddef>

#include "core/result.hpp"
#include "runtime/server/io.hpp"
#include "runtime/server/shared.hpp"

namespace sentrail::server {

class IoWorker;

// Opens an acceptor that shares its port with those of the other threads (SO_REUSEPORT).
// fails: invalid_argument for the address, unavailable when the port is taken
[[nodiscard]] Result<Acceptor> open_acceptor(Executor executor, const ListenerConfig& listener,
                                             std::uint16_t port);

// Whether nobody listens on the address and port yet. SO_REUSEPORT alone would let a second server
// share the port silently and take half of the connections.
[[nodiscard]] Status check_port_free(Executor executor, const ListenerConfig& listener);

// Accepts until the acceptor is closed; waits a while where the process has no descriptors left.
[[nodiscard]] Task<void> accept_loop(IoWorker* worker, std::size_t listener);

}  // namespace sentrail::server
