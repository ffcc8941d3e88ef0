// Tests who may lend a seat to whom, for how long, and who ends it.
#include "runtime/identity/delegations.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/limits.hpp"
#include "crypto/seal.hpp"
#include "runtime/audit/leaf.hpp"
#include "tests/support/memory_kv.hpp"

namespace sentrail::identity {
namespace {

using store::Role;
using testing::HasSubstr;

class DelegationsTest : public testing::Test {
 protected:
  static constexpr std::int64_t kStart = 1'790'000'000'000;

  DelegationsTest() {
    store::Workspace workspace;
    workspace.id = here_;
    put(store::Put<store::Workspace>{workspace, 0});
    dana_ = person(1, "dana", Role::reviewer);
    eli_ = person(2, "eli", Role::reviewer);
    adam_ = person(3, "adam", Role::admin);
    aude_ = person(4, "aude", Role::auditor);
  }

  void put(store::Operation operation) {
    const store::Transaction transaction{{std::move(operation)}, {}};
    ASSERT_TRUE(apply(transaction).status);
  }
  store::Outcome apply(const store::Transaction& transaction) {
    const store::Transaction* const one[] = {&transaction};
    return store_->apply(one).front();
  }
  store::Person person(std::uint8_t number, const char* name, Role role) {
    store::Person made;
    made.id.bytes[15] = number;
    made.name = name;
    made.memberships = {{here_, role, {}}};
    put(store::Put<store::Person>{made, 0});
    made.version = 1;
    return made;
  }

  Actor actor(const store::Person& person) const { return actor_of(person, here_).value(); }
  Directory directory() const { return Directory::load(*store_).value(); }
  std::int64_t now() const { return clock_.now().unix_ms; }

  Result<Changed<store::Delegation>> lend(const store::Person& from, const store::Person& to,
                                          std::int64_t start_ms, std::int64_t end_ms,
                                          std::vector<std::string> tools = {}) {
    return delegate(recorder_, clock_, actor(from), directory(),
                    {to.id, start_ms, end_ms, std::move(tools)});
  }
  store::Delegation lent(const store::Person& from, const store::Person& to, std::int64_t days = 1,
                         std::vector<std::string> tools = {}) {
    auto changed = lend(from, to, 0, now() + days * limits::kDayMs, std::move(tools));
    EXPECT_TRUE(changed) << changed.error().message;
    EXPECT_TRUE(apply(changed->transaction).status);
    store::Delegation stored = changed->value;
    stored.version = 1;
    return stored;
  }
  bool speaks(const store::Person& to, const store::Person& from, std::string_view tool) const {
    const Directory known = directory();
    return find_delegation(known.delegations_of(here_), from.id, to.id, tool, now()) != nullptr;
  }

