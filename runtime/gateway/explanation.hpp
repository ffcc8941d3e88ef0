// Why a decision is what it is, as JSON.
//
// Neighbours: decide/explain.hpp and decide/verdicts.hpp find the grounds; simulate.cpp shows them.
// Must not know: who asks. Values are escaped and cut short where they come from.
#pragma once

#include <span>

#include "core/json_writer.hpp"
#include "core/program.hpp"
#include "runtime/decide/explain.hpp"
#include "runtime/gateway/judge.hpp"

namespace sentrail::gateway {

// Writes one list: for each action that the request is or may be, its decision, its candidates, and
// what settled each rule that was reached. source: docs/api.md A3, `POST /simulate-action`.
void write_explanations(JsonWriter& json, const Program& program,
                        std::span<const decide::Explanation> explanations);

// Writes the same list for little more than the decisions: candidates alone, and of what settled
// them only where it is written. source: as above.
void write_verdicts(JsonWriter& json, const Program& program, std::span<const Grounded> actions);

}  // namespace sentrail::gateway
