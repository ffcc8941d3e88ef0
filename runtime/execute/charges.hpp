// Whether what limits have counted for a held call counts on after its end.
//
// Neighbours: scribe.cpp writes it into the transaction that ends the call, gateway/held_counts.hpp
// tells the counters in memory. Must not know: what was counted. source: docs/language.md, L14.6.
#pragma once

#include "runtime/store/action_record.hpp"

namespace sentrail::execute {

// Whether a call that has ended was sent, or may have been: a try that ended without an answer may
// have been applied, whatever the last state says.
[[nodiscard]] inline bool charges_stay(const store::ActionRecord& record) noexcept {
  return record.state == store::ActionState::succeeded ||
         record.state == store::ActionState::failed || record.attempts > 0;
}

}  // namespace sentrail::execute
