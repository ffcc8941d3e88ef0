// Entries of administration.
//
// Neighbours: admin_entry.hpp. Must not know: what is told.
#include "runtime/identity/admin_entry.hpp"

#include <utility>

#include "crypto/random.hpp"

namespace sentrail::identity {

store::AuditEntry admin_entry(const Clock& clock, store::AuditKind kind, std::string action) {
  store::AuditEntry made;
  made.kind = kind;
  made.time_ms = clock.now().unix_ms;
  made.id = crypto::uuid_v7(made.time_ms);
  made.correlation_id = crypto::uuid_v7(made.time_ms);
  made.source = "manual";
  made.tool = "system";
  made.action = std::move(action);
  made.decision = store::AuditDecision::allow;
  return made;
}

store::AppendAudit told_by(const audit::Recorder& recorder, const Actor& actor,
                           store::AuditEntry entry, audit::Personal personal) {
  entry.workspace_id = actor.workspace_id;
  personal.requested_by = actor.name;
  personal.person_id = format_uuid(actor.person_id);
  personal.person_name = actor.name;
  return {recorder.record(std::move(entry), personal)};
}

}  // namespace sentrail::identity
