// Asks a tool what became of a call in doubt, as policy allows it now.
//
// Neighbours: execute/sender.hpp (when), tool_promises.hpp (how to ask), judge.hpp (whether it may
// be asked), rechecker.hpp (the agent as it is now). Must not know: Asio. A probe is a read of the
// agent whose call it was: what policy or a stop would refuse the agent is not asked.
#pragma once

#include <optional>

#include "core/time.hpp"
#include "runtime/execute/sender.hpp"
#include "runtime/gateway/judge.hpp"
#include "runtime/gateway/known.hpp"

namespace sentrail::gateway {

// threads: as execute::Prober.
class UpstreamProber final : public execute::Prober {
 public:
  // All outlive it.
  UpstreamProber(const KnownHolder& known, const bundles::ActiveBundle& bundle, const Clock& clock,
                 counters::Counters* counters = nullptr)
      : known_(known), judge_(bundle, counters), clock_(clock) {}

  [[nodiscard]] std::optional<std::int64_t> settle_ms(const store::ActionRecord& record) override;
  [[nodiscard]] Result<execute::Question> question(const store::ActionRecord& record,
                                                   const execute::Call& call) override;

 private:
  const KnownHolder& known_;
  Judge judge_;
  const Clock& clock_;
};

}  // namespace sentrail::gateway
