// Two locks: one orders sends before close(), the other reports before detach().
//
// Neighbours: send_valve.hpp. Must not know: why it is closed.
#include "runtime/server/send_valve.hpp"

#include <utility>

namespace sentrail::server {

void SendValve::send(execute::SendJob job, execute::SendObserver& observer) noexcept {
  const std::lock_guard lock(sending_);
  if (closed_) {
    const execute::ActionRef ref{job.record.workspace_id, job.record.action_id};
    observer.finished(
        ref, job.fence,
        {execute::SendReport::End::nothing_sent, "the gate was shutting down", {}, true});
    return;
  }
  {
    const std::lock_guard observing(observing_);
    observer_ = &observer;
  }
  sender_.send(std::move(job), *this);
}

void SendValve::close() noexcept {
  const std::lock_guard lock(sending_);
  closed_ = true;
}

void SendValve::detach() noexcept {
  const std::lock_guard lock(observing_);
  observer_ = nullptr;
}

void SendValve::first_byte_sent(const execute::ActionRef& ref, std::uint64_t fence) noexcept {
  const std::lock_guard lock(observing_);
  if (observer_ != nullptr) observer_->first_byte_sent(ref, fence);
}

void SendValve::finished(const execute::ActionRef& ref, std::uint64_t fence,
                         execute::SendReport report) noexcept {
  const std::lock_guard lock(observing_);
  if (observer_ != nullptr) observer_->finished(ref, fence, std::move(report));
}

}  // namespace sentrail::server
