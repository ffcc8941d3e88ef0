// The lazily moved timer.
//
// Neighbours: deadline.hpp. Must not know: sockets.
#include "runtime/server/deadline.hpp"

namespace sentrail::server {

// Outlives the Deadline while the timer's handler is queued.
struct Deadline::State {
  State(Executor executor, std::function<void()> expiry)
      : timer(executor), on_expiry(std::move(expiry)) {}

  Timer timer;
  std::function<void()> on_expiry;
  SteadyClock::time_point moment = SteadyClock::time_point::max();
  bool waiting = false;
  bool expired = false;
  std::uint64_t generation = 0;  // of the wait that counts; handlers of older ones do nothing
};

Deadline::Deadline(Executor executor, std::function<void()> on_expiry)
    : state_(std::make_shared<State>(executor, std::move(on_expiry))) {}

Deadline::~Deadline() {
  ++state_->generation;
  state_->on_expiry = nullptr;
  state_->timer.cancel();
}

void Deadline::arm(SteadyClock::time_point moment) {
  state_->moment = moment;
  state_->expired = false;
  if (!state_->waiting || moment < state_->timer.expiry()) wait(state_);
}

void Deadline::disarm() noexcept {
  state_->moment = SteadyClock::time_point::max();
}

bool Deadline::expired() const noexcept {
  return state_->expired;
}

void Deadline::wait(const std::shared_ptr<State>& state) {
  state->waiting = true;
  const std::uint64_t generation = ++state->generation;
  state->timer.expires_at(state->moment);
  state->timer.async_wait([state, generation](error_code) {
    if (generation != state->generation) return;
    state->waiting = false;
    if (state->moment == SteadyClock::time_point::max()) return;
    if (SteadyClock::now() < state->moment) {
      wait(state);
      return;
    }
    state->expired = true;
    state->moment = SteadyClock::time_point::max();
    if (state->on_expiry) state->on_expiry();
  });
}

}  // namespace sentrail::server
