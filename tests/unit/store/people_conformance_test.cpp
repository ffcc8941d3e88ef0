// What every store must do with delegations, emergency codes and their uses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "tests/unit/store/implementations.hpp"

namespace sentrail::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

Delegation delegation(std::uint64_t number, const Uuid& workspace_id = kHome) {
  Delegation made;
  made.id = id_of(number);
  made.workspace_id = workspace_id;
  made.from = id_of(20);
  made.to = id_of(21);
  made.start_ms = 1'000;
  made.end_ms = 2'000;
  made.tools = {"github", "linear"};
  made.created_ms = 900;
  return made;
}

BreakGlassCode code(const Uuid& workspace_id = kHome) {
  BreakGlassCode made;
  made.workspace_id = workspace_id;
  made.person_id = id_of(20);
  made.code_hash = "$argon2id$…";
  made.made_by = id_of(21);
  made.created_ms = 900;
  return made;
}

BreakGlassGrant grant(std::uint64_t number, const Uuid& workspace_id = kHome) {
  BreakGlassGrant made;
  made.id = id_of(number);
  made.workspace_id = workspace_id;
  made.person_id = id_of(20);
  made.reason = "the pager is on fire";
  made.started_ms = 1'000;
  made.until_ms = 2'000;
  made.action_ids = {id_of(1'001), id_of(1'002)};
  return made;
}

template <class Record>
Record stored(Record record, std::uint64_t version = 1) {
  record.version = version;
  return record;
}

class PeopleConformanceTest : public testing::TestWithParam<Implementation> {
 protected:
  Store& store() { return subject_->store(); }
  template <class... Operations>
  Status put(Operations... operations) {
    return apply(store(), transaction(std::move(operations)...)).status;
  }
  template <class... Operations>
  Errc refused(Operations... operations) {
    const Status status = put(std::move(operations)...);
    EXPECT_FALSE(status);
    return status ? Errc{} : status.error().code;
  }

  std::unique_ptr<Subject> subject_ = GetParam().make();
};

INSTANTIATE_TEST_SUITE_P(AllStores, PeopleConformanceTest, testing::ValuesIn(implementations()),
                         [](const auto& test) { return test.param.name; });

TEST_P(PeopleConformanceTest, DelegationsAreListedByWorkspaceAlsoThoseThatAreOver) {
  Delegation over = delegation(2);
  over.ended_ms = 1'500;
  over.ended_by = id_of(21);
  ASSERT_TRUE(put(Put<Delegation>{delegation(1)}, Put<Delegation>{over},
                  Put<Delegation>{delegation(3, kElsewhere)}));
  EXPECT_THAT(store().list_delegations(kHome).value(),
              UnorderedElementsAre(stored(delegation(1)), stored(over)));
  EXPECT_THAT(store().list_delegations(kElsewhere).value(),
              ElementsAre(stored(delegation(3, kElsewhere))));
  EXPECT_THAT(store().list_delegations(id_of(3)).value(), IsEmpty());
}

TEST_P(PeopleConformanceTest, ADelegationIsChangedByWhoSawItAsItIs) {
  ASSERT_TRUE(put(Put<Delegation>{delegation(1)}));
  Delegation ended = delegation(1);
  ended.ended_ms = 1'500;
  EXPECT_EQ(refused(Put<Delegation>{ended, 0}), Errc::conflict);
  ASSERT_TRUE(put(Put<Delegation>{ended, 1}));
  EXPECT_EQ(refused(Put<Delegation>{delegation(1), 1}), Errc::conflict);
  EXPECT_THAT(store().list_delegations(kHome).value(), ElementsAre(stored(ended, 2)));
}

