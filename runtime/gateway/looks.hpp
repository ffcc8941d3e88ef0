// When each person first looked at each held call: what shows decisions that nobody read.
//
// Neighbours: approvals_routes.cpp notes looks, votes carry them. Must not know: HTTP, the store.
// It is kept in memory, the oldest forgotten first: looking at a call must not write to the disk.
// What is not known is not counted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <utility>

#include "core/limits.hpp"
#include "core/uuid.hpp"

namespace sentrail::gateway {

// threads: any.
class Looks {
 public:
  explicit Looks(std::size_t most = limits::kLooksMax) : most_(most) {}

  // Notes that a person sees a call; later looks change nothing.
  void note(const Uuid& action_id, const Uuid& person_id, std::int64_t now_ms);
  // When the person first saw the call; 0: it is not known.
  [[nodiscard]] std::int64_t first(const Uuid& action_id, const Uuid& person_id) const;

 private:
  using Look = std::pair<Uuid, Uuid>;

  const std::size_t most_;
  mutable std::mutex mutex_;
  std::map<Look, std::int64_t> first_;  // guarded by mutex_
  std::deque<Look> order_;              // guarded by mutex_; oldest first
};

}  // namespace sentrail::gateway
