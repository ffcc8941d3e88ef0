// How many people of which groups must approve: `2 of platform_leads and 1 of role:admin`.
//
// Neighbours: voter.hpp says who may vote, execute/votes.cpp asks whether the votes suffice,
// binding.hpp binds the text. Must not know: people's names, time, states. A bare name is a group;
// `role:` asks for that role or a higher one. One person fills at most one seat of one quorum. A
// call may ask for several, joined by `; `: each is to be met on its own.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "runtime/store/records.hpp"

namespace sentrail::approvals {

// Seats of one kind. `name` is a group, or a role if `is_role`.
struct QuorumTerm {
  std::uint32_t people = 1;
  bool is_role = true;
  std::string name = "reviewer";

  friend bool operator==(const QuorumTerm&, const QuorumTerm&) = default;
};

// All terms must be filled, by different people.
struct Quorum {
  std::vector<QuorumTerm> terms = {QuorumTerm{}};

  friend bool operator==(const Quorum&, const Quorum&) = default;
};

// Reads `N of NAME`, joined by ` and `; accepts exactly what print_quorum() writes.
// fails: invalid_argument with the remedy; limit_exceeded for too many seats.
[[nodiscard]] Result<Quorum> parse_quorum(std::string_view text);

// Writes the one spelling of a quorum.
[[nodiscard]] std::string print_quorum(const Quorum& quorum);

// Reads quorums joined by `; `; accepts exactly what print_quorums() writes.
// fails: as parse_quorum; invalid_argument for too many.
[[nodiscard]] Result<std::vector<Quorum>> parse_quorums(std::string_view text);

// Writes the one spelling of several quorums, in their order.
[[nodiscard]] std::string print_quorums(std::span<const Quorum> quorums);

// The seat labels of a member: the groups, and `role:` with the role. Kept with each vote, so that
// a later change of groups does not change what was decided.
[[nodiscard]] std::vector<std::string> seat_labels(store::Role role,
                                                   std::span<const std::string> groups);

// Tells whether a person with these labels could sit in some seat.
[[nodiscard]] bool fits_some_seat(const Quorum& quorum, std::span<const std::string> labels);

// Tells whether different people among these can fill every seat. in: labels of each person.
// cost: seats × people.
[[nodiscard]] bool is_met(const Quorum& quorum, std::span<const std::vector<std::string>> people);

// Tells whether these people meet every quorum: somebody who sits in one may sit in others too.
// REQUIRES: at least one quorum.
[[nodiscard]] bool are_met(std::span<const Quorum> quorums,
                           std::span<const std::vector<std::string>> people);

// Tells whether those who approved meet quorums, which parse_quorums() reads; not if it cannot.
[[nodiscard]] bool would_meet(std::span<const store::Vote> votes, std::string_view quorums);

}  // namespace sentrail::approvals
