// A held call as agents and people are shown it: its status, what will be sent, what came back.
//
// Neighbours: status.cpp (agents), approvals_routes.cpp (people); execute/call.hpp opens what is
// stored. Must not know: who asks, HTTP. Shapes: docs/api.md A3 (status), A4 (approvals).
#pragma once

#include <optional>
#include <string_view>

#include "core/json_writer.hpp"
#include "core/result.hpp"
#include "runtime/execute/call.hpp"
#include "runtime/identity/directory.hpp"
#include "runtime/store/store.hpp"

namespace sentrail::gateway {

// pending, approved, denied, expired, executed, failed, in_doubt or revoked.
[[nodiscard]] std::string_view agent_status(const store::ActionRecord& record) noexcept;

// The upstream's answer as it is kept; nothing if none came. cost: the disk.
// fails: as the store; corrupt if it is not what was stored for this call, or is gone.
[[nodiscard]] Result<std::optional<execute::StoredResponse>> load_result(
    const store::Reader& reader, const execute::CallVault& vault,
    const store::ActionRecord& record);

// What will be sent, checked against the approval's hash. cost: the disk.
// fails: as the store; corrupt if it is not what people are asked to approve, or is gone.
[[nodiscard]] Result<execute::Call> load_request(const store::Reader& reader,
                                                 const execute::CallVault& vault,
                                                 const store::ActionRecord& record);

// Writes one value: null, or `{status, headers, body}` with `body` as JSON where it is JSON, else
// as text; and `truncated` where only its beginning was kept. Fields that belong to one connection
// or to the tool's own origin are left out.
void write_result(JsonWriter& json, const std::optional<execute::StoredResponse>& result);

// Writes one value, `{method, url, headers, body, bodyEncoding}`: `utf-8`, or `base64` where the
// body is not text.
void write_request(JsonWriter& json, const execute::Call& call);

// Writes the members of an approval, but for `request` and `result`, into an open object. in: who
// has which name now.
void write_approval(JsonWriter& json, const store::ActionRecord& record,
                    const identity::Directory& directory);

// Writes one value, `{global, mode, enabledAt, enabledBy, reason, toolsPaused, agentsPaused}`: the
// workspace's stops and the server's together. in: the server's state (nil workspace) and the
// workspace's.
void write_kill_switch(JsonWriter& json, const store::KillState& server,
                       const store::KillState& workspace);

}  // namespace sentrail::gateway
