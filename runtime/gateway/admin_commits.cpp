// Administrative changes on their way. See admin_commits.hpp.
#include "runtime/gateway/admin_commits.hpp"

#include <chrono>
#include <utility>

namespace sentrail::gateway {

AdminCommits::AdminCommits(store::Writer& writer, KnownHolder& known, AdminWaits waits)
    : writer_(writer), known_(known), waits_(waits) {
  thread_ = std::thread([this] { run(); });
}

AdminCommits::~AdminCommits() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

Status AdminCommits::commit(store::Transaction transaction) {
  std::unique_lock lock(mutex_);
  const std::uint64_t token = next_token_++;
  const auto mine = waiting_.try_emplace(token).first;
  lock.unlock();
  const Result<store::Ticket> ticket = writer_.submit(std::move(transaction), {this, token});
  lock.lock();
  if (!ticket) {
    waiting_.erase(mine);
    return tl::make_unexpected(ticket.error());
  }
  changed_.wait_for(lock, std::chrono::milliseconds(waits_.write_ms),
                    [&] { return mine->second.has_value(); });
  const std::optional<store::Outcome> outcome = std::move(mine->second);
  waiting_.erase(mine);
  if (outcome) return outcome->status;
  return fail(
      Errc::timed_out,
      "the change is not on disk yet and takes effect once it is; look before repeating it");
}

Status AdminCommits::reload() {
  Status fresh = known_.reload();
  if (fresh) return fresh;
  {
    const std::lock_guard lock(mutex_);
    stale_ = true;
  }
  changed_.notify_all();
  return fresh;
}

void AdminCommits::post(std::span<store::Completion> completions) noexcept {
  const std::lock_guard lock(mutex_);
  for (store::Completion& completion : completions) {
    const auto waiting = waiting_.find(completion.token);
    if (waiting == waiting_.end()) {
      stale_ = true;
    } else {
      waiting->second = std::move(completion.outcome);
    }
  }
  changed_.notify_all();
}

void AdminCommits::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || stale_; });
    if (stopping_) return;
    stale_ = false;
    lock.unlock();
    const bool fresh = known_.reload().has_value();
    lock.lock();
    if (fresh) continue;
    stale_ = true;
    changed_.wait_for(lock, std::chrono::milliseconds(waits_.retry_ms),
                      [this] { return stopping_; });
  }
}

}  // namespace sentrail::gateway
