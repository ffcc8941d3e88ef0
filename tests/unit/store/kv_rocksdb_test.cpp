// The rows of the search index in RocksDB, whose memory table keeps lists apart: list by list, and
// all in order, they are those of an ordered map.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "runtime/store/keys.hpp"
#include "runtime/store/kv_rocksdb.hpp"
#include "tests/unit/store/fixtures.hpp"

namespace sentrail::store {
namespace {

using Rows = std::map<std::string, std::string>;

// Some 250 buckets: most have rows of several lists, and a table holds some 400 rows.
constexpr std::size_t kWriteBufferBytes = 64u << 10;
constexpr std::size_t kLists = 600;
constexpr std::size_t kRounds = 60;
constexpr std::size_t kRowsOfARound = 100;

class ListsTest : public testing::Test {
 protected:
  void open() {
    kv_.reset();
    RocksDbOptions options;
    options.write_buffer_bytes = kWriteBufferBytes;
    kv_ = open_rocksdb_kv(directory_.path(), true, options).value();
  }

  // Some list, a few of which have most rows.
  std::string list() {
    const std::size_t one = std::min(random_() % kLists, random_() % kLists);
    std::string prefix;
    write_index_prefix(prefix, one % 2 == 0 ? kHome : kElsewhere, AuditColumn::tool,
                       "t" + std::to_string(one), false);
    return prefix;
  }

  std::string key_in(std::string list) {
    append_position(list, {random_() % 100, random_() % 100});
    return list;
  }

  // Adds rows, and removes some.
  void change() {
    std::vector<KvWrite> writes;
    for (std::size_t i = 0; i < kRowsOfARound; ++i) {
      std::string key = key_in(list());
      if (random_() % 8 == 0 && !rows_.empty()) {
        key = rows_.lower_bound(std::min(key, rows_.rbegin()->first))->first;
        rows_.erase(key);
        writes.push_back({Space::index, key, std::nullopt});
        continue;
      }
      const std::string value(random_() % 200, 'v');
      rows_[key] = value;
      writes.push_back({Space::index, key, value});
    }
    ASSERT_TRUE(kv_->write(writes).has_value());
  }

  // Through one list from several places, as a search goes through it.
  void compare_list() {
    const std::string prefix = list();
    const std::unique_ptr<KvCursor> cursor = kv_->walk_list();
    std::string begin = prefix;
    append_position(begin, {});
    const std::set<std::string> places = {begin, key_in(prefix), key_in(prefix)};
    for (const std::string& place : places) {
      cursor->seek(place);
      for (auto row = rows_.lower_bound(place);
           row != rows_.end() && index_list_of(row->first) == prefix; ++row, cursor->next()) {
        ASSERT_TRUE(cursor->valid());
        ASSERT_EQ(cursor->key(), row->first);
        ASSERT_EQ(cursor->value(), row->second);
      }
      EXPECT_FALSE(cursor->valid() && index_list_of(cursor->key()) == prefix);
      EXPECT_TRUE(cursor->status().has_value());
    }
  }

  void compare_all() {
    const std::unique_ptr<KvCursor> cursor = kv_->walk(Space::index);
    Rows found;
    std::string last;
    for (cursor->seek({}); cursor->valid(); cursor->next()) {
      ASSERT_LT(last, cursor->key());
      last = cursor->key();
      found.emplace(cursor->key(), cursor->value());
    }
    ASSERT_TRUE(cursor->status().has_value());
    EXPECT_EQ(found, rows_);
    for (const auto& [key, value] : rows_) EXPECT_EQ(kv_->get(Space::index, key).value(), value);
  }

  TemporaryDirectory directory_;
  std::unique_ptr<OrderedKv> kv_;
  Rows rows_;
  std::mt19937_64 random_;
};

TEST_F(ListsTest, AreThoseOfAnOrderedMapInMemoryOnDiskAndAfterAStart) {
  const std::uint64_t seed = std::random_device{}();
  std::printf("[     SEED ] %llu\n", static_cast<unsigned long long>(seed));
  random_.seed(seed);
  open();
  for (std::size_t round = 0; round < kRounds && !HasFailure(); ++round) {
    ASSERT_NO_FATAL_FAILURE(change());
    for (int i = 0; i < 20; ++i) ASSERT_NO_FATAL_FAILURE(compare_list());
    if (round % 10 == 9) {
      ASSERT_NO_FATAL_FAILURE(compare_all());
    }
    if (round % 20 == 19) open();
  }
  ASSERT_NO_FATAL_FAILURE(compare_all());
}

// What is written behind a walk's back is not of the walk.
TEST_F(ListsTest, AWalkIsOverWhatWasThereWhenItBegan) {
  open();
  change();
  const Rows before = rows_;
  const std::unique_ptr<KvCursor> walk = kv_->walk(Space::index);
  walk->seek({});
  for (int i = 0; i < 30; ++i) change();
  Rows found;
  for (; walk->valid(); walk->next()) found.emplace(walk->key(), walk->value());
  EXPECT_EQ(found, before);
}

}  // namespace
}  // namespace sentrail::store
