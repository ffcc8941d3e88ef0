// What classes cannot tell may still be found by trying values: requests for answers that rest on a
// test that analysis does not know.
//
// Neighbours: probe/search.hpp tries, questions.cpp and prove.cpp ask when a search over classes
// ended in a test that may be anything. Must not know: classes. What is found here is confirmed by
// the caller; what is not found is not shown to be missing.
#pragma once

#include <cstddef>
#include <optional>

#include "compiler/ir/ir.hpp"
#include "compiler/oracle/value.hpp"

namespace sentrail::compiler::analysis {

// A request for which a rule's condition is true and no rule before it in its tier matches with
// certainty. cost: some 20,000 evaluations of conditions.
[[nodiscard]] std::optional<oracle::Request> try_to_reach(const ir::Policy& policy,
                                                          std::size_t rule);

// A request for which a claim does not hold: its condition is true, and the effect is there.
// cost: the same for each of at most limits::kAnalysisCatchesMax rules that have the effect.
[[nodiscard]] std::optional<oracle::Request> try_to_refute(const ir::Policy& policy,
                                                           const ir::Proof& proof);

}  // namespace sentrail::compiler::analysis
