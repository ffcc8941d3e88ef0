// From a call to what happens to it: stops first, then the policy in force.
//
// Neighbours: runtime/request classifies, runtime/decide decides, known.hpp has the stops; proxy,
// evaluate, simulate and the recheck before an approved send all judge here. Must not know: HTTP
// messages, the store, what is done about a judgement.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/decision.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "core/uuid.hpp"
#include "runtime/bundles/active_bundle.hpp"
#include "runtime/counters/counters.hpp"
#include "runtime/decide/approval.hpp"
#include "runtime/decide/explain.hpp"
#include "runtime/decide/scratch.hpp"
#include "runtime/decide/verdicts.hpp"
#include "runtime/gateway/known.hpp"
#include "runtime/gateway/obligations.hpp"
#include "runtime/request/request.hpp"
#include "runtime/store/records.hpp"

namespace sentrail::gateway {

// The rule that stands in answers where no policy rule decided.
inline constexpr std::string_view kDefaultRule = "default";

// Who asks, as far as policy and stops go.
struct Asker {
  Uuid workspace_id;
  std::string agent_id;
  request::Identity identity;
};

// The asker of an authenticated call. in: the address that it came from, as sockets write it or as
// it was recorded; empty: nobody knows
[[nodiscard]] Asker asker_of(const identity::Caller& caller, std::string_view source,
                             std::string_view address, Instant now);

// The policy's decision on one action, with what settled its candidates.
struct Grounded {
  Decision decision;
  decide::Verdicts verdicts;
};

// A judgement, with everything that is told and recorded of it.
struct Judged {
  Effect effect = Effect::block;
  std::string reason;
  std::string rule{kDefaultRule};            // `module.tier.rule`, `default`, or `stop.…`
  std::optional<Uuid> policy_id;             // of a rule of the policy
  std::optional<identity::StopKind> stop;    // a kill switch or pause decided
  std::optional<decide::Approval> approval;  // of require_approval, of all its actions
  Obligations obligations;                   // of all its actions
  std::string action;
  Risk risk = Risk::critical;
  std::string resource_type;
  std::string resource_id;
  bool declared_read = false;
  store::Hash bundle_hash{};
  // The kill states that were looked at: the workspace's and the server's.
  std::uint64_t kill_version = 0;
  std::uint64_t server_kill_version = 0;
  bool limited = false;           // some limit has no room
  counters::Reservation charged;  // what its limits count; nothing if blocked or simulated
  std::vector<Grounded> grounds;  // of each action, if they were asked for; stops aside
};

// What a judgement is for.
struct JudgeFor {
  counters::Purpose purpose = counters::Purpose::charge;
  // The correlation id of the held call that is judged anew: its own charges do not count.
  std::optional<Uuid> held{};
  bool grounds = false;  // whether Judged::grounds are wanted
};

// `sentrail:rule:<rule>` as a UUIDv5 in the namespace of URLs. source: docs/api.md A3.
[[nodiscard]] Uuid policy_id_of(std::string_view rule);

// Judges with the bundle in force. threads: one at a time; each thread has its own.
class Judge {
 public:
  // `active` and `counters` outlive it. Without counters no limit has room.
  explicit Judge(const bundles::ActiveBundle& active, counters::Counters* counters = nullptr)
      : view_(active), counters_(counters) {}

  // Keeps the bundle in force for the judgements that follow. fails: unavailable if there is none.
  [[nodiscard]] Result<std::shared_ptr<const bundles::LoadedBundle>> bundle();

  // Judges a call. in: `bundle` from bundle(). fails: as request::make_requests.
  [[nodiscard]] Result<Judged> judge(const bundles::LoadedBundle& bundle, request::RawRequest raw,
                                     const Asker& asker, const Known& known,
                                     const JudgeFor& purpose = {});

  // Judges what was classified already. REQUIRES: at least one request.
  [[nodiscard]] Judged judge(const bundles::LoadedBundle& bundle,
                             const std::vector<request::Request>& requests, const Asker& asker,
                             const Known& known, const JudgeFor& purpose = {});

  // Explains the policy's decision on each request, stops aside; charges nothing.
  [[nodiscard]] std::vector<decide::Explanation> explain(
      const bundles::LoadedBundle& bundle, const std::vector<request::Request>& requests,
      const Asker& asker);

  // Takes back what a judgement has charged: it does not come to pass.
  void give_back(Judged& judged);
  // Keeps what it has charged for a call that is being held; what comes of the hold says how it
  // ends.
  void hold(const Uuid& correlation_id, Judged& judged, const counters::HoldName& name = {});
  // What it has charged, for the transaction that records it; nothing if it has not. `held`: the
  // call waits under that name.
  [[nodiscard]] std::optional<store::ChargeLimits> written(
      const Judged& judged, const Uuid& workspace_id, const Uuid& correlation_id,
      const counters::HoldName* held = nullptr) const;
  // Whether some held call has charged something, and the one of that HoldName::call.
  [[nodiscard]] bool holds_any() const;
  [[nodiscard]] std::optional<counters::Hold> find_hold(const store::Hash& call) const;
  // The call was not held after all, or is another one that was held before.
  void not_held(const Uuid& correlation_id);

 private:
  [[nodiscard]] counters::Counted decide(const bundles::LoadedBundle& bundle,
                                         const std::vector<request::Request>& requests,
                                         const Asker& asker, const JudgeFor& purpose);

  [[nodiscard]] const Uuid& policy_id_in(const bundles::LoadedBundle& bundle, std::uint32_t rule);

  bundles::ActiveBundleView view_;
  counters::Counters* counters_;
  decide::Scratch scratch_;
  std::vector<const Facts*> actions_;  // of the judgement under way
  // Of the rules of one bundle that have decided: a hash for each decision would cost more than it.
  std::unordered_map<std::uint32_t, Uuid> policy_ids_;
  store::Hash policy_ids_of_{};
};

}  // namespace sentrail::gateway