TEST_P(PeopleConformanceTest, VotesRestOnTheDelegationTheySaw) {
  ASSERT_TRUE(put(Put<Delegation>{delegation(1)}));
  ASSERT_TRUE(put(RequireDelegationVersion{kHome, id_of(1), 1}, AppendAudit{entry(1)}));
  EXPECT_EQ(refused(RequireDelegationVersion{kHome, id_of(1), 2}), Errc::conflict);
  EXPECT_EQ(refused(RequireDelegationVersion{kElsewhere, id_of(1), 1}), Errc::conflict);
  EXPECT_EQ(refused(RequireDelegationVersion{kHome, id_of(9), 1}), Errc::conflict);
  Delegation ended = delegation(1);
  ended.ended_ms = 1'500;
  // Also within one transaction: who ends it and rests on it at once does neither.
  EXPECT_EQ(refused(Put<Delegation>{ended, 1}, RequireDelegationVersion{kHome, id_of(1), 1}),
            Errc::conflict);
  EXPECT_THAT(store().list_delegations(kHome).value(), ElementsAre(stored(delegation(1))));
  ASSERT_TRUE(put(Put<Delegation>{ended, 1}));
  EXPECT_EQ(refused(RequireDelegationVersion{kHome, id_of(1), 1}, AppendAudit{entry(2)}),
            Errc::conflict);
  EXPECT_EQ(store().audit_head().size, 1u);
}

TEST_P(PeopleConformanceTest, APersonHasOneEmergencyCodeInAWorkspace) {
  EXPECT_FALSE(store().get_break_glass_code(kHome, id_of(20)).value().has_value());
  ASSERT_TRUE(put(Put<BreakGlassCode>{code()}));
  EXPECT_EQ(store().get_break_glass_code(kHome, id_of(20)).value(), stored(code()));
  EXPECT_FALSE(store().get_break_glass_code(kElsewhere, id_of(20)).value().has_value());
  EXPECT_FALSE(store().get_break_glass_code(kHome, id_of(21)).value().has_value());
  BreakGlassCode revoked = code();
  revoked.code_hash.clear();
  EXPECT_EQ(refused(Put<BreakGlassCode>{revoked, 0}), Errc::conflict);
  ASSERT_TRUE(put(Put<BreakGlassCode>{revoked, 1}));
  // Of two who use one code at once, one saw it as it is.
  EXPECT_EQ(refused(Put<BreakGlassCode>{code(), 1}), Errc::conflict);
  EXPECT_EQ(store().get_break_glass_code(kHome, id_of(20)).value(), stored(revoked, 2));
}

TEST_P(PeopleConformanceTest, UsesOfCodesStayWithTheirReviews) {
  ASSERT_TRUE(put(Put<BreakGlassGrant>{grant(1)}, Put<BreakGlassGrant>{grant(2)},
                  Put<BreakGlassGrant>{grant(3, kElsewhere)}));
  EXPECT_EQ(store().get_break_glass_grant(kHome, id_of(1)).value(), stored(grant(1)));
  EXPECT_FALSE(store().get_break_glass_grant(kElsewhere, id_of(1)).value().has_value());
  EXPECT_THAT(store().list_break_glass_grants(kHome).value(),
              UnorderedElementsAre(stored(grant(1)), stored(grant(2))));
  BreakGlassGrant closed = grant(1);
  closed.closed_ms = 3'000;
  closed.closed_by = id_of(22);
  closed.closing = "it was";
  ASSERT_TRUE(put(Put<BreakGlassGrant>{closed, 1}));
  EXPECT_EQ(refused(Put<BreakGlassGrant>{grant(1), 1}), Errc::conflict);
  EXPECT_EQ(store().get_break_glass_grant(kHome, id_of(1)).value(), stored(closed, 2));
}

TEST_P(PeopleConformanceTest, AllOfThemAreThereAgainAfterReopening) {
  ASSERT_TRUE(put(Put<Delegation>{delegation(1)}, Put<BreakGlassCode>{code()},
                  Put<BreakGlassGrant>{grant(1)}));
  subject_->reopen();
  EXPECT_THAT(store().list_delegations(kHome).value(), ElementsAre(stored(delegation(1))));
  EXPECT_EQ(store().get_break_glass_code(kHome, id_of(20)).value(), stored(code()));
  EXPECT_EQ(store().get_break_glass_grant(kHome, id_of(1)).value(), stored(grant(1)));
  EXPECT_TRUE(put(RequireDelegationVersion{kHome, id_of(1), 1}));
}

}  // namespace
}  // namespace sentrail::store
