// The signer: a log that it signed once is the beginning of every log that it signs later.
#include "runtime/audit/signer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "runtime/audit/checkpoint.hpp"
#include "runtime/audit/leaf.hpp"
#include "runtime/audit/tile_tree.hpp"
#include "tests/unit/audit/tile_memory.hpp"
#include "tests/unit/store/fixtures.hpp"

namespace sentrail::audit {
namespace {

using crypto::Digest;
using testing::HasSubstr;

class SignerTest : public testing::Test {
 protected:
  void SetUp() override {
    for (int i = 0; i < 40; ++i) leaves_.push_back(leaf_hash("entry " + std::to_string(i)));
    open();
  }
  void open(const std::string& origin = "log.example.com/a") {
    signer_.reset();
    Result<std::unique_ptr<CheckpointSigner>> opened = CheckpointSigner::open(path_, origin);
    ASSERT_TRUE(opened.has_value()) << opened.error().message;
    signer_ = *std::move(opened);
  }
  ShardRoot root(std::uint64_t size) {
    memory_.grow(leaves_, size);
    TileNodes nodes(memory_, size);
    return {{2026, 0}, size, frontier_of(nodes, size)->root()};
  }
  std::vector<Digest> proof(std::uint64_t old, std::uint64_t size) {
    memory_.grow(leaves_, size);
    TileNodes nodes(memory_, size);
    return consistency_proof(nodes, old, size).value();
  }
  Errc refusal(const ShardRoot& next, const std::vector<Digest>& hashes) {
    const ShardRoot before = signer_->last();
    const Result<std::string> note = signer_->sign(next, hashes);
    EXPECT_FALSE(note.has_value());
    EXPECT_EQ(signer_->last(), before);
    return note ? Errc::io : note.error().code;
  }

