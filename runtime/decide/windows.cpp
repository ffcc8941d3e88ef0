// Buckets of time. See windows.hpp.
#include "runtime/decide/windows.hpp"

#include <algorithm>

#include "core/units.hpp"

namespace sentrail::decide {
namespace {

// How often counters are looked through for those that hold nothing, where all are taken.
constexpr std::int64_t kSweepMs = 1'000;

std::int64_t floored(std::int64_t a, std::int64_t b) noexcept {
  const std::int64_t quotient = a / b;
  return a % b < 0 ? quotient - 1 : quotient;
}

std::int64_t bucket_ms(std::int64_t per_ms) noexcept {
  return (per_ms + Windows::kBuckets - 1) / Windows::kBuckets;
}

std::int64_t bucket_of(std::int64_t at_ms, std::int64_t per_ms) noexcept {
  return floored(at_ms, bucket_ms(per_ms));
}

}  // namespace

std::int64_t Windows::used(const CounterName& counter, std::int64_t per_ms,
                           std::int64_t now_ms) const {
  const auto at = counters_.find(counter);
  if (at == counters_.end()) return 0;
  const std::int64_t oldest = bucket_of(now_ms - per_ms, per_ms);
  std::int64_t sum = 0;
  // What is charged later than now, by a clock that went back, counts too.
  for (const auto& [bucket, amount] : at->second.buckets) {
    if (bucket < oldest) continue;
    const Sum most = kUnitsMax;
    sum = add_units(sum, static_cast<std::int64_t>(std::min(amount, most)));
  }
  return sum;
}

void Windows::forget_old(std::int64_t now_ms) {
  if (now_ms >= swept_ms_ && now_ms - swept_ms_ < kSweepMs) return;
  swept_ms_ = now_ms;
  std::erase_if(counters_, [&](const auto& one) {
    const Window& window = one.second;
    return window.buckets.empty() ||
           window.buckets.back().first < bucket_of(now_ms - window.per_ms, window.per_ms);
  });
}

bool Windows::can_charge(const CounterName& counter, std::int64_t now_ms) {
  if (counters_.size() < counters_max_ || counters_.contains(counter)) return true;
  forget_old(now_ms);
  return counters_.size() < counters_max_;
}

void Windows::charge(const Charge& charge, std::int64_t now_ms) {
  Window& window = counters_[charge.counter];
  window.per_ms = charge.per_ms;
  const std::int64_t oldest = bucket_of(now_ms - charge.per_ms, charge.per_ms);
  std::erase_if(window.buckets, [&](const auto& one) { return one.first < oldest; });
  const std::int64_t bucket = bucket_of(now_ms, charge.per_ms);
  const auto at =
      std::lower_bound(window.buckets.begin(), window.buckets.end(), std::pair(bucket, Sum{0}));
  if (at != window.buckets.end() && at->first == bucket) {
    const auto amount = static_cast<Sum>(charge.amount);
    at->second += std::min(amount, ~at->second);  // no further than its width
  } else {
    window.buckets.insert(at, {bucket, static_cast<Sum>(charge.amount)});
  }
}

std::int64_t Windows::gone_ms(std::int64_t per_ms, std::int64_t charged_at_ms) {
  return (bucket_of(charged_at_ms, per_ms) + 1) * bucket_ms(per_ms) + per_ms;
}

void Windows::restore(const CounterName& counter, std::int64_t per_ms, std::int64_t gone_ms,
                      Sum sum) {
  Window& window = counters_[counter];
  window.per_ms = per_ms;
  const std::pair part(bucket_of(gone_ms - per_ms - 1, per_ms), sum);
  window.buckets.insert(std::ranges::lower_bound(window.buckets, part), part);
}

void Windows::give_back(const Charge& charge, std::int64_t charged_at_ms) {
  const auto at = counters_.find(charge.counter);
  if (at == counters_.end()) return;
  const std::int64_t bucket = bucket_of(charged_at_ms, charge.per_ms);
  auto& buckets = at->second.buckets;
  const auto one = std::lower_bound(buckets.begin(), buckets.end(), std::pair(bucket, Sum{0}));
  if (one == buckets.end() || one->first != bucket) return;
  one->second -= std::min(one->second, static_cast<Sum>(charge.amount));
  if (one->second == 0) buckets.erase(one);
  if (buckets.empty()) counters_.erase(at);
}

}  // namespace sentrail::decide
