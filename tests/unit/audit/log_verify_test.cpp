// Logs in folders: made, continued, verified; and whatever is changed in one is found and named.
#include "runtime/audit/log_verify.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>

#include "tests/unit/audit/log_folder.hpp"

namespace sentrail::audit {
namespace {

using testing::HasSubstr;

using Files = std::map<std::string, std::string>;

Files files_in(const std::string& folder) {
  Files files;
  for (const auto& one : std::filesystem::recursive_directory_iterator(folder)) {
    if (!one.is_regular_file()) continue;
    std::ifstream in(one.path(), std::ios::binary);
    files[std::filesystem::relative(one.path(), folder).string()] =
        std::string(std::istreambuf_iterator<char>(in), {});
  }
  return files;
}

// Files in memory, of which one may be changed without a disk.
class FileMap final : public TileSource {
 public:
  explicit FileMap(Files all) : files(std::move(all)) {}
  [[nodiscard]] Result<std::string> read(const std::string& path) override {
    const auto found = files.find(path);
    if (found == files.end()) return fail(Errc::not_found, "there is no " + path);
    return found->second;
  }
  Files files;
};

class LogVerifyTest : public testing::Test {
 protected:
  ShardReport verify() {
    TileFolder tiles(log_.path());
    return verify_shard(tiles, log_.signer().key(), test::kFolderYear).value();
  }

