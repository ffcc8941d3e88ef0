// First looks. See looks.hpp.
#include "runtime/gateway/looks.hpp"

namespace sentrail::gateway {

void Looks::note(const Uuid& action_id, const Uuid& person_id, std::int64_t now_ms) {
  const std::lock_guard lock(mutex_);
  const Look look{action_id, person_id};
  if (!first_.emplace(look, now_ms).second) return;
  order_.push_back(look);
  if (order_.size() <= most_) return;
  first_.erase(order_.front());
  order_.pop_front();
}

std::int64_t Looks::first(const Uuid& action_id, const Uuid& person_id) const {
  const std::lock_guard lock(mutex_);
  const auto at = first_.find({action_id, person_id});
  return at == first_.end() ? 0 : at->second;
}

}  // namespace sentrail::gateway
