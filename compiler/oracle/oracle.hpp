// The meaning of a policy, evaluated slowly and in the order in which docs/language.md tells it.
//
// Neighbours: ir.hpp (what it evaluates), value.hpp (on what). Must not know: anything it is meant
// to check: no engine, no core/facts.hpp, core/json.hpp or core/decimal.hpp.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "compiler/ir/ir.hpp"
#include "compiler/oracle/value.hpp"
#include "core/decision.hpp"
#include "core/truth.hpp"

namespace sentrail::compiler::oracle {

// The answer to one request. Rules are numbered through all tiers, in tier then rule order.
struct Decision {
  Effect effect = Effect::block;
  std::optional<std::size_t> rule;      // the deciding rule; nothing: the default
  std::vector<std::size_t> candidates;  // all of them, `pass` rules too, in order
  bool default_joined = false;
  bool undecidable = false;  // some candidate's condition is undecidable

  friend bool operator==(const Decision&, const Decision&) = default;
};

// What a held action waits for: every quorum, each once, within the shortest of the times.
struct Approval {
  std::vector<std::vector<ir::Seats>> quorums;  // ascend: no twins
  std::optional<std::int64_t> within_ms;        // the shortest that is written
  bool usual_time = false;                      // some of them gives no time: the server's

  friend bool operator==(const Approval&, const Approval&) = default;
};

// The obligations of a decision of `decide`. source: docs/language.md, L15.5.
[[nodiscard]] std::vector<ir::Obligation> obligations_of(const ir::Policy& policy,
                                                         const Decision& decision,
                                                         const Request& request);

// What a decision of `decide` waits for; nothing unless it requires approval.
// source: docs/language.md, L8.11 and L8.12.
[[nodiscard]] std::optional<Approval> approval_of(const ir::Policy& policy,
                                                  const Decision& decision);

// What several actions of one request wait for together. source: docs/language.md, L8.12.
[[nodiscard]] Approval join(const Approval& a, const Approval& b);

// The truth of one condition. REQUIRES: the policy verifies. source: docs/language.md, L8.1.
[[nodiscard]] Truth evaluate(const ir::Policy& policy, ir::ConditionId id, const Request& request);

// Whether a call of this request is one of those that a session counts.
// source: docs/language.md, L20.8.
[[nodiscard]] Truth evaluate(const ir::Count& count, const Request& request);

// The truth of every rule's condition, `when and not unless`, in tier then rule order.
[[nodiscard]] std::vector<Truth> evaluate_rules(const ir::Policy& policy, const Request& request);

// The decision that follows from the truths of all rules. source: docs/language.md, L8.2 to L8.7.
[[nodiscard]] Decision join(const ir::Policy& policy, std::span<const Truth> rules);

// The decision of a policy on a request. REQUIRES: the policy verifies.
// cost: every condition is evaluated, whether it can matter or not.
[[nodiscard]] Decision decide(const ir::Policy& policy, const Request& request);

}  // namespace sentrail::compiler::oracle
