// Whether a mistake in a limit can be told, and in which situations it may be.
//
// Neighbours: mutation.hpp asks and tries what is found; analysis/diff.hpp compares two policies
// without limits in which the rule answers as if its limit had room, and as if it had none. Must
// not know: tests, output. What a limit holds is free, so where those two decide alike no counter
// makes a difference. Limits of other rules only make them stricter, which keeps that so.
#pragma once

#include <string>
#include <vector>

#include "compiler/ir/ir.hpp"
#include "compiler/tester/mistakes.hpp"
#include "compiler/tester/situation.hpp"

namespace sentrail::compiler {

// What may tell a policy from one with a mistake in a limit.
struct LimitTold {
  bool same = false;  // proved that nothing does
  std::vector<Situation> situations;
  std::string why;  // what analysis does not know; empty if nothing
};

// REQUIRES: a mistake of the policy, limit_left_out or limit_changed. cost: one diff.
[[nodiscard]] LimitTold tell_limits_apart(const ir::Policy& policy, const Mistake& mistake);

// The situation in which all limits of a rule are full for a request.
[[nodiscard]] Situation with_all_full(const ir::Rule& rule, const oracle::Request& request);

// The situation in which a limit holds just so much that a request is the last with room, or with
// `beside` the first without; nothing if none is. The request charges the limit then.
[[nodiscard]] std::optional<Situation> at_the_end_of(const ir::Rule& rule, std::size_t limit,
                                                     bool beside, const oracle::Request& request);

}  // namespace sentrail::compiler