  const Uuid here_ = [] {
    Uuid id;
    id.bytes[0] = 0x33;
    return id;
  }();
  ManualClock clock_{Instant{kStart}};
  std::shared_ptr<test::MemoryDisk> disk_ = std::make_shared<test::MemoryDisk>();
  const audit::LeafCodec codec_;
  const audit::Recorder recorder_{crypto::SealKey::generate(), Uuid{}};
  std::unique_ptr<store::Store> store_ = test::open_memory_store(disk_, codec_, nullptr);
  store::Person dana_;
  store::Person eli_;
  store::Person adam_;
  store::Person aude_;
};

TEST_F(DelegationsTest, LendsFromOneToAnotherForATime) {
  lent(dana_, eli_);
  EXPECT_TRUE(speaks(eli_, dana_, "github"));
  EXPECT_FALSE(speaks(dana_, eli_, "github")) << "not the other way round";
  EXPECT_FALSE(speaks(adam_, dana_, "github")) << "to nobody else";
  clock_.advance_ms(limits::kDayMs - 1);
  EXPECT_TRUE(speaks(eli_, dana_, "github"));
  clock_.advance_ms(1);
  EXPECT_FALSE(speaks(eli_, dana_, "github"));
}

// Eli speaks for Dana and Adam for Eli: nobody but Eli speaks for Dana.
TEST_F(DelegationsTest, AreNotTransitive) {
  lent(dana_, eli_);
  lent(eli_, adam_);
  EXPECT_TRUE(speaks(adam_, eli_, "github"));
  EXPECT_FALSE(speaks(adam_, dana_, "github"));
}

TEST_F(DelegationsTest, BeginWhenTheySay) {
  auto changed = lend(dana_, eli_, now() + 1'000, now() + 2'000);
  ASSERT_TRUE(changed);
  ASSERT_TRUE(apply(changed->transaction).status);
  EXPECT_EQ(name_of(state_of(changed->value, now())), "upcoming");
  EXPECT_FALSE(speaks(eli_, dana_, "github"));
  clock_.advance_ms(1'000);
  EXPECT_TRUE(speaks(eli_, dana_, "github"));
}

TEST_F(DelegationsTest, MayBeForSomeToolsOnly) {
  lent(dana_, eli_, 1, {"linear", "github", "github"});
  EXPECT_TRUE(speaks(eli_, dana_, "github"));
  EXPECT_FALSE(speaks(eli_, dana_, "git"));
  EXPECT_FALSE(speaks(eli_, dana_, "stripe"));
  EXPECT_FALSE(lend(dana_, eli_, 0, now() + 1, {""}));
  EXPECT_FALSE(lend(dana_, eli_, 0, now() + 1, {"a b"}));
  EXPECT_FALSE(lend(dana_, eli_, 0, now() + 1, std::vector<std::string>(1, "\xe2\x80\xae")));
}

TEST_F(DelegationsTest, AreForReviewersOfTheWorkspaceAndNeverForOneself) {
  const std::int64_t soon = now() + 1'000;
  EXPECT_EQ(lend(dana_, dana_, 0, soon).error().code, Errc::invalid_argument);
  EXPECT_EQ(lend(dana_, aude_, 0, soon).error().code, Errc::invalid_argument);
  store::Person stranger = eli_;
  stranger.id.bytes[15] = 9;
  EXPECT_EQ(lend(dana_, stranger, 0, soon).error().code, Errc::invalid_argument);
  EXPECT_EQ(lend(aude_, eli_, 0, soon).error().code, Errc::permission_denied);
  store::Person gone = eli_;
  gone.disabled = true;
  put(store::Put<store::Person>{gone, 1});
  EXPECT_EQ(lend(dana_, eli_, 0, soon).error().code, Errc::invalid_argument);
}

TEST_F(DelegationsTest, LastAtMostThirtyDays) {
  const std::int64_t most = limits::kDelegationMsMax;
  EXPECT_TRUE(lend(dana_, eli_, 0, now() + most));
  EXPECT_THAT(lend(dana_, eli_, 0, now() + most + 1).error().message, HasSubstr("30 days"));
  EXPECT_TRUE(lend(dana_, eli_, now() + most, now() + 2 * most));
  EXPECT_FALSE(lend(dana_, eli_, 0, now()));
  EXPECT_FALSE(lend(dana_, eli_, now() + 5, now() + 5));
  EXPECT_FALSE(lend(dana_, eli_, 0, INT64_MAX));
}

TEST_F(DelegationsTest, AreEndedByTheirMakerOrAnAdmin) {
  for (const store::Person* who : {&dana_, &adam_}) {
    const store::Delegation made = lent(dana_, eli_);
    EXPECT_EQ(end_delegation(recorder_, clock_, actor(eli_), directory(), made).error().code,
              Errc::permission_denied);
    auto changed = end_delegation(recorder_, clock_, actor(*who), directory(), made);
    ASSERT_TRUE(changed) << changed.error().message;
    ASSERT_TRUE(apply(changed->transaction).status);
    EXPECT_EQ(changed->value.ended_by, who->id);
    EXPECT_FALSE(speaks(eli_, dana_, "github"));
    EXPECT_EQ(
        end_delegation(recorder_, clock_, actor(*who), directory(), changed->value).error().code,
        Errc::conflict);
  }
}

TEST_F(DelegationsTest, AVoteOnAnEndedOneIsRefusedByTheStore) {
  const store::Delegation made = lent(dana_, eli_);
  const store::Transaction vote{{store::RequireDelegationVersion{here_, made.id, 1}}, {}};
  EXPECT_TRUE(apply(vote).status);
  ASSERT_TRUE(apply(end_delegation(recorder_, clock_, actor(dana_), directory(), made)->transaction)
                  .status);
  EXPECT_EQ(apply(vote).status.error().code, Errc::conflict);
}

TEST_F(DelegationsTest, AreFewAPerson) {
  for (std::size_t i = 0; i < limits::kDelegationsMax; ++i) lent(dana_, eli_);
  EXPECT_EQ(lend(dana_, eli_, 0, now() + 1).error().code, Errc::limit_exceeded);
  EXPECT_TRUE(lend(adam_, eli_, 0, now() + 1));
  clock_.advance_ms(limits::kDayMs);
  EXPECT_TRUE(lend(dana_, eli_, 0, now() + 1)) << "those that are over do not count";
}

// Both names stand in the entry, sealed with what is personal.
TEST_F(DelegationsTest, AreInTheLogWithBothNames) {
  lent(dana_, eli_);
  const auto rows = store_->audit_range(0, store_->audit_head().size);
  ASSERT_EQ(rows->size(), 1u);
  const audit::Leaf leaf = audit::decode_leaf(rows->front().leaf).value();
  EXPECT_EQ(leaf.entry.kind, store::AuditKind::person);
  EXPECT_EQ(leaf.entry.action, "delegation.begin");
  EXPECT_EQ(rows->front().leaf.find("dana"), std::string::npos);
}

}  // namespace
}  // namespace sentrail::identity
