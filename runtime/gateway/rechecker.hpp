// Whether an approved call may still be sent: policy, stops, key, agent and connection as they are
// now. The stricter answer wins.
//
// Neighbours: execute/coordinator.hpp asks, judge.hpp decides anew. Must not know: the store.
// source: docs/execution.md (re-check at execution).
#pragma once

#include <mutex>
#include <set>

#include "core/time.hpp"
#include "runtime/bundles/active_bundle.hpp"
#include "runtime/execute/sender.hpp"
#include "runtime/gateway/judge.hpp"
#include "runtime/gateway/known.hpp"

namespace sentrail::gateway {

// A held call as it was when it was asked for. in: its target as its tool has it.
[[nodiscard]] request::RawRequest raw_request_of(const store::ActionRecord& record,
                                                 const execute::Call& call, std::string target);

// What policy, stops and connection say now of a held call, or of one in its place.
// fails: permission_denied if who asked may no longer ask; conflict if the connection is another;
// as Judge.
[[nodiscard]] Result<Judged> judge_anew(Judge& judge, const Known& known,
                                        const store::ActionRecord& record,
                                        const execute::Call& call, Instant now,
                                        const JudgeFor& purpose);

// threads: as execute::Rechecker.
class CurrentRechecker final : public execute::Rechecker {
 public:
  // All outlive it.
  CurrentRechecker(const KnownHolder& known, const bundles::ActiveBundle& bundle,
                   const Clock& clock, counters::Counters* counters = nullptr)
      : known_(known), judge_(bundle, counters), clock_(clock) {}

  // Whether the call that passed last time is a declared read, which a normal stop lets pass. Asked
  // once for each send; what is not known is no read. threads: any.
  [[nodiscard]] bool take_read(const Uuid& action_id);

  [[nodiscard]] execute::RecheckAnswer recheck(const store::ActionRecord& record,
                                               const execute::Call& call,
                                               execute::RecheckAt at) override;

 private:
  const KnownHolder& known_;
  Judge judge_;
  const Clock& clock_;
  std::mutex mutex_;
  std::set<Uuid> reads_;  // guarded by mutex_
};

}  // namespace sentrail::gateway
