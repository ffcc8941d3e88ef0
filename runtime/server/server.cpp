// Opening, starting and ending a server.
//
// Neighbours: server.hpp. Must not know: the gateway.
#include "runtime/server/server.hpp"

#include "core/check.hpp"
#include "core/limits.hpp"
#include "runtime/server/accept.hpp"

namespace sentrail::server {

Server::Server(ServerConfig config, std::shared_ptr<http::Handler> handler, Logger& logger)
    : shared_(std::move(config), std::move(handler), logger) {
  for (std::size_t i = 0; i < shared_.config.threads; ++i) {
    workers_.push_back(std::make_unique<IoWorker>(i, shared_));
  }
}

Server::~Server() {
  if (!threads_.empty()) stop_now();
  wait();
  signals_.reset();
}

Result<std::unique_ptr<Server>> Server::open(ServerConfig config,
                                             std::shared_ptr<http::Handler> handler,
                                             Logger& logger) {
  SENTRAIL_CHECK(handler != nullptr);
  if (config.threads == 0 || config.threads > limits::kIoThreadsMax) {
    return fail(Errc::invalid_argument, "the number of I/O threads must lie between 1 and " +
                                            std::to_string(limits::kIoThreadsMax));
  }
  std::unique_ptr<Server> server(new Server(std::move(config), std::move(handler), logger));
  SENTRAIL_TRY(server->open_listeners());
  return server;
}

Status Server::open_listeners() {
  for (const ListenerConfig& listener : shared_.config.listeners) {
    SENTRAIL_TRY(open_listener(listener));
  }
  return {};
}

Status Server::open_listener(const ListenerConfig& listener) {
  TlsContext tls;
  if (listener.tls) {
    SENTRAIL_ASSIGN_OR_RETURN(tls, make_listener_tls(listener.tls_files));
  }
  SENTRAIL_TRY(check_port_free(workers_[0]->executor(), listener));
  std::uint16_t port = listener.port;
  for (const auto& worker : workers_) {
    SENTRAIL_ASSIGN_OR_RETURN(Acceptor acceptor, open_acceptor(worker->executor(), listener, port));
    error_code ec;
    port = acceptor.local_endpoint(ec).port();
    worker->add_listener(std::move(acceptor), listener.name, tls);
  }
  ports_.push_back(port);
  return {};
}

void Server::ask_first(const std::function<void(http::IoThread&)>& ask) {
  SENTRAIL_CHECK(threads_.empty());
  IoWorker worker(workers_.size(), shared_);
  std::thread thread([&worker] { worker.run(); });
  ask(worker);
  worker.end();
  thread.join();
}

void Server::start() {
  SENTRAIL_CHECK(threads_.empty());
  // Read before the first call needs them; a machine without roots can still serve plain ones.
  if (const auto roots = shared_.trust.context_for(""); !roots) {
    shared_.logger.write(http::LogLevel::warning, "no_system_roots",
                         {{"error", roots.error().message}});
  }
  shared_.handler->start(threads());
  for (const auto& worker : workers_) {
    threads_.emplace_back([&io = *worker] { io.run(); });
  }
  if (control_) control_thread_ = std::thread([this] { control_->run(); });
}

void Server::shutdown() {
  for (const auto& worker : workers_) {
    worker->post([&io = *worker] { io.begin_drain(); });
  }
}

void Server::stop_now() {
  for (const auto& worker : workers_) {
    worker->post([&io = *worker] { io.abort_all(); });
  }
}

void Server::wait() {
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
  threads_.clear();
  if (!control_thread_.joinable()) return;
  control_->stop();
  control_thread_.join();
  signals_.reset();
}

void Server::handle_signals(std::function<void()> reload, std::function<void()> before_shutdown) {
  SENTRAIL_CHECK(threads_.empty() && !signals_);
  SignalActions actions;
  actions.shutdown = [this, before = std::move(before_shutdown)] {
    if (before) before();
    shutdown();
  };
  actions.stop_now = [this] { stop_now(); };
  actions.reload = std::move(reload);
  control_ = std::make_unique<asio::io_context>(1);
  signals_ =
      std::make_unique<Signals>(control_->get_executor(), std::move(actions), shared_.logger);
}

Status Server::reload_tls() {
  std::vector<TlsContext> contexts;
  for (const ListenerConfig& listener : shared_.config.listeners) {
    contexts.emplace_back();
    if (!listener.tls) continue;
    SENTRAIL_ASSIGN_OR_RETURN(contexts.back(), make_listener_tls(listener.tls_files));
  }
  shared_.trust.forget();
  for (const auto& worker : workers_) {
    worker->post([&io = *worker, contexts] {
      for (std::size_t i = 0; i < contexts.size(); ++i) io.replace_tls(i, contexts[i]);
    });
  }
  return {};
}

void Server::ask_permits() {
  for (const auto& worker : workers_) {
    worker->post([one = worker.get()] { one->pools().ask_permits(); });
  }
}

std::vector<http::IoThread*> Server::threads() {
  std::vector<http::IoThread*> out;
  for (const auto& worker : workers_) out.push_back(worker.get());
  return out;
}

}  // namespace sentrail::server
