// Heads of the audit log and chain hashes, as the gate and the state file write them in JSON.
//
// Neighbours: audit_commands.cpp compares heads, state.hpp keeps them. Must not know: who wrote
// them.
#pragma once

#include "core/json.hpp"
#include "core/result.hpp"
#include "runtime/audit/verify.hpp"

namespace sentrail::cli {

// The member `chain` of an object: 32 bytes in hexadecimal. fails: corrupt.
[[nodiscard]] Result<store::Hash> read_chain(JsonValue object);

// `{"size":…,"chain":…}`; other members are not looked at. fails: corrupt.
[[nodiscard]] Result<store::AuditHead> read_head(JsonValue object);

}  // namespace sentrail::cli
