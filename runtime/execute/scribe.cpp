// Steps as transactions.
//
// Neighbours: scribe.hpp. Must not know: what leads to a step.
#include "runtime/execute/scribe.hpp"

#include <optional>
#include <utility>
#include <variant>

#include "core/encoding.hpp"
#include "core/json_writer.hpp"
#include "core/limits.hpp"
#include "crypto/random.hpp"
#include "runtime/execute/charges.hpp"

namespace sentrail::execute {
namespace {

// What every entry about a held call says of it.
store::AuditEntry describe_call(const store::ActionRecord& record) {
  store::AuditEntry entry;
  entry.workspace_id = record.workspace_id;
  entry.correlation_id = record.correlation_id;
  entry.action_id = record.action_id;
  entry.key_id = record.key_id;
  entry.source = record.source;
  entry.tool = record.tool;
  entry.action = record.action;
  entry.resource_type = record.resource_type;
  entry.rule = record.rule;
  entry.policy_id = record.policy_id;
  entry.risk = record.risk;
  entry.bundle_hash = record.bundle_hash;
  entry.approval_hash = record.approval_hash;
  entry.state = record.state;
  return entry;
}

void oblige(const Obliged& obliged, store::AuditEntry& entry) {
  entry.obligations = obliged.obligations;
  entry.tags = obliged.tags;
  entry.shadows = obliged.shadows;
}

audit::Personal people_of(const store::ActionRecord& record) {
  audit::Personal personal;
  personal.agent_id = record.agent_id;
  personal.agent_name = record.agent_name;
  personal.requested_by = record.requested_by;
  personal.resource_id = record.resource_id;
  return personal;
}

// Ids and policy vocabulary only: whoever delivers the message loads the rest when it is due.
std::string message(const store::ActionRecord& record, const Notify& notify) {
  std::string payload;
  JsonWriter json(&payload, KeyOrder::sorted);
  json.begin_object();
  json.key("action").string(record.action);
  json.key("actionId").string(format_uuid(record.action_id));
  json.key("approvalHash").string(hex_encode(record.approval_hash));
  json.key("correlationId").string(format_uuid(record.correlation_id));
  json.key("event").string(notify.event);
  if (!notify.group.empty()) json.key("group").string(notify.group);
  json.key("risk").string(name_of(record.risk));
  json.key("rule").string(record.rule);
  json.key("status").string(status_of(record.state));
  json.key("tool").string(record.tool);
  json.key("workspaceId").string(format_uuid(record.workspace_id));
  json.end_object();
  return payload;
}

}  // namespace

store::Transaction Scribe::write(const Step& step, std::uint64_t version,
                                 const std::optional<audit::Payload>& payload,
                                 const Obliged& obliged) const {
  const store::ActionRecord& record = step.action.record;
  const std::int64_t now_ms = clock_.now().unix_ms;
  store::Transaction transaction;
  store::PutAction put{record, version, false, 0};
  if (version == 0) {
    put.attach = true;
    put.pending_max = limits::kPendingPerAgentMax;
  }
  transaction.operations.emplace_back(std::move(put));
  for (const SideEffect& effect : step.effects) {
    if (const auto* append = std::get_if<AppendAudit>(&effect)) {
      store::AuditEntry entry = describe_call(record);
      if (append->kind == store::AuditKind::hold) {
        entry.id = record.hold_audit_id;
        oblige(obliged, entry);
      }
      entry.kind = append->kind;
      entry.decision = append->decision;
      entry.time_ms = now_ms;
      if (record.status != 0) entry.status = record.status;
      audit::Personal personal = people_of(record);
      personal.reason = append->reason;
      personal.person_name = append->person_name;
      if (append->person_id != Uuid{}) personal.person_id = format_uuid(append->person_id);
      personal.payload = payload;
      transaction.operations.emplace_back(
          store::AppendAudit{recorder_.record(std::move(entry), personal)});
    } else if (const auto* notify = std::get_if<Notify>(&effect)) {
      for (const std::string& channel : channels_) {
        store::OutboxItem item;
        item.id = crypto::uuid_v4();
        item.workspace_id = record.workspace_id;
        item.event = notify->event;
        item.channel = channel;
        item.payload = message(record, *notify);
        item.created_ms = now_ms;
        item.next_attempt_ms = now_ms;
        transaction.operations.emplace_back(store::Put<store::OutboxItem>{std::move(item), 0});
      }
    }
  }
  if (store::is_final(record.state)) {
    transaction.operations.emplace_back(
        store::EndCharges{record.workspace_id, record.correlation_id, !charges_stay(record)});
  }
  return transaction;
}

store::AuditEntry Scribe::attach_entry(const store::ActionRecord& pending,
                                       const store::ActionRecord& repeat,
                                       const Obliged& obliged) const {
  store::AuditEntry entry = describe_call(pending);
  entry.kind = store::AuditKind::attach;
  entry.decision = store::AuditDecision::require_approval;
  entry.time_ms = clock_.now().unix_ms;
  entry.id = crypto::uuid_v7(entry.time_ms);
  entry.correlation_id = repeat.correlation_id;
  entry.key_id = repeat.key_id;
  entry.rule = repeat.rule;
  entry.policy_id = repeat.policy_id;
  entry.bundle_hash = repeat.bundle_hash;
  oblige(obliged, entry);
  audit::Personal personal = people_of(repeat);
  personal.reason = repeat.reason;
  return recorder_.record(std::move(entry), personal);
}

}  // namespace sentrail::execute
