// A log for each year: where one ends and the next begins, whatever clocks and crashes do.
#include "runtime/audit/shards.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <set>

#include "runtime/store/keys.hpp"
#include "tests/unit/audit/years.hpp"

namespace sentrail::audit {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Shards, YearsAreThoseOfUtc) {
  EXPECT_EQ(year_of(0), 1970);
  EXPECT_EQ(year_of(begin_of(2027) - 1), 2026);
  EXPECT_EQ(year_of(begin_of(2027)), 2027);
  EXPECT_EQ(year_of(-1), 1970);
  EXPECT_EQ(year_of(INT64_MIN), 1970);
  EXPECT_EQ(year_of(INT64_MAX), 9999);
}

TEST(Shards, NamesAreReadBackAndNothingElse) {
  EXPECT_EQ(shard_origin(kOrigin, 2026), "log.example.com/a/2026");
  EXPECT_EQ(shard_year("log.example.com/a/2026", kOrigin), 2026);
  for (const char* name :
       {"log.example.com/a", "log.example.com/a/", "log.example.com/a2026",
        "log.example.com/b/2026", "log.example.com/a/226", "log.example.com/a/02026",
        "log.example.com/a/+026", "log.example.com/a/1969", "log.example.com/a/2026/2026"}) {
    EXPECT_EQ(shard_year(name, kOrigin), std::nullopt) << name;
  }
  EXPECT_THAT(parse_shard_list("2026\n2027\n2031\n").value(), ElementsAre(2026, 2027, 2031));
  EXPECT_EQ(shard_list({2026, 2031}), "2026\n2031\n");
  EXPECT_TRUE(parse_shard_list("")->empty());
  for (const char* text : {"2026", "2026\n2026\n", "2027\n2026\n", "\n", "2026\n\n", "x\n"}) {
    EXPECT_FALSE(parse_shard_list(text).has_value()) << text;
  }
}

TEST(Shards, ALinkIsACheckpointOfTheLogAndNoEntry) {
  const ShardRoot root{{2026, 0}, 7, leaf_hash("x")};
  const std::string text = shard_text(kOrigin, root);
  EXPECT_TRUE(is_link(text));
  EXPECT_FALSE(is_link(encode_leaf(store::AuditEntry{}, 0).value()));
  EXPECT_EQ(parse_link(text, kOrigin)->size, 7u);
  EXPECT_FALSE(parse_link(text + "more\n", kOrigin).has_value());
  EXPECT_FALSE(parse_link(text, "log.example.com/b").has_value());
}

TEST_F(ShardsTest, AYearEndsAndTheNextBeginsWithHowItEnded) {
  auto keeper = open().value();
  append(begin_of(2027) - 2, 3);
  publish(*keeper);
  append(begin_of(2027) - 1);
  append(begin_of(2027), 2);
  publish(*keeper);
  EXPECT_THAT(years(*keeper), ElementsAre(2026, 2027));
  EXPECT_EQ(file("shards"), "2026\n2027\n");
  const LogReport report = verify(*keeper);
  EXPECT_EQ(report.shards[0].entries, 4u);
  EXPECT_EQ(report.shards[1].shard.first, 4u);
  EXPECT_EQ(report.shards[1].entries, 2u);
  EXPECT_EQ(report.shards[1].link, report.shards[0].checkpoint);
  const Checkpoint newest = unverified_checkpoint(keeper->checkpoint()).value();
  EXPECT_EQ(newest.origin, "log.example.com/a/2027");
  EXPECT_EQ(newest.size, 3u);
  EXPECT_EQ(keeper->prove(4)->index, 1u);
  EXPECT_EQ(keeper->checkpoint(2026).value(), file("2026/checkpoint"));
  EXPECT_FALSE(keeper->checkpoint(2025).has_value());
}

TEST_F(ShardsTest, EmptyYearsHaveNone) {
  three_years();
  auto keeper = open().value();
  publish(*keeper);
  EXPECT_THAT(years(*keeper), ElementsAre(2024, 2025, 2027));
  keeper.reset();
  append(middle_of(2041));
  keeper = open().value();
  publish(*keeper);
  EXPECT_THAT(years(*keeper), ElementsAre(2024, 2025, 2027, 2041));
  EXPECT_EQ(told_, "");
}

