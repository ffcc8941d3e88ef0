// What the gate counts, for Prometheus. It names no agent, key or resource.
//
// Neighbours: the routes count, operations.cpp writes. Must not know: who asked.
// source: Prometheus text exposition format 0.0.4.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>

#include "core/decision.hpp"

namespace sentrail::gateway {

// threads: any; counting is one relaxed addition.
class Metrics {
 public:
  // Counts a decision.
  void decided(Effect effect) noexcept {
    decisions_[static_cast<std::size_t>(effect)].fetch_add(1, std::memory_order_relaxed);
  }
  // Counts a call that a stop held back.
  void stopped() noexcept { stopped_.fetch_add(1, std::memory_order_relaxed); }
  // Counts a request that could not be recorded in time and was blocked.
  void unrecorded() noexcept { unrecorded_.fetch_add(1, std::memory_order_relaxed); }
  // Counts a call forwarded to an upstream, by how it ended.
  void forwarded(bool answered) noexcept {
    forwarded_[answered ? 1 : 0].fetch_add(1, std::memory_order_relaxed);
  }

  // Counts a decision of a person: `unread` if it came sooner after the call was first shown than
  // anybody reads, `emergency` if it was made with an emergency code.
  void voted(bool approves, bool unread, bool emergency) noexcept {
    votes_[approves ? 1 : 0].fetch_add(1, std::memory_order_relaxed);
    if (unread) unread_.fetch_add(1, std::memory_order_relaxed);
    if (emergency) emergencies_.fetch_add(1, std::memory_order_relaxed);
  }

  // Writes all counters.
  void write(std::string& out) const;

 private:
  using Counter = std::atomic<std::uint64_t>;

  std::array<Counter, 3> decisions_{};
  std::array<Counter, 2> forwarded_{};
  std::array<Counter, 2> votes_{};
  Counter unread_{0};
  Counter emergencies_{0};
  Counter stopped_{0};
  Counter unrecorded_{0};
};

}  // namespace sentrail::gateway
