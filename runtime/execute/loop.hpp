// One thread's worth of work: tasks from anywhere, timers of its own, in order.
//
// Neighbours: coordinator.hpp runs on one. Must not know: what the tasks do. Nothing here blocks on
// a disk or a socket; a test may turn the loop by hand with run_pending() and a ManualClock.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>

#include "core/time.hpp"

namespace sentrail::execute {

// threads: post(), post_always() and stop() from any; all else from the thread that runs it.
class Loop {
 public:
  using Task = std::function<void()>;

  // Refuses what post() would queue past `queue_max`. `clock` outlives the loop.
  Loop(const Clock& clock, std::size_t queue_max) : clock_(clock), queue_max_(queue_max) {}

  // Queues a task; false if too many wait already or the loop was stopped.
  [[nodiscard]] bool post(Task task);
  // Queues what answers something that was asked: bounded by the questions.
  void post_always(Task task);

  // Runs a task once so many milliseconds passed on the monotonic clock.
  void after_ms(std::int64_t delay_ms, Task task);

  // Runs all that waits and all timers that are due. False if there was nothing to do.
  bool run_pending();
  // Runs until stop() was called, nothing is queued and `may_end` agrees.
  void run(const std::function<bool()>& may_end);
  // Ends run() soon.
  void stop();

 private:
  [[nodiscard]] std::int64_t wait_ms() const;

  const Clock& clock_;
  const std::size_t queue_max_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Task> tasks_;                    // guarded by mutex_
  bool stopping_ = false;                     // guarded by mutex_
  std::multimap<std::int64_t, Task> timers_;  // by monotonic time; the running thread's own
};

}  // namespace sentrail::execute
