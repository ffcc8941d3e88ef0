// The server: listeners, I/O threads, shutdown in two phases.
//
// Neighbours: the composition root makes one from configuration and handler; io_worker.hpp is one
// thread of it. Must not know: the gateway, the store. Why a context for each thread: a connection
// then needs neither lock nor strand, and the kernel spreads connections by SO_REUSEPORT.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "core/result.hpp"
#include "runtime/http/handler.hpp"
#include "runtime/server/io_worker.hpp"
#include "runtime/server/shared.hpp"
#include "runtime/server/signals.hpp"

namespace sentrail::server {

// See the top of the file.
class Server {
 public:
  // Opens all listeners; nothing is accepted before start(). `logger` outlives the server.
  // fails: invalid_argument (address, TLS files, thread count), unavailable (port taken)
  [[nodiscard]] static Result<std::unique_ptr<Server>> open(ServerConfig config,
                                                            std::shared_ptr<http::Handler> handler,
                                                            Logger& logger);
  // Stops at once if it still runs.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Runs a thread that accepts nothing for as long as the call takes: for what must be asked of
  // others before anything is served. REQUIRES: before start().
  void ask_first(const std::function<void(http::IoThread&)>& ask);
  // Calls Handler::start, then runs the threads.
  void start();
  // Phase one on every thread; phase two follows after shutdown_ms. threads: any
  void shutdown();
  // Phase two at once. threads: any
  void stop_now();
  // Blocks until all threads ended.
  void wait();

  // SIGINT and SIGTERM shut down, then stop; the first of them calls `before_shutdown`, SIGHUP
  // `reload`, which must not block, on a thread of their own: I/O threads end one by one, and the
  // second signal must be heard until the last has. REQUIRES: before start().
  void handle_signals(std::function<void()> reload, std::function<void()> before_shutdown = {});
  // Reads the certificates of all TLS listeners again, and the CAs of upstreams when they are next
  // connected to; on failure the old ones stay. threads: any
  [[nodiscard]] Status reload_tls();

  // Has every call to an upstream ask its permit again. threads: any
  void ask_permits();

  // The ports listened on, in the order of the configuration.
  [[nodiscard]] const std::vector<std::uint16_t>& ports() const noexcept { return ports_; }
  // The I/O threads, as the handler sees them.
  [[nodiscard]] std::vector<http::IoThread*> threads();
  // Connections open now. threads: any
  [[nodiscard]] std::size_t connections() const noexcept { return shared_.connections.load(); }

 private:
  Server(ServerConfig config, std::shared_ptr<http::Handler> handler, Logger& logger);
  [[nodiscard]] Status open_listeners();
  [[nodiscard]] Status open_listener(const ListenerConfig& listener);

  Shared shared_;
  std::vector<std::unique_ptr<IoWorker>> workers_;
  std::unique_ptr<asio::io_context> control_;  // of signals; null without them
  std::unique_ptr<Signals> signals_;
  std::thread control_thread_;
  std::vector<std::uint16_t> ports_;
  std::vector<std::thread> threads_;
};

}  // namespace sentrail::server
