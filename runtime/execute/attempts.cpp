// What executors do with an approved call, and what is left of it when they stop.
//
// Neighbours: steps.hpp. Must not know: the store, sockets, threads, who approved.
#include <algorithm>
#include <string>
#include <utility>

#include "core/check.hpp"
#include "core/limits.hpp"
#include "runtime/execute/steps.hpp"

namespace sentrail::execute {

using store::ActionKind;
using store::ActionRecord;
using store::ActionState;
using store::AuditDecision;
using store::AuditKind;
using store::Resend;

namespace {

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
  StepBuilder step(counted, now_ms);
  step.audit(AuditKind::result, AuditDecision::none, "will be tried again: " + why);
  return step.release(later(now_ms, limits::kSendRetryMs << (tries - 1))).finish();
}

// A server that stops says nothing about the upstream: the call has as many tries left as before.
// The pause is for a server that cannot send and does not know yet that it stops.
Step leave_untried(const Action& action, std::int64_t now_ms, const std::string& why) {
  StepBuilder step(action, now_ms);
  step.audit(AuditKind::result, AuditDecision::none, "not tried: " + why);
  return step.release(later(now_ms, limits::kSendRetryMs)).finish();
}

// What is left of a claim whose executor is gone.
Result<Step> abandon(const Action& action, std::int64_t now_ms) {
  if (action.record.state == ActionState::sending) {
    return enter_doubt(action, now_ms, "the executor stopped while the call was being sent");
  }
  StepBuilder step(action, now_ms);
  step.audit(AuditKind::claim, AuditDecision::none,
             "claim given up: the executor is gone and nothing was sent");
  return step.release(now_ms).finish();
}

bool is_owned(const ActionRecord& record) {
  return record.state == ActionState::claimed || record.state == ActionState::sending;
}

}  // namespace

Result<Step> on(const Action& action, const LeaseLapsed&, std::int64_t now_ms) {
  if (!is_owned(action.record)) return not_now(action.record, "taken from an executor");
  if (now_ms < action.record.lease_until_ms) return not_yet();
  return abandon(action, now_ms);
}

Result<Step> on(const Action& action, const ExecutorLost&, std::int64_t now_ms) {
  if (!is_owned(action.record)) return not_now(action.record, "taken from an executor");
  return abandon(action, now_ms);
}

// What waits for people, and what is no call, is asked for anew; a call that people had approved by
// then may have been sent.
Result<Step> on(const Action& action, const StoreWentBack&, std::int64_t now_ms) {
  const ActionRecord& record = action.record;
  if (record.state == ActionState::held ||
      (record.state == ActionState::approved && record.kind != ActionKind::forward)) {
    return end_unsent(action, now_ms, ActionState::revoked, AuditKind::revoke, AuditDecision::block,
                      "the store went back: what became of this since is not known; ask again");
  }
  if (record.state != ActionState::approved && !is_owned(record)) return not_now(record, "doubted");
  return enter_doubt(action, now_ms, "the store went back: it may have been sent since");
}

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
  StepBuilder step(action, now_ms);
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
  StepBuilder step(action, now_ms);
  step.record().state = ActionState::sending;
  return step.audit(AuditKind::sending, AuditDecision::none).effect(Send{event.fence}).finish();
}

Result<Step> on(const Action& action, const FirstByteSent& event, std::int64_t) {
  if (action.record.state != ActionState::sending) return not_now(action.record, "on its way");
  if (event.fence != action.record.fence) return lost_claim();
  return Step{{action.record, true}, {}};
}

namespace {

Step lose_answer(const Action& action, std::int64_t now_ms, const std::string& why) {
  switch (action.record.resend) {
    case Resend::never:
      return enter_doubt(action, now_ms, "sent, and no answer came: " + why);
    case Resend::safe:
      return try_again(action, now_ms, why, false);
    case Resend::guarded:
    case Resend::keyed:
      return try_again(action, now_ms, why, true);
  }
  SENTRAIL_UNREACHABLE("resend");
}

}  // namespace

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
  if (event.stopping) return leave_untried(action, now_ms, event.why);
  return try_again(action, now_ms, "nothing was sent: " + event.why, false);
}

