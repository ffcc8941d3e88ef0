// What the coordinator's files share: one change of one record, on its way.
//
// Neighbours: coordinator.cpp, coordinator_hold.cpp, coordinator_execute.cpp. Must not know: who
// asked for the change.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "runtime/execute/coordinator.hpp"

namespace sentrail::execute {

// The named places of each kind of step.
inline constexpr StepName kHoldStep = {"execute.hold.built", "execute.hold.durable"};
inline constexpr StepName kAttachStep = {"execute.attach.built", "execute.attach.durable"};
inline constexpr StepName kChangeStep = {"execute.change.built", "execute.change.durable"};
inline constexpr StepName kClaimStep = {"execute.claim.built", "execute.claim.durable"};
inline constexpr StepName kIntentStep = {"execute.intent.built", "execute.intent.durable"};
inline constexpr StepName kResultStep = {"execute.result.built", "execute.result.durable"};
inline constexpr StepName kRecoverStep = {"execute.recover.built", "execute.recover.durable"};

// One change: read the record, make the event, commit the step; again if another change came first.
struct Coordinator::Change {
  ActionRef ref;
  const StepName* name = &kChangeStep;
  // Makes the event for the record as it is now; asked anew after each conflict.
  std::function<Result<Event>(const store::ActionRecord&)> event_of;
  // Adds to the step's transaction.
  std::function<void(const Step&, store::Transaction&)> extend;
  // What becomes of the step's record if it lands after its caller has given up. The state is a
  // final one, as the step's is. None: it stays as it is.
  std::function<store::ActionRecord(store::ActionRecord)> unheard;
  // Goes into every try's transaction: what must hold whatever the step is.
  std::vector<store::Operation> rests_on;
  // Hears the durable step, its record as stored.
  std::function<void(Result<Step>)> done;
  Patience patience;
  std::function<bool()> bytes_out;  // of the executor's view; none: false
  int tries = 0;
  std::int64_t kept_since_ms = 0;   // monotonic; by a server that stops; 0: not yet
  std::uint64_t tried_version = 0;  // of the record, by the last try
  bool is_stale = false;            // it was `rests_on` that was in the way
};

}  // namespace sentrail::execute
