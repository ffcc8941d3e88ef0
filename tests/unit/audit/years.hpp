// A log over years in folders, of a store in memory whose entries have chosen times.
//
// Neighbours: shards_test.cpp, shards_witness_test.cpp. Must not know: clocks.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "core/time.hpp"
#include "runtime/audit/leaf.hpp"
#include "runtime/audit/log_keeper.hpp"
#include "runtime/audit/log_verify.hpp"
#include "tests/support/memory_kv.hpp"
#include "tests/unit/store/fixtures.hpp"

namespace sentrail::audit {

inline constexpr const char* kOrigin = "log.example.com/a";

// The middle of a year, or its first and last millisecond.
inline std::int64_t begin_of(int year) {
  return parse_rfc3339(std::to_string(year) + "-01-01T00:00:00Z")->unix_ms;
}
inline std::int64_t middle_of(int year) {
  return begin_of(year) + 180 * 86'400'000LL;
}

// Entries of chosen years in a store in memory; folders outlast the keeper.
class ShardsTest : public testing::Test {
 protected:
  void SetUp() override { store_ = test::open_memory_store(disk_, codec_); }
  void append(std::int64_t time_ms, std::uint64_t count = 1, const std::string& tool = "github") {
    store::Transaction many;
    for (std::uint64_t i = 0; i < count; ++i) {
      store::AuditEntry entry = store::entry(store_->audit_head().size + i);
      entry.time_ms = time_ms;
      entry.tool = tool;
      many.operations.push_back(store::AppendAudit{entry});
    }
    ASSERT_TRUE(store::apply(*store_, many).status.has_value());
  }
  // Entries of three years, of which one in between is empty.
  void three_years() {
    append(middle_of(2024), 300);
    append(middle_of(2025), 5);
    append(middle_of(2027), 600);
  }
  void forget_entries() {
    disk_ = std::make_shared<test::MemoryDisk>();
    store_ = test::open_memory_store(disk_, codec_);
  }
  Result<std::unique_ptr<LogKeeper>> open(Witness* witness = nullptr,
                                          SyncPointHook* hook = nullptr) {
    LogKeeperOptions options;
    options.folder = log_;
    options.signer_folder = folder_.path() + "/signer";
    options.origin = kOrigin;
    options.witness = witness;
    options.clock = clock_;
    options.hook = hook;
    options.witness_again_ms = 0;
    options.tell = [this](bool good, const std::string& event, const std::string& text) {
      told_ += (good ? "+" : "-") + event + " " + text + "\n";
    };
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
  // Publishes what there is, and demands that all of it is good.
  void publish(LogKeeper& keeper) {
    const Status done = keeper.step();
    ASSERT_TRUE(done.has_value()) << done.error().message;
    const LogReport report = verify(keeper);
    ASSERT_FALSE(report.fault.has_value()) << describe(*report.fault);
    ASSERT_EQ(report.entries, store_->audit_head().size);
    ASSERT_EQ(keeper.state().size, report.entries);
    for (std::uint64_t at = 0; at < report.entries; at += 41) {
      const TlogProof proof = keeper.prove(at).value();
      ASSERT_TRUE(verify_proof(proof, keeper.key()).has_value()) << at;
      ASSERT_EQ(decode_leaf(proof.extra)->sequence, at);
    }
  }
  std::vector<int> years(const LogKeeper& keeper) {
    return parse_shard_list(keeper.shards()).value();
  }
  std::string file(const std::string& path) { return TileFolder(log_).read(path).value_or(""); }

  LeafCodec codec_;
  std::shared_ptr<test::MemoryDisk> disk_ = std::make_shared<test::MemoryDisk>();
  std::unique_ptr<store::Store> store_;
  store::TemporaryDirectory folder_;
  const std::string log_ = folder_.path() + "/log";
  std::string told_;
  const Clock* clock_ = nullptr;
};

}  // namespace sentrail::audit
