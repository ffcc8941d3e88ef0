// The published log follows the store; what was signed is the floor of every later start.
#include "runtime/audit/log_keeper.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "runtime/audit/leaf.hpp"
#include "runtime/audit/log_verify.hpp"
#include "tests/support/memory_kv.hpp"
#include "tests/unit/audit/fake_witness.hpp"
#include "tests/unit/store/fixtures.hpp"

namespace sentrail::audit {
namespace {

using testing::HasSubstr;

// A store in memory that can be set back, and folders that outlast the keeper.
class LogKeeperTest : public testing::Test {
 protected:
  void SetUp() override { store_ = test::open_memory_store(disk_, codec_); }
  // Where a name is given the entries are others.
  void append(std::uint64_t count, const std::string& tool = "github") {
    store::Transaction many;
    for (std::uint64_t i = 0; i < count; ++i) {
      store::AuditEntry entry = store::entry(i);
      entry.tool = tool;
      many.operations.push_back(store::AppendAudit{entry});
    }
    ASSERT_TRUE(store::apply(*store_, many).status.has_value());
  }
  void forget_entries() {
    disk_ = std::make_shared<test::MemoryDisk>();
    store_ = test::open_memory_store(disk_, codec_);
  }
  Result<std::unique_ptr<LogKeeper>> open(Witness* witness = nullptr) {
    LogKeeperOptions options;
    options.folder = log_;
    options.signer_folder = folder_.path() + "/signer";
    options.origin = "log.example.com/a";
    options.witness = witness;
    options.tell = [this](bool good, const std::string& event, const std::string& text) {
      told_ += (good ? "+" : "-") + event + " " + text + "\n";
    };
    options.every_ms = 1;
    return LogKeeper::open(std::move(options), *store_);
  }
  std::string refusal() {
    const auto opened = open();
    EXPECT_FALSE(opened.has_value());
    return opened ? "" : opened.error().message;
  }
  LogReport verify(const LogKeeper& keeper) {
    TileFolder tiles(log_);
    return verify_log(tiles, keeper.key()).value();
  }

