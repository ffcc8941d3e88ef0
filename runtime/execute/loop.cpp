// The loop of tasks and timers.
//
// Neighbours: loop.hpp. Must not know: what the tasks do.
#include "runtime/execute/loop.hpp"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "core/limits.hpp"

namespace sentrail::execute {

bool Loop::post(Task task) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || tasks_.size() >= queue_max_) return false;
    tasks_.push_back(std::move(task));
  }
  wake_.notify_one();
  return true;
}

void Loop::post_always(Task task) {
  {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
  }
  wake_.notify_one();
}

void Loop::after_ms(std::int64_t delay_ms, Task task) {
  timers_.emplace(clock_.monotonic_ms() + std::max<std::int64_t>(delay_ms, 0), std::move(task));
}

bool Loop::run_pending() {
  std::deque<Task> tasks;
  {
    const std::lock_guard lock(mutex_);
    tasks.swap(tasks_);
  }
  bool busy = !tasks.empty();
  for (Task& task : tasks) task();
  // Timers that tasks and timers set for now wait for the next turn, so that a turn ends.
  const std::int64_t now_ms = clock_.monotonic_ms();
  std::vector<Task> due;
  while (!timers_.empty() && timers_.begin()->first <= now_ms) {
    due.push_back(std::move(timers_.begin()->second));
    timers_.erase(timers_.begin());
  }
  for (Task& task : due) task();
  return busy || !due.empty();
}

std::int64_t Loop::wait_ms() const {
  if (timers_.empty()) return limits::kSweepMs;
  const std::int64_t left = timers_.begin()->first - clock_.monotonic_ms();
  return std::clamp<std::int64_t>(left, 0, limits::kSweepMs);
}

void Loop::run(const std::function<bool()>& may_end) {
  for (;;) {
    while (run_pending()) {
    }
    std::unique_lock lock(mutex_);
    const auto ready = [&] { return !tasks_.empty() || (stopping_ && may_end()); };
    if (ready() && tasks_.empty()) return;
    wake_.wait_for(lock, std::chrono::milliseconds(wait_ms()), ready);
  }
}

void Loop::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
}

}  // namespace sentrail::execute
