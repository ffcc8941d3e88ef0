// Who an agent's request comes from, by its headers.
//
// Neighbours: identity::Directory knows keys and agents, known.hpp is the snapshot; agent_desk and
// status identify here. Must not know: routes, bodies. Every request is identified twice, before
// and after its body, so who was seen last is remembered; never the secret, and never for longer
// than the snapshot and the key's own life.
#pragma once

#include <cstdint>
#include <memory>

#include "core/result.hpp"
#include "runtime/gateway/known.hpp"
#include "runtime/http/message.hpp"

namespace sentrail::gateway {

// A caller, shared by all that one request becomes.
using CallerPtr = std::shared_ptr<const identity::Caller>;

// The agent that sends these headers, or the answer that refuses it. threads: any; each remembers
// for itself.
[[nodiscard]] tl::expected<CallerPtr, http::HttpResponse> identify_agent(
    const http::Headers& headers, const Known& known, store::Scope needed, std::int64_t now_ms);

}  // namespace sentrail::gateway
