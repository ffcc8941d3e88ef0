// Tests quorum texts, seats, and who may vote.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include "core/limits.hpp"
#include "core/names.hpp"
#include "runtime/approvals/quorum.hpp"
#include "runtime/approvals/voter.hpp"

namespace sentrail::approvals {
namespace {

using People = std::vector<std::vector<std::string>>;
using store::Role;
using store::Verdict;
using testing::ElementsAre;
using testing::HasSubstr;

Quorum quorum(std::string_view text) {
  auto parsed = parse_quorum(text);
  EXPECT_TRUE(parsed) << text << ": " << parsed.error().message;
  return parsed.value_or(Quorum{});
}

TEST(QuorumText, PrintParseIdentity) {
  for (const char* text :
       {"1 of role:reviewer", "2 of platform_leads", "2 of platform_leads and 1 of security",
        "16 of a", "1 of role:owner and 1 of role:admin and 3 of sre-oncall2"}) {
    EXPECT_EQ(print_quorum(quorum(text)), text);
  }
  EXPECT_EQ(print_quorum(Quorum{}), "1 of role:reviewer");
}

TEST(QuorumText, RefusesEverythingElse) {
  for (const char* text : {"",
                           " ",
                           "0 of a",
                           "01 of a",
                           "+1 of a",
                           "-1 of a",
                           "1of a",
                           "1  of a",
                           "1 of",
                           "1 of ",
                           "1 of A",
                           "1 of 1a",
                           "1 of a b",
                           "1 of role:",
                           "1 of role:chief",
                           "1 of role:Owner",
                           "1 of a and",
                           "1 of a and ",
                           " and 1 of a",
                           "1 of a or 1 of b",
                           "1 of a  and 1 of b",
                           "1 of and and 1 of a",
                           "1 of group:a",
                           "1 of a\n",
                           "99999999999 of a",
                           "1.5 of a",
                           "1 of a and and 1 of b"}) {
    const auto parsed = parse_quorum(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, Errc::invalid_argument) << text;
  }
  for (const char* text : {"17 of a", "16 of a and 1 of b", "4294967295 of a and 1 of b"}) {
    const auto parsed = parse_quorum(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, Errc::limit_exceeded) << text;
  }
}

TEST(Quorum, CountsDistinctSeats) {
  const Quorum two = quorum("2 of sre");
  EXPECT_FALSE(is_met(two, People{}));
  EXPECT_FALSE(is_met(two, People{{"sre"}}));
  EXPECT_FALSE(is_met(two, People{{"sre"}, {"dev"}}));
  EXPECT_TRUE(is_met(two, People{{"sre"}, {"dev", "sre"}}));
  EXPECT_TRUE(is_met(two, People{{"dev"}, {"sre"}, {"sre"}}));
}

TEST(Quorum, OnePersonFillsOneSeat) {
  const Quorum both = quorum("1 of sre and 1 of security");
  EXPECT_FALSE(is_met(both, People{{"sre", "security"}}));
  EXPECT_TRUE(is_met(both, People{{"sre", "security"}, {"sre"}}));
  EXPECT_TRUE(is_met(both, People{{"sre", "security"}, {"security"}}));
  EXPECT_FALSE(is_met(both, People{{"sre"}, {"sre"}}));
}

// The first comer sits where a later one must: seats are reassigned.
TEST(Quorum, PeopleMoveToMakeRoom) {
  const Quorum chain = quorum("1 of a and 1 of b and 1 of c");
  EXPECT_TRUE(is_met(chain, People{{"a", "b"}, {"b", "c"}, {"a"}}));
  EXPECT_TRUE(is_met(chain, People{{"a", "b", "c"}, {"a", "b"}, {"a"}}));
  EXPECT_FALSE(is_met(chain, People{{"a", "b"}, {"a", "b"}, {"a", "b"}}));
}

TEST(Quorum, HigherRolesSitLower) {
  const Quorum admin = quorum("1 of role:admin");
  EXPECT_TRUE(is_met(admin, People{seat_labels(Role::owner, {})}));
  EXPECT_TRUE(is_met(admin, People{seat_labels(Role::admin, {})}));
  EXPECT_FALSE(is_met(admin, People{seat_labels(Role::reviewer, {})}));
}

TEST(Quorum, GroupsCannotImitateRoles) {
  const std::vector<std::string> groups = {"role:owner", "sre", "Bad Name"};
  EXPECT_THAT(seat_labels(Role::member, groups), ElementsAre("role:member", "sre"));
}

// Against every assignment tried one by one.
bool met_by_brute_force(const Quorum& asked, const People& people) {
  std::vector<std::string> seats;
  for (const QuorumTerm& term : asked.terms) seats.insert(seats.end(), term.people, term.name);
  if (people.size() < seats.size()) return false;
  std::vector<std::size_t> order(people.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  do {
    bool all = true;
    for (std::size_t s = 0; s < seats.size(); ++s) {
      const auto& labels = people[order[s]];
      all = all && std::find(labels.begin(), labels.end(), seats[s]) != labels.end();
    }
    if (all) return true;
  } while (std::next_permutation(order.begin(), order.end()));
  return false;
}

TEST(Quorum, AgreesWithEveryAssignmentTriedOneByOne) {
  constexpr std::uint64_t kSeed = 0x5eed03;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  std::mt19937_64 random(kSeed);
  const std::vector<std::string> names = {"a", "b", "c"};
  int met = 0;
  for (int round = 0; round < 3000; ++round) {
    Quorum asked;
    asked.terms.clear();
    for (std::size_t i = 1 + random() % 3; i > 0; --i) {
      asked.terms.push_back(
          {static_cast<std::uint32_t>(1 + random() % 2), false, names[random() % names.size()]});
    }
    People people(random() % 6);
    for (auto& labels : people) {
      for (const std::string& name : names) {
        if (random() % 2 == 0) labels.push_back(name);
      }
    }
    const bool expected = met_by_brute_force(asked, people);
    met += expected ? 1 : 0;
    ASSERT_EQ(is_met(asked, people), expected) << print_quorum(asked) << " round " << round;
  }
  EXPECT_GT(met, 300);
  EXPECT_LT(met, 2700);
}

// --- several quorums -----------------------------------------------------------------------

TEST(SeveralQuorums, PrintParseIdentity) {
  for (const std::string_view text :
       {"1 of role:reviewer", "1 of role:admin; 2 of sre", "2 of a and 1 of b; 2 of a; 1 of c"}) {
    const auto parsed = parse_quorums(text);
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(print_quorums(*parsed), text);
  }
}

TEST(SeveralQuorums, RefusesEverythingElse) {
  for (const std::string_view text :
       {"", "; ", "1 of a;", "1 of a; ", "; 1 of a", "1 of a;1 of b", "1 of a ; 1 of b"}) {
    const auto parsed = parse_quorums(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, Errc::invalid_argument) << text;
  }
}

TEST(SeveralQuorums, HaveALimit) {
  std::string text = "1 of a";
  for (std::size_t i = 1; i < limits::kQuorumsJoinedMax; ++i) text += "; 1 of a";
  EXPECT_TRUE(parse_quorums(text));
  const auto parsed = parse_quorums(text + "; 1 of a");
  ASSERT_FALSE(parsed);
  EXPECT_THAT(parsed.error().message, HasSubstr("at most 64 quorums"));
}

// The same people count in each quorum; no quorum lends its people to another.
TEST(SeveralQuorums, EachIsMetOnItsOwn) {
  const std::vector<Quorum> asked = parse_quorums("1 of sre and 1 of role:admin; 2 of sre").value();
  const std::vector<std::string> admin = {"role:admin"};
  const std::vector<std::string> sre = {"role:reviewer", "sre"};
  const std::vector<std::string> both = {"role:admin", "sre"};
  EXPECT_FALSE(are_met(asked, People{admin, sre}));
  EXPECT_FALSE(are_met(asked, People{sre, sre}));
  EXPECT_TRUE(are_met(asked, People{admin, sre, sre}));
  EXPECT_TRUE(are_met(asked, People{both, sre}));
  EXPECT_FALSE(are_met(asked, People(1, both)));
}

// Law ApprovalsTighten (docs/language.md, L9.6): who meets a stronger quorum meets the weaker one.
TEST(ApprovalsTighten, MoreSeatsAreMetByNobodyWhoDoesNotMeetFewer) {
  constexpr std::uint64_t kSeed = 70'117;
  std::printf("seed %llu\n", static_cast<unsigned long long>(kSeed));
  std::mt19937_64 random(kSeed);
  const std::vector<std::string> names = {"a", "b", "c"};
  const auto draw_term = [&] {
    return QuorumTerm{static_cast<std::uint32_t>(1 + random() % 2), false, names[random() % 3]};
  };
  int met = 0;
  for (int round = 0; round < 3'000; ++round) {
    Quorum weak{{draw_term()}};
    if (random() % 2 == 0) weak.terms.push_back(draw_term());
    Quorum more_people = weak;
    ++more_people.terms[random() % more_people.terms.size()].people;
    Quorum more_terms = weak;
    more_terms.terms.push_back(draw_term());
    People people;
    for (std::size_t i = random() % 6; i > 0; --i) {
      std::vector<std::string>& labels = people.emplace_back();
      for (const std::string& name : names) {
        if (random() % 2 == 0) labels.push_back(name);
      }
    }
    for (const Quorum& strong : {more_people, more_terms}) {
      if (!is_met(strong, people)) continue;
      ++met;
      ASSERT_TRUE(is_met(weak, people))
          << print_quorum(weak) << " against " << print_quorum(strong);
    }
  }
  EXPECT_GT(met, 300);
}

// Policy text and votes speak of the same roles.
TEST(Roles, HaveTheNamesThatPoliciesUse) {
  for (std::size_t i = 0; i < kRoleNames.size(); ++i) {
    EXPECT_EQ(name_of(static_cast<Role>(i)), kRoleNames[i]);
    EXPECT_EQ(is_approver_role(kRoleNames[i]), static_cast<Role>(i) <= Role::reviewer);
  }
  EXPECT_FALSE(is_approver_role("sre"));
}

// --- standing ------------------------------------------------------------------------------

Voter voter(Role role, std::vector<std::string> groups = {}) {
  Voter person;
  person.person_id.bytes[0] = 0xab;
  person.name = "dana";
  person.email = "dana@example.com";
  person.role = role;
  person.groups = std::move(groups);
  return person;
}

const std::vector<Quorum> kUsual = {Quorum{}};

TEST(Standing, FromReviewerUp) {
  const store::ActionRecord record;
  for (const Role role : {Role::owner, Role::admin, Role::reviewer}) {
    EXPECT_TRUE(check_standing(record, kUsual, voter(role), Verdict::approve));
    EXPECT_TRUE(check_standing(record, kUsual, voter(role), Verdict::deny));
  }
  for (const Role role : {Role::auditor, Role::member}) {
    for (const Verdict verdict : {Verdict::approve, Verdict::deny}) {
      const Status status = check_standing(record, kUsual, voter(role, {"sre"}), verdict);
      ASSERT_FALSE(status);
      EXPECT_EQ(status.error().code, Errc::permission_denied);
    }
  }
}

TEST(Standing, PartiesNeverApproveButMayDeny) {
  const std::string id = "ab000000-0000-0000-0000-000000000000";
  for (const std::string& named :
       {id, std::string("dana"), std::string("DANA"), std::string("Dana@Example.com"),
        std::string("AB000000-0000-0000-0000-000000000000")}) {
    std::vector<store::ActionRecord> records(3);
    records[0].requested_by = named;
    records[1].agent_owner = named;
    records[2].delegation_chain = {"someone", named};
    for (const store::ActionRecord& record : records) {
      EXPECT_TRUE(is_party(record, voter(Role::owner))) << named;
      const Status status = check_standing(record, kUsual, voter(Role::owner), Verdict::approve);
      ASSERT_FALSE(status) << named;
      EXPECT_EQ(status.error().code, Errc::permission_denied);
      EXPECT_THAT(status.error().message, HasSubstr("part of a request"));
      EXPECT_TRUE(check_standing(record, kUsual, voter(Role::owner), Verdict::deny));
    }
  }
}

TEST(Standing, EmptyNamesAreNobody) {
  store::ActionRecord record;
  record.requested_by = "dan";
  record.delegation_chain = {""};
  Voter nameless = voter(Role::owner);
  nameless.name.clear();
  nameless.email.clear();
  EXPECT_FALSE(is_party(record, nameless));
  EXPECT_FALSE(is_party(record, voter(Role::owner)));
}

TEST(Standing, ApprovingNeedsASeat) {
  const store::ActionRecord record;
  const std::vector<Quorum> asked = {quorum("2 of sre and 1 of role:admin")};
  EXPECT_TRUE(check_standing(record, asked, voter(Role::reviewer, {"sre"}), Verdict::approve));
  EXPECT_TRUE(check_standing(record, asked, voter(Role::admin), Verdict::approve));
  const Status status = check_standing(record, asked, voter(Role::reviewer), Verdict::approve);
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().message, HasSubstr("2 of sre and 1 of role:admin"));
  EXPECT_TRUE(check_standing(record, asked, voter(Role::reviewer), Verdict::deny));
}

TEST(Standing, ASeatInOneOfSeveralQuorumsIsEnough) {
  const store::ActionRecord record;
  const std::vector<Quorum> asked = parse_quorums("1 of role:admin; 2 of sre").value();
  EXPECT_TRUE(check_standing(record, asked, voter(Role::reviewer, {"sre"}), Verdict::approve));
  EXPECT_TRUE(check_standing(record, asked, voter(Role::owner), Verdict::approve));
  const Status status = check_standing(record, asked, voter(Role::reviewer), Verdict::approve);
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().message, HasSubstr("1 of role:admin; 2 of sre"));
}

TEST(Standing, VoterComesFromAMembership) {
  store::Person person;
  person.id.bytes[3] = 1;
  person.name = "dana";
  Uuid here;
  here.bytes[0] = 1;
  person.memberships = {{Uuid{}, Role::owner, {"x"}}, {here, Role::reviewer, {"sre"}}};
  const auto made = voter_of(person, here, "passphrase");
  ASSERT_TRUE(made);
  EXPECT_EQ(made->role, Role::reviewer);
  EXPECT_THAT(made->groups, ElementsAre("sre"));
  EXPECT_EQ(made->auth_method, "passphrase");
  Uuid elsewhere;
  elsewhere.bytes[0] = 2;
  EXPECT_EQ(voter_of(person, elsewhere, "").error().code, Errc::permission_denied);
  person.disabled = true;
  EXPECT_EQ(voter_of(person, here, "").error().code, Errc::permission_denied);
}

TEST(Quorum, WouldBeMetByThoseWhoApproved) {
  const auto vote = [](store::Verdict verdict, std::vector<std::string> labels) {
    store::Vote made;
    made.verdict = verdict;
    made.groups = std::move(labels);
    return made;
  };
  std::vector<store::Vote> votes = {vote(store::Verdict::approve, {"role:reviewer"}),
                                    vote(store::Verdict::deny, {"finance"})};
  EXPECT_TRUE(would_meet(votes, "1 of role:reviewer"));
  EXPECT_FALSE(would_meet(votes, "1 of finance; 1 of role:reviewer"));
  EXPECT_FALSE(would_meet(votes, "anybody"));
  EXPECT_FALSE(would_meet(votes, ""));
  votes.push_back(vote(store::Verdict::approve, {"finance"}));
  EXPECT_TRUE(would_meet(votes, "1 of finance; 1 of role:reviewer"));
}

}  // namespace
}  // namespace sentrail::approvals
