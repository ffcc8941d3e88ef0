// Waiting for signals.
//
// Neighbours: signals.hpp. Must not know: what the actions do.
#include "runtime/server/signals.hpp"

#include <csignal>

namespace sentrail::server {

Signals::Signals(Executor executor, SignalActions actions, Logger& logger)
    : set_(executor, SIGINT, SIGTERM, SIGHUP), actions_(std::move(actions)), logger_(logger) {
  wait();
}

void Signals::wait() {
  set_.async_wait([this](error_code ec, int number) {
    if (ec) return;
    if (number == SIGHUP) {
      logger_.write(http::LogLevel::info, "reload_asked", {});
      if (actions_.reload) actions_.reload();
    } else {
      const bool first = ++terminations_ == 1;
      logger_.write(http::LogLevel::info, first ? "shutdown_asked" : "shutdown_insisted", {});
      const auto& action = first ? actions_.shutdown : actions_.stop_now;
      if (action) action();
    }
    wait();
  });
}

}  // namespace sentrail::server
