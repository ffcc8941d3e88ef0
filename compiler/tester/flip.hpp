// What would have to be otherwise about a request for the decision to be another.
//
// Neighbours: probe/domains.hpp gives the values, Compiled confirms; `explain --flip` prints. Must
// not know: output.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "compiler/catalog/catalog.hpp"
#include "compiler/ir/ir.hpp"
#include "compiler/oracle/value.hpp"
#include "compiler/tester/compiled.hpp"

namespace sentrail::compiler {

// One value that is another; absent where there was none, or would be none.
struct Change {
  ir::AttributeRef ref;
  oracle::Value from;
  oracle::Value to;
};

// Changes after which the decision has another effect, confirmed by the engine.
struct Flip {
  std::vector<Change> changes;
  Effect effect = Effect::block;
  std::string rule;  // that decides then
};

// The smallest changes of a request, all of whose actions are given, that change its effect: of one
// value, for each effect and attribute one; where there are none, of two, for each effect one.
// Values are those of the policy's own literals and their neighbours, so that nothing found does
// not mean that there is nothing. in: `state` is what limits are said to hold. REQUIRES: at least
// one action; `compiled` is of `policy`.
// cost: the values tried, or up to 100,000 pairs of them, times the actions and rules.
[[nodiscard]] std::vector<Flip> flips_of(const ir::Policy& policy, const Compiled& compiled,
                                         std::span<const Catalog> catalogs,
                                         std::span<const oracle::Request> actions,
                                         const State& state);

}  // namespace sentrail::compiler
