// Health, readiness and counters: what probes ask.
//
// Neighbours: gate.cpp serves them on the I/O thread; metrics.hpp counts. Must not know: people,
// agents. Nothing here touches the disk.
#pragma once

#include "runtime/gateway/metrics.hpp"
#include "runtime/gateway/parts.hpp"
#include "runtime/gateway/routes.hpp"
#include "runtime/http/message.hpp"

namespace sentrail::gateway {

// The answer of a route of operations. REQUIRES: it is one. source: docs/api.md A8.
[[nodiscard]] http::HttpResponse answer_operation(RouteId route, const GateParts& parts,
                                                  const Metrics& metrics);

}  // namespace sentrail::gateway
