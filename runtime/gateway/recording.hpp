// Calls that were judged, offered to the log of recorded requests.
//
// Neighbours: proxy.cpp and evaluate.cpp call it once what was judged is on its way to the audit
// log, recording/request_log.hpp keeps them. Must not know: how they are kept. The body is read
// anew, whole: what the policy in force does not ask for, the next one may.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "runtime/gateway/agent_desk.hpp"
#include "runtime/request/request.hpp"

namespace sentrail::gateway {

// Whether a call is one of those that are recorded.
[[nodiscard]] bool is_recorded(const DeskContext& desk, const AgentCall& call) noexcept;

// Offers a call; what cannot be recorded is counted. in: the requests that it was judged as, with
// all members of the body; `hidden` as in Judged, with pointers into that body. cost: a call's
// classification and its text: call it where nobody waits.
void record_request(DeskContext& desk, const AgentCall& call,
                    const Result<std::vector<request::Request>>& requests,
                    const std::vector<std::string>& hidden);

// Texts of a body at the places that are hidden: what must not stand elsewhere either.
[[nodiscard]] std::vector<std::string> hidden_texts(JsonValue body,
                                                    const std::vector<std::string>& hidden);

}  // namespace sentrail::gateway