  store::TemporaryDirectory folder_;
  test::LogFolder log_{folder_.path()};
};

TEST_F(LogVerifyTest, GrowingLogIsGoodAtEachSize) {
  for (const std::uint64_t size : {1u, 2u, 255u, 256u, 257u, 511u, 512u, 1'000u, 66'000u}) {
    log_.grow(size);
    const ShardReport report = verify();
    ASSERT_FALSE(report.fault.has_value()) << size << report.fault->path << report.fault->why;
    EXPECT_EQ(report.entries, size);
    EXPECT_EQ(report.checkpoint->root, log_.integrator().root());
  }
}

TEST_F(LogVerifyTest, OnlyTheNewestPartialTilesAreLeft) {
  for (std::uint64_t size = 1; size <= 520; size += 3) log_.grow(size);
  const Files files = files_in(log_.path());
  EXPECT_TRUE(files.contains("tile/0/001"));
  EXPECT_FALSE(std::filesystem::exists(log_.path() + "/tile/0/001.p"));
  EXPECT_FALSE(std::filesystem::exists(log_.path() + "/tile/entries/000.p"));
  EXPECT_TRUE(files.contains("tile/entries/002.p/5"));
}

// Whatever a process had written when it ended, the next one writes the same files.
TEST_F(LogVerifyTest, RestartedLogHasTheSameFiles) {
  store::TemporaryDirectory other_folder;
  test::LogFolder other(other_folder.path());
  for (const std::uint64_t size : {3u, 256u, 300u, 600u, 1'400u}) {
    log_.grow(size);
    log_.restart();
    // Entries that were integrated and never signed.
    for (int i = 0; i < 300; ++i) {
      ASSERT_TRUE(log_.integrator().add(test::small_leaf(log_.integrator().size())).has_value());
    }
    ASSERT_TRUE(log_.integrator().flush().has_value());
    log_.restart();
    EXPECT_EQ(log_.integrator().size(), size);
  }
  log_.grow(2'000);
  other.grow(2'000);
  EXPECT_EQ(log_.integrator().root(), other.integrator().root());
  const Files ours = files_in(log_.path());
  for (const auto& [path, bytes] : files_in(other.path())) {
    if (path == "checkpoint") continue;  // of another key
    ASSERT_TRUE(ours.contains(path)) << path;
    EXPECT_EQ(ours.at(path), bytes) << path;
  }
}

TEST_F(LogVerifyTest, ResumingWithoutTheTilesIsRefused) {
  log_.grow(300);
  std::filesystem::remove(log_.path() + "/tile/1/000.p/1");
  EXPECT_EQ(Integrator::resume(log_.path(), 300).error().code, Errc::not_found);
}

// A log that denies its oldest bundles: their hashes are checked, and whoever hides a younger one,
// or changes a hash, is found.
TEST_F(LogVerifyTest, TheOldestBundlesMayBeDeniedAndNoOthers) {
  class Denying final : public TileSource {
   public:
    explicit Denying(Files all) : files(std::move(all)) {}
    [[nodiscard]] Result<std::string> read(const std::string& path) override {
      if (denied.contains(path)) return fail(Errc::conflict, path + " is past its retention");
      return files.read(path);
    }
    FileMap files;
    std::set<std::string> denied;
  };
  log_.grow(1'000);
  const crypto::NoteVerifier key = log_.signer().key();
  Denying tiles(files_in(log_.path()));
  tiles.denied = {"tile/entries/000", "tile/entries/001"};
  const ShardReport report = verify_shard(tiles, key, test::kFolderYear).value();
  EXPECT_FALSE(report.fault) << report.fault->why;
  EXPECT_EQ(report.past_retention, 512u);
  EXPECT_EQ(report.entries, 1'000u);
  tiles.files.files["tile/0/000"][40] ^= 1;
  EXPECT_TRUE(verify_shard(tiles, key, test::kFolderYear).value().fault) << "a changed hash";
  tiles.files.files["tile/0/000"][40] ^= 1;
  tiles.denied = {"tile/entries/001"};
  EXPECT_FALSE(verify_shard(tiles, key, test::kFolderYear).has_value())
      << "denied behind one that is served";
  tiles.denied = {"tile/entries/000", "tile/entries/001", "tile/entries/002",
                  "tile/entries/003.p/232"};
  EXPECT_FALSE(verify_shard(tiles, key, test::kFolderYear).has_value())
      << "the newest, partial one";
}

TEST_F(LogVerifyTest, WhatIsWrongIsNamed) {
  log_.grow(1'000);
  const crypto::NoteVerifier key = log_.signer().key();
  const FileMap good(files_in(log_.path()));
  const auto fault = [&](auto change) {
    FileMap changed = good;
    change(changed.files);
    return verify_shard(changed, key, test::kFolderYear)->fault.value_or(LogFault{});
  };
  EXPECT_EQ(verify_shard(*std::make_unique<FileMap>(good), key, test::kFolderYear)->fault,
            std::nullopt);
  EXPECT_EQ(fault([](Files& files) { files.erase("tile/entries/002"); }),
            (LogFault{"tile/entries/002", std::nullopt, "the file is missing"}));
  EXPECT_EQ(fault([](Files& files) { files.erase("tile/1/000.p/3"); }),
            (LogFault{"tile/1/000.p/3", std::nullopt, "the file is missing"}));
  EXPECT_EQ(fault([](Files& files) { files.erase("checkpoint"); }),
            (LogFault{"checkpoint", std::nullopt, "the file is missing"}));
  EXPECT_EQ(fault([](Files& files) { files["tile/0/001"][32 * 10] ^= 1; }),
            (LogFault{"tile/0/001", 266, "the entry does not hash to what the tile says"}));
  EXPECT_EQ(
      fault([](Files& files) { files["tile/1/000.p/3"][32 * 2] ^= 1; }),
      (LogFault{"tile/1/000.p/3", 512, "a hash is not that of the entries from this one on"}));
  EXPECT_THAT(fault([](Files& files) { files["tile/0/003.p/232"].pop_back(); }).why,
              HasSubstr("7423 bytes"));
  EXPECT_EQ(fault([](Files& files) { files["tile/entries/000"] = files["tile/entries/001"]; }),
            (LogFault{"tile/entries/000", 0,
                      "numbered 256: an entry is missing, repeated or out of order"}));
  const LogFault respelled = fault([](Files& files) {
    std::string& bundle = files["tile/entries/000"];
    bundle.replace(bundle.find("github"), 6, "gitlab");
  });
  EXPECT_EQ(respelled.path, "tile/0/000");
  EXPECT_EQ(respelled.sequence, 0u);
}

// A log that is rewritten together with its tiles still has another root than was signed.
TEST_F(LogVerifyTest, RewrittenLogIsFound) {
  log_.grow(500);
  store::TemporaryDirectory other_folder;
  test::LogFolder other(other_folder.path());
  ASSERT_TRUE(other.integrator().add(test::small_leaf(0, "gitlab")).has_value());
  other.grow(500);
  Files files = files_in(other.path());
  files["checkpoint"] = files_in(log_.path())["checkpoint"];
  FileMap rewritten(std::move(files));
  const LogFault fault =
      verify_shard(rewritten, log_.signer().key(), test::kFolderYear)->fault.value_or(LogFault{});
  EXPECT_EQ(fault.path, "checkpoint");
  EXPECT_THAT(fault.why, HasSubstr("root"));
  EXPECT_EQ(fault.sequence, std::nullopt);
}

TEST_F(LogVerifyTest, ChecksOfTheCallerAndItsPatienceCount) {
  log_.grow(600);
  TileFolder tiles(log_.path());
  LogVerifyOptions options;
  options.check = [](std::uint64_t sequence, std::string_view) {
    return sequence == 300 ? std::optional<std::string>("not mine") : std::nullopt;
  };
  EXPECT_EQ(verify_shard(tiles, log_.signer().key(), test::kFolderYear, options)->fault,
            (LogFault{"tile/entries/001", 300, "not mine"}));
  options.check = nullptr;
  options.progress = [](std::uint64_t entries) { return entries < 512; };
  EXPECT_EQ(verify_shard(tiles, log_.signer().key(), test::kFolderYear, options)->entries, 512u);
}

// Every byte of the checkpoint, every seventeenth of the rest; flips_test.cpp has all of them.
TEST_F(LogVerifyTest, EveryFlippedByteIsFound) {
  log_.grow(300);
  const crypto::NoteVerifier key = log_.signer().key();
  FileMap map(files_in(log_.path()));
  std::size_t flips = 0;
  for (auto& [path, bytes] : map.files) {
    for (std::size_t at = 0; at < bytes.size(); at += path == "checkpoint" ? 1 : 17) {
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << (at % 8)));
      EXPECT_TRUE(verify_shard(map, key, test::kFolderYear)->fault.has_value())
          << path << " at " << at;
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << (at % 8)));
      ++flips;
    }
  }
  EXPECT_GT(flips, 1'000u);
  EXPECT_FALSE(verify_shard(map, key, test::kFolderYear)->fault.has_value());
}

}  // namespace
}  // namespace sentrail::audit
