// Who votes: the signed-in person, about which call and for whom, with what must still be so when
// the vote is stored.
//
// Neighbours: approval_decision.cpp and batch_decision.cpp vote, identity/delegations.hpp lends
// seats. Must not know: what is decided.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "runtime/approvals/voter.hpp"
#include "runtime/execute/events.hpp"
#include "runtime/gateway/answers.hpp"
#include "runtime/gateway/people.hpp"
#include "runtime/store/transaction.hpp"

namespace sentrail::gateway {

// A voter, and the versions of the records that make them one.
struct VotingPerson {
  approvals::Voter voter;
  std::vector<store::Operation> rests_on;
};

// The signed-in person of a call. fails: permission_denied if they are no member any more.
[[nodiscard]] Result<VotingPerson> voting_person(const PeopleCall& call);

// Lets that person speak for another, whom a text names by account or id, about a call.
// fails: permission_denied if nobody of that name has lent them a seat for the call's tool, now.
[[nodiscard]] Status speak_for(const GateParts& parts, const PeopleCall& call,
                               const store::ActionRecord& record, std::string_view delegator,
                               VotingPerson& voting);

// Whether a text in lower case is so much of a hash, 12 hex digits or more, that a person who gives
// it has seen that hash: fewer could be met by chance.
[[nodiscard]] bool names_hash(std::string_view text);

// When the signed-in person first saw a held call; 0: it is not known.
[[nodiscard]] std::int64_t first_look(const GateParts& parts, const PeopleCall& call,
                                      const store::ActionRecord& record);

// Casts a vote and counts it if it stands. in: as Coordinator::vote(); `parts` outlives the call.
void cast_vote(GateParts& parts, const execute::ActionRef& ref, const execute::VoteCast& cast,
               std::vector<store::Operation> rests_on,
               execute::Coordinator::Callback<store::ActionRecord> done);

// Why a vote was not counted, told from the call as it stands; by the words of the error where that
// says nothing. The same for a vote alone and for one of a list.
[[nodiscard]] Refused refused_vote(const store::ActionRecord& record, const execute::VoteCast& cast,
                                   std::int64_t now_ms, const Error& error);

}  // namespace sentrail::gateway
