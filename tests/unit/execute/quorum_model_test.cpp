// Every order of votes of at most five people, against a reference of a few lines.
//
// Neighbours: machine_test.cpp tests single votes, quorum_test.cpp the seating alone. The reference
// seats people by trying every assignment and knows nothing of votes beyond who said what.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "tests/unit/execute/machine_fixture.hpp"

namespace sentrail::execute {
namespace {

using Labels = std::vector<std::string>;
using store::ActionState;
using store::Verdict;

constexpr std::size_t kPeople = 5;

// What somebody may be: in these groups, and part of the request or not.
struct Kind {
  Labels groups;
  bool party = false;
};

const std::vector<Kind> kKinds = {
    {{}, false}, {{"a"}, false}, {{"b"}, false}, {{"a", "b"}, false}, {{"a", "b"}, true}};

// Quorums with the seats that the reference fills; `role:reviewer` is a seat for anybody here.
struct Asked {
  std::string text;
  std::vector<Labels> quorums;  // the seats of each
};

const std::vector<Asked> kAsked = {
    {"1 of role:reviewer", {{"*"}}},
    {"3 of role:reviewer", {{"*", "*", "*"}}},
    {"1 of a", {{"a"}}},
    {"2 of a", {{"a", "a"}}},
    {"1 of a and 1 of b", {{"a", "b"}}},
    {"2 of a and 1 of b", {{"a", "a", "b"}}},
    {"1 of a and 1 of b and 1 of role:reviewer", {{"a", "b", "*"}}},
    {"2 of a and 2 of b and 1 of role:reviewer", {{"a", "a", "b", "b", "*"}}},
    {"1 of a; 1 of b", {{"a"}, {"b"}}},
    {"1 of a and 1 of role:reviewer; 2 of b", {{"a", "*"}, {"b", "b"}}},
};

bool sits(const Labels& person, const std::string& seat) {
  return seat == "*" || std::find(person.begin(), person.end(), seat) != person.end();
}

bool all_seated(const std::vector<Labels>& people, const Labels& seats, std::size_t seat,
                unsigned used) {
  if (seat == seats.size()) return true;
  for (std::size_t person = 0; person < people.size(); ++person) {
    if ((used >> person & 1u) != 0 || !sits(people[person], seats[seat])) continue;
    if (all_seated(people, seats, seat + 1, used | 1u << person)) return true;
  }
  return false;
}

// Walks every order of votes of these people and compares each step.
class Walk {
 public:
  Walk(std::vector<Kind> people, const Asked& asked) : people_(std::move(people)), asked_(asked) {}

  void run() {
    Action action = action_in(ActionState::held);
    action.record.quorum = asked_.text;
    for (std::size_t i = 0; i < people_.size(); ++i) {
      if (people_[i].party) action.record.delegation_chain.push_back(voter(i).name);
    }
    visit(action, {});
  }

  std::size_t votes = 0;
  std::size_t approved = 0;

 private:
  [[nodiscard]] approvals::Voter voter(std::size_t person) const {
    return reviewer(static_cast<std::uint8_t>(person + 1), people_[person].groups);
  }

  // What the reference says that a vote leads to; nothing: it is refused.
  [[nodiscard]] std::optional<ActionState> expected(const std::vector<std::size_t>& before,
                                                    std::size_t person, Verdict verdict) const {
    if (std::find(before.begin(), before.end(), person) != before.end()) return std::nullopt;
    if (verdict == Verdict::deny) return ActionState::denied;
    const Kind& kind = people_[person];
    if (kind.party) return std::nullopt;
    bool has_a_seat = false;
    for (const Labels& seats : asked_.quorums) {
      for (const std::string& seat : seats) has_a_seat |= sits(kind.groups, seat);
    }
    if (!has_a_seat) return std::nullopt;
    std::vector<Labels> approvers = {kind.groups};
    for (const std::size_t other : before) approvers.push_back(people_[other].groups);
    const bool met =
        std::all_of(asked_.quorums.begin(), asked_.quorums.end(),
                    [&](const Labels& seats) { return all_seated(approvers, seats, 0, 0); });
    return met ? ActionState::approved : ActionState::held;
  }