// A clock that runs ahead begins a year early; set back, what follows stays there.
TEST_F(ShardsTest, AClockThatJumpsBackOpensNoOlderShard) {
  auto keeper = open().value();
  for (const int year : {2026, 2027, 2026, 2025, 2027, 2026, 2028, 2026}) {
    append(middle_of(year), 2);
    publish(*keeper);
  }
  EXPECT_THAT(years(*keeper), ElementsAre(2026, 2027, 2028));
  const LogReport report = verify(*keeper);
  EXPECT_EQ(report.shards[0].entries, 2u);
  EXPECT_EQ(report.shards[1].entries, 10u);
  keeper.reset();
  keeper = open().value();
  publish(*keeper);
  EXPECT_EQ(told_, "");
}

TEST_F(ShardsTest, GoesOnAfterARestartInEachYear) {
  std::string key;
  for (const int year : {2024, 2024, 2025, 2027, 2027, 2028}) {
    auto keeper = open().value();
    if (key.empty()) key = keeper->key().to_string();
    EXPECT_EQ(keeper->key().to_string(), key);
    append(middle_of(year), 260);
    publish(*keeper);
  }
  EXPECT_EQ(told_, "");
}

// Ends the keeper's work at the n-th place that is reached, as a kill would.
class EndingHook final : public SyncPointHook {
 public:
  explicit EndingHook(std::function<void()> at_end, int left)
      : at_end_(std::move(at_end)), left_(left) {}
  void reach(std::string_view) noexcept override {
    if (left_-- == 0) at_end_();
  }
  [[nodiscard]] bool ended() const { return left_ < 0; }

 private:
  const std::function<void()> at_end_;
  int left_;
};

// What is on disk at each place of a rollover, and of the start after it, is gone on with.
TEST_F(ShardsTest, ARolloverGoesOnFromEachPlace) {
  append(middle_of(2026), 300);
  ASSERT_TRUE(open().value()->step().has_value());
  append(middle_of(2027), 2);
  append(middle_of(2029), 257);
  const std::string before = folder_.path() + "/before";
  const std::string taken = folder_.path() + "/taken";
  const auto copy = [](const std::string& from, const std::string& to) {
    std::filesystem::remove_all(to);
    std::filesystem::copy(from, to, std::filesystem::copy_options::recursive);
  };
  copy(log_, before + "-log");
  copy(folder_.path() + "/signer", before + "-signer");
  int places = 0;
  for (bool more = true; more; ++places) {
    copy(before + "-log", log_);
    copy(before + "-signer", folder_.path() + "/signer");
    EndingHook hook(
        [&] {
          copy(log_, taken + "-log");
          copy(folder_.path() + "/signer", taken + "-signer");
        },
        places);
    {
      auto keeper = open(nullptr, &hook).value();
      ASSERT_TRUE(keeper->step().has_value());
    }
    more = hook.ended();
    if (!more) break;
    copy(taken + "-log", log_);
    copy(taken + "-signer", folder_.path() + "/signer");
    auto keeper = open().value();
    publish(*keeper);
    EXPECT_THAT(years(*keeper), ElementsAre(2026, 2027, 2029)) << places;
  }
  EXPECT_GE(places, 18);
  EXPECT_EQ(told_, "");
}

TEST_F(ShardsTest, FilesOfAnyShardAreMadeAgain) {
  three_years();
  ASSERT_TRUE(open().value()->step().has_value());
  const std::string ended = file("2024/checkpoint");
  for (const char* gone : {"/2024", "/2024/checkpoint", "/2024/tile/0", "/2024/tile/entries/001.p",
                           "/2025", "/2025/tile/entries", "/2027", "/2027/tile/entries/002.p",
                           "/2027/tile/entries/000", "/shards"}) {
    std::filesystem::remove_all(log_ + gone);
    auto keeper = open().value();
    publish(*keeper);
    EXPECT_EQ(file("2024/checkpoint"), ended) << gone;
  }
  std::filesystem::remove_all(log_);
  publish(*open().value());
}

// The newest shard alone is made again if the one before it still says how it ended.
TEST_F(ShardsTest, OneShardIsMadeAgainWithoutTheOthers) {
  three_years();
  ASSERT_TRUE(open().value()->step().has_value());
  std::filesystem::remove_all(log_ + "/2027");
  std::fstream(log_ + "/2024/tile/0/000", std::ios::in | std::ios::out | std::ios::binary).put('~');
  auto keeper = open().value();
  EXPECT_THAT(told_, HasSubstr("2027: "));
  // What is wrong deep in an old shard is the scrub's to find.
  ASSERT_TRUE(keeper->scrub().has_value());
  EXPECT_THAT(keeper->state().scrub_fault, HasSubstr("2024/tile/0/000"));
  EXPECT_EQ(keeper->state().scrubbed, 256u);
}

