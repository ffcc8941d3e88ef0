// Why a decision is what it is, as JSON.
//
// Neighbours: decide/explain.hpp finds the grounds; simulate.cpp shows them. Must not know: who
// asks. Values are escaped and cut short where they come from.
#pragma once

#include <span>

#include "core/json_writer.hpp"
#include "core/program.hpp"
#include "runtime/decide/explain.hpp"

namespace sentrail::gateway {

// Writes one list: for each action that the request is or may be, its decision, its candidates, and
// what settled each rule that was reached. source: docs/api.md A3, `POST /simulate-action`.
void write_explanations(JsonWriter& json, const Program& program,
                        std::span<const decide::Explanation> explanations);

}  // namespace sentrail::gateway
