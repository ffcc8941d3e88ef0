// The transitions of docs/execution.md, one function an event.
//
// Neighbours: machine.hpp. Must not know: the store, clocks, threads: time comes in, effects go
// out. INVARIANT: a change of the record has exactly one audit effect; a Send effect leaves only
// the state `claimed`; a call that may have been applied never ends as if it had not been sent.
#include "runtime/execute/machine.hpp"

#include <algorithm>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/check.hpp"
#include "core/limits.hpp"
#include "core/time.hpp"
#include "runtime/approvals/quorum.hpp"

namespace sentrail::execute {
namespace {

using store::ActionKind;
using store::ActionRecord;
using store::ActionState;
using store::AuditDecision;
using store::AuditKind;
using store::Resend;
using store::Verdict;

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

// A step under construction: the copy that changes, and the effects so far.
class Builder {
 public:
  Builder(const Action& action, std::int64_t now_ms)
      : before_(action.record), now_ms_(now_ms), step_{action, {}} {}

  ActionRecord& record() { return step_.action.record; }

  Builder& audit(AuditKind kind, AuditDecision decision, std::string reason = {},
                 const approvals::Voter& person = {}) {
    step_.effects.emplace_back(
        AppendAudit{kind, decision, person.person_id, std::move(reason), person.name});
    return *this;
  }

  Builder& effect(SideEffect effect) {
    step_.effects.push_back(std::move(effect));
    return *this;
  }

  // Enters a state from which no event leads by itself, or doubt.
  Builder& end(ActionState state, std::string note) {
    record().state = state;
    record().finished_ms = now_ms_;
    record().lease_until_ms = 0;
    record().result_note = std::move(note);
    return *this;
  }

  // Gives the call back to whoever claims it next.
  Builder& release(std::int64_t after_ms) {
    record().state = ActionState::approved;
    record().executor_id = {};
    record().lease_until_ms = 0;
    step_.action.bytes_out = false;
    return effect(Dispatch{after_ms});
  }

  Step finish() {
    const std::int64_t deadline = deadline_of(record());
    if (deadline != 0 && deadline != deadline_of(before_)) effect(SetDeadline{deadline});
    return std::move(step_);
  }

