// A few threads for what may block: reads of the store, passphrases, files.
//
// Neighbours: routes hand work here and get their answer posted back to their I/O thread. Must not
// know: what the work is. Bounded: when the queue is full the caller is told at once.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "core/limits.hpp"

namespace sentrail::gateway {

// Owns its threads; destroying it finishes what is queued. threads: any may call run().
class WorkPool {
 public:
  explicit WorkPool(std::size_t thread_count, std::size_t queue_max = limits::kWorkQueueMax);
  ~WorkPool();
  WorkPool(const WorkPool&) = delete;
  WorkPool& operator=(const WorkPool&) = delete;

  // Queues work, which must not throw. out: false if the queue is full; the work is dropped.
  [[nodiscard]] bool run(std::function<void()> work);

 private:
  void loop();

  const std::size_t queue_max_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> queue_;  // guarded by mutex_
  bool stopping_ = false;                    // guarded by mutex_
  std::vector<std::thread> threads_;
};

}  // namespace sentrail::gateway
