// Whether an approved call may still be sent: policy, stops, key, agent and connection as they are
// now. The stricter answer wins.
//
// Neighbours: execute/coordinator.hpp asks, judge.hpp decides anew. Must not know: the store.
// source: docs/execution.md (re-check at execution).
#pragma once

#include "core/time.hpp"
#include "runtime/bundles/active_bundle.hpp"
#include "runtime/execute/sender.hpp"
#include "runtime/gateway/judge.hpp"
#include "runtime/gateway/known.hpp"

namespace sentrail::gateway {

// The agent of a held call as it is now. fails: permission_denied if its key is not usable any
// more.
[[nodiscard]] Result<identity::Caller> caller_now(const Known& known,
                                                  const store::ActionRecord& record,
                                                  std::int64_t now_ms);

// A call for its tool in the words in which policy asks. REQUIRES: it is bound to this upstream.
[[nodiscard]] request::RawRequest raw_request(const Upstream& upstream,
                                              const store::ActionRecord& record,
                                              const execute::Call& call);

// threads: as execute::Rechecker.
class CurrentRechecker final : public execute::Rechecker {
 public:
  // All outlive it.
  CurrentRechecker(const KnownHolder& known, const bundles::ActiveBundle& bundle,
                   const Clock& clock, counters::Counters* counters = nullptr)
      : known_(known), judge_(bundle, counters), clock_(clock) {}

  [[nodiscard]] execute::RecheckAnswer recheck(const store::ActionRecord& record,
                                               const execute::Call& call,
                                               execute::RecheckAt at) override;

 private:
  const KnownHolder& known_;
  Judge judge_;
  const Clock& clock_;
};

}  // namespace sentrail::gateway