TEST_F(ShardsTest, AChangedLinkIsMadeAgain) {
  append(middle_of(2024), 3);
  append(middle_of(2025), 3);
  ASSERT_TRUE(open().value()->step().has_value());
  const std::string bundle = log_ + "/2025/tile/entries/000.p/4";
  std::fstream(bundle, std::ios::in | std::ios::out | std::ios::binary).seekp(30).put('~');
  publish(*open().value());
  // Even if the older shard's checkpoint is another one.
  std::fstream(bundle, std::ios::in | std::ios::out | std::ios::binary).seekp(30).put('~');
  std::fstream(log_ + "/2024/checkpoint", std::ios::in | std::ios::out).seekp(24).put('9');
  publish(*open().value());
}

// Changes one byte of a file below the log's folder. out: what it was
char change_byte(const std::string& path, std::streamoff at, char to) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  const auto was = static_cast<char>(file.seekg(at).get());
  file.seekp(at).put(to);
  return was;
}

// Leaf 0 says whether a shard goes on behind another: it is believed only under the root.
TEST_F(ShardsTest, ADamagedFirstLeafIsNamedAndRefusesNoStart) {
  three_years();
  ASSERT_TRUE(open().value()->step().has_value());
  constexpr std::streamoff kFirstByte = 2;  // behind the leaf's length
  for (const char* bundle :
       {"2024/tile/entries/000", "2025/tile/entries/000.p/6", "2027/tile/entries/000"}) {
    for (const std::streamoff at : {std::streamoff{0}, kFirstByte, kFirstByte + 9}) {
      for (const char to : {'{', '~'}) {
        told_.clear();
        if (change_byte(log_ + "/" + bundle, at, to) == to) continue;
        auto keeper = open();
        ASSERT_TRUE(keeper.has_value()) << bundle << " " << at << ": " << keeper.error().message;
        EXPECT_THAT(told_, HasSubstr(std::string("audit_log_rebuilt ") + bundle)) << at;
        publish(**keeper);
        EXPECT_THAT(years(**keeper), ElementsAre(2024, 2025, 2027));
      }
    }
  }
}

// Without the proof the second of these years would pass for the first.
TEST_F(ShardsTest, ALinkThatLooksLikeAnEntryHidesNoShard) {
  append(middle_of(2024));
  append(middle_of(2025), 300);
  append(middle_of(2026), 2);
  ASSERT_TRUE(open().value()->step().has_value());
  change_byte(log_ + "/2025/tile/entries/000", 2, '{');
  auto keeper = open().value();
  EXPECT_THAT(years(*keeper), ElementsAre(2024, 2025, 2026));
  append(middle_of(2026));
  publish(*keeper);
}

TEST_F(ShardsTest, ScrubNamesTheFirstLeafThatIsDamaged) {
  three_years();
  auto keeper = open().value();
  publish(*keeper);
  const auto scrubbed = [&] {
    EXPECT_TRUE(keeper->scrub().has_value());
    return keeper->state().scrub_fault;
  };
  const auto damaged = [&](const std::string& bundle, char to) {
    const char was = change_byte(log_ + "/" + bundle, 2, to);
    std::string fault = scrubbed();
    change_byte(log_ + "/" + bundle, 2, was);
    return fault;
  };
  EXPECT_THAT(damaged("2024/tile/entries/000", '~'), HasSubstr("2024/tile/entries/000: "));
  EXPECT_THAT(damaged("2025/tile/entries/000.p/6", '~'), HasSubstr("2025/tile/entries/000.p/6: "));
  EXPECT_THAT(damaged("2025/tile/entries/000.p/6", '{'), HasSubstr("2025/tile/entries/000.p/6: "));
  EXPECT_EQ(scrubbed(), "");
}

