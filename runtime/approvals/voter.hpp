// Who may say yes or no to one held call.
//
// Neighbours: quorum.hpp (seats), identity/ turns a signed-in person into a Voter,
// execute/votes.cpp asks before it counts a vote. Must not know: time, states, HTTP.
// Someone who is part of the request never approves it: the requester, the agent's owner, anyone in
// the delegation chain. They may deny: stopping one's own call opens nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/uuid.hpp"
#include "runtime/approvals/quorum.hpp"
#include "runtime/store/records.hpp"

namespace sentrail::approvals {

// Whose seat somebody else fills: the person's own role and groups, never lent ones.
struct Delegator {
  Uuid person_id;
  std::string name;
  std::string email;
  store::Role role = store::Role::member;
  std::vector<std::string> groups;
};

// A signed-in person as far as one workspace is concerned.
struct Voter {
  Uuid person_id;
  std::string name;  // of the account
  std::string email;
  store::Role role = store::Role::member;
  std::vector<std::string> groups;
  std::string auth_method;                // how the person proved to be there, e.g. `passphrase`
  std::optional<Delegator> on_behalf_of;  // whose seat the vote fills; none: the person's own
};

// Makes the voter of a person's membership in a workspace.
// fails: permission_denied if the person is disabled or no member.
[[nodiscard]] Result<Voter> voter_of(const store::Person& person, const Uuid& workspace_id,
                                     std::string_view auth_method);

// Lets a voter fill the seat of another member, who has delegated it.
// fails: as voter_of() for that member.
[[nodiscard]] Result<Voter> on_behalf_of(Voter voter, const store::Person& delegator,
                                         const Uuid& workspace_id);

// The labels of the seat that a vote of this person fills.
[[nodiscard]] std::vector<std::string> seat_of(const Voter& voter);

// Tells whether a word of this voter has been counted, so that another of this kind is none. One
// human fills at most one seat: who approves for another has no approval left, nor has whom
// somebody approved for. To deny, it is enough not to have spoken oneself.
[[nodiscard]] bool has_voted(const store::ActionRecord& record, const Voter& voter,
                             store::Verdict verdict) noexcept;

// Tells whether a person, or whom they speak for, is part of the request. An editor of it is too.
// Names, e-mail addresses and ids are all compared, in any case, since callers name people in each
// of these ways: taking someone for a party in error costs another reviewer, the opposite costs the
// separation of duties.
[[nodiscard]] bool is_party(const store::ActionRecord& record, const Voter& voter);

// Checks that a person may say this about this call.
// fails: permission_denied, with a message for each reason.
[[nodiscard]] Status check_standing(const store::ActionRecord& record,
                                    std::span<const Quorum> quorums, const Voter& voter,
                                    store::Verdict verdict);

// The same for somebody who approves alone, by an emergency grant of their own: no seat is asked,
// but who is part of the request never approves it, and nobody's seat is borrowed.
// fails: permission_denied.
[[nodiscard]] Status check_break_glass(const store::ActionRecord& record, const Voter& voter,
                                       store::Verdict verdict);

}  // namespace sentrail::approvals
