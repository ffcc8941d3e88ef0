// Waiting for held calls to change. See watch.hpp.
#include "runtime/gateway/watch.hpp"

#include <utility>
#include <vector>

namespace sentrail::gateway {

Watch::WaitId Watch::await(http::IoThread& io, const execute::ActionRef& ref, std::int64_t wait_ms,
                           Enough enough, Then then) {
  WaitId id = 0;
  {
    const std::lock_guard lock(mutex_);
    id = next_id_++;
    waiting_.emplace(id, Waiting{&io, ref, enough, std::move(then)});
    by_action_.emplace(ref, id);
  }
  // Timers are the I/O thread's own business. Why it is not cancelled: an ended wait is not found.
  io.post(
      [this, &io, id, wait_ms] { io.after(wait_ms, [this, id] { finish(id, std::nullopt); }); });
  return id;
}

void Watch::settle(WaitId id, std::optional<store::ActionRecord> record) {
  finish(id, std::move(record));
}

void Watch::changed(const store::ActionRecord& record) {
  std::vector<WaitId> met;
  {
    const std::lock_guard lock(mutex_);
    const auto [begin, end] = by_action_.equal_range({record.workspace_id, record.action_id});
    for (auto at = begin; at != end; ++at) {
      if (waiting_.at(at->second).enough(record)) met.push_back(at->second);
    }
  }
  for (const WaitId id : met) finish(id, record);
}

void Watch::drain(http::IoThread& io) {
  std::vector<WaitId> over;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, waiting] : waiting_) {
      if (waiting.io == &io) over.push_back(id);
    }
  }
  for (const WaitId id : over) finish(id, std::nullopt);
}

std::size_t Watch::size() const {
  const std::lock_guard lock(mutex_);
  return waiting_.size();
}

void Watch::finish(WaitId id, std::optional<store::ActionRecord> record) {
  http::IoThread* io = nullptr;
  Then then;
  {
    const std::lock_guard lock(mutex_);
    const auto at = waiting_.find(id);
    if (at == waiting_.end()) return;
    const auto [begin, end] = by_action_.equal_range(at->second.ref);
    for (auto entry = begin; entry != end; ++entry) {
      if (entry->second != id) continue;
      by_action_.erase(entry);
      break;
    }
    io = at->second.io;
    then = std::move(at->second.then);
    waiting_.erase(at);
  }
  io->post(
      [then = std::move(then), record = std::move(record)]() mutable { then(std::move(record)); });
}

}  // namespace sentrail::gateway