// A row of the store that begins a year is believed no more than others.
TEST_F(ShardsTest, ADamagedRowThatBeginsAYearIsNamedAndNotPublished) {
  three_years();
  ASSERT_TRUE(open().value()->step().has_value());
  auto& rows = disk_->spaces[static_cast<std::size_t>(store::Space::audit)];
  std::string& row = rows.at(store::leaf_key(305));
  const std::string good = row;
  const std::size_t tool = row.find("github");
  ASSERT_NE(tool, row.npos);
  row[tool] = 'x';
  {
    auto keeper = open().value();  // what is not at a year's end is the scrub's to compare
    ASSERT_TRUE(keeper->scrub().has_value());
    EXPECT_THAT(keeper->state().scrub_fault, HasSubstr("2027/tile/entries/000, entry 305: "));
  }
  std::filesystem::remove_all(log_ + "/2027");
  EXPECT_THAT(refusal(), HasSubstr("are not the log that was signed"));
  row = good;
  told_.clear();
  publish(*open().value());
  EXPECT_THAT(told_, HasSubstr("audit_log_rebuilt"));
}

TEST_F(ShardsTest, EntriesOfAnOldShardThatChangedAreRefused) {
  three_years();
  ASSERT_TRUE(open().value()->step().has_value());
  forget_entries();
  append(middle_of(2024), 300, "gitlab");
  append(middle_of(2025), 5);
  append(middle_of(2027), 600);
  // Where nothing else tells, the scrub does; where the newest tile of the shard has them, a start.
  EXPECT_THAT(refusal(), HasSubstr("are not the log that was signed"));
  forget_entries();
  append(middle_of(2024), 300);
  append(middle_of(2025), 5);
  append(middle_of(2027), 599);
  EXPECT_THAT(refusal(), HasSubstr("entries 904 to 904 of the log were signed and are missing"));
}

// Under a store of another log the tiles may be the last that is left of this one.
TEST_F(ShardsTest, WhatIsRefusedLeavesEveryFileAsItIs) {
  three_years();
  ASSERT_TRUE(open().value()->step().has_value());
  const auto files = [this] {
    std::map<std::string, std::string> all;
    for (const auto& one : std::filesystem::recursive_directory_iterator(log_)) {
      if (!one.is_regular_file()) continue;
      std::ifstream in(one.path(), std::ios::binary);
      all[one.path().string()] = {std::istreambuf_iterator<char>(in), {}};
    }
    return all;
  };
  const auto before = files();
  forget_entries();
  append(middle_of(2024), 300, "linear");
  append(middle_of(2025), 5);
  append(middle_of(2026), 600);
  EXPECT_THAT(refusal(), HasSubstr("are not the log that was signed"));
  EXPECT_EQ(files(), before);
}

// Where no tile is partial the last whole one is compared.
TEST_F(ShardsTest, AnotherStoreIsRefusedAlsoAtAWholeNumberOfTiles) {
  append(middle_of(2026), 512);
  ASSERT_TRUE(open().value()->step().has_value());
  EXPECT_TRUE(open());
  forget_entries();
  append(middle_of(2026), 512, "linear");
  EXPECT_THAT(refusal(), HasSubstr("are not the log that was signed"));
}

// The same entries under other years are another log.
TEST_F(ShardsTest, EntriesOfOtherYearsAreRefused) {
  append(middle_of(2024), 3);
  append(middle_of(2025), 3);
  ASSERT_TRUE(open().value()->step().has_value());
  std::filesystem::remove_all(log_);
  forget_entries();
  append(middle_of(2024), 4);
  append(middle_of(2025), 2);
  EXPECT_THAT(refusal(), HasSubstr("first 6 entries are not the log that was signed"));
}

TEST_F(ShardsTest, ScrubReadsAllOfThem) {
  three_years();
  auto keeper = open().value();
  publish(*keeper);
  ASSERT_TRUE(keeper->scrub().has_value());
  EXPECT_EQ(keeper->state().scrub_fault, "");
  EXPECT_EQ(keeper->state().scrubbed, 905u);
  EXPECT_EQ(keeper->state().shards, 3u);
  std::filesystem::remove_all(log_ + "/2025");
  ASSERT_TRUE(keeper->scrub().has_value());
  EXPECT_THAT(keeper->state().scrub_fault, HasSubstr("2025/checkpoint: the file is missing"));
}

// --- verification from the files alone -----------------------------------------------------------

