// One timer for a connection: a moment that may move, and what happens when it passes.
//
// Neighbours: channel.hpp arms it for each phase. Must not know: what is being waited for. Moving
// the moment later costs a store; only moving it earlier touches the timer, because a keep-alive
// connection moves it several times a request.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "runtime/server/io.hpp"

namespace sentrail::server {

// Calls `on_expiry` once when the armed moment has passed. threads: the executor's one
class Deadline {
 public:
  Deadline(Executor executor, std::function<void()> on_expiry);
  ~Deadline();
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  // Sets the moment; an expiry that happened is forgotten.
  void arm(SteadyClock::time_point moment);
  // No moment.
  void disarm() noexcept;
  // Whether the moment passed since it was armed.
  [[nodiscard]] bool expired() const noexcept;

 private:
  struct State;
  static void wait(const std::shared_ptr<State>& state);

  std::shared_ptr<State> state_;
};

}  // namespace sentrail::server
