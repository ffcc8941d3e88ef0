// Standing of a person before one held call.
//
// Neighbours: voter.hpp. Must not know: what happens to the vote.
#include "runtime/approvals/voter.hpp"

#include <algorithm>

#include "core/text.hpp"

namespace sentrail::approvals {
namespace {

bool names(std::string_view text, const Voter& voter) {
  if (text.empty()) return false;
  return equal_ignoring_ascii_case(text, format_uuid(voter.person_id)) ||
         equal_ignoring_ascii_case(text, voter.name) ||
         (!voter.email.empty() && equal_ignoring_ascii_case(text, voter.email));
}

}  // namespace

Result<Voter> voter_of(const store::Person& person, const Uuid& workspace_id,
                       std::string_view auth_method) {
  if (person.disabled) return fail(Errc::permission_denied, "the account is disabled");
  for (const store::Membership& membership : person.memberships) {
    if (membership.workspace_id != workspace_id) continue;
    return Voter{person.id,       person.name,       person.email,
                 membership.role, membership.groups, std::string(auth_method)};
  }
  return fail(Errc::permission_denied, "not a member of this workspace");
}

bool is_party(const store::ActionRecord& record, const Voter& voter) {
  return names(record.requested_by, voter) || names(record.agent_owner, voter) ||
         std::any_of(record.delegation_chain.begin(), record.delegation_chain.end(),
                     [&](const std::string& link) { return names(link, voter); });
}

Status check_standing(const store::ActionRecord& record, std::span<const Quorum> quorums,
                      const Voter& voter, store::Verdict verdict) {
  if (voter.role > store::Role::reviewer) {
    return fail(Errc::permission_denied, "only reviewers, admins and owners decide approvals");
  }
  if (verdict == store::Verdict::deny) return {};
  if (is_party(record, voter)) {
    return fail(Errc::permission_denied,
                "who is part of a request never approves it; ask another reviewer");
  }
  const std::vector<std::string> labels = seat_labels(voter.role, voter.groups);
  if (std::none_of(quorums.begin(), quorums.end(),
                   [&](const Quorum& quorum) { return fits_some_seat(quorum, labels); })) {
    return fail(Errc::permission_denied, "this call asks for " + print_quorums(quorums) +
                                             "; you hold no such role and are in no such group");
  }
  return {};
}

}  // namespace sentrail::approvals
