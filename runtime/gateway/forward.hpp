// Calls on their way to a tool: what is sent, and what comes back to the client.
//
// Neighbours: proxy.cpp forwards allowed calls with it, sender.cpp approved ones; http/headers.hpp
// says which fields pass. Must not know: policy, sockets. The tool's credential is put in here, at
// the last moment, and stands in no record.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/audit/event.hpp"
#include "runtime/execute/call.hpp"
#include "runtime/execute/sender.hpp"
#include "runtime/gateway/agent_desk.hpp"
#include "runtime/gateway/answers.hpp"
#include "runtime/gateway/known.hpp"
#include "runtime/http/handler.hpp"
#include "runtime/http/upstream.hpp"

namespace sentrail::gateway {

// The target on the tool's host: its base path, then what the agent asked for.
[[nodiscard]] std::string upstream_target(const store::Connection& connection,
                                          std::string_view target);

// The request with the tool's host and credential. in: `request` with the fields that are
// forwarded; its body is whole, or the framing is set by the caller.
[[nodiscard]] http::UpstreamRequest upstream_request(const Upstream& upstream,
                                                     std::string_view target,
                                                     http::HttpRequest request);

// The call that a hold stores: the same bytes, less what is put in when it is sent.
[[nodiscard]] execute::Call held_call(const Upstream& upstream, std::string_view tool,
                                      std::string_view target, const http::HttpRequest& request,
                                      std::string_view action);

// What makes a second application of a call impossible, of what its tool honours.
[[nodiscard]] std::vector<approvals::HeaderField> preconditions_of(const Upstream& upstream,
                                                                   std::string_view tool,
                                                                   std::string_view action,
                                                                   const execute::Call& call);

// Whether a stored call goes where the connection points now.
[[nodiscard]] bool is_bound_to(const execute::Call& call, const Upstream& upstream);

// The request of an approved call, as it is sent: with the tool's credential, and the idempotency
// key where the approval is bound to one. REQUIRES: the call is bound to this upstream.
[[nodiscard]] http::UpstreamRequest approved_request(const Upstream& upstream,
                                                     const execute::SendJob& job);

// An allowed call, as far as its answer is concerned.
struct ForwardedCall {
  Decided decided;
  std::shared_ptr<const Known> known;  // keeps `upstream`
  const Upstream* upstream = nullptr;
  std::string public_base;       // the tool's place under the gate's own address
  store::AuditEntry result;      // to be completed and recorded when the call ended
  audit::Personal who;           // whose `result` is
  bool tells_of_success = true;  // false: recorded only if a stop ended the call
  // Hashes a body that is streamed, begun with what was buffered of it; its hash goes into
  // `result`.
  std::optional<audit::StreamedPayload> payload;
};

// Passes the tool's answer to the client with the gate's own fields, and records how it ended.
// `desk` outlives the call.
[[nodiscard]] std::unique_ptr<http::ForwardObserver> make_forwarder(DeskContext& desk,
                                                                    ForwardedCall call);

}  // namespace sentrail::gateway
