// Rows of the log and of its index: what one batch becomes, their bytes, and what is refused.
#include "runtime/store/index_rows.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <random>

#include "core/limits.hpp"
#include "runtime/store/audit_rows.hpp"
#include "tests/support/memory_kv.hpp"
#include "tests/unit/store/fixtures.hpp"

namespace sentrail::store {
namespace {

constexpr IndexPosition kFirst{1'000, 5'000};

std::vector<Posting> random_postings(std::mt19937_64& random, bool has_ids) {
  std::vector<Posting> out;
  const IndexPosition first{random() >> (random() % 64), random() >> (random() % 64)};
  for (std::size_t i = 1 + random() % 40; i > 0; --i) {
    Posting one{first, {}};
    one.position.time +=
        std::min<std::uint64_t>(random() % (kIndexRowSpanMs + 1), UINT64_MAX - one.position.time);
    one.position.sequence += random() % 100 - 50;
    if (has_ids) one.rest.fill(static_cast<char>(random()));
    out.push_back(one);
  }
  const auto before = [](const Posting& a, const Posting& b) { return a.position < b.position; };
  std::sort(out.begin(), out.end(), before);
  const auto alike = [](const Posting& a, const Posting& b) { return a.position == b.position; };
  out.erase(std::unique(out.begin(), out.end(), alike), out.end());
  const std::uint64_t newest = out.front().position.time;
  std::erase_if(
      out, [newest](const Posting& one) { return one.position.time - newest > kIndexRowSpanMs; });
  return out;
}

TEST(IndexRows, ValuesAreReadAsTheyWereWritten) {
  constexpr std::uint64_t kSeed = 20261123;
  std::cout << "seed " << kSeed << "\n";
  std::mt19937_64 random(kSeed);
  for (int round = 0; round < 2'000; ++round) {
    const bool has_ids = random() % 2 == 0;
    const std::vector<Posting> postings = random_postings(random, has_ids);
    const std::string value = encode_postings(postings, has_ids);
    const auto read = decode_postings(postings.front().position, value, has_ids);
    ASSERT_TRUE(read.has_value()) << "round " << round;
    ASSERT_EQ(*read, postings) << "round " << round;
    // Cut anywhere, it is refused or lists the newest alone: never anything else.
    for (std::size_t size = 0; size < value.size(); ++size) {
      const auto cut = decode_postings(postings.front().position, value.substr(0, size), has_ids);
      if (!cut) {
        ASSERT_EQ(cut.error().code, Errc::corrupt);
        continue;
      }
      ASSERT_LT(cut->size(), postings.size());
      ASSERT_TRUE(std::equal(cut->begin(), cut->end(), postings.begin()));
    }
  }
}

TEST(IndexRows, GarbledValuesAreRefused) {
  const auto refused = [](const std::string& value, bool has_ids = false) {
    const auto read = decode_postings(kFirst, value, has_ids);
    return !read && read.error().code == Errc::corrupt;
  };
  EXPECT_FALSE(refused({}));
  EXPECT_FALSE(refused({'\x40', '\x00'}));  // 64 ms older
  EXPECT_TRUE(refused({'\x41', '\x00'})) << "past the span";
  EXPECT_TRUE(refused({'\x20', '\x00', '\x21', '\x00'})) << "past the span in two steps";
  EXPECT_TRUE(refused({'\x00', '\x00'})) << "the same entry again";
  EXPECT_TRUE(refused({'\x00', '\x01'})) << "a newer entry";
  EXPECT_TRUE(refused({'\x01'})) << "half an entry";
  EXPECT_TRUE(refused({'\x01', '\x80'})) << "half a number";
  EXPECT_TRUE(refused(std::string(9, '\xff') + '\x02' + '\x00')) << "a number past 64 bits";
  EXPECT_TRUE(refused(std::string(11, '\x80') + '\x00')) << "a number without an end";
  EXPECT_TRUE(refused(std::string(10, 'x'), true)) << "the rest of an id is cut short";
  EXPECT_TRUE(refused(std::string(11, 'x') + '\x01' + '\x02' + std::string(10, 'x'), true));
  const IndexPosition last{UINT64_MAX, 0};
  EXPECT_FALSE(decode_postings(last, std::string{'\x01', '\x02'}, false)) << "before all times";
}

std::map<std::string, std::string> rows_of(IndexBatch&& batch) {
  std::vector<KvWrite> writes;
  std::move(batch).finish(writes);
  std::map<std::string, std::string> rows;
  for (const KvWrite& write : writes) {
    EXPECT_EQ(write.space, Space::index);
    EXPECT_TRUE(rows.emplace(write.key, write.value.value()).second) << "a key was written twice";
  }
  return rows;
}

TEST(IndexRows, WhatABatchSharesIsOneRow) {
  const test::PlainLeafCodec codec;
  const auto rows = [&codec](std::size_t entries, std::int64_t step_ms) {
    IndexBatch batch(codec);
    for (std::size_t i = 0; i < entries; ++i) {
      AuditEntry one = entry(0);
      one.id.bytes[15] = static_cast<std::uint8_t>(i);
      one.time_ms = static_cast<std::int64_t>(i) * step_ms;
      one.tags = "first\nsecond\nfirst";
      batch.add(one, 100 + i);
    }
    return rows_of(std::move(batch));
  };
  const std::size_t of_one = rows(1, 0).size();
  EXPECT_EQ(rows(26, 1).size(), of_one);
  EXPECT_EQ(rows(26, kIndexRowSpanMs + 1).size(), 26 * of_one) << "each too far from the others";
  EXPECT_EQ(rows(26, kIndexRowSpanMs).size(), 13 * of_one);
}

// A damaged index is an error, not an empty answer; the log itself is served all the same.
TEST(IndexRows, DamagedRowFailsTheSearchThatReadsIt) {
  const test::PlainLeafCodec codec;
  const auto disk = std::make_shared<test::MemoryDisk>();
  const std::unique_ptr<Store> store = test::open_memory_store(disk, codec);
  ASSERT_TRUE(apply(*store, transaction(AppendAudit{entry(1)}, AppendAudit{entry(2)})).status);
  AuditQuery query;
  query.terms = {{AuditColumn::tool, "github"}};
  EXPECT_EQ(store->search_audit(kHome, query).value().items.size(), 2u);
  for (auto& [key, value] : disk->spaces[static_cast<std::size_t>(Space::index)]) value += '\x7f';
  const auto found = store->search_audit(kHome, query);
  ASSERT_FALSE(found.has_value());
  EXPECT_EQ(found.error().code, Errc::corrupt);
  EXPECT_EQ(store->audit_range(0, 10).value().size(), 2u);
}

// Rows of before the cursor are read anew for every page. There may be more of them than a page may
// read, if the clock stands still, and a page must come further all the same.
TEST(IndexRows, PagesGoOnWhereTheClockStandsStill) {
  const test::PlainLeafCodec codec;
  const std::unique_ptr<Store> store =
      test::open_memory_store(std::make_shared<test::MemoryDisk>(), codec);
  for (std::size_t i = 0; i < limits::kPageScanMax / 2 + 20; ++i) {
    ASSERT_TRUE(apply(*store, transaction(AppendAudit{entry(1)})).status);
  }
  AuditQuery query;
  query.terms = {{AuditColumn::tool, "github"}, {AuditColumn::decision, "allow"}};
  append_position(query.cursor, index_position(entry(1).time_ms, 9));
  const Page<AuditRow> page = store->search_audit(kHome, query).value();
  ASSERT_EQ(page.items.size(), 10u);
  EXPECT_EQ(page.items.front().sequence, 9u);
  EXPECT_TRUE(page.cursor.empty());
}

TEST(LeafRows, AreReadAsTheyWereWrittenOrRefused) {
  const Hash chain = hash_of(7);
  const std::string row = encode_leaf_row(chain, "the leaf", "sealed");
  const LeafRow read = decode_leaf_row(row).value();
  EXPECT_EQ(read.chain, chain);
  EXPECT_EQ(read.leaf, "the leaf");
  EXPECT_EQ(read.sealed, "sealed");
  EXPECT_TRUE(decode_leaf_row(encode_leaf_row(chain, "the leaf", "")).value().sealed.empty());
  for (std::size_t size = 0; size < row.size(); ++size) {
    const auto cut = decode_leaf_row(std::string_view(row).substr(0, size));
    ASSERT_FALSE(cut.has_value()) << size;
    EXPECT_EQ(cut.error().code, Errc::corrupt) << size;
  }
  EXPECT_EQ(decode_leaf_row(row + "x").error().code, Errc::corrupt);
  std::string other = row;
  for (const char newer : {'\x03', '\x80', '\xff'}) {
    other[0] = newer;
    EXPECT_EQ(decode_leaf_row(other).error().code, Errc::unsupported);
  }
  other[0] = '\x01';
  EXPECT_EQ(decode_leaf_row(other).error().code, Errc::corrupt);
}

// What is sealed beside an entry comes back with it, and damage to it is not an empty part.
TEST(LeafRows, SealedPartIsServedWholeOrNotAtAll) {
  const test::PlainLeafCodec codec;
  const auto disk = std::make_shared<test::MemoryDisk>();
  const std::unique_ptr<Store> store = test::open_memory_store(disk, codec);
  AuditEntry one = entry(1);
  one.sealed = {{Uuid{}, "secret"}};
  ASSERT_TRUE(apply(*store, transaction(AppendAudit{one}, AppendAudit{entry(2)})).status);
  const std::vector<AuditRow> rows = store->audit_range(0, 10).value();
  EXPECT_EQ(rows.at(0).sealed, one.sealed);
  EXPECT_TRUE(rows.at(1).sealed.empty());
  disk->spaces[static_cast<std::size_t>(Space::audit)].at(leaf_key(0)).pop_back();
  EXPECT_EQ(store->audit_range(0, 10).error().code, Errc::corrupt);
  EXPECT_EQ(store->search_audit(kHome, {}).error().code, Errc::corrupt);
}

}  // namespace
}  // namespace sentrail::store
