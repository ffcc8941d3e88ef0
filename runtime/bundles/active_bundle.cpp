// A pointer, a lock to change it, and a version to see that it changed. See active_bundle.hpp.
#include "runtime/bundles/active_bundle.hpp"

#include <utility>

namespace sentrail::bundles {

void ActiveBundle::replace(std::shared_ptr<const LoadedBundle> bundle) {
  {
    const std::lock_guard lock(mutex_);
    std::swap(bundle_, bundle);
    version_.fetch_add(1, std::memory_order_release);
  }
  // The old bundle, if this was its last holder, is destroyed here, outside the lock.
}

std::shared_ptr<const LoadedBundle> ActiveBundle::current() const {
  const std::lock_guard lock(mutex_);
  return bundle_;
}

const std::shared_ptr<const LoadedBundle>& ActiveBundleView::current() noexcept {
  if (active_->version_.load(std::memory_order_acquire) == seen_version_) return seen_;
  std::unique_lock lock(active_->mutex_, std::try_to_lock);
  // There is no old one to go on with: a thread's first look waits for a pointer's copy.
  if (seen_ == nullptr && !lock.owns_lock()) lock.lock();
  if (lock.owns_lock()) {
    seen_ = active_->bundle_;
    seen_version_ = active_->version_.load(std::memory_order_relaxed);
  }
  return seen_;
}

}  // namespace sentrail::bundles
