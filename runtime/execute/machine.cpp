// Holding a call, the choice of the function for an event, and the names of states.
//
// Neighbours: machine.hpp, steps.hpp. Must not know: the store, clocks, threads: time comes in,
// effects go out.
#include "runtime/execute/machine.hpp"

#include <string>
#include <utility>
#include <variant>

#include "core/check.hpp"
#include "runtime/approvals/idempotency.hpp"
#include "runtime/approvals/quorum.hpp"
#include "runtime/execute/steps.hpp"

namespace sentrail::execute {

using store::ActionRecord;
using store::ActionState;
using store::AuditDecision;
using store::AuditKind;
using store::Resend;

Result<Step> hold(ActionRecord draft, std::int64_t now_ms) {
  SENTRAIL_TRY(approvals::parse_quorums(draft.quorum));
  if (draft.decide_by_ms <= now_ms) {
    return fail(Errc::invalid_argument, "decide_by has passed already");
  }
  if (draft.execute_within_ms <= 0) {
    return fail(Errc::invalid_argument, "the time to execute must be above zero");
  }
  if (!draft.votes.empty() || draft.fence != 0 || draft.attempts != 0 || draft.escalated != 0) {
    return fail(Errc::invalid_argument, "a new hold has no votes and no claims");
  }
  draft.state = ActionState::held;
  draft.created_ms = now_ms;
  const std::string reason = draft.reason;
  const std::int64_t deadline_ms = deadline_of(draft);
  return Step{{std::move(draft), false},
              {AppendAudit{AuditKind::hold, AuditDecision::require_approval, {}, reason, {}},
               Notify{"approvalRequired", {}}, SetDeadline{deadline_ms}}};
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
    case Recheck::binding_mismatch:
      return "action_hash_mismatch";
  }
  SENTRAIL_UNREACHABLE("recheck");
}

Resend resend_rule(std::string_view method,
                   std::span<const approvals::HeaderField> preconditions) noexcept {
  if (method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "TRACE") {
    return Resend::safe;
  }
  if (approvals::has_key(preconditions)) return Resend::keyed;
  return preconditions.empty() ? Resend::never : Resend::guarded;
}

}  // namespace sentrail::execute