 private:
  const ActionRecord before_;
  std::int64_t now_ms_;
  Step step_;
};

// Ends a call as one that was not sent; if an earlier try may have been applied, that would be a
// lie, and it is in doubt instead.
Step end_unsent(const Action& action, std::int64_t now_ms, ActionState state, AuditKind kind,
                AuditDecision decision, std::string note) {
  Builder step(action, now_ms);
  if (action.record.maybe_applied) {
    note = "an earlier try may have been applied, and then: " + note;
    step.end(ActionState::in_doubt, note).audit(AuditKind::in_doubt, AuditDecision::none, note);
    return step.effect(Notify{"escalation"}).finish();
  }
  step.end(state, note).audit(kind, decision, note);
  if (state != ActionState::failed) step.effect(Notify{"approvalDecided"});
  return step.finish();
}

Step enter_doubt(const Action& action, std::int64_t now_ms, const std::string& note) {
  Builder step(action, now_ms);
  step.end(ActionState::in_doubt, note).audit(AuditKind::in_doubt, AuditDecision::none, note);
  return step.effect(Notify{"escalation"}).finish();
}

// Another try after one that ended without an answer, or the end if there were enough.
// `applied` says whether the try that ended may have been applied.
Step try_again(const Action& action, std::int64_t now_ms, const std::string& why, bool applied) {
  const std::uint32_t tries = action.record.attempts + 1;
  Action counted = action;
  counted.record.attempts = tries;
  counted.record.maybe_applied = action.record.maybe_applied || applied;
  if (tries >= limits::kSendAttemptsMax) {
    return end_unsent(counted, now_ms, ActionState::failed, AuditKind::result, AuditDecision::error,
                      "gave up after " + std::to_string(tries) + " tries: " + why);
  }
  Builder step(counted, now_ms);
  step.audit(AuditKind::result, AuditDecision::none, "will be tried again: " + why);
  return step.release(later(now_ms, limits::kSendRetryMs << (tries - 1))).finish();
}

// --- people --------------------------------------------------------------------------------

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

Result<Step> on(const Action& action, const VoteCast& event, std::int64_t now_ms) {
  SENTRAIL_ASSIGN_OR_RETURN(const std::vector<approvals::Quorum> quorums,
                            approvals::parse_quorums(action.record.quorum));
  SENTRAIL_TRY(check_vote(action.record, event, quorums, now_ms));
  Builder step(action, now_ms);
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
  Builder step(action, now_ms);
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

// --- clocks --------------------------------------------------------------------------------

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

// What is left of a claim whose executor is gone.
Result<Step> abandon(const Action& action, std::int64_t now_ms) {
  if (action.record.state == ActionState::sending) {
    return enter_doubt(action, now_ms, "the executor stopped while the call was being sent");
  }
  Builder step(action, now_ms);
  step.audit(AuditKind::claim, AuditDecision::none,
             "claim given up: the executor is gone and nothing was sent");
  return step.release(now_ms).finish();
}

bool is_owned(const ActionRecord& record) {
  return record.state == ActionState::claimed || record.state == ActionState::sending;
}

Result<Step> on(const Action& action, const LeaseLapsed&, std::int64_t now_ms) {
  if (!is_owned(action.record)) return not_now(action.record, "taken from an executor");
  if (now_ms < action.record.lease_until_ms) return not_yet();
  return abandon(action, now_ms);
}

Result<Step> on(const Action& action, const ExecutorLost&, std::int64_t now_ms) {
  if (!is_owned(action.record)) return not_now(action.record, "taken from an executor");
  return abandon(action, now_ms);
}

// --- execution -----------------------------------------------------------------------------

Result<Step> on(const Action& action, const Rechecked& event, std::int64_t now_ms) {
  const ActionState state = action.record.state;
  if (state != ActionState::held && state != ActionState::approved &&
      state != ActionState::claimed) {
    return not_now(action.record, "stopped");
  }
  if (event.recheck == Recheck::pass) return Step{action, {}};
  std::string note(reason_of(event.recheck));
  if (!event.detail.empty()) note += ": " + event.detail;
  const bool mismatch = event.recheck == Recheck::binding_mismatch;
  return end_unsent(action, now_ms, mismatch ? ActionState::failed : ActionState::revoked,
                    AuditKind::revoke, mismatch ? AuditDecision::error : AuditDecision::block,
                    std::move(note));
}

Result<Step> on(const Action& action, const Claimed& event, std::int64_t now_ms) {
  const ActionRecord& before = action.record;
  if (before.state != ActionState::approved) return not_now(before, "claimed");
  if (before.kind != ActionKind::forward) {
    return fail(Errc::conflict, "the caller makes this call itself; there is nothing to send");
  }
  if (now_ms >= before.execute_by_ms) {
    return fail(Errc::timed_out, "the approval was not used in time");
  }
  if (event.recheck.recheck != Recheck::pass) return on(action, event.recheck, now_ms);
  Builder step(action, now_ms);
  ActionRecord& record = step.record();
  record.state = ActionState::claimed;
  record.executor_id = event.executor_id;
  record.fence += 1;
  record.lease_until_ms = later(now_ms, limits::kClaimLeaseMs);
  return step.audit(AuditKind::claim, AuditDecision::none).finish();
}

Result<Step> on(const Action& action, const IntentRecorded& event, std::int64_t now_ms) {
  if (action.record.state != ActionState::claimed) return not_now(action.record, "sent");
  if (event.fence != action.record.fence) return lost_claim();
  if (now_ms >= std::min(action.record.execute_by_ms, action.record.lease_until_ms)) {
    return fail(Errc::timed_out, "the approval was not used in time");
  }
  Builder step(action, now_ms);
  step.record().state = ActionState::sending;
  return step.audit(AuditKind::sending, AuditDecision::none).effect(Send{event.fence}).finish();
}

Result<Step> on(const Action& action, const FirstByteSent& event, std::int64_t) {
  if (action.record.state != ActionState::sending) return not_now(action.record, "on its way");
  if (event.fence != action.record.fence) return lost_claim();
  return Step{{action.record, true}, {}};
}

Step lose_answer(const Action& action, std::int64_t now_ms, const std::string& why) {
  switch (action.record.resend) {
    case Resend::never:
      return enter_doubt(action, now_ms, "sent, and no answer came: " + why);
    case Resend::safe:
      return try_again(action, now_ms, why, false);
    case Resend::guarded:
      return try_again(action, now_ms, why, true);
  }
  SENTRAIL_UNREACHABLE("resend");
}

Result<Step> on(const Action& action, const ConnectionLost& event, std::int64_t now_ms) {
  if (action.record.state != ActionState::sending) return not_now(action.record, "cut off");
  if (event.fence != action.record.fence) return lost_claim();
  return lose_answer(action, now_ms, event.why);
}

Result<Step> on(const Action& action, const NothingSent& event, std::int64_t now_ms) {
  if (!is_owned(action.record)) return not_now(action.record, "left unsent");
  if (event.fence != action.record.fence) return lost_claim();
  // Whoever says both is not to be believed in the convenient half.
  if (action.bytes_out) return lose_answer(action, now_ms, event.why);
  return try_again(action, now_ms, "nothing was sent: " + event.why, false);
}

bool is_success(std::uint32_t status) {
  // 303 names the result of a call that was done; 304 answers a conditional read. Other
  // redirections were not followed, so the call was not done.
  return (status >= 200 && status < 300) || status == 303 || status == 304;
}

// Whether a complete response tells what became of the call.
bool settles(const ActionRecord& record, std::uint32_t status) {
  if (record.resend == Resend::safe) return true;
  if (record.maybe_applied) return status >= 200 && status < 300;
  // A gateway before the upstream answered in its place.
  return status != 502 && status != 504;
}

// Keeps an answer that came but settles nothing, so that whoever settles the doubt can read it.
Step keep_answer(Step step, const ResponseReceived& event) {
  if (step.action.record.state != ActionState::in_doubt) return step;
  step.action.record.status = event.status;
  step.action.record.response = event.response;
  step.effects.emplace_back(KeepResult{event.status});
  return step;
}

Result<Step> on(const Action& action, const ResponseReceived& event, std::int64_t now_ms) {
  const ActionRecord& before = action.record;
  const bool late = before.state == ActionState::in_doubt;
  if (before.state != ActionState::sending && !late) return not_now(before, "answered");
  if (event.fence != before.fence) return lost_claim();
  const std::string note = "the upstream answered " + std::to_string(event.status);
  const bool complete = event.status >= 200 && event.status <= 599;
  if (!complete || !settles(before, event.status)) {
    if (late) return fail(Errc::conflict, note + ", which does not settle the doubt");
    if (!complete) return lose_answer(action, now_ms, note);
    if (!before.maybe_applied) return keep_answer(lose_answer(action, now_ms, note), event);
    return keep_answer(
        enter_doubt(action, now_ms, "an earlier try may have been applied, and then " + note),
        event);
  }
  Builder step(action, now_ms);
  step.end(is_success(event.status) ? ActionState::succeeded : ActionState::failed, note);
  step.record().status = event.status;
  step.record().response = event.response;
  step.audit(late ? AuditKind::reconcile : AuditKind::result, AuditDecision::none, note);
  return step.effect(KeepResult{event.status}).finish();
}

Result<Step> on(const Action& action, const GrantUsed&, std::int64_t now_ms) {
  const ActionRecord& before = action.record;
  if (before.kind != ActionKind::grant || before.state != ActionState::approved) {
    return not_now(before, "used as a grant");
  }
  if (now_ms >= before.execute_by_ms) {
    return fail(Errc::timed_out, "the approval was not used in time");
  }
  Builder step(action, now_ms);
  step.end(ActionState::succeeded, "the caller was answered `allow`");
  return step.audit(AuditKind::grant, AuditDecision::allow).finish();
}

}  // namespace

Result<Step> hold(ActionRecord draft, std::int64_t now_ms) {
  SENTRAIL_TRY(approvals::parse_quorums(draft.quorum));
  if (draft.decide_by_ms <= now_ms) {
    return fail(Errc::invalid_argument, "decide_by has passed already");
  }
  if (draft.execute_within_ms <= 0) {
    return fail(Errc::invalid_argument, "the time to execute must be above zero");
  }
  if (!draft.votes.empty() || draft.fence != 0 || draft.attempts != 0) {
    return fail(Errc::invalid_argument, "a new hold has no votes and no claims");
  }
  draft.state = ActionState::held;
  draft.created_ms = now_ms;
  const std::string reason = draft.reason;
  const std::int64_t decide_by_ms = draft.decide_by_ms;
  return Step{{std::move(draft), false},
              {AppendAudit{AuditKind::hold, AuditDecision::require_approval, {}, reason, {}},
               Notify{"approvalRequired"}, SetDeadline{decide_by_ms}}};
}

Result<Step> transition(const Action& action, const Event& event, std::int64_t now_ms) {
  return std::visit([&](const auto& what) { return on(action, what, now_ms); }, event);
}

std::string_view status_of(ActionState state) noexcept {
  switch (state) {
    case ActionState::held:
      return "pending";
    case ActionState::approved:
    case ActionState::claimed:
    case ActionState::sending:
      return "approved";
    case ActionState::denied:
      return "denied";
    case ActionState::expired:
      return "expired";
    case ActionState::succeeded:
      return "executed";
    case ActionState::failed:
      return "failed";
    case ActionState::in_doubt:
      return "in_doubt";
    case ActionState::revoked:
      return "revoked";
  }
  SENTRAIL_UNREACHABLE("state");
}

std::string_view reason_of(Recheck recheck) noexcept {
  switch (recheck) {
    case Recheck::pass:
      return "nothing stands against it";
    case Recheck::kill_switch:
      return "Kill switch is active";
    case Recheck::tool_paused:
      return "the tool is paused";
    case Recheck::agent_paused:
      return "the agent is paused";
    case Recheck::agent_disabled:
      return "the agent is disabled";
    case Recheck::key_revoked:
      return "the key that asked is no longer valid";
    case Recheck::policy_stricter:
      return "the current policy is stricter";
    case Recheck::connection_gone:
      return "the connection is gone or leads elsewhere";
    case Recheck::limit_reached:
      return "a limit is reached";
    case Recheck::binding_mismatch:
      return "action_hash_mismatch";
  }
  SENTRAIL_UNREACHABLE("recheck");
}

Resend resend_rule(std::string_view method, bool guarded) noexcept {
  if (method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "TRACE") {
    return Resend::safe;
  }
  return guarded ? Resend::guarded : Resend::never;
}

}  // namespace sentrail::execute
