// See counters.hpp.
#include "runtime/counters/counters.hpp"

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

Counted Counters::decide(const decide::LinearEngine& engine, std::span<const Facts* const> actions,
                         decide::Scratch& scratch, const Uuid& workspace_id, Purpose purpose) {
  const std::string workspace = format_uuid(workspace_id);
  decide::CountAt at{workspace, clock_.monotonic_ms(), nullptr, since_ms_};
  if (engine.program().limits.empty()) {
    return taken(decide::decide_counted(engine, actions, scratch, nullptr, at), at.now_ms);
  }
  const std::lock_guard lock(mutex_);
  at.now_ms = clock_.monotonic_ms();
  const auto decide_now =
      purpose == Purpose::charge ? &decide::decide_counted : &decide::simulate_counted;
  return taken(decide_now(engine, actions, scratch, &windows_, at), at.now_ms);
}

Counted Counters::recheck(const decide::LinearEngine& engine, std::span<const Facts* const> actions,
                          decide::Scratch& scratch, const Uuid& workspace_id,
                          const Uuid& correlation_id) {
  const std::string workspace = format_uuid(workspace_id);
  const std::lock_guard lock(mutex_);
  const decide::CountAt at{workspace, clock_.monotonic_ms(), nullptr, since_ms_};
  const auto own = held_.find(correlation_id);
  if (own != held_.end()) give_back_locked(own->second);
  Counted counted =
      taken(decide::simulate_counted(engine, actions, scratch, &windows_, at), at.now_ms);
  if (own != held_.end()) {
    for (const decide::Charge& charge : own->second.charges) {
      windows_.charge(charge, own->second.at_ms);
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

void Counters::hold(const Uuid& correlation_id, Reservation reservation) {
  if (reservation.charges.empty()) return;
  const std::lock_guard lock(mutex_);
  if (held_.size() >= limits::kCountersMax) return;
  held_.insert_or_assign(correlation_id, std::move(reservation));
}

void Counters::end_hold(const Uuid& correlation_id, bool sent) {
  const std::lock_guard lock(mutex_);
  const auto own = held_.find(correlation_id);
  if (own == held_.end()) return;
  if (!sent) give_back_locked(own->second);
  held_.erase(own);
}

Counters::Sizes Counters::sizes() const {
  const std::lock_guard lock(mutex_);
  return {windows_.size(), held_.size()};
}

}  // namespace sentrail::counters
