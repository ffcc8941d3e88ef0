// Logs that are made for the benchmark are logs: entries find their terms, proofs of a tree that is
// mostly nowhere hold, and a start finds what it looks for.
//
// Neighbours: bench/log_entries.hpp, bench/synthetic_tree.hpp, bench/long_log.hpp. Must not know:
// what is measured.
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "bench/log_entries.hpp"
#include "bench/long_log.hpp"
#include "bench/synthetic_tree.hpp"
#include "core/encoding.hpp"
#include "runtime/audit/integrator.hpp"
#include "runtime/audit/merkle.hpp"
#include "runtime/audit/tile_files.hpp"
#include "runtime/audit/tile_tree.hpp"
#include "tests/unit/store/fixtures.hpp"

namespace sentrail::bench {
namespace {

TEST(LogEntriesTest, ADrawnEntryIsALeafAndTimesAscend) {
  LogEntries entries(7);
  std::set<std::string> ids;
  for (std::uint64_t i = 0; i < 200; ++i) {
    const store::AuditEntry entry = i % 2 == 0 ? entries.recorded(3) : entries.plain(3);
    EXPECT_EQ(entry.time_ms, entries.begin_ms() + static_cast<std::int64_t>(3 * (i + 1)));
    EXPECT_TRUE(ids.insert(std::string(as_chars(entry.id.bytes))).second);
    const std::string leaf = audit::encode_leaf(entry, i).value();
    EXPECT_EQ(audit::check_leaf(leaf).value(), i) << leaf;
    EXPECT_EQ(audit::decode_leaf(leaf).value().entry.rule, entry.rule);
  }
}

// As if every leaf were there: for sizes around whole tiles, and indexes at all edges.
TEST(SyntheticTreeTest, IsTheTreeOfItsLeavesAndFillers) {
  for (const std::uint64_t size : {1u, 2u, 255u, 256u, 257u, 511u, 512u, 700u, 65'536u, 65'537u}) {
    const store::TemporaryDirectory folder;
    KnownLeaves known;
    for (const std::uint64_t index : {std::uint64_t{0}, size / 3, size / 2, size - 1}) {
      known[index] = crypto::sha256(std::to_string(index));
    }
    const crypto::Digest root = write_synthetic_tiles(folder.path(), size, known).value();
    audit::Frontier tree;
    for (std::uint64_t i = 0; i < size; ++i) {
      const auto found = known.find(i);
      tree.add(found == known.end() ? crypto::Digest{} : found->second);
    }
    EXPECT_EQ(root, tree.root()) << size;
    audit::TileFolder tiles(folder.path());
    for (const auto& [index, leaf] : known) {
      audit::TileNodes nodes(tiles, size);
      const auto proof = audit::inclusion_proof(nodes, index, size);
      ASSERT_TRUE(proof) << size << " " << index << ": " << proof.error().message;
      EXPECT_EQ(audit::root_by_inclusion(index, size, leaf, *proof), root) << size << " " << index;
    }
  }
}

TEST(SyntheticTreeTest, AHundredMillionLeavesAreAFewFiles) {
  const store::TemporaryDirectory folder;
  constexpr std::uint64_t kSize = 100'000'000;
  const KnownLeaves known = {{12'345'678, crypto::sha256("a")}, {kSize - 1, crypto::sha256("b")}};
  const crypto::Digest root = write_synthetic_tiles(folder.path(), kSize, known).value();
  audit::TileFolder tiles(folder.path());
  for (const auto& [index, leaf] : known) {
    audit::TileNodes nodes(tiles, kSize);
    const auto proof = audit::inclusion_proof(nodes, index, kSize).value();
    EXPECT_EQ(audit::root_by_inclusion(index, kSize, leaf, proof), root);
  }
}

TEST(RightEdgeTest, IsWhatTheIntegratorWrites) {
  for (const std::uint64_t size : {1u, 255u, 256u, 300u, 1'000u}) {
    const store::TemporaryDirectory whole;
    const store::TemporaryDirectory edge_alone;
    audit::Integrator integrator(whole.path());
    RightEdge edge;
    for (std::uint64_t i = 0; i < size; ++i) {
      const std::string leaf = "leaf " + std::to_string(i);
      ASSERT_TRUE(integrator.add(leaf));
      edge.add(leaf);
    }
    ASSERT_TRUE(integrator.flush());
    ASSERT_TRUE(edge.write(edge_alone.path()));
    const auto resumed = audit::Integrator::resume(edge_alone.path(), size);
    ASSERT_TRUE(resumed) << size << ": " << resumed.error().message;
    EXPECT_EQ(resumed->root(), integrator.root()) << size;
  }
}

TEST(LongLogTest, OpensAsAServerDoesAndIsSearched) {
  const store::TemporaryDirectory folder;
  LongLog log(folder.path(), 1);
  ASSERT_TRUE(log.fill(3'000));
  for (int i = 0; i < 2; ++i) {
    const Status opened = log.open();
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_EQ(log.store().audit_head().size, 3'000u);
    store::AuditQuery query;
    query.terms = {
        {store::AuditColumn::correlation, std::string(as_chars(log.correlations().at(17).bytes))}};
    const auto page = log.store().search_audit(log.entries().workspace(), query).value();
    ASSERT_EQ(page.items.size(), 1u);
    query.terms = {log.entries().agent(3)};
    EXPECT_GT(log.store().search_audit(log.entries().workspace(), query)->items.size(), 10u);
    log.close();
  }
}

}  // namespace
}  // namespace sentrail::bench
