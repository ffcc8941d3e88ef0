// What the machine's files share: a step under construction, and one function an event.
//
// Neighbours: machine.cpp chooses the function; votes.cpp has those of people and their clocks,
// attempts.cpp those of executors. Must not know: the store, clocks, threads. INVARIANT: a change
// of the record has exactly one audit effect; a Send effect leaves only the state `claimed`; a call
// that may have been applied never ends as if it had not been sent.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "runtime/execute/machine.hpp"

namespace sentrail::execute {

// A step under construction: the copy that changes, and the effects so far.
class StepBuilder {
 public:
  // Begins with the call as it is.
  StepBuilder(const Action& action, std::int64_t now_ms)
      : before_(action.record), now_ms_(now_ms), step_{action, {}} {}

  // The copy that changes.
  store::ActionRecord& record() { return step_.action.record; }

  // Adds the one entry for the audit log.
  StepBuilder& audit(store::AuditKind kind, store::AuditDecision decision, std::string reason = {},
                     const approvals::Voter& person = {});
  // Adds something else to be done.
  StepBuilder& effect(SideEffect effect);
  // Enters a state from which no event leads by itself, or doubt.
  StepBuilder& end(store::ActionState state, std::string note);
  // Gives the call back to whoever claims it next.
  StepBuilder& release(std::int64_t after_ms);
  // The step, with its next deadline if that is another one now.
  [[nodiscard]] Step finish();

 private:
  const store::ActionRecord before_;
  std::int64_t now_ms_;
  Step step_;
};

// A time after another, without overflow.
[[nodiscard]] std::int64_t later(std::int64_t now_ms, std::int64_t by_ms);

// The refusal of an event that has no place in the call's state; of one that comes too early; of a
// report under a claim that another executor took over.
[[nodiscard]] tl::unexpected<Error> not_now(const store::ActionRecord& record,
                                            std::string_view what);
[[nodiscard]] tl::unexpected<Error> not_yet();
[[nodiscard]] tl::unexpected<Error> lost_claim();

// Ends a call as one that was not sent; if an earlier try may have been applied, that would be a
// lie, and it is in doubt instead.
[[nodiscard]] Step end_unsent(const Action& action, std::int64_t now_ms, store::ActionState state,
                              store::AuditKind kind, store::AuditDecision decision,
                              std::string note);
[[nodiscard]] Step enter_doubt(const Action& action, std::int64_t now_ms, const std::string& note);

// What each event leads to: of people and their clocks, then of executors and theirs.
[[nodiscard]] Result<Step> on(const Action& action, const VoteCast& event, std::int64_t now_ms);
[[nodiscard]] Result<Step> on(const Action& action, const EscalationDue& event,
                              std::int64_t now_ms);
[[nodiscard]] Result<Step> on(const Action& action, const DoubtSettled& event, std::int64_t now_ms);
[[nodiscard]] Result<Step> on(const Action& action, const Withdrawn& event, std::int64_t now_ms);
[[nodiscard]] Result<Step> on(const Action& action, const DecideByReached& event,
                              std::int64_t now_ms);
[[nodiscard]] Result<Step> on(const Action& action, const ExecuteByReached& event,
                              std::int64_t now_ms);
[[nodiscard]] Result<Step> on(const Action& action, const LeaseLapsed& event, std::int64_t now_ms);
[[nodiscard]] Result<Step> on(const Action& action, const ExecutorLost& event, std::int64_t now_ms);
[[nodiscard]] Result<Step> on(const Action& action, const StoreWentBack& event,
                              std::int64_t now_ms);
[[nodiscard]] Result<Step> on(const Action& action, const Rechecked& event, std::int64_t now_ms);
[[nodiscard]] Result<Step> on(const Action& action, const Claimed& event, std::int64_t now_ms);
[[nodiscard]] Result<Step> on(const Action& action, const IntentRecorded& event,
                              std::int64_t now_ms);
[[nodiscard]] Result<Step> on(const Action& action, const FirstByteSent& event,
                              std::int64_t now_ms);
[[nodiscard]] Result<Step> on(const Action& action, const ConnectionLost& event,
                              std::int64_t now_ms);
[[nodiscard]] Result<Step> on(const Action& action, const NothingSent& event, std::int64_t now_ms);
[[nodiscard]] Result<Step> on(const Action& action, const ResponseReceived& event,
                              std::int64_t now_ms);
[[nodiscard]] Result<Step> on(const Action& action, const Probed& event, std::int64_t now_ms);
[[nodiscard]] Result<Step> on(const Action& action, const GrantUsed& event, std::int64_t now_ms);

}  // namespace sentrail::execute