// Old bundles may be denied in each shard, but for the one that begins with its link.
TEST_F(ShardsTest, BundlesPastTheRetentionAreDeniedBehindTheLinkAlone) {
  class Denying final : public TileSource {
   public:
    explicit Denying(const std::string& folder) : files_(folder) {}
    [[nodiscard]] Result<std::string> read(const std::string& path) override {
      if (denied.contains(path)) return fail(Errc::conflict, path + " is past its retention");
      return files_.read(path);
    }
    std::set<std::string> denied;

   private:
    TileFolder files_;
  };
  three_years();
  auto keeper = open().value();
  publish(*keeper);
  Denying tiles(log_);
  tiles.denied = {"2024/tile/entries/000", "2027/tile/entries/001"};
  const LogReport report = verify_log(tiles, keeper->key()).value();
  EXPECT_FALSE(report.fault) << describe(*report.fault);
  EXPECT_EQ(report.past_retention, 512u);
  EXPECT_EQ(report.entries, 905u);
  tiles.denied = {"2027/tile/entries/000"};
  const auto without_link = verify_log(tiles, keeper->key());
  EXPECT_TRUE(!without_link || without_link->fault);
}

// What is said of the files after a change.
class ShardVerifyTest : public ShardsTest {
 protected:
  void SetUp() override {
    ShardsTest::SetUp();
    append(middle_of(2024), 3);
    append(middle_of(2025), 4);
    append(middle_of(2027), 5);
    keeper_ = open().value();
    publish(*keeper_);
  }
  std::string fault() {
    const LogReport report = verify(*keeper_);
    return report.fault ? describe(*report.fault) : "";
  }
  void put(const std::string& path, const std::string& bytes) {
    std::ofstream(log_ + "/" + path, std::ios::binary | std::ios::trunc) << bytes;
  }

  std::unique_ptr<LogKeeper> keeper_;
};

TEST_F(ShardVerifyTest, AShardThatIsLeftOutIsMissed) {
  put("shards", "2024\n2027\n");
  EXPECT_THAT(fault(), HasSubstr("2027/tile/entries/000: it begins with another checkpoint of "
                                 "log.example.com/a/2025"));
  put("shards", "2025\n2027\n");
  EXPECT_THAT(fault(), HasSubstr("it goes on behind log.example.com/a/2024, which is not in"));
  put("shards", "2024\n2025\n2026\n2027\n");
  EXPECT_THAT(fault(), HasSubstr("2026/checkpoint: the file is missing"));
  put("shards", "");
  EXPECT_THAT(fault(), HasSubstr("it names no shard"));
  std::filesystem::remove(log_ + "/shards");
  EXPECT_THAT(fault(), HasSubstr("shards: the file is missing"));
}

// An old shard that is cut back to a checkpoint which was once true is not what it ended with.
TEST_F(ShardVerifyTest, AnOldShardThatIsCutBackIsFound) {
  store::TemporaryDirectory other;
  forget_entries();
  append(middle_of(2024), 2);
  LogKeeperOptions options;
  options.folder = other.path() + "/log";
  options.signer_folder = other.path() + "/signer";
  std::filesystem::copy(folder_.path() + "/signer", options.signer_folder);
  std::filesystem::remove(options.signer_folder + "/last_signed");
  std::filesystem::rename(options.signer_folder + "/key", other.path() + "/key");
  CheckpointSigner::open(options.signer_folder, kOrigin).value().reset();
  std::filesystem::rename(other.path() + "/key", options.signer_folder + "/key");
  ASSERT_TRUE(LogKeeper::open(options, *store_).value()->step().has_value());
  std::filesystem::remove_all(log_ + "/2024");
  std::filesystem::copy(options.folder + "/2024", log_ + "/2024",
                        std::filesystem::copy_options::recursive);
  EXPECT_THAT(fault(), HasSubstr("2025/tile/entries/000: it begins with another checkpoint of "
                                 "log.example.com/a/2024, of size 3, than is there, of size 2"));
}

TEST_F(ShardVerifyTest, EveryFlippedByteIsFound) {
  std::size_t flips = 0;
  for (const char* path : {"shards", "2024/checkpoint", "2025/checkpoint", "2027/checkpoint",
                           "2024/tile/entries/000.p/3", "2025/tile/entries/000.p/5",
                           "2027/tile/entries/000.p/6", "2025/tile/0/000.p/5"}) {
    const std::string good = file(path);
    ASSERT_FALSE(good.empty()) << path;
    for (std::size_t at = 0; at < good.size(); ++at, ++flips) {
      std::string bytes = good;
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << (at % 8)));
      put(path, bytes);
      EXPECT_NE(fault(), "") << path << " at " << at;
    }
    put(path, good);
  }
  EXPECT_GT(flips, 2'000u);
  EXPECT_EQ(fault(), "");
}

}  // namespace
}  // namespace sentrail::audit
