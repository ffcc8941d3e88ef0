// The bundle that decides now, swapped under running decisions.
//
// Neighbours: loaded_bundle.hpp (what is swapped), last_good.hpp (what survives a restart); the
// server replaces, its threads look. Must not know: how decisions are made. A decision keeps the
// bundle that it began with; nobody waits for anybody.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>

#include "runtime/bundles/loaded_bundle.hpp"

namespace sentrail::bundles {

// Holds the bundle in force. threads: any.
class ActiveBundle {
 public:
  // Puts another bundle in force; decisions in flight finish on the old one.
  void replace(std::shared_ptr<const LoadedBundle> bundle);

  // The bundle in force, or null before the first. Takes a lock for the length of a pointer copy:
  // threads that decide use an ActiveBundleView.
  [[nodiscard]] std::shared_ptr<const LoadedBundle> current() const;

 private:
  friend class ActiveBundleView;

  mutable std::mutex mutex_;
  std::shared_ptr<const LoadedBundle> bundle_;
  std::atomic<std::uint64_t> version_{0};  // of bundle_, changed under the lock
};

// One thread's view of an ActiveBundle. Looking costs one atomic load while nothing changes, and
// blocks only while it has seen none: if the lock is taken just now, the old bundle serves once
// more. threads: one at a time.
class ActiveBundleView {
 public:
  explicit ActiveBundleView(const ActiveBundle& active) : active_(&active) {}

  // The bundle to decide with, or null before the first; valid as long as the copy is kept.
  [[nodiscard]] const std::shared_ptr<const LoadedBundle>& current() noexcept;

 private:
  const ActiveBundle* active_;
  std::shared_ptr<const LoadedBundle> seen_;
  std::uint64_t seen_version_ = 0;
};

}  // namespace sentrail::bundles