  void visit(const Action& action, const std::vector<std::size_t>& before) {
    for (std::size_t person = 0; person < people_.size(); ++person) {
      for (const Verdict verdict : {Verdict::deny, Verdict::approve}) {
        const VoteCast vote =
            verdict == Verdict::deny ? deny_by(voter(person)) : approve_by(voter(person));
        const auto step = transition(action, vote, kNow);
        const auto wanted = expected(before, person, verdict);
        ++votes;
        ASSERT_EQ(step.has_value(), wanted.has_value()) << asked_.text << ", person " << person;
        if (!step) continue;
        ASSERT_EQ(step->action.record.state, *wanted) << asked_.text << ", person " << person;
        if (*wanted == ActionState::approved) ++approved;
        if (*wanted != ActionState::held) continue;
        std::vector<std::size_t> now = before;
        now.push_back(person);
        visit(step->action, now);
        if (testing::Test::HasFatalFailure()) return;
      }
    }
  }

  const std::vector<Kind> people_;
  const Asked& asked_;
};

// --- delegated votes ------------------------------------------------------------------------

// One word: who says it, for whom (nobody: themselves), and what.
struct Ballot {
  std::size_t person = 0;
  std::optional<std::size_t> lender;
  Verdict verdict = Verdict::deny;
};

// Three people who may all speak for each other, in every order. The reference counts seats by
// their owners: a person's word is used up by saying it and by having it said.
class DelegatedWalk {
 public:
  DelegatedWalk(std::vector<Kind> people, const Asked& asked)
      : people_(std::move(people)), asked_(asked) {}

  void run() {
    Action action = action_in(ActionState::held);
    action.record.quorum = asked_.text;
    for (std::size_t i = 0; i < people_.size(); ++i) {
      if (people_[i].party) action.record.delegation_chain.push_back(voter({i, {}, {}}).name);
    }
    visit(action, {});
  }

  std::size_t votes = 0;
  std::size_t lent_approvals = 0;

 private:
  [[nodiscard]] approvals::Voter voter(const Ballot& ballot) const {
    const auto made = [&](std::size_t person) {
      return reviewer(static_cast<std::uint8_t>(person + 1), people_[person].groups);
    };
    approvals::Voter who = made(ballot.person);
    if (ballot.lender) {
      const approvals::Voter lender = made(*ballot.lender);
      who.on_behalf_of = approvals::Delegator{lender.person_id, lender.name, lender.email,
                                              lender.role, lender.groups};
    }
    return who;
  }

  [[nodiscard]] std::optional<ActionState> expected(const std::vector<Ballot>& before,
                                                    const Ballot& ballot) const {
    std::vector<bool> spoke(people_.size());
    std::vector<bool> used(people_.size());
    std::vector<Labels> seats;
    for (const Ballot& other : before) {
      spoke[other.person] = used[other.person] = used[other.lender.value_or(other.person)] = true;
      seats.push_back(people_[other.lender.value_or(other.person)].groups);
    }
    const std::size_t owner = ballot.lender.value_or(ballot.person);
    if (spoke[ballot.person]) return std::nullopt;
    if (ballot.verdict == Verdict::deny) return ActionState::denied;
    if (used[ballot.person] || used[owner]) return std::nullopt;
    if (people_[ballot.person].party || people_[owner].party) return std::nullopt;
    bool has_a_seat = false;
    for (const Labels& wanted : asked_.quorums) {
      for (const std::string& seat : wanted) has_a_seat |= sits(people_[owner].groups, seat);
    }
    if (!has_a_seat) return std::nullopt;
    seats.push_back(people_[owner].groups);
    const bool met =
        std::all_of(asked_.quorums.begin(), asked_.quorums.end(),
                    [&](const Labels& wanted) { return all_seated(seats, wanted, 0, 0); });
    return met ? ActionState::approved : ActionState::held;
  }

