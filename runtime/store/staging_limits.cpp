// Applies what limits count: charges, what is given back, and the clock they are on.
//
// Neighbours: staging.hpp, limit_rows.hpp. Must not know: policy, what a window is, who charged.
#include <algorithm>
#include <string>
#include <utility>

#include "runtime/store/limit_rows.hpp"
#include "runtime/store/staging_rows.hpp"

namespace sentrail::store {

Status Staging::add_to_windows(const Charges& charges) {
  for (const ChargedCounter& one : charges.counters) {
    if (const auto fault = fault_of(one)) return fail(Errc::invalid_argument, std::string(*fault));
    const Key key = part_key(charges.workspace_id, one);
    SENTRAIL_ASSIGN_OR_RETURN(const std::optional<std::string> before, get(key.text()));
    WindowPart::Sum sum = 0;
    if (before) {
      SENTRAIL_ASSIGN_OR_RETURN(sum, part_sum(*before));
    }
    set_once(key, part_value(add_amount(sum, one.amount)));
  }
  return {};
}

// What has left its window is no longer there, and need not be.
Status Staging::take_from_windows(const Charges& charges) {
  for (const ChargedCounter& one : charges.counters) {
    const Key key = part_key(charges.workspace_id, one);
    SENTRAIL_ASSIGN_OR_RETURN(const std::optional<std::string> before, get(key.text()));
    if (!before) continue;
    SENTRAIL_ASSIGN_OR_RETURN(const WindowPart::Sum sum, part_sum(*before));
    const auto amount = static_cast<WindowPart::Sum>(std::max<std::int64_t>(one.amount, 0));
    if (sum > amount) {
      set_once(key, part_value(sum - amount));
    } else {
      remove_once(key);
    }
  }
  return {};
}

Status Staging::run(const ChargeLimits& operation) {
  const Charges& charges = operation.charges;
  SENTRAIL_TRY(add_to_windows(charges));
  set_once(limit_clock_key(), encode_record(operation.clock));
  if (!operation.held) return {};
  const Key key = charges_key(charges.workspace_id, charges.correlation_id);
  SENTRAIL_ASSIGN_OR_RETURN(const std::optional<std::string> before, get(key.text()));
  if (before) return fail(Errc::conflict, "a call with this id has charged its limits already");
  set(key, encode_record(charges));
  return {};
}

Status Staging::run(const GiveBackCharges& operation) {
  return take_from_windows(operation.charges);
}

Status Staging::run(const EndCharges& operation) {
  const Key key = charges_key(operation.workspace_id, operation.correlation_id);
  SENTRAIL_ASSIGN_OR_RETURN(const std::optional<std::string> before, get(key.text()));
  if (!before) return {};
  SENTRAIL_ASSIGN_OR_RETURN(const Charges charges, read_held(key.text(), *before));
  if (operation.give_back) SENTRAIL_TRY(take_from_windows(charges));
  remove(key);
  return {};
}

Status Staging::run(const NoteLimitClock& operation) {
  set_once(limit_clock_key(), encode_record(operation.clock));
  return {};
}

Status Staging::run(const RemoveWindowParts& operation) {
  for (const WindowPart& part : operation.parts) remove_once(part_key(part));
  return {};
}

}  // namespace sentrail::store
