// Audit entries of what people administer, in one shape.
//
// Neighbours: connections.cpp, invitations.cpp and the gateway's policy route tell of changes with
// these; administration.hpp writes its own alike. Must not know: the store, routes.
#pragma once

#include <string>

#include "core/time.hpp"
#include "runtime/audit/event.hpp"
#include "runtime/identity/administration.hpp"
#include "runtime/store/transaction.hpp"

namespace sentrail::identity {

// An entry about the gate itself, made now: source `manual`, tool `system`, decision allow.
[[nodiscard]] store::AuditEntry admin_entry(const Clock& clock, store::AuditKind kind,
                                            std::string action);

// The entry as that person's doing, in the workspace where they act.
[[nodiscard]] store::AppendAudit told_by(const audit::Recorder& recorder, const Actor& actor,
                                         store::AuditEntry entry, audit::Personal personal = {});

}  // namespace sentrail::identity
