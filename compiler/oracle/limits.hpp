// What limits change about a decision, slowly and in the order in which docs/language.md tells it.
//
// Neighbours: oracle.hpp decides as if every limit had room. Must not know: core/units.hpp,
// runtime/decide, which it checks. source: docs/language.md, section 14.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "compiler/oracle/oracle.hpp"

namespace sentrail::compiler::oracle {

// A limit: its rule, numbered through all tiers, and its place in it.
using LimitId = std::pair<std::size_t, std::size_t>;

// What limits hold, in millionths: digits of a whole number; a limit that is not there holds 0.
using Used = std::map<LimitId, std::string>;

// The limits that have no room.
using Full = std::vector<LimitId>;

// What a request charges a limit, in millionths: digits of a whole number. Nothing if a key or the
// amount cannot be told. source: L14.4.
[[nodiscard]] std::optional<std::string> charged(const ir::Limit& limit, const Request& request);

// The limits of the candidates that have no room. source: L14.4.
[[nodiscard]] Full full_limits(const ir::Policy& policy, const Decision& decision,
                               const Request& request, const Used& used);

// The decision where these limits have no room. source: L14.5.
[[nodiscard]] Decision with_full(const ir::Policy& policy, const Decision& decision,
                                 const Full& full);

// What that decision waits for. source: L14.5 and L8.12.
[[nodiscard]] std::optional<Approval> approval_of(const ir::Policy& policy,
                                                  const Decision& decision, const Full& full);

// The decision of a policy on a request where nothing has been counted yet. REQUIRES: the policy
// verifies.
[[nodiscard]] Decision decide_fresh(const ir::Policy& policy, const Request& request);

// a + b of such digits.
[[nodiscard]] std::string sum(const std::string& a, const std::string& b);

}  // namespace sentrail::compiler::oracle
