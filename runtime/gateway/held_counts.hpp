// How the end of a held call ends what limits have counted for it.
//
// Neighbours: the coordinator's on_change calls it, judge.hpp has registered the hold. Must not
// know: what was counted. source: docs/language.md, L14.6.
#pragma once

#include "runtime/counters/counters.hpp"
#include "runtime/execute/charges.hpp"

namespace sentrail::gateway {

// Tells the counters of a change of a held call: what was never sent is given back.
inline void tell_counters(counters::Counters& counters, const store::ActionRecord& record) {
  if (!store::is_final(record.state)) return;
  counters.end_hold(record.correlation_id, execute::charges_stay(record));
}

}  // namespace sentrail::gateway
