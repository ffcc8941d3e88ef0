// Entries of the log as people are shown them.
//
// Neighbours: audit_routes.cpp shows a workspace's; the server's control socket those that belong
// to none. Must not know: who asks. source: docs/api.md A6.
#pragma once

#include "core/json_writer.hpp"
#include "core/result.hpp"
#include "runtime/audit/event.hpp"
#include "runtime/store/store.hpp"

namespace sentrail::gateway {

// Writes `entries`, opened, and `next` into an object. fails: as Recorder::open; the object is not
// to be sent then.
[[nodiscard]] Status write_entries(JsonWriter& json, const audit::Recorder& recorder,
                                   const store::Page<store::AuditRow>& page);

}  // namespace sentrail::gateway
