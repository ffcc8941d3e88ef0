// Judgements on record. See record.hpp.
#include "runtime/gateway/record.hpp"

#include <utility>
#include <vector>

#include "runtime/audit/hiding.hpp"

namespace sentrail::gateway {
namespace {

// A key's last use is noted once in so long: every request would rewrite the row.
constexpr std::int64_t kTouchKeyMs = 60'000;

std::string recorded_rule(const Judged& judged) {
  return judged.rule == kDefaultRule ? std::string() : judged.rule;
}

}  // namespace

audit::Personal asked_by(const AgentCall& call) {
  audit::Personal personal;
  personal.agent_id = call.caller->agent_id;
  personal.agent_name = call.caller->agent_name;
  personal.requested_by = call.caller->requested_by();
  return personal;
}

store::AuditEntry decision_entry(const DeskContext& desk, const AgentCall& call, const Asked& asked,
                                 const Judged& judged) {
  store::AuditEntry entry;
  entry.kind = store::AuditKind::decision;
  entry.time_ms = desk.parts.clock.now().unix_ms;
  entry.workspace_id = call.caller->workspace.id;
  entry.correlation_id = call.correlation_id;
  entry.key_id = call.caller->key.id;
  entry.source = asked.source;
  entry.tool = asked.tool;
  entry.action = judged.action;
  entry.resource_type = judged.resource_type;
  entry.rule = recorded_rule(judged);
  entry.policy_id = judged.policy_id.value_or(Uuid{});
  entry.decision = store::audit_decision_of(judged.effect);
  entry.risk = judged.risk;
  entry.bundle_hash = judged.bundle_hash;
  entry.kill_epoch = judged.kill_version;
  execute::Obliged obliged = obliged_by(judged);
  entry.obligations = std::move(obliged.obligations);
  entry.tags = std::move(obliged.tags);
  entry.shadows = std::move(obliged.shadows);
  audit::Personal personal = asked_by(call);
  personal.resource_id = judged.resource_id;
  personal.reason = judged.reason;
  if (!asked.payload.empty()) {
    const std::vector<std::string>& hidden = judged.obligations.hidden;
    personal.payload = hidden.empty() ? audit::Payload::of(asked.payload)
                                      : audit::Payload::of(audit::hide(asked.payload, hidden));
  }
  return desk.parts.recorder.record(std::move(entry), personal);
}

std::vector<store::Operation> demands_of(const AgentCall& call, const Judged& judged) {
  return {store::RequireKillVersion{call.caller->workspace.id, judged.kill_version},
          store::RequireKillVersion{Uuid{}, judged.server_kill_version}};
}

store::Transaction decision_transaction(DeskContext& desk, const AgentCall& call,
                                        const Judged& judged, store::AuditEntry entry,
                                        Waits waits) {
  store::Transaction transaction;
  const Uuid workspace_id = call.caller->workspace.id;
  if (waits == Waits::yes && judged.effect != Effect::block) {
    transaction.operations = demands_of(call, judged);
  }
  transaction.operations.emplace_back(store::AppendAudit{std::move(entry)});
  if (auto charged = desk.judge.written(judged, workspace_id, call.correlation_id)) {
    transaction.if_withdrawn.emplace_back(store::GiveBackCharges{charged->charges});
    transaction.operations.emplace_back(*std::move(charged));
  }
  const std::int64_t now_ms = desk.parts.clock.now().unix_ms;
  std::int64_t& touched_ms = desk.keys_touched[call.caller->key.id];
  if (now_ms - touched_ms >= kTouchKeyMs) {
    touched_ms = now_ms;
    transaction.operations.emplace_back(store::TouchKey{workspace_id, call.caller->key.id, now_ms});
  }
  return transaction;
}

store::AuditEntry result_entry(const AgentCall& call, const Asked& asked, const Judged& judged) {
  store::AuditEntry entry;
  entry.kind = store::AuditKind::result;
  entry.workspace_id = call.caller->workspace.id;
  entry.correlation_id = call.correlation_id;
  entry.key_id = call.caller->key.id;
  entry.source = asked.source;
  entry.tool = asked.tool;
  entry.action = judged.action;
  entry.risk = judged.risk;
  return entry;
}

store::ActionRecord hold_draft(const DeskContext& desk, const AgentCall& call, const Asked& asked,
                               const Judged& judged) {
  store::ActionRecord draft;
  draft.correlation_id = call.correlation_id;
  draft.workspace_id = call.caller->workspace.id;
  draft.key_id = call.caller->key.id;
  draft.agent_id = call.caller->agent_id;
  draft.agent_name = call.caller->agent_name;
  draft.agent_ip = call.asker.identity.agent_ip.value_or("");
  draft.requested_by = call.caller->requested_by();
  if (call.caller->agent_owner != Uuid{}) draft.agent_owner = format_uuid(call.caller->agent_owner);
  draft.delegation_chain = call.caller->delegation_chain();
  draft.source = asked.source;
  draft.tool = asked.tool;
  note_judgement(draft, judged, desk.parts.settings);
  return draft;
}

void note_judgement(store::ActionRecord& draft, const Judged& judged,
                    const GateSettings& settings) {
  draft.action = judged.action;
  draft.risk = judged.risk;
  draft.resource_type = judged.resource_type;
  draft.resource_id = judged.resource_id;
  draft.rule = recorded_rule(judged);
  draft.policy_id = judged.policy_id.value_or(Uuid{});
  draft.reason = judged.reason;
  draft.bundle_hash = judged.bundle_hash;
  if (judged.approval) draft.quorum = judged.approval->text();
  draft.hidden = judged.obligations.hidden;
  draft.execute_within_ms = settings.execute_by_ms;
}

execute::Obliged obliged_by(const Judged& judged) {
  return {joined(judged.obligations.all, kRecordedObligationBytesMax),
          joined(judged.obligations.tags, kRecordedTagBytesMax),
          joined(judged.obligations.shadows, kRecordedShadowBytesMax)};
}

std::int64_t decide_within_ms(const GateSettings& settings, const Judged& judged) {
  const std::int64_t usual_ms = settings.decide_by_ms;
  return judged.approval ? judged.approval->decide_within_ms(usual_ms) : usual_ms;
}

Decided decided_of(const AgentCall& call, const Judged& judged, const Uuid& audit_id) {
  Decided decided;
  decided.effect = judged.effect;
  decided.reason = judged.reason;
  decided.rule = judged.rule;
  decided.policy_id = judged.policy_id;
  decided.audit_log_id = audit_id;
  decided.correlation_id = call.correlation_id;
  return decided;
}

void refresh_known(DeskContext& desk, std::function<void(bool)> then) {
  http::IoThread& io = desk.io;
  KnownHolder& known = desk.parts.known;
  auto shared = std::make_shared<std::function<void(bool)>>(std::move(then));
  const bool queued = desk.parts.pool.run([&io, &known, shared] {
    const bool fresh = known.reload().has_value();
    io.post([shared, fresh] { (*shared)(fresh); });
  });
  if (!queued) (*shared)(false);
}

}  // namespace sentrail::gateway
