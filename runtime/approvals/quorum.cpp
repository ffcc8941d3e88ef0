// Quorum text, and the assignment of people to seats.
//
// Neighbours: quorum.hpp. Must not know: votes, deadlines.
// source: the assignment is bipartite matching by augmenting paths (Kuhn 1955); seats are few.
#include "runtime/approvals/quorum.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "core/check.hpp"
#include "core/limits.hpp"
#include "core/names.hpp"

namespace sentrail::approvals {
namespace {

constexpr std::string_view kRolePrefix = "role:";

std::optional<store::Role> role_named(std::string_view name) noexcept {
  using store::Role;
  for (const Role role : {Role::owner, Role::admin, Role::reviewer, Role::auditor, Role::member}) {
    if (name_of(role) == name) return role;
  }
  return std::nullopt;
}

tl::unexpected<Error> bad_term(std::string_view term) {
  return fail(Errc::invalid_argument,
              "quorum `" + std::string(term) +
                  "` is not of the form `2 of platform_leads` or `1 of role:reviewer`");
}

Result<QuorumTerm> parse_term(std::string_view text) {
  QuorumTerm term;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), term.people);
  if (error != std::errc{} || text.front() == '0') return bad_term(text);
  std::string_view rest = text.substr(static_cast<std::size_t>(end - text.data()));
  if (!rest.starts_with(" of ")) return bad_term(text);
  rest.remove_prefix(4);
  term.is_role = rest.starts_with(kRolePrefix);
  if (term.is_role) {
    rest.remove_prefix(kRolePrefix.size());
    if (!role_named(rest)) {
      return fail(Errc::invalid_argument,
                  "`" + std::string(rest) +
                      "` is no role; roles are owner, admin, reviewer, auditor, member");
    }
  } else if (!is_group_name(rest)) {
    return bad_term(text);
  }
  term.name = std::string(rest);
  return term;
}

bool fits(const QuorumTerm& term, std::span<const std::string> labels) {
  if (!term.is_role) return std::find(labels.begin(), labels.end(), term.name) != labels.end();
  const std::optional<store::Role> wanted = role_named(term.name);
  return std::any_of(labels.begin(), labels.end(), [&](const std::string& label) {
    if (!label.starts_with(kRolePrefix)) return false;
    const auto role = role_named(std::string_view(label).substr(kRolePrefix.size()));
    return role && wanted && *role <= *wanted;
  });
}

// Seats people one by one; a seated person may be moved to make room.
class Seating {
 public:
  Seating(const Quorum& quorum, std::span<const std::vector<std::string>> people)
      : people_(people) {
    for (const QuorumTerm& term : quorum.terms) {
      for (std::uint32_t i = 0; i < term.people; ++i) seats_.push_back({&term, std::nullopt});
    }
  }

  bool fill() {
    for (std::size_t person = 0; person < people_.size(); ++person) {
      visited_.assign(seats_.size(), false);
      seat(person);
    }
    return std::all_of(seats_.begin(), seats_.end(),
                       [](const Seat& seat) { return seat.person.has_value(); });
  }

 private:
  struct Seat {
    const QuorumTerm* term;
    std::optional<std::size_t> person;
  };

  // Depth is at most the number of seats, which limits.hpp bounds.
  bool seat(std::size_t person) {
    for (std::size_t i = 0; i < seats_.size(); ++i) {
      if (visited_[i] || !fits(*seats_[i].term, people_[person])) continue;
      visited_[i] = true;
      if (!seats_[i].person || seat(*seats_[i].person)) {
        seats_[i].person = person;
        return true;
      }
    }
    return false;
  }

  std::span<const std::vector<std::string>> people_;
  std::vector<Seat> seats_;
  std::vector<bool> visited_;
};

}  // namespace

Result<Quorum> parse_quorum(std::string_view text) {
  Quorum quorum;
  quorum.terms.clear();
  std::uint64_t seats = 0;
  std::string_view rest = text;
  for (;;) {
    const std::size_t joint = rest.find(" and ");
    const std::string_view piece = rest.substr(0, joint);
    if (piece.empty()) return bad_term(text);
    SENTRAIL_ASSIGN_OR_RETURN(QuorumTerm term, parse_term(piece));
    seats += term.people;
    if (seats > limits::kQuorumSeatsMax) {
      return fail(Errc::limit_exceeded, "a quorum asks for at most " +
                                            std::to_string(limits::kQuorumSeatsMax) + " people");
    }
    quorum.terms.push_back(std::move(term));
    if (joint == std::string_view::npos) return quorum;
    rest.remove_prefix(joint + 5);
  }
}

std::string print_quorum(const Quorum& quorum) {
  std::string text;
  for (const QuorumTerm& term : quorum.terms) {
    if (!text.empty()) text += " and ";
    text += std::to_string(term.people) + " of ";
    if (term.is_role) text += kRolePrefix;
    text += term.name;
  }
  return text;
}

Result<std::vector<Quorum>> parse_quorums(std::string_view text) {
  std::vector<Quorum> quorums;
  for (;;) {
    const std::size_t joint = text.find("; ");
    SENTRAIL_ASSIGN_OR_RETURN(Quorum quorum, parse_quorum(text.substr(0, joint)));
    if (quorums.size() == limits::kQuorumsJoinedMax) {
      return fail(Errc::invalid_argument, "a call asks for at most " +
                                              std::to_string(limits::kQuorumsJoinedMax) +
                                              " quorums; this one asks for more");
    }
    quorums.push_back(std::move(quorum));
    if (joint == std::string_view::npos) return quorums;
    text.remove_prefix(joint + 2);
  }
}

std::string print_quorums(std::span<const Quorum> quorums) {
  std::string text;
  for (const Quorum& quorum : quorums) {
    if (!text.empty()) text += "; ";
    text += print_quorum(quorum);
  }
  return text;
}

std::vector<std::string> seat_labels(store::Role role, std::span<const std::string> groups) {
  std::vector<std::string> labels = {std::string(kRolePrefix) + std::string(name_of(role))};
  // A group whose name is none could imitate a role.
  std::copy_if(groups.begin(), groups.end(), std::back_inserter(labels), is_group_name);
  return labels;
}

bool fits_some_seat(const Quorum& quorum, std::span<const std::string> labels) {
  return std::any_of(quorum.terms.begin(), quorum.terms.end(),
                     [&](const QuorumTerm& term) { return fits(term, labels); });
}

bool is_met(const Quorum& quorum, std::span<const std::vector<std::string>> people) {
  SENTRAIL_CHECK(!quorum.terms.empty());
  return Seating(quorum, people).fill();
}

bool are_met(std::span<const Quorum> quorums, std::span<const std::vector<std::string>> people) {
  SENTRAIL_CHECK(!quorums.empty());
  return std::all_of(quorums.begin(), quorums.end(),
                     [&](const Quorum& quorum) { return is_met(quorum, people); });
}

bool would_meet(std::span<const store::Vote> votes, std::string_view quorums) {
  const Result<std::vector<Quorum>> asked = parse_quorums(quorums);
  std::vector<std::vector<std::string>> people;
  for (const store::Vote& vote : votes) {
    if (vote.verdict == store::Verdict::approve) people.push_back(vote.groups);
  }
  return asked && are_met(*asked, people);
}

}  // namespace sentrail::approvals
