// See counters.hpp.
#include "runtime/counters/counters.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace sentrail::counters {
namespace {

Counted taken(decide::CountedDecisions decided, std::int64_t at_ms) {
  Counted counted{std::move(decided), {{}, at_ms}};
  counted.reservation.charges = std::exchange(counted.decided.charges, {});
  return counted;
}

}  // namespace

Counted Counters::decide(const decide::Engine& engine, std::span<const Facts* const> actions,
                         decide::Scratch& scratch, const Uuid& workspace_id, Purpose purpose,
                         const Uuid* own) {
  const UuidText workspace(workspace_id);
  decide::CountAt at{workspace.view(), now_ms(), nullptr, known_since_ms_, true, &names_};
  if (engine.program().limits.empty()) {
    return taken(decide::decide_counted(engine, actions, scratch, nullptr, at), at.now_ms);
  }
  const std::lock_guard lock(mutex_);
  at.now_ms = now_ms();
  if (purpose == Purpose::suppose) at.known_since_ms = decide::CountAt{}.known_since_ms;
  const auto decide_now =
      purpose == Purpose::charge ? &decide::decide_counted : &decide::simulate_counted;
  const auto held = own == nullptr ? held_.end() : held_.find(*own);
  if (held != held_.end()) give_back_locked(held->second.reservation);
  Counted counted = taken(decide_now(engine, actions, scratch, &windows_, at), at.now_ms);
  if (held != held_.end()) {
    const Reservation& reserved = held->second.reservation;
    for (const decide::Charge& charge : reserved.charges) {
      windows_.charge(charge, reserved.at_ms);
    }
  }
  return counted;
}

void Counters::give_back_locked(const Reservation& reservation) {
  for (const decide::Charge& charge : reservation.charges) {
    windows_.give_back(charge, reservation.at_ms);
  }
}

void Counters::give_back(const Reservation& reservation) {
  if (reservation.charges.empty()) return;
  const std::lock_guard lock(mutex_);
  give_back_locked(reservation);
}

void Counters::hold(const Uuid& correlation_id, Reservation reservation, const HoldName& name) {
  if (reservation.charges.empty()) return;
  const std::lock_guard lock(mutex_);
  if (held_.size() >= limits::kCountersMax) return;
  keep_locked(correlation_id, {std::move(reservation), name});
}

void Counters::keep_locked(const Uuid& correlation_id, Held held) {
  const HoldName name = held.name;
  if (!held_.try_emplace(correlation_id, std::move(held)).second) return;
  if (name != HoldName{}) held_calls_.emplace(name.call, correlation_id);
}

std::optional<Hold> Counters::find_hold(const std::array<std::uint8_t, 32>& call) const {
  const std::lock_guard lock(mutex_);
  const auto at = held_calls_.lower_bound(call);
  if (at == held_calls_.end() || at->first != call) return std::nullopt;
  return Hold{at->second, held_.at(at->second).name};
}

void Counters::end_hold(const Uuid& correlation_id, bool sent) {
  const std::lock_guard lock(mutex_);
  const auto own = held_.find(correlation_id);
  if (own == held_.end()) return;
  if (!sent) give_back_locked(own->second.reservation);
  const auto [first, last] = held_calls_.equal_range(own->second.name.call);
  const auto call =
      std::find_if(first, last, [&](const auto& one) { return one.second == correlation_id; });
  if (call != last) held_calls_.erase(call);
  held_.erase(own);
}

Counters::Sizes Counters::sizes() const {
  const std::lock_guard lock(mutex_);
  return {windows_.size(), held_.size()};
}

}  // namespace sentrail::counters
