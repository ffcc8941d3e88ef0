// Record, then overwrite. See erase_command.hpp.
#include "runtime/server/erase_command.hpp"

#include <algorithm>
#include <utility>

#include "core/json_writer.hpp"
#include "core/limits.hpp"
#include "runtime/audit/erase.hpp"

namespace sentrail::server {
namespace {

using gateway::Fields;

// An account is named by people, and known to entries by its id.
Result<std::string> person_id_of(const gateway::KnownHolder& known, const std::string& name) {
  if (parse_uuid(name)) return name;
  const auto snapshot = known.get();
  const store::Person* person = snapshot->directory().find_person(name);
  if (person == nullptr) return fail(Errc::not_found, "there is no account of that name");
  return format_uuid(person->id);
}

Result<audit::DataSubject> read_subject(const EraseParts& parts, Fields& fields) {
  const std::string workspace = fields.required_text("workspace");
  const auto agent = fields.text("agent");
  const auto person = fields.text("person");
  const Result<Uuid> id = parse_uuid(workspace);
  if (!id) fields.refuse("workspace", "must be a workspace's id");
  if (agent.has_value() == person.has_value()) {
    fields.refuse("agent", "or `person` must be there, and not both");
  }
  SENTRAIL_TRY(fields.finish());
  audit::DataSubject subject;
  subject.workspace_id = *id;
  subject.column = person ? store::AuditColumn::person : store::AuditColumn::agent;
  subject.id = agent.value_or("");
  if (person) {
    SENTRAIL_ASSIGN_OR_RETURN(subject.id, person_id_of(parts.known, *person));
  }
  return subject;
}

// Keys of requests that were recorded: entries that name them may be gone.
Status add_recorded(const EraseParts& parts, const audit::DataSubject& subject,
                    audit::Traces& traces) {
  if (parts.requests == nullptr || subject.column != store::AuditColumn::agent) return {};
  SENTRAIL_ASSIGN_OR_RETURN(const std::vector<Uuid> ids,
                            parts.requests->keys_of(subject.workspace_id, subject.id));
  for (const Uuid& id : ids) {
    if (std::ranges::find(traces.key_ids, id) == traces.key_ids.end()) traces.key_ids.push_back(id);
  }
  return {};
}

Result<std::string> erase(const EraseParts& parts, Fields& fields, const ControlPeer& peer) {
  const std::string basis = fields.required_text("basis");
  if (basis.size() > limits::kVoteReasonBytesMax) fields.refuse("basis", "is too long");
  SENTRAIL_ASSIGN_OR_RETURN(const audit::DataSubject subject, read_subject(parts, fields));
  SENTRAIL_ASSIGN_OR_RETURN(audit::Traces traces,
                            audit::find_traces(parts.reader, parts.recorder, subject));
  SENTRAIL_TRY(add_recorded(parts, subject, traces));
  if (traces.sequences.empty() && traces.key_ids.empty() && traces.left == 0) {
    return fail(Errc::not_found, "no entry of this workspace is about that subject");
  }
  store::AuditEntry told =
      audit::redact_entry(parts.recorder, subject, traces, parts.clock.now().unix_ms, basis,
                          "local uid " + std::to_string(peer.uid));
  const std::string id = format_uuid(told.id);
  store::Transaction transaction;
  transaction.operations.emplace_back(store::AppendAudit{std::move(told)});
  SENTRAIL_TRY(parts.changes.commit(std::move(transaction)));
  std::size_t keys = 0;
  for (const Uuid& place : subject.places()) {
    SENTRAIL_ASSIGN_OR_RETURN(
        const std::size_t gone,
        parts.subjects.erase(place, subject.kind(), subject.id, traces.key_ids));
    keys += gone;
  }
  std::string out;
  JsonWriter json(&out);
  json.begin_object().key("entries").unsigned_integer(traces.sequences.size());
  json.key("keys").unsigned_integer(keys).key("left").unsigned_integer(traces.left);
  json.key("auditLogId").string(id).end_object();
  return out.substr(1, out.size() - 2);
}

}  // namespace

ControlCommand erase_command(const EraseParts& parts) {
  return [parts](Fields& fields, const ControlPeer& peer) { return erase(parts, fields, peer); };
}

}  // namespace sentrail::server