  LeafCodec codec_;
  std::shared_ptr<test::MemoryDisk> disk_ = std::make_shared<test::MemoryDisk>();
  std::unique_ptr<store::Store> store_;
  store::TemporaryDirectory folder_;
  const std::string log_ = folder_.path() + "/log";
  std::string told_;
};

TEST_F(LogKeeperTest, FollowsTheStore) {
  auto keeper = open().value();
  EXPECT_TRUE(keeper->checkpoint().empty());
  EXPECT_EQ(keeper->prove(0).error().code, Errc::not_found);
  for (const std::uint64_t more : {1u, 299u, 700u}) {
    append(more);
    ASSERT_TRUE(keeper->step().has_value());
    const std::uint64_t size = store_->audit_head().size;
    EXPECT_EQ(keeper->state().size, size);
    EXPECT_FALSE(verify(*keeper).fault.has_value());
    EXPECT_EQ(open_checkpoint(keeper->checkpoint(), shard_key(keeper->key(), 1970).value())->size,
              size);
    for (std::uint64_t at = 0; at < size; at += 37) {
      const TlogProof proof = keeper->prove(at).value();
      EXPECT_EQ(verify_proof(proof, keeper->key())->size, size);
    }
    EXPECT_EQ(keeper->prove(size).error().code, Errc::not_found);
  }
  EXPECT_EQ(keeper->tile(1970, {false, 0, 0, 256})->size(), 8'192u);
  EXPECT_EQ(told_, "");
}

TEST_F(LogKeeperTest, GoesOnAfterARestart) {
  std::string key;
  for (const std::uint64_t more : {10u, 0u, 250u, 1u, 900u}) {
    auto keeper = open().value();
    if (key.empty()) key = keeper->key().to_string();
    EXPECT_EQ(keeper->key().to_string(), key);
    append(more);
    ASSERT_TRUE(keeper->step().has_value());
    EXPECT_FALSE(verify(*keeper).fault.has_value());
  }
  EXPECT_EQ(told_, "");
}

TEST_F(LogKeeperTest, ThreadFollowsAndTheEndPublishesTheRest) {
  append(5);
  auto keeper = open().value();
  keeper->start();
  while (keeper->state().size < 5) std::this_thread::yield();
  append(300);
  keeper.reset();
  EXPECT_EQ(open().value()->state().size, 305u);
}

TEST_F(LogKeeperTest, ShorterStoreIsRefused) {
  append(300);
  ASSERT_TRUE(open().value()->step().has_value());
  forget_entries();
  append(299);
  EXPECT_THAT(refusal(), HasSubstr("entries 299 to 299 of the log were signed and are missing"));
  EXPECT_THAT(refusal(), HasSubstr("sentrail audit doctor"));
}

TEST_F(LogKeeperTest, AnotherStoreIsRefused) {
  append(300);
  ASSERT_TRUE(open().value()->step().has_value());
  forget_entries();
  append(400, "gitlab");
  EXPECT_THAT(refusal(), HasSubstr("first 300 entries are not the log that was signed"));
}

TEST_F(LogKeeperTest, MissingTilesAreMadeAgain) {
  append(600);
  ASSERT_TRUE(open().value()->step().has_value());
  for (const char* gone : {"/1970", "/1970/tile", "/1970/tile/0/002.p", "/1970/tile/entries/002.p",
                           "/1970/checkpoint", "/shards"}) {
    std::filesystem::remove_all(log_ + gone);
    const auto keeper = open().value();
    EXPECT_EQ(keeper->state().size, 600u);
    EXPECT_FALSE(verify(*keeper).fault.has_value()) << gone;
  }
  EXPECT_THAT(told_, HasSubstr("-audit_log_rebuilt"));
}

TEST_F(LogKeeperTest, ChangedNewestTilesAreMadeAgain) {
  append(600);
  ASSERT_TRUE(open().value()->step().has_value());
  for (const char* file :
       {"/1970/tile/0/002.p/88", "/1970/tile/1/000.p/2", "/1970/tile/entries/002.p/88"}) {
    std::fstream(log_ + file, std::ios::in | std::ios::out | std::ios::binary).seekp(40).put('~');
    const auto keeper = open().value();
    EXPECT_FALSE(verify(*keeper).fault.has_value()) << file;
  }
}

TEST_F(LogKeeperTest, LostSignerIsRefused) {
  append(3);
  ASSERT_TRUE(open().value()->step().has_value());
  std::filesystem::rename(folder_.path() + "/signer", folder_.path() + "/aside");
  EXPECT_THAT(refusal(), HasSubstr("has no key"));
  CheckpointSigner::open(folder_.path() + "/signer", "log.example.com/other").value().reset();
  LogKeeperOptions options;
  options.folder = log_;
  options.signer_folder = folder_.path() + "/signer";
  EXPECT_THAT(LogKeeper::open(std::move(options), *store_).error().message,
              HasSubstr("the signer's is `log.example.com/other`"));
}

TEST_F(LogKeeperTest, ScrubComparesAllThree) {
  append(600);
  auto keeper = open().value();
  ASSERT_TRUE(keeper->step().has_value());
  ASSERT_TRUE(keeper->scrub().has_value());
  EXPECT_EQ(keeper->state().scrubbed, 600u);
  EXPECT_EQ(keeper->state().scrub_fault, "");
  std::fstream(log_ + "/1970/tile/0/001", std::ios::in | std::ios::out | std::ios::binary).put('~');
  ASSERT_TRUE(keeper->scrub().has_value());
  EXPECT_THAT(keeper->state().scrub_fault, HasSubstr("1970/tile/0/001, entry 256"));
  EXPECT_EQ(keeper->state().scrubs, 2u);
  EXPECT_THAT(told_, HasSubstr("-audit_scrub 1970/tile/0/001"));
}

// A disk that fails is said once, and once again when it goes on.
TEST_F(LogKeeperTest, FailureIsLoudAndNotForEver) {
  auto keeper = open().value();
  append(1);
  std::filesystem::remove_all(log_);
  std::ofstream(log_) << "a file where the folder was";
  ASSERT_FALSE(keeper->step().has_value());
  std::filesystem::remove(log_);
  std::filesystem::create_directory(log_);
  ASSERT_TRUE(keeper->step().has_value());
  EXPECT_FALSE(verify(*keeper).fault.has_value());
}

class WitnessTest : public LogKeeperTest {
 protected:
  void SetUp() override {
    LogKeeperTest::SetUp();
    append(300);
  }
  // Whether the checkpoint that is published has the witness's line too.
  bool is_cosigned(const LogKeeper& keeper) {
    const crypto::NoteVerifier key = shard_key(keeper.key(), 1970).value();
    const auto opened = crypto::open_note(keeper.checkpoint(), {&key, 1}).value();
    return opened.unverified.size() == 1 &&
           key_.time_of(opened.text, opened.unverified.front()).has_value();
  }

  test::FakeWitness::Seen& seen() { return link_.seen["log.example.com/a/1970"]; }

  test::FakeWitness link_;
  const crypto::CosignatureVerifier key_ = crypto::CosignatureVerifier::parse(link_.key()).value();
  Witness witness_{key_, link_};
};

TEST_F(WitnessTest, CosignsWhatGrows) {
  auto keeper = open(&witness_).value();
  for (const std::uint64_t more : {0u, 1u, 300u}) {
    append(more);
    ASSERT_TRUE(keeper->step().has_value());
    EXPECT_TRUE(is_cosigned(*keeper));
    EXPECT_EQ(keeper->state().cosigned, store_->audit_head().size);
    EXPECT_EQ(seen().size, store_->audit_head().size);
    EXPECT_TRUE(verify_proof(keeper->prove(7).value(), keeper->key()).has_value());
  }
  EXPECT_EQ(link_.asked, 3);
}

// A process that begins does not know how far the witness is, and is told.
TEST_F(WitnessTest, AsksFromWhereTheWitnessIs) {
  ASSERT_TRUE(open(&witness_).value()->step().has_value());
  append(10);
  Witness anew(key_, link_);
  auto keeper = open(&anew).value();
  ASSERT_TRUE(keeper->step().has_value());
  EXPECT_TRUE(is_cosigned(*keeper));
  EXPECT_EQ(seen().size, 310u);
}

TEST_F(WitnessTest, OutageHoldsNothingUp) {
  auto keeper = open(&witness_).value();
  link_.down = true;
  ASSERT_TRUE(keeper->step().has_value());
  EXPECT_EQ(keeper->state().size, 300u);
  EXPECT_EQ(keeper->state().cosigned, 0u);
  EXPECT_THAT(keeper->state().witness_complaint, HasSubstr("down"));
  append(1);
  ASSERT_TRUE(keeper->step().has_value());
  EXPECT_EQ(keeper->state().size, 301u);
  EXPECT_EQ(link_.asked, 1);  // left alone for a while
  EXPECT_EQ(told_, "-audit_witness it is down\n");
}

TEST_F(WitnessTest, RewrittenHistoryIsSaid) {
  ASSERT_TRUE(open(&witness_).value()->step().has_value());
  seen().root[0] ^= 1;
  append(1);
  auto keeper = open(&witness_).value();
  ASSERT_TRUE(keeper->step().has_value());
  EXPECT_THAT(keeper->state().witness_complaint, HasSubstr("it has seen another history"));
  EXPECT_FALSE(is_cosigned(*keeper));
}

// The store and the signer together were set back: only the witness remembers.
TEST_F(WitnessTest, LostHistoryIsSaid) {
  seen().size = 5'000;
  auto keeper = open(&witness_).value();
  ASSERT_TRUE(keeper->step().has_value());
  EXPECT_THAT(keeper->state().witness_complaint, HasSubstr("5000 leaves, the log has 300"));
}

TEST_F(WitnessTest, OnlyItsKeyIsBelieved) {
  link_.garbled = true;
  auto keeper = open(&witness_).value();
  ASSERT_TRUE(keeper->step().has_value());
  EXPECT_THAT(keeper->state().witness_complaint, HasSubstr("did not sign"));
  EXPECT_FALSE(is_cosigned(*keeper));
  test::FakeWitness other;
  EXPECT_FALSE(crypto::CosignatureVerifier::parse(keeper->key().to_string()).has_value());
  EXPECT_FALSE(crypto::NoteVerifier::parse(other.key()).has_value());
}

}  // namespace
}  // namespace sentrail::audit
