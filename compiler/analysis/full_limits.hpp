// What limits may answer, where nothing is known of what they hold.
//
// Neighbours: prove.cpp asks. Must not know: circuits. Whether a limit has room is taken as free:
// each may have room and may have none. What a decision can be is then told by one policy without
// limits. source: docs/analysis.md, docs/language.md L14.5.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/ir/ir.hpp"
#include "compiler/oracle/value.hpp"

namespace sentrail::compiler::analysis {

// Whether some limit answers with this effect and not less.
[[nodiscard]] bool answers_of_limits(const ir::Policy& policy, Effect effect);

// A policy that decides with `effect` wherever the policy may: a rule one of whose limits answers
// with it answers so itself, all others as if their limits had room. Joining takes the strictest,
// so an effect that is met at all is met where just those limits are full. It may decide so
// elsewhere too: a limit may have no room for what is found, and an `allow` that is raised has no
// end; may_answer says what is so. Its rules have the same numbers and names.
[[nodiscard]] ir::Policy with_full_limits(const ir::Policy& policy, Effect effect);

// Whether a policy may decide a request with an effect, by what its limits hold.
[[nodiscard]] bool may_answer(const ir::Policy& policy, const oracle::Request& request,
                              Effect effect);

// A limit that never makes a difference but to refuse, or none at all.
struct VacuousLimit {
  const ir::Rule* rule = nullptr;
  const ir::Limit* limit = nullptr;
  const ir::Limit* other = nullptr;  // is met first and is as strict; null: it counts to nothing
};

// The vacuous limits of a policy, into which they point.
[[nodiscard]] std::vector<VacuousLimit> vacuous_limits(const ir::Policy& policy);

}  // namespace sentrail::compiler::analysis
