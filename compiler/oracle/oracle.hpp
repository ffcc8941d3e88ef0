// The meaning of a policy, evaluated slowly and in the order in which docs/language.md tells it.
//
// Neighbours: ir.hpp (what it evaluates), value.hpp (on what). Must not know: anything it is meant
// to check: no engine, no core/facts.hpp, core/json.hpp or core/decimal.hpp.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
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

// The truth of one condition. REQUIRES: the policy verifies. source: docs/language.md, L8.1.
[[nodiscard]] Truth evaluate(const ir::Policy& policy, ir::ConditionId id, const Request& request);

// The truth of every rule's condition, `when and not unless`, in tier then rule order.
[[nodiscard]] std::vector<Truth> evaluate_rules(const ir::Policy& policy, const Request& request);

// The decision that follows from the truths of all rules. source: docs/language.md, L8.2 to L8.7.
[[nodiscard]] Decision join(const ir::Policy& policy, std::span<const Truth> rules);

// The decision of a policy on a request. REQUIRES: the policy verifies.
// cost: every condition is evaluated, whether it can matter or not.
[[nodiscard]] Decision decide(const ir::Policy& policy, const Request& request);

}  // namespace sentrail::compiler::oracle
