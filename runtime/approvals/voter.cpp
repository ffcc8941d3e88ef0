// Standing of a person before one held call.
//
// Neighbours: voter.hpp. Must not know: what happens to the vote.
#include "runtime/approvals/voter.hpp"

#include <algorithm>
#include <utility>

#include "core/text.hpp"

namespace sentrail::approvals {
namespace {

template <class Named>
bool names(std::string_view text, const Named& person) {
  if (text.empty()) return false;
  return equal_ignoring_ascii_case(text, format_uuid(person.person_id)) ||
         equal_ignoring_ascii_case(text, person.name) ||
         (!person.email.empty() && equal_ignoring_ascii_case(text, person.email));
}

template <class Named>
bool takes_part(const store::ActionRecord& record, const Named& person) {
  return names(record.requested_by, person) || names(record.agent_owner, person) ||
         (record.edited_by != Uuid{} && record.edited_by == person.person_id) ||
         std::any_of(record.delegation_chain.begin(), record.delegation_chain.end(),
                     [&](const std::string& link) { return names(link, person); });
}

// Whether a vote counts for a person already: their own, or one on their behalf.
bool has_a_say(const store::Vote& vote, const Uuid& person_id) noexcept {
  return vote.person_id == person_id ||
         (vote.on_behalf_of != Uuid{} && vote.on_behalf_of == person_id);
}

}  // namespace

Result<Voter> voter_of(const store::Person& person, const Uuid& workspace_id,
                       std::string_view auth_method) {
  if (person.disabled) return fail(Errc::permission_denied, "the account is disabled");
  for (const store::Membership& membership : person.memberships) {
    if (membership.workspace_id != workspace_id) continue;
    return Voter{person.id,       person.name,       person.email,
                 membership.role, membership.groups, std::string(auth_method),
                 std::nullopt};
  }
  return fail(Errc::permission_denied, "not a member of this workspace");
}

Result<Voter> on_behalf_of(Voter voter, const store::Person& delegator, const Uuid& workspace_id) {
  SENTRAIL_ASSIGN_OR_RETURN(Voter lent, voter_of(delegator, workspace_id, {}));
  voter.on_behalf_of = Delegator{lent.person_id, std::move(lent.name), std::move(lent.email),
                                 lent.role, std::move(lent.groups)};
  return voter;
}

std::vector<std::string> seat_of(const Voter& voter) {
  return voter.on_behalf_of ? seat_labels(voter.on_behalf_of->role, voter.on_behalf_of->groups)
                            : seat_labels(voter.role, voter.groups);
}

bool has_voted(const store::ActionRecord& record, const Voter& voter,
               store::Verdict verdict) noexcept {
  return std::any_of(record.votes.begin(), record.votes.end(), [&](const store::Vote& vote) {
    if (vote.person_id == voter.person_id) return true;
    if (verdict == store::Verdict::deny) return false;
    return has_a_say(vote, voter.person_id) ||
           (voter.on_behalf_of && has_a_say(vote, voter.on_behalf_of->person_id));
  });
}

bool is_party(const store::ActionRecord& record, const Voter& voter) {
  return takes_part(record, voter) ||
         (voter.on_behalf_of && takes_part(record, *voter.on_behalf_of));
}

Status check_standing(const store::ActionRecord& record, std::span<const Quorum> quorums,
                      const Voter& voter, store::Verdict verdict) {
  const bool lent = voter.on_behalf_of.has_value();
  if (voter.role > store::Role::reviewer ||
      (lent && voter.on_behalf_of->role > store::Role::reviewer)) {
    return fail(Errc::permission_denied, "only reviewers, admins and owners decide approvals");
  }
  if (verdict == store::Verdict::deny) return {};
  if (is_party(record, voter)) {
    return fail(Errc::permission_denied,
                "who is part of a request never approves it; ask another reviewer");
  }
  const std::vector<std::string> labels = seat_of(voter);
  if (std::none_of(quorums.begin(), quorums.end(),
                   [&](const Quorum& quorum) { return fits_some_seat(quorum, labels); })) {
    return fail(Errc::permission_denied, "this call asks for " + print_quorums(quorums) +
                                             (lent ? "; whom you speak for holds" : "; you hold") +
                                             " no such role and no such group");
  }
  return {};
}

Status check_break_glass(const store::ActionRecord& record, const Voter& voter,
                         store::Verdict verdict) {
  if (voter.role > store::Role::reviewer || voter.on_behalf_of ||
      verdict != store::Verdict::approve) {
    return fail(Errc::permission_denied,
                "an emergency grant is for approving, by a reviewer, in their own name");
  }
  if (is_party(record, voter)) {
    return fail(Errc::permission_denied,
                "who is part of a request never approves it, not in an emergency either");
  }
  return {};
}

}  // namespace sentrail::approvals
