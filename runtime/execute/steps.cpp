// Steps under construction, and the ends that several events share.
//
// Neighbours: steps.hpp. Must not know: which event leads here.
#include "runtime/execute/steps.hpp"

#include <utility>

#include "core/time.hpp"

namespace sentrail::execute {

using store::ActionRecord;
using store::ActionState;
using store::AuditDecision;
using store::AuditKind;

std::int64_t later(std::int64_t now_ms, std::int64_t by_ms) {
  return plus_ms(Instant{now_ms}, by_ms).unix_ms;
}

tl::unexpected<Error> not_now(const ActionRecord& record, std::string_view what) {
  return fail(Errc::conflict, "a call that is " + std::string(name_of(record.state)) +
                                  " cannot be " + std::string(what));
}

tl::unexpected<Error> not_yet() {
  return fail(Errc::conflict, "the deadline has not passed yet");
}

tl::unexpected<Error> lost_claim() {
  return fail(Errc::conflict, "the claim was lost: another executor took the call");
}

StepBuilder& StepBuilder::audit(AuditKind kind, AuditDecision decision, std::string reason,
                                const approvals::Voter& person) {
  std::string name = person.name;
  if (person.on_behalf_of) name += ", for " + person.on_behalf_of->name;
  step_.effects.emplace_back(
      AppendAudit{kind, decision, person.person_id, std::move(reason), std::move(name)});
  return *this;
}

StepBuilder& StepBuilder::effect(SideEffect effect) {
  step_.effects.push_back(std::move(effect));
  return *this;
}

StepBuilder& StepBuilder::end(ActionState state, std::string note) {
  record().state = state;
  record().finished_ms = now_ms_;
  record().lease_until_ms = 0;
  record().result_note = std::move(note);
  return *this;
}

StepBuilder& StepBuilder::release(std::int64_t after_ms) {
  record().state = ActionState::approved;
  record().executor_id = {};
  record().lease_until_ms = 0;
  step_.action.bytes_out = false;
  return effect(Dispatch{after_ms});
}

Step StepBuilder::finish() {
  const std::int64_t deadline = deadline_of(record());
  if (deadline != 0 && deadline != deadline_of(before_)) effect(SetDeadline{deadline});
  return std::move(step_);
}

Step end_unsent(const Action& action, std::int64_t now_ms, ActionState state, AuditKind kind,
                AuditDecision decision, std::string note) {
  StepBuilder step(action, now_ms);
  if (action.record.maybe_applied) {
    note = "an earlier try may have been applied, and then: " + note;
    step.end(ActionState::in_doubt, note).audit(AuditKind::in_doubt, AuditDecision::none, note);
    return step.effect(Notify{"escalation", {}}).finish();
  }
  step.end(state, note).audit(kind, decision, note);
  if (state != ActionState::failed) step.effect(Notify{"approvalDecided", {}});
  return step.finish();
}

Step enter_doubt(const Action& action, std::int64_t now_ms, const std::string& note) {
  StepBuilder step(action, now_ms);
  step.end(ActionState::in_doubt, note).audit(AuditKind::in_doubt, AuditDecision::none, note);
  return step.effect(Notify{"escalation", {}}).finish();
}

}  // namespace sentrail::execute
