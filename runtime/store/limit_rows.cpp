// Keys and values of limits. See limit_rows.hpp.
#include "runtime/store/limit_rows.hpp"

#include <algorithm>

#include "core/limits.hpp"
#include "runtime/store/codec.hpp"
#include "runtime/store/records_codec.hpp"

namespace sentrail::store {
namespace {

Key key_of(std::int64_t gone_ms, std::int64_t per_ms, const Uuid& workspace_id,
           const Hash& counter) {
  return Key(Uuid{}, RowKind::window_part)
      .time(gone_ms)
      .time(per_ms)
      .add(workspace_id)
      .add(counter);
}

bool is_sane(std::int64_t ms) noexcept {
  return -kLimitTimeMsMax <= ms && ms <= kLimitTimeMsMax;
}

Status check_counter(const ChargedCounter& charged) {
  if (const auto fault = fault_of(charged)) return fail(Errc::corrupt, std::string(*fault));
  return {};
}

}  // namespace

std::optional<std::string_view> fault_of(const ChargedCounter& charged) noexcept {
  if (charged.per_ms < limits::kLimitPerMsMin || charged.per_ms > limits::kLimitPerMsMax) {
    return "no limit looks back so far";
  }
  const std::int64_t part_ms = (charged.per_ms + kWindowParts - 1) / kWindowParts;
  if (!is_sane(charged.gone_ms) || (charged.gone_ms - charged.per_ms) % part_ms != 0) {
    return "no part of its window ends then";
  }
  if (charged.amount < 0) return "nothing charges less than nothing";
  return std::nullopt;
}

Key part_key(const Uuid& workspace_id, const ChargedCounter& charged) {
  return key_of(charged.gone_ms, charged.per_ms, workspace_id, charged.counter);
}

Key part_key(const WindowPart& part) {
  return key_of(part.gone_ms, part.per_ms, part.workspace_id, part.counter);
}

std::string parts_from(std::int64_t gone_ms) {
  return Key(Uuid{}, RowKind::window_part).time(gone_ms).text();
}

WindowPart::Sum add_amount(WindowPart::Sum sum, std::int64_t amount) noexcept {
  return sum + std::min(static_cast<WindowPart::Sum>(amount), ~sum);
}

std::string part_value(WindowPart::Sum sum) {
  std::string value;
  append_big_endian(value, sum);
  return value;
}

Result<WindowPart::Sum> part_sum(std::string_view value) {
  if (value.size() != kPartBytes) return fail(Errc::corrupt, "a part of a window is garbled");
  return read_big_endian<WindowPart::Sum>(value);
}

Result<WindowPart> read_part(std::string_view key, std::string_view value) {
  if (key.size() != kPartKeyBytes) {
    return fail(Errc::corrupt, "the key of a part of a window is garbled");
  }
  WindowPart part;
  part.gone_ms = time_in(key, kKeyHeadBytes);
  part.per_ms = time_in(key, kKeyHeadBytes + 8);
  part.workspace_id = uuid_in(key, kKeyHeadBytes + 16);
  const std::string_view counter = key.substr(kKeyHeadBytes + 32);
  std::transform(counter.begin(), counter.end(), part.counter.begin(),
                 [](char byte) { return static_cast<std::uint8_t>(byte); });
  SENTRAIL_TRY(check_counter({part.counter, part.per_ms, part.gone_ms, 0}));
  SENTRAIL_ASSIGN_OR_RETURN(part.sum, part_sum(value));
  return part;
}

Key charges_key(const Uuid& workspace_id, const Uuid& correlation_id) {
  return Key(Uuid{}, RowKind::held_charges).add(workspace_id).add(correlation_id);
}

Result<Charges> read_held(std::string_view key, std::string_view value) {
  SENTRAIL_ASSIGN_OR_RETURN(Charges charges, decode_record<Charges>(value));
  if (key != charges_key(charges.workspace_id, charges.correlation_id).text()) {
    return fail(Errc::corrupt, "the key of a held call's charges is another call's");
  }
  if (!is_sane(charges.at_ms)) {
    return fail(Errc::corrupt, "a held call has charged at a time that never was");
  }
  for (const ChargedCounter& one : charges.counters) SENTRAIL_TRY(check_counter(one));
  return charges;
}

Key limit_clock_key() {
  return Key(Uuid{}, RowKind::meta).last("limits");
}

// A new store knows all that was charged before, so `known_since_ms` may be as early as can be
// said.
Result<LimitClock> read_limit_clock(std::string_view value) {
  SENTRAIL_ASSIGN_OR_RETURN(LimitClock clock, decode_record<LimitClock>(value));
  if (clock.known_since_ms > kLimitTimeMsMax || !is_sane(clock.at_ms) || !is_sane(clock.wall_ms) ||
      !is_sane(clock.monotonic_ms)) {
    return fail(Errc::corrupt, "the clock of limits says a time that never was");
  }
  return clock;
}

}  // namespace sentrail::store
