// A witness and the shards: each has a name of its own to it, and a start that only it can refuse.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/audit/fake_witness.hpp"
#include "tests/unit/audit/years.hpp"

namespace sentrail::audit {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class ShardWitnessTest : public ShardsTest {
 protected:
  std::uint64_t seen(int year) { return link_.seen[shard_origin(kOrigin, year)].size; }
  // Lets the witness have seen another history of that year, or again the true one.
  void exchange_history(int year) { link_.seen[shard_origin(kOrigin, year)].root[0] ^= 1; }

  test::FakeWitness link_;
  const crypto::CosignatureVerifier key_ = crypto::CosignatureVerifier::parse(link_.key()).value();
  Witness witness_{key_, link_};
};

TEST_F(ShardWitnessTest, SeesEachShardUnderItsOwnName) {
  auto keeper = open(&witness_).value();
  append(middle_of(2026), 3);
  publish(*keeper);
  append(middle_of(2026), 2);
  append(middle_of(2027), 2);
  publish(*keeper);
  EXPECT_EQ(seen(2026), 5u);
  EXPECT_EQ(seen(2027), 3u);
  EXPECT_TRUE(witness_.has_cosigned(keeper->checkpoint(2026).value()));
  EXPECT_TRUE(witness_.has_cosigned(keeper->checkpoint()));
  EXPECT_EQ(keeper->state().cosigned, 7u);
  keeper.reset();
  // The cosignature of a shard that ended stays where it is.
  keeper = open(&witness_).value();
  EXPECT_TRUE(witness_.has_cosigned(keeper->checkpoint(2026).value()));
}

TEST_F(ShardWitnessTest, HowAShardEndedIsCosignedLater) {
  {
    auto keeper = open().value();  // without a witness
    append(middle_of(2026), 3);
    append(middle_of(2027), 2);
    publish(*keeper);
  }
  auto keeper = open(&witness_).value();
  publish(*keeper);
  EXPECT_EQ(seen(2026), 3u);
  EXPECT_TRUE(witness_.has_cosigned(keeper->checkpoint(2026).value()));
  EXPECT_TRUE(witness_.has_cosigned(file("2026/checkpoint")));
  const int asked = link_.asked;
  publish(*keeper);
  EXPECT_EQ(link_.asked, asked);
}

// A witness that was not told of the new year's name yet signs how the old one ended.
TEST_F(ShardWitnessTest, ANewYearThatItDoesNotKnowHoldsTheOldOnesEndUpNot) {
  {
    auto keeper = open().value();
    append(middle_of(2026), 3);
    append(middle_of(2027), 2);
    publish(*keeper);
  }
  link_.unknown = shard_origin(kOrigin, 2027);
  auto keeper = open(&witness_).value();
  publish(*keeper);
  EXPECT_EQ(seen(2026), 3u);
  EXPECT_EQ(seen(2027), 0u);
}

// --- a witness that has seen another history
// -------------------------------------------------------

// To the witness a new year is a new log: it would sign it, and the disagreement would be
// forgotten.
TEST_F(ShardWitnessTest, ADisagreementHoldsTheNextYearBack) {
  auto keeper = open(&witness_).value();
  append(middle_of(2026), 3);
  publish(*keeper);
  exchange_history(2026);
  append(middle_of(2026), 2);
  publish(*keeper);  // the year goes on, without the witness's line
  EXPECT_FALSE(witness_.has_cosigned(keeper->checkpoint()));
  append(middle_of(2027), 2);
  for (int again = 0; again < 3; ++again) {
    const Status held = keeper->step();
    ASSERT_FALSE(held.has_value());
    EXPECT_EQ(held.error().code, Errc::conflict);
    EXPECT_THAT(held.error().message, HasSubstr("the log of 2027 waits: of 2026, "));
    EXPECT_THAT(held.error().message, HasSubstr("docs/runbooks/witness-disagrees.md"));
    EXPECT_THAT(keeper->state().witness_complaint, HasSubstr("it has seen another history"));
    EXPECT_THAT(years(*keeper), ElementsAre(2026));
  }
  EXPECT_EQ(seen(2027), 0u);
  EXPECT_EQ(file("shards"), "2026\n");
  EXPECT_EQ(file("2027/checkpoint"), "");
  EXPECT_EQ(CheckpointSigner::last_in(folder_.path() + "/signer")->shard.year, 2026);
  EXPECT_EQ(keeper->prove(5).error().code, Errc::not_found);
  // One that is away meanwhile takes nothing back.
  link_.down = true;
  EXPECT_EQ(keeper->step().error().code, Errc::conflict);
  link_.down = false;
  exchange_history(2026);
  publish(*keeper);
  EXPECT_EQ(keeper->state().witness_complaint, "");
  EXPECT_EQ(seen(2026), 5u);
  EXPECT_EQ(seen(2027), 3u);
}

// The witness was away over the year's end, and says only now what it has seen.
TEST_F(ShardWitnessTest, ADisagreementThatIsFoundLaterHoldsTheNewYear) {
  append(middle_of(2026), 3);
  ASSERT_TRUE(open(&witness_).value()->step().has_value());
  exchange_history(2026);
  Witness anew(key_, link_);
  auto keeper = open(&anew).value();
  link_.down = true;
  append(middle_of(2026));
  append(middle_of(2027), 2);
  publish(*keeper);
  link_.down = false;
  append(middle_of(2027), 2);
  for (int again = 0; again < 3; ++again) {
    EXPECT_EQ(keeper->step().error().code, Errc::conflict);
    EXPECT_EQ(keeper->state().size, 6u);
    EXPECT_THAT(keeper->state().witness_complaint, HasSubstr("it has seen another history"));
  }
  EXPECT_EQ(seen(2027), 0u);
  // Nor does another start forget it.
  keeper.reset();
  keeper = open(&anew).value();
  EXPECT_EQ(keeper->step().error().code, Errc::conflict);
  exchange_history(2026);
  publish(*keeper);
  EXPECT_EQ(seen(2026), 4u);
  EXPECT_EQ(seen(2027), 5u);
  EXPECT_EQ(keeper->state().witness_complaint, "");
}

// --- a start that only the witness can refuse ----------------------------------------------------

TEST_F(ShardWitnessTest, AStartThatAgreesIsServed) {
  append(middle_of(2026), 3);
  EXPECT_TRUE(open(&witness_).value()->ask_witness().has_value());
  EXPECT_EQ(seen(2026), 0u);
  ASSERT_TRUE(open(&witness_).value()->step().has_value());
  EXPECT_EQ(seen(2026), 3u);
  append(middle_of(2026), 3);
  append(middle_of(2027), 3);
  Witness anew(key_, link_);
  auto keeper = open(&anew).value();
  EXPECT_TRUE(keeper->ask_witness().has_value());
  publish(*keeper);
  EXPECT_TRUE(keeper->ask_witness().has_value());
  EXPECT_EQ(told_, "");
}

TEST_F(ShardWitnessTest, AWitnessThatKnowsMoreRefusesTheStart) {
  append(middle_of(2026), 3);
  ASSERT_TRUE(open(&witness_).value()->step().has_value());
  link_.seen[shard_origin(kOrigin, 2026)].size = 5'000;
  Witness anew(key_, link_);
  const Status told = open(&anew).value()->ask_witness();
  ASSERT_FALSE(told.has_value());
  EXPECT_THAT(told.error().message, HasSubstr("5000 leaves, the log has 3"));
  EXPECT_THAT(told.error().message, HasSubstr("docs/runbooks/witness-disagrees.md"));
  EXPECT_THAT(told.error().message, HasSubstr("refusing to serve"));
}

// Store, tiles and signer were all lost; nothing is signed before the witness was asked.
TEST_F(ShardWitnessTest, AGateThatBeganAnewUnderTheOldKeyIsRefused) {
  link_.seen[shard_origin(kOrigin, 2026)].size = 5'000;
  append(middle_of(2026), 3);
  auto keeper = open(&witness_).value();
  const Status told = keeper->ask_witness();
  ASSERT_FALSE(told.has_value());
  EXPECT_THAT(told.error().message, HasSubstr("5000 leaves, the log has 0"));
  keeper.reset();
  EXPECT_EQ(CheckpointSigner::last_in(folder_.path() + "/signer")->size, 0u);
}

// All was set back to the very end of a year, and the witness has seen the next one.
TEST_F(ShardWitnessTest, AYearThatOnlyTheWitnessKnowsRefusesTheStart) {
  append(middle_of(2026), 3);
  ASSERT_TRUE(open(&witness_).value()->step().has_value());
  link_.seen[shard_origin(kOrigin, 2027)].size = 7;
  Witness anew(key_, link_);
  append(middle_of(2026));
  EXPECT_TRUE(open(&anew).value()->ask_witness().has_value());
  append(middle_of(2027));
  const Status told = open(&anew).value()->ask_witness();
  ASSERT_FALSE(told.has_value());
  EXPECT_THAT(told.error().message, HasSubstr("it has seen 7 leaves, the log has 0"));
  EXPECT_EQ(CheckpointSigner::last_in(folder_.path() + "/signer")->shard.year, 2026);
}

// The same, and not even an entry of that year is left.
TEST_F(ShardWitnessTest, AYearThatNothingHereTellsOfRefusesTheStart) {
  append(middle_of(2026), 3);
  ASSERT_TRUE(open(&witness_).value()->step().has_value());
  link_.seen[shard_origin(kOrigin, 2027)].size = 7;
  ManualClock clock(Instant{middle_of(2026)});
  clock_ = &clock;
  Witness anew(key_, link_);
  EXPECT_TRUE(open(&anew).value()->ask_witness().has_value());
  clock.advance_ms(middle_of(2028) - middle_of(2026));
  const Status told = open(&anew).value()->ask_witness();
  ASSERT_FALSE(told.has_value());
  EXPECT_THAT(told.error().message, HasSubstr("it has seen 7 leaves, the log has 0"));
}

TEST_F(ShardWitnessTest, AnotherHistoryRefusesTheStart) {
  append(middle_of(2026), 3);
  ASSERT_TRUE(open(&witness_).value()->step().has_value());
  auto& log = link_.seen[shard_origin(kOrigin, 2026)];
  log.root[0] ^= 1;
  Witness anew(key_, link_);
  EXPECT_THAT(open(&anew).value()->ask_witness().error().message,
              HasSubstr("it has seen another history"));
}

TEST_F(ShardWitnessTest, AWitnessThatIsAwayOrNewRefusesNothing) {
  append(middle_of(2026), 3);
  ASSERT_TRUE(open(&witness_).value()->step().has_value());
  Witness anew(key_, link_);
  link_.down = true;
  auto keeper = open(&anew).value();
  EXPECT_TRUE(keeper->ask_witness().has_value());
  EXPECT_THAT(keeper->state().witness_complaint, HasSubstr("down"));
  keeper.reset();
  link_.down = false;
  link_.knows_none = true;
  keeper = open(&anew).value();
  EXPECT_TRUE(keeper->ask_witness().has_value());
  EXPECT_THAT(keeper->state().witness_complaint, HasSubstr("does not know the log"));
}

}  // namespace
}  // namespace sentrail::audit