  store::TemporaryDirectory folder_;
  const std::string path_ = folder_.path() + "/signer";
  std::vector<Digest> leaves_;
  test::TileMemory memory_;
  std::unique_ptr<CheckpointSigner> signer_;
};

TEST_F(SignerTest, SignsWhatGrows) {
  std::uint64_t before = 0;
  for (const std::uint64_t size : {0u, 0u, 1u, 2u, 2u, 17u, 40u}) {
    const Result<std::string> note = signer_->sign(root(size), proof(before, size));
    ASSERT_TRUE(note.has_value()) << note.error().message;
    EXPECT_EQ(open_checkpoint(*note, shard_key(signer_->key(), 2026).value())->size, size);
    EXPECT_EQ(signer_->last().size, size);
    EXPECT_EQ(CheckpointSigner::last_in(path_).value(), signer_->last());
    before = size;
  }
}

TEST_F(SignerTest, NeverSignsLess) {
  ASSERT_TRUE(signer_->sign(root(20), {}).has_value());
  EXPECT_EQ(refusal(root(19), {}), Errc::conflict);
  EXPECT_EQ(refusal(root(0), {}), Errc::conflict);
  open();
  EXPECT_EQ(refusal(root(19), {}), Errc::conflict);
}

TEST_F(SignerTest, NeverSignsAnotherLog) {
  ASSERT_TRUE(signer_->sign(root(20), {}).has_value());
  ShardRoot other = root(20);
  other.root[0] ^= 1;
  EXPECT_EQ(refusal(other, {}), Errc::conflict);
  // One entry of what was signed is changed; the proof is a true one of the changed log.
  leaves_[7][0] ^= 1;
  const auto changed_proof = proof(20, 30);
  EXPECT_EQ(refusal(root(30), changed_proof), Errc::conflict);
  leaves_[7][0] ^= 1;
  EXPECT_EQ(refusal(root(30), {}), Errc::conflict);
  EXPECT_TRUE(signer_->sign(root(30), proof(20, 30)).has_value());
}

TEST_F(SignerTest, RemembersAndKeepsItsKey) {
  const std::string key = signer_->key().to_string();
  ASSERT_TRUE(signer_->sign(root(20), {}).has_value());
  open("");
  EXPECT_EQ(signer_->key().to_string(), key);
  EXPECT_EQ(CheckpointSigner::key_in(path_)->to_string(), key);
  EXPECT_EQ(signer_->last(), root(20));
  signer_.reset();
  EXPECT_THAT(CheckpointSigner::open(path_, "log.example.com/b").error().message,
              HasSubstr("keeps its name"));
}

TEST_F(SignerTest, WithoutANameTheLogHasOneByChance) {
  store::TemporaryDirectory one, two;
  const auto first = CheckpointSigner::open(one.path() + "/s", "").value();
  const auto second = CheckpointSigner::open(two.path() + "/s", "").value();
  EXPECT_THAT(first->key().name(), testing::StartsWith("gate.invalid/audit/"));
  EXPECT_NE(first->key().name(), second->key().name());
}

TEST_F(SignerTest, IsOneProcessOnly) {
  EXPECT_EQ(CheckpointSigner::open(path_, "").error().code, Errc::unavailable);
}

TEST_F(SignerTest, RefusesAKeyThatOthersMayRead) {
  struct stat found{};
  ASSERT_EQ(::stat((path_ + "/key").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600u);
  signer_.reset();
  ASSERT_EQ(::chmod((path_ + "/key").c_str(), 0640), 0);
  EXPECT_EQ(CheckpointSigner::open(path_, "").error().code, Errc::permission_denied);
}

// A part of the folder is worse than none: it would sign without knowing what it signed.
TEST_F(SignerTest, RefusesAPartOfItsFolder) {
  ASSERT_TRUE(signer_->sign(root(20), {}).has_value());
  signer_.reset();
  const auto without = [&](const std::string& name) {
    std::filesystem::rename(path_ + "/" + name, folder_.path() + "/aside");
    const Errc code = CheckpointSigner::open(path_, "").error().code;
    std::filesystem::rename(folder_.path() + "/aside", path_ + "/" + name);
    return code;
  };
  EXPECT_EQ(without("last_signed"), Errc::not_found);
  EXPECT_EQ(without("key"), Errc::not_found);
  std::ofstream(path_ + "/last_signed") << std::string(8'192, 'x');
  EXPECT_EQ(CheckpointSigner::open(path_, "").error().code, Errc::corrupt);
}

// Leaves of a shard that begins with a link: a proof of it, and its root.
struct Linked {
  ShardRoot root;
  std::vector<Digest> proof;
};

Linked linked(const CheckpointSigner& signer, const ShardRoot& ended, int year,
              std::uint64_t entries) {
  std::vector<Digest> leaves = {leaf_hash(shard_text(signer.key().name(), ended))};
  for (std::uint64_t i = 0; i < entries; ++i) leaves.push_back(leaf_hash(std::to_string(i)));
  test::TileMemory memory;
  memory.grow(leaves, leaves.size());
  TileNodes nodes(memory, leaves.size());
  return {{{year, ended.end()}, leaves.size(), frontier_of(nodes, leaves.size())->root()},
          inclusion_proof(nodes, 0, leaves.size()).value()};
}

TEST_F(SignerTest, AShardGoesOnWhereTheOneBeforeEnded) {
  ASSERT_TRUE(signer_->sign(root(20), {}).has_value());
  ASSERT_TRUE(signer_->sign(root(30), proof(20, 30)).has_value());
  const Linked behind_another = linked(*signer_, root(20), 2027, 3);
  EXPECT_EQ(refusal(behind_another.root, behind_another.proof), Errc::conflict);
  const Linked good = linked(*signer_, root(30), 2027, 3);
  EXPECT_EQ(refusal(good.root, {}), Errc::conflict);
  Linked elsewhere = good;
  elsewhere.root.shard.first = 29;
  EXPECT_EQ(refusal(elsewhere.root, elsewhere.proof), Errc::conflict);
  Linked earlier = good;
  earlier.root.shard.year = 2025;
  EXPECT_EQ(refusal(earlier.root, earlier.proof), Errc::conflict);
  ASSERT_TRUE(signer_->sign(good.root, good.proof).has_value());
  EXPECT_EQ(signer_->last(), good.root);
  // What ended is never signed otherwise, and as it was at any time.
  EXPECT_EQ(refusal(root(40), proof(30, 40)), Errc::conflict);
  EXPECT_EQ(refusal(root(20), {}), Errc::conflict);
  const Result<std::string> again = signer_->sign(root(30), {});
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(open_checkpoint(*again, shard_key(signer_->key(), 2026).value())->size, 30u);
  EXPECT_EQ(signer_->last(), good.root);
}

// A process that begins knows the newest shard alone; the others are proved to it one by one.
TEST_F(SignerTest, EndedShardsAreProvedAfterARestart) {
  ASSERT_TRUE(signer_->sign(root(30), {}).has_value());
  const Linked second = linked(*signer_, root(30), 2027, 3);
  ASSERT_TRUE(signer_->sign(second.root, second.proof).has_value());
  const Linked third = linked(*signer_, second.root, 2030, 5);
  ASSERT_TRUE(signer_->sign(third.root, third.proof).has_value());
  open();
  EXPECT_EQ(signer_->last(), third.root);
  EXPECT_EQ(refusal(second.root, {}), Errc::conflict);
  ShardRoot other = second.root;
  other.root[0] ^= 1;
  EXPECT_EQ(signer_->recall(other, third.proof).error().code, Errc::conflict);
  EXPECT_EQ(signer_->recall(root(30), second.proof).error().code, Errc::conflict);
  ASSERT_TRUE(signer_->recall(second.root, third.proof).has_value());
  ASSERT_TRUE(signer_->recall(root(30), second.proof).has_value());
  EXPECT_THAT(signer_->finals(), testing::ElementsAre(second.root, root(30)));
  EXPECT_TRUE(signer_->sign(root(30), {}).has_value());
  EXPECT_TRUE(signer_->sign(second.root, {}).has_value());
  EXPECT_EQ(CheckpointSigner::last_in(path_).value(), third.root);
}

// It begins every log: who is asked about it learns nothing that binds the signer.
TEST_F(SignerTest, TheLogOfNoLeavesIsSignedAndForgotten) {
  const ShardRoot none{{2026, 0}, 0, empty_root()};
  ASSERT_TRUE(signer_->sign(none, {}).has_value());
  EXPECT_EQ(signer_->last(), ShardRoot{});
  ASSERT_TRUE(signer_->sign(root(20), {}).has_value());
  EXPECT_EQ(refusal(none, {}), Errc::conflict);
  const ShardRoot next{{2027, 20}, 0, empty_root()};
  ASSERT_TRUE(signer_->sign(next, {}).has_value());
  EXPECT_EQ(signer_->last(), root(20));
  ShardRoot other = next;
  other.root[0] ^= 1;
  EXPECT_EQ(refusal(other, {}), Errc::conflict);
}

TEST_F(SignerTest, AMemoryOfAnotherReleaseIsNamed) {
  signer_.reset();
  std::fstream file(path_ + "/last_signed", std::ios::in | std::ios::out | std::ios::binary);
  file << "sentrail-signs-1";
  file.close();
  EXPECT_THAT(CheckpointSigner::open(path_, "").error().message,
              HasSubstr("`log` and `signer` aside"));
}

// A newest note that is torn leaves the one before: then less is promised, and nothing is forgotten
// that left this machine, since a note is synced before its signature is made.
TEST_F(SignerTest, TornNoteIsTheOneBefore) {
  ASSERT_TRUE(signer_->sign(root(20), {}).has_value());
  ASSERT_TRUE(signer_->sign(root(30), proof(20, 30)).has_value());
  signer_.reset();
  std::fstream file(path_ + "/last_signed", std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(24 + 8 + 3);  // generation 2 is in the first slot again
  file.put('x');
  file.close();
  open();
  EXPECT_EQ(signer_->last(), root(20));
}

}  // namespace
}  // namespace sentrail::audit
