// What people and their clocks do to a held call.
//
// Neighbours: steps.hpp; approvals/ says who may vote and when votes suffice. Must not know: the
// store, threads, executors.
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/limits.hpp"
#include "runtime/approvals/quorum.hpp"
#include "runtime/execute/steps.hpp"

namespace sentrail::execute {

using store::ActionKind;
using store::ActionRecord;
using store::ActionState;
using store::AuditDecision;
using store::AuditKind;
using store::Verdict;

namespace {

Status check_vote(const ActionRecord& record, const VoteCast& event,
                  std::span<const approvals::Quorum> quorums, std::int64_t now_ms) {
  if (approvals::has_voted(record, event.voter, event.verdict)) {
    return fail(Errc::already_exists, "you have voted on this call already");
  }
  if (record.state == ActionState::expired) {
    return fail(Errc::timed_out, "the approval request has expired");
  }
  if (record.state != ActionState::held) {
    return fail(Errc::conflict,
                "the call was decided already: it is " + std::string(status_of(record.state)));
  }
  if (now_ms >= record.decide_by_ms) {
    return fail(Errc::timed_out, "the approval request has expired");
  }
  SENTRAIL_TRY(event.break_glass == Uuid{}
                   ? check_standing(record, quorums, event.voter, event.verdict)
                   : check_break_glass(record, event.voter, event.verdict));
  if (event.verdict == Verdict::approve && event.shown != record.approval_hash) {
    return fail(Errc::invalid_argument,
                "the hash shown to you is not this call's; look at it again");
  }
  if (event.reason.size() > limits::kVoteReasonBytesMax) {
    return fail(Errc::limit_exceeded, "the reason is longer than " +
                                          std::to_string(limits::kVoteReasonBytesMax) + " bytes");
  }
  return check_reason(event.reasons, event.verdict, event.reason);
}

bool approved_by(const ActionRecord& record, std::span<const approvals::Quorum> quorums) {
  std::vector<std::vector<std::string>> people;
  for (const store::Vote& vote : record.votes) {
    if (vote.verdict == Verdict::approve) people.push_back(vote.groups);
  }
  return are_met(quorums, people);
}

}  // namespace

Result<Step> on(const Action& action, const VoteCast& event, std::int64_t now_ms) {
  SENTRAIL_ASSIGN_OR_RETURN(const std::vector<approvals::Quorum> quorums,
                            approvals::parse_quorums(action.record.quorum));
  SENTRAIL_TRY(check_vote(action.record, event, quorums, now_ms));
  StepBuilder step(action, now_ms);
  ActionRecord& record = step.record();
  const approvals::Voter& person = event.voter;
  record.votes.push_back({event.voter.person_id, event.verdict, now_ms, event.shown,
                          approvals::seat_of(event.voter), event.voter.auth_method, event.reason,
                          person.on_behalf_of ? person.on_behalf_of->person_id : Uuid{},
                          event.shown_ms});
  if (event.verdict == Verdict::deny) {
    record.decided_ms = now_ms;
    step.end(ActionState::denied, event.reason);
    step.audit(AuditKind::deny, AuditDecision::block, event.reason, person);
    return step.effect(Notify{"approvalDecided", {}}).finish();
  }
  record.break_glass = event.break_glass;
  const bool alone = event.break_glass != Uuid{};
  if (!alone && !approved_by(record, quorums)) {
    return step.audit(AuditKind::approve, AuditDecision::require_approval, event.reason, person)
        .finish();
  }
  record.decided_ms = now_ms;
  record.execute_by_ms = later(now_ms, record.execute_within_ms);
  step.audit(alone ? AuditKind::break_glass : AuditKind::approve, AuditDecision::allow,
             event.reason, person);
  step.effect(Notify{"approvalDecided", {}});
  if (record.kind == ActionKind::forward) return step.release(now_ms).finish();
  record.state = ActionState::approved;
  return step.finish();
}

Result<Step> on(const Action& action, const DoubtSettled& event, std::int64_t now_ms) {
  if (action.record.state != ActionState::in_doubt) return not_now(action.record, "settled");
  if (event.voter.role > store::Role::admin) {
    return fail(Errc::permission_denied, "only admins and owners settle doubts");
  }
  StepBuilder step(action, now_ms);
  const std::string note = std::string("marked as ") + (event.applied ? "" : "not ") +
                           "applied by a person" +
                           (event.reason.empty() ? "" : ": " + event.reason);
  step.end(event.applied ? ActionState::succeeded : ActionState::failed, note);
  return step.audit(AuditKind::reconcile, AuditDecision::none, note, event.voter).finish();
}

Result<Step> on(const Action& action, const Withdrawn& event, std::int64_t now_ms) {
  const ActionState state = action.record.state;
  if (state != ActionState::held && state != ActionState::approved &&
      state != ActionState::claimed) {
    return not_now(action.record, "withdrawn");
  }
  if (event.replaced_by == Uuid{}) {
    return end_unsent(action, now_ms, ActionState::revoked, AuditKind::revoke, AuditDecision::block,
                      event.why.empty() ? "withdrawn by the requester" : event.why);
  }
  // Of an approved call others have read every byte: nobody edits that any more.
  if (state != ActionState::held) return not_now(action.record, "edited");
  if (now_ms >= action.record.decide_by_ms) {
    return fail(Errc::timed_out, "the approval request has expired");
  }
  StepBuilder step(action, now_ms);
  step.record().replaced_by = event.replaced_by;
  step.record().decided_ms = now_ms;
  step.end(ActionState::revoked, event.why);
  step.audit(AuditKind::revoke, AuditDecision::block, event.why, event.editor);
  return step.effect(Notify{"approvalDecided", {}}).finish();
}

// Widens who is asked. Who must approve stands in the quorum, which nothing here touches.
Result<Step> on(const Action& action, const EscalationDue&, std::int64_t now_ms) {
  const ActionRecord& before = action.record;
  if (before.state != ActionState::held) return not_now(before, "escalated");
  const store::Escalation* const next = next_escalation(before);
  if (next == nullptr) return fail(Errc::conflict, "nobody else is to be asked");
  if (now_ms < deadline_of(before)) return not_yet();
  if (now_ms >= before.decide_by_ms) {
    return fail(Errc::timed_out, "the approval request has expired: asking more people is idle");
  }
  StepBuilder step(action, now_ms);
  step.record().escalated += 1;
  step.audit(AuditKind::escalate, AuditDecision::require_approval,
             "nobody decided in time: group `" + next->group + "` is asked too");
  return step.effect(Notify{"escalation", next->group}).finish();
}

Result<Step> on(const Action& action, const DecideByReached&, std::int64_t now_ms) {
  if (action.record.state != ActionState::held) return not_now(action.record, "left undecided");
  if (now_ms < action.record.decide_by_ms) return not_yet();
  Action decided = action;
  decided.record.decided_ms = now_ms;
  return end_unsent(decided, now_ms, ActionState::expired, AuditKind::expire, AuditDecision::block,
                    "nobody decided in time");
}

Result<Step> on(const Action& action, const ExecuteByReached&, std::int64_t now_ms) {
  const ActionState state = action.record.state;
  if (state != ActionState::approved && state != ActionState::claimed) {
    return not_now(action.record, "too late to send");
  }
  if (now_ms < action.record.execute_by_ms) return not_yet();
  return end_unsent(action, now_ms, ActionState::expired, AuditKind::expire, AuditDecision::block,
                    "the approval was not used in time");
}

}  // namespace sentrail::execute
