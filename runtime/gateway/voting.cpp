// Voters of requests. See voting.hpp.
#include "runtime/gateway/voting.hpp"

#include <string>
#include <utility>

#include "runtime/gateway/held_view.hpp"
#include "runtime/gateway/metrics.hpp"
#include "runtime/gateway/people_answers.hpp"
#include "runtime/identity/delegations.hpp"

namespace sentrail::gateway {

using store::ActionState;

Result<VotingPerson> voting_person(const PeopleCall& call) {
  const store::Person* const person = call.known->directory().find_person(call.actor->person_id);
  if (person == nullptr) return fail(Errc::permission_denied, "the account is gone");
  SENTRAIL_ASSIGN_OR_RETURN(approvals::Voter voter, approvals::voter_of(*person, call.workspace_id,
                                                                        call.session->auth_method));
  return VotingPerson{std::move(voter), {store::RequirePersonVersion{person->id, person->version}}};
}

Status speak_for(const GateParts& parts, const PeopleCall& call, const store::ActionRecord& record,
                 std::string_view delegator, VotingPerson& voting) {
  const store::Person* const lender = find_named(call, delegator);
  const store::Delegation* const delegation =
      lender == nullptr ? nullptr
                        : identity::find_delegation(
                              call.known->directory().delegations_of(call.workspace_id), lender->id,
                              voting.voter.person_id, record.tool, parts.coordinator.now_ms());
  if (delegation == nullptr) {
    return fail(Errc::permission_denied, "nobody of the name `" + std::string(delegator) +
                                             "` has delegated decisions about `" + record.tool +
                                             "` to you for now");
  }
  SENTRAIL_ASSIGN_OR_RETURN(
      voting.voter, approvals::on_behalf_of(std::move(voting.voter), *lender, call.workspace_id));
  voting.rests_on.emplace_back(store::RequirePersonVersion{lender->id, lender->version});
  voting.rests_on.emplace_back(store::RequireDelegationVersion{
      delegation->workspace_id, delegation->id, delegation->version});
  return {};
}

bool names_hash(std::string_view text) {
  constexpr std::size_t kDigitsMin = 12;
  return text.size() >= kDigitsMin && text.size() <= 2 * sizeof(store::Hash) &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::int64_t first_look(const GateParts& parts, const PeopleCall& call,
                        const store::ActionRecord& record) {
  if (parts.looks == nullptr) return 0;
  return parts.looks->first(record.action_id, call.actor->person_id);
}

void cast_vote(GateParts& parts, const execute::ActionRef& ref, const execute::VoteCast& cast,
               std::vector<store::Operation> rests_on,
               execute::Coordinator::Callback<store::ActionRecord> done) {
  const bool unread =
      cast.shown_ms != 0 && parts.coordinator.now_ms() - cast.shown_ms < limits::kRubberStampMs;
  parts.coordinator.vote(ref, cast, std::move(rests_on),
                         [&parts, unread, approves = cast.verdict == store::Verdict::approve,
                          emergency = cast.break_glass != Uuid{},
                          done = std::move(done)](Result<store::ActionRecord> voted) {
                           if (voted) parts.metrics->voted(approves, unread, emergency);
                           done(std::move(voted));
                         });
}

Refused refused_vote(const store::ActionRecord& record, const execute::VoteCast& cast,
                     std::int64_t now_ms, const Error& error) {
  if (error.code == Errc::unavailable || error.code == Errc::io || error.code == Errc::corrupt) {
    return refused_to_people(error);
  }
  if (approvals::has_voted(record, cast.voter, cast.verdict)) {
    return {409, "already_voted", "you have decided about this call already"};
  }
  const bool late = record.state == ActionState::held && now_ms >= record.decide_by_ms;
  if (late || record.state == ActionState::expired) {
    return {409, "expired", "the approval has expired; the agent must ask again"};
  }
  if (record.state != ActionState::held) {
    return {409, "already_decided",
            "this was decided already: it is " + std::string(agent_status(record))};
  }
  if (cast.verdict == store::Verdict::approve && approvals::is_party(record, cast.voter)) {
    return {403, "self_approval",
            "who is part of a request never approves it; ask another reviewer"};
  }
  const Status reason = approvals::check_reason(cast.reasons, cast.verdict, cast.reason);
  if (!reason) return {400, "reason_required", reason.error().message};
  return refused_to_people(error);
}

}  // namespace sentrail::gateway
