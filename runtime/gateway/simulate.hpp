// Dry runs as JSON in and JSON out, one or a batch: what `POST /simulate-action` answers, for
// whoever has the gate in its own process.
//
// Neighbours: simulate.cpp serves the route with it; sentrail-bench measures it. Must not know:
// HTTP, the store. Nothing is recorded, held or charged. source: docs/api.md A3.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "core/uuid.hpp"
#include "runtime/gateway/judge.hpp"
#include "runtime/gateway/known.hpp"

namespace sentrail::gateway {

// How much is told of why: nothing, which tests settled the candidates, or every rule in words,
// which costs more than the decision.
enum class Grounds : std::uint8_t { none, verdicts, words };

// On whose behalf it is asked. Everything outlives the call.
struct SimulatedFor {
  const Asker& asker;
  const Known& known;
  Uuid correlation_id;  // stands in each answer
  Grounds grounds = Grounds::words;
};

// Answers one description, or `items` of at most limits::kEvaluateItemsMax, as the route does.
// threads: the judge's. fails: invalid_argument for what is no description, naming the member;
// unavailable without a policy.
[[nodiscard]] Result<std::string> simulate(Judge& judge, const SimulatedFor& whom,
                                           std::string_view body);

}  // namespace sentrail::gateway
