// Sync point hooks for tests: stop at a place until let go.
//
// Neighbours: writer_test.cpp. Must not know: what happens between places.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "core/sync_point.hpp"

namespace sentrail::store {

// Holds the first thread that reaches a place, until release(); counts every arrival everywhere.
class GateHook final : public SyncPointHook {
 public:
  explicit GateHook(std::string place) : place_(std::move(place)) {}

  void reach(std::string_view name) noexcept override {
    std::unique_lock lock(mutex_);
    ++arrivals_[std::string(name)];
    changed_.notify_all();
    if (name != place_ || used_) return;
    used_ = true;
    arrived_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return released_; });
  }

  // Waits until a thread stands at the place.
  void wait_until_arrived() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return arrived_; });
  }
  // Lets it go.
  void release() {
    const std::lock_guard lock(mutex_);
    released_ = true;
    changed_.notify_all();
  }
  // Waits until `name` was reached `count` times.
  void wait_for(const std::string& name, std::uint64_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return arrivals_[name] >= count; });
  }

 private:
  const std::string place_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, std::uint64_t> arrivals_;
  bool used_ = false;
  bool arrived_ = false;
  bool released_ = false;
};

}  // namespace sentrail::store