  void compare(const Action& action, const std::vector<Ballot>& before, const Ballot& ballot) {
    VoteCast vote =
        ballot.verdict == Verdict::deny ? deny_by(voter(ballot)) : approve_by(voter(ballot));
    const auto step = transition(action, vote, kNow);
    const auto wanted = expected(before, ballot);
    ++votes;
    ASSERT_EQ(step.has_value(), wanted.has_value())
        << asked_.text << ": " << ballot.person << " for " << ballot.lender.value_or(99);
    if (!step) return;
    ASSERT_EQ(step->action.record.state, *wanted) << asked_.text;
    const store::Vote& counted = step->action.record.votes.back();
    ASSERT_EQ(counted.on_behalf_of != Uuid{}, ballot.lender.has_value());
    if (*wanted == ActionState::approved && ballot.lender) ++lent_approvals;
    if (*wanted != ActionState::held) return;
    std::vector<Ballot> now = before;
    now.push_back(ballot);
    visit(step->action, now);
  }

  void visit(const Action& action, const std::vector<Ballot>& before) {
    for (std::size_t person = 0; person < people_.size(); ++person) {
      for (std::size_t lender = 0; lender < people_.size(); ++lender) {
        for (const Verdict verdict : {Verdict::deny, Verdict::approve}) {
          Ballot ballot{person, std::nullopt, verdict};
          if (lender != person) ballot.lender = lender;
          compare(action, before, ballot);
          if (testing::Test::HasFatalFailure()) return;
        }
      }
    }
  }

  const std::vector<Kind> people_;
  const Asked& asked_;
};

// Calls `use` with every company of so many people, as ascending lists of kinds: who comes first is
// the walk's business. out: how many there are.
template <class Use>
std::size_t each_company(std::size_t size, const Use& use) {
  std::size_t companies = 0;
  std::vector<std::size_t> kinds(size, 0);
  for (;;) {
    ++companies;
    std::vector<Kind> people;
    for (const std::size_t kind : kinds) people.push_back(kKinds[kind]);
    use(people);
    std::size_t at = size;
    while (at > 0 && kinds[at - 1] == kKinds.size() - 1) --at;
    if (at == 0) return companies;
    std::fill(kinds.begin() + static_cast<std::ptrdiff_t>(at) - 1, kinds.end(), kinds[at - 1] + 1);
  }
}

TEST(QuorumModel, EveryOrderOfVotesOfFivePeopleAgreesWithTheReference) {
  std::size_t votes = 0;
  std::size_t approved = 0;
  const std::size_t companies = each_company(kPeople, [&](const std::vector<Kind>& people) {
    for (const Asked& asked : kAsked) {
      if (HasFatalFailure()) return;
      Walk walk(people, asked);
      walk.run();
      votes += walk.votes;
      approved += walk.approved;
    }
  });
  std::printf("%zu companies, %zu votes, %zu approvals\n", companies, votes, approved);
  EXPECT_EQ(companies, 126u);
  EXPECT_GT(votes, 300'000u);
  EXPECT_GT(approved, 10'000u);
}

TEST(QuorumModel, EveryOrderOfDelegatedVotesAgreesWithTheReference) {
  std::size_t votes = 0;
  std::size_t lent = 0;
  const std::size_t companies = each_company(3, [&](const std::vector<Kind>& people) {
    for (const Asked& asked : kAsked) {
      if (HasFatalFailure()) return;
      DelegatedWalk walk(people, asked);
      walk.run();
      votes += walk.votes;
      lent += walk.lent_approvals;
    }
  });
  std::printf("%zu companies, %zu votes, %zu approvals by delegates\n", companies, votes, lent);
  EXPECT_EQ(companies, 35u);
  EXPECT_GT(votes, 20'000u);
  EXPECT_GT(lent, 300u);
}

}  // namespace
}  // namespace sentrail::execute
