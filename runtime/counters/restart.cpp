// What counters write down, and how they take up after a start what was written.
//
// Neighbours: counters.hpp, limit_time.hpp, store/limit_records.hpp. Must not know: how a request
// is decided. INVARIANT: what is restored is what a process that never ended would hold, or the
// counters know nothing of the time before.
#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "core/check.hpp"
#include "core/encoding.hpp"
#include "core/limits.hpp"
#include "crypto/random.hpp"
#include "runtime/counters/counters.hpp"
#include "runtime/store/limit_rows.hpp"

namespace sentrail::counters {
namespace {

static_assert(store::kWindowParts == decide::Windows::kBuckets);

store::Hash hash_of(const decide::CounterName& name) {
  store::Hash hash{};
  SENTRAIL_CHECK(name.size() == hash.size());
  std::ranges::transform(name, hash.begin(),
                         [](char byte) { return static_cast<std::uint8_t>(byte); });
  return hash;
}

decide::CounterName name_of(const store::Hash& hash) {
  return decide::CounterName(as_chars(hash));
}

}  // namespace

void SealedNames::seal(decide::CounterName& name) const noexcept {
  const crypto::Digest digest = key_.sign(name);
  name.assign(as_chars(digest));
}

std::string Counters::mark() const {
  std::string text("sentrail-limits-lineage-v1");
  text.append(as_chars(lineage_.bytes));
  names_.seal(text);
  return hex_encode(text);
}

// A wall clock that was found behind is not noted before it has caught up: the start after it was
// set right would take the difference for time that has passed.
store::LimitClock Counters::clock() const {
  const std::int64_t monotonic_ms = clock_.monotonic_ms();
  std::int64_t wall_ms = clock_.now().unix_ms;
  if (wall_base_ms_) wall_ms = std::max(wall_ms, *wall_base_ms_ + monotonic_ms);
  return {lineage_, known_since_ms_, base_ms_ + monotonic_ms, wall_ms, monotonic_ms, boot_id_};
}

std::optional<store::ChargeLimits> Counters::written(const Reservation& reservation,
                                                     const Uuid& workspace_id,
                                                     const Uuid& correlation_id,
                                                     const HoldName* held) const {
  if (reservation.charges.empty()) return std::nullopt;
  store::ChargeLimits out;
  out.charges.workspace_id = workspace_id;
  out.charges.correlation_id = correlation_id;
  out.charges.at_ms = reservation.at_ms;
  if (held != nullptr) {
    out.held = true;
    out.charges.call = held->call;
    out.charges.terms = held->terms;
  }
  out.charges.counters.reserve(reservation.charges.size());
  for (const decide::Charge& one : reservation.charges) {
    out.charges.counters.push_back({hash_of(one.counter), one.per_ms,
                                    decide::Windows::gone_ms(one.per_ms, reservation.at_ms),
                                    one.amount});
  }
  out.clock = clock();
  return out;
}

Result<Restored> Counters::restore(const store::Reader& reader, const Origin& origin) {
  const std::lock_guard lock(mutex_);
  SENTRAIL_ASSIGN_OR_RETURN(const std::optional<store::LimitClock> noted, reader.get_limit_clock());
  const Reading reading{clock_.now().unix_ms, clock_.monotonic_ms(), origin.boot_id};
  boot_id_ = origin.boot_id;
  const std::int64_t now_ms = noted ? limit_time(*noted, reading) : reading.wall_ms;
  base_ms_ = now_ms - reading.monotonic_ms;
  if (noted && reading.wall_ms < noted->wall_ms) {
    wall_base_ms_ = noted->wall_ms - reading.monotonic_ms;
  }
  Restored out;
  if (noted) {
    lineage_ = noted->lineage;
    known_since_ms_ = noted->known_since_ms;
  }
  if (!noted || mark() != origin.mark) {
    out.anew = true;
    lineage_ = crypto::uuid_v4();
    known_since_ms_ = origin.store_is_new ? std::numeric_limits<std::int64_t>::min() : now_ms;
  }
  SENTRAIL_ASSIGN_OR_RETURN(out.parts, restore_windows(reader, now_ms));
  SENTRAIL_ASSIGN_OR_RETURN(const std::vector<store::Charges> held, reader.list_held_charges());
  for (const store::Charges& one : held) {
    Held kept{{{}, one.at_ms}, {one.call, one.terms}};
    for (const store::ChargedCounter& charged : one.counters) {
      kept.reservation.charges.push_back(
          {name_of(charged.counter), charged.per_ms, charged.amount});
    }
    keep_locked(one.correlation_id, std::move(kept));
  }
  out.held = held.size();
  return out;
}

Result<std::size_t> Counters::restore_windows(const store::Reader& reader, std::int64_t now_ms) {
  std::size_t parts = 0;
  store::WindowQuery query;
  query.from_ms = now_ms + 1;  // what is gone by now no longer counts
  query.limit = limits::kWindowPartsSlice;
  do {
    SENTRAIL_ASSIGN_OR_RETURN(store::Page<store::WindowPart> page, reader.list_window_parts(query));
    for (const store::WindowPart& part : page.items) {
      windows_.restore(name_of(part.counter), part.per_ms, part.gone_ms, part.sum);
    }
    parts += page.items.size();
    query.cursor = std::move(page.cursor);
  } while (!query.cursor.empty());
  return parts;
}

}  // namespace sentrail::counters
