// SIGINT and SIGTERM end the server in two phases, SIGHUP asks for a reload.
//
// Neighbours: server.cpp, the composition root. Must not know: what is reloaded.
#pragma once

#include <boost/asio/basic_signal_set.hpp>
#include <functional>
#include <memory>

#include "runtime/server/io.hpp"

namespace sentrail::server {

// What signals do. Called on the executor's thread.
struct SignalActions {
  std::function<void()> shutdown;  // the first SIGINT or SIGTERM
  std::function<void()> stop_now;  // the second
  std::function<void()> reload;    // SIGHUP
};

// Waits for signals until destroyed. One in a process.
class Signals {
 public:
  Signals(Executor executor, SignalActions actions, Logger& logger);

 private:
  using SignalSet = asio::basic_signal_set<Executor>;

  void wait();

  SignalSet set_;
  SignalActions actions_;
  Logger& logger_;
  int terminations_ = 0;
};

}  // namespace sentrail::server