namespace {

bool is_success(std::uint32_t status) {
  // 303 names the result of a call that was done; 304 answers a conditional read. Other
  // redirections were not followed, so the call was not done.
  return (status >= 200 && status < 300) || status == 303 || status == 304;
}

// Whether a complete response tells what became of the call.
bool settles(const ActionRecord& record, const ResponseReceived& event) {
  if (record.resend == Resend::safe || event.replayed) return true;
  if (record.maybe_applied) return event.status >= 200 && event.status < 300;
  // A gateway before the upstream answered in its place.
  return event.status != 502 && event.status != 504;
}

// Whether an upstream that knows the key says that the first call is not finished, or that it was
// not asked: the same question may be put again.
bool is_in_progress(const ActionRecord& record, std::uint32_t status) {
  return record.resend == Resend::keyed && record.maybe_applied &&
         (status == 409 || status == 429 || status == 503);
}

// Keeps an answer that came but settles nothing, so that whoever settles the doubt can read it.
Step keep_answer(Step step, const ResponseReceived& event) {
  if (step.action.record.state != ActionState::in_doubt) return step;
  step.action.record.status = event.status;
  step.action.record.response = event.response;
  step.effects.emplace_back(KeepResult{event.status});
  return step;
}

}  // namespace

Result<Step> on(const Action& action, const ResponseReceived& event, std::int64_t now_ms) {
  const ActionRecord& before = action.record;
  const bool late = before.state == ActionState::in_doubt;
  if (before.state != ActionState::sending && !late) return not_now(before, "answered");
  if (event.fence != before.fence) return lost_claim();
  const std::string note = "the upstream answered " + std::to_string(event.status);
  const bool complete = event.status >= 200 && event.status <= 599;
  if (!complete || !settles(before, event)) {
    if (late) return fail(Errc::conflict, note + ", which does not settle the doubt");
    if (!complete) return lose_answer(action, now_ms, note);
    if (is_in_progress(before, event.status)) return try_again(action, now_ms, note, true);
    if (!before.maybe_applied) return keep_answer(lose_answer(action, now_ms, note), event);
    return keep_answer(
        enter_doubt(action, now_ms, "an earlier try may have been applied, and then " + note),
        event);
  }
  StepBuilder step(action, now_ms);
  step.end(is_success(event.status) ? ActionState::succeeded : ActionState::failed, note);
  step.record().status = event.status;
  step.record().response = event.response;
  step.audit(late ? AuditKind::reconcile : AuditKind::result, AuditDecision::none, note);
  return step.effect(KeepResult{event.status}).finish();
}

Result<Step> on(const Action& action, const Probed& event, std::int64_t now_ms) {
  const ActionRecord& before = action.record;
  if (before.state != ActionState::in_doubt) return not_now(before, "settled by a probe");
  const bool applied = event.answer == ProbeAnswer::applied;
  StepBuilder step(action, now_ms);
  if (applied || (event.answer == ProbeAnswer::not_applied && event.settles)) {
    const std::string note =
        std::string("a probe found it ") + (applied ? "" : "not ") + "applied: " + event.what;
    step.end(applied ? ActionState::succeeded : ActionState::failed, note);
    return step.audit(AuditKind::reconcile, AuditDecision::none, note).finish();
  }
  const std::string heard = event.answer == ProbeAnswer::not_applied
                                ? "a probe did not find it applied: "
                                : "a probe could not tell: ";
  const std::string note = "it is in doubt still: " + heard + event.what;
  // Whoever settles the doubt reads it; said once, it need not fill the log.
  if (before.result_note == note) return Step{action, {}};
  step.record().result_note = note;
  return step.audit(AuditKind::in_doubt, AuditDecision::none, note).finish();
}

Result<Step> on(const Action& action, const GrantUsed&, std::int64_t now_ms) {
  const ActionRecord& before = action.record;
  if (before.kind != ActionKind::grant || before.state != ActionState::approved) {
    return not_now(before, "used as a grant");
  }
  if (now_ms >= before.execute_by_ms) {
    return fail(Errc::timed_out, "the approval was not used in time");
  }
  StepBuilder step(action, now_ms);
  step.end(ActionState::succeeded, "the caller was answered `allow`");
  return step.audit(AuditKind::grant, AuditDecision::allow).finish();
}

}  // namespace sentrail::execute
