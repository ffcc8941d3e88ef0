// What a connection declares about its tool: which preconditions it honours, how it takes
// idempotency keys, and how it can be asked what became of a call.
//
// Neighbours: connection_routes.cpp takes them in, known.hpp keeps them ready, forward.cpp and
// prober.cpp go by them. Must not know: sockets, policy. What is not declared is not relied on.
// source: docs/api.md A7, docs/execution.md.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/json.hpp"
#include "core/result.hpp"
#include "runtime/approvals/idempotency.hpp"
#include "runtime/execute/probe.hpp"

namespace sentrail::gateway {

// A tool as its connection describes it.
struct ToolPromises {
  bool if_match = false;
  approvals::Idempotency idempotency = approvals::Idempotency::none;
  std::vector<execute::Probe> probes;

  friend bool operator==(const ToolPromises&, const ToolPromises&) = default;
};

// Reads `{ifMatch?, idempotency?, probes?}`. fails: invalid_argument, naming the member.
[[nodiscard]] Result<ToolPromises> read_promises(JsonValue object);

// Reads what a connection's record has in `settings`; empty: nothing is promised. fails: corrupt.
[[nodiscard]] Result<ToolPromises> promises_of(std::string_view settings);

// The text that a record keeps, which promises_of() reads.
[[nodiscard]] std::string settings_of(const ToolPromises& promises);

// The probe for calls of an action; null if there is none. The result borrows.
[[nodiscard]] const execute::Probe* find_probe(const ToolPromises& promises,
                                               std::string_view action) noexcept;

}  // namespace sentrail::gateway
