// Who an agent's request comes from, by its headers.
//
// Neighbours: identity::Directory knows keys and agents, known.hpp is the snapshot; agent_desk and
// status identify here. Must not know: routes, bodies. Every request is identified twice, before
// and after its body, so who was seen last is remembered; never the secret, and never for longer
// than the snapshot and the key's own life.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

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

// Who acts with a key under a name, wherever it was given; empty: nowhere. The answer that refuses
// them else. source: docs/api.md A2.3.
[[nodiscard]] tl::expected<CallerPtr, http::HttpResponse> name_caller(const store::ApiKey& key,
                                                                      const Known& known,
                                                                      std::string_view agent_id);

// The answer to one who may not be the agent that they name.
[[nodiscard]] http::HttpResponse agent_not_allowed(std::string_view why);

}  // namespace sentrail::gateway
