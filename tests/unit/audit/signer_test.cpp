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
  SignedRoot root(std::uint64_t size) {
    memory_.grow(leaves_, size);
    TileNodes nodes(memory_, size);
    return {size, frontier_of(nodes, size)->root()};
  }
  std::vector<Digest> proof(std::uint64_t old, std::uint64_t size) {
    memory_.grow(leaves_, size);
    TileNodes nodes(memory_, size);
    return consistency_proof(nodes, old, size).value();
  }
  Errc refusal(const SignedRoot& next, const std::vector<Digest>& hashes) {
    const SignedRoot before = signer_->last();
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
    EXPECT_EQ(open_checkpoint(*note, signer_->key())->size, size);
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
  SignedRoot other = root(20);
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
