// What people and their clocks do to a held call.
//
// Neighbours: steps.hpp; approvals/ says who may vote and when votes suffice. Must not know: the
// store, threads, executors.
#include <algorithm>
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

bool has_voted(const ActionRecord& record, const Uuid& person_id) {
  return std::any_of(record.votes.begin(), record.votes.end(),
                     [&](const store::Vote& vote) { return vote.person_id == person_id; });
}

Status check_vote(const ActionRecord& record, const VoteCast& event,
                  std::span<const approvals::Quorum> quorums, std::int64_t now_ms) {
  if (has_voted(record, event.voter.person_id)) {
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
  SENTRAIL_TRY(check_standing(record, quorums, event.voter, event.verdict));
  if (event.verdict == Verdict::approve && event.shown != record.approval_hash) {
    return fail(Errc::invalid_argument,
                "the hash shown to you is not this call's; look at it again");
  }
  if (event.reason.size() > limits::kVoteReasonBytesMax) {
    return fail(Errc::limit_exceeded, "the reason is longer than " +
                                          std::to_string(limits::kVoteReasonBytesMax) + " bytes");
  }
  return {};
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
  record.votes.push_back({event.voter.person_id, event.verdict, now_ms, event.shown,
                          approvals::seat_labels(event.voter.role, event.voter.groups),
                          event.voter.auth_method, event.reason});
  const approvals::Voter& person = event.voter;
  if (event.verdict == Verdict::deny) {
    record.decided_ms = now_ms;
    step.end(ActionState::denied, event.reason);
    step.audit(AuditKind::deny, AuditDecision::block, event.reason, person);
    return step.effect(Notify{"approvalDecided"}).finish();
  }
  if (!approved_by(record, quorums)) {
    return step.audit(AuditKind::approve, AuditDecision::require_approval, event.reason, person)
        .finish();
  }
  record.decided_ms = now_ms;
  record.execute_by_ms = later(now_ms, record.execute_within_ms);
  step.audit(AuditKind::approve, AuditDecision::allow, event.reason, person);
  step.effect(Notify{"approvalDecided"});
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
  return end_unsent(action, now_ms, ActionState::revoked, AuditKind::revoke, AuditDecision::block,
                    event.why.empty() ? "withdrawn by the requester" : event.why);
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
