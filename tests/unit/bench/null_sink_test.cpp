// The store that forgets: entries are numbered and gone, all else is the store's below.
//
// Neighbours: bench/null_sink.hpp, tests/support/memory_kv.hpp. Must not know: servers.
#include "bench/null_sink.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "runtime/store/store_rocksdb.hpp"
#include "tests/support/memory_kv.hpp"
#include "tests/unit/store/fixtures.hpp"

namespace sentrail::bench {
namespace {

using store::Transaction;

TEST(NullSinkTest, ForgetsEntriesAndKeepsTheRest) {
  const store::TemporaryDirectory folder;
  const test::PlainLeafCodec codec;
  store::OpenOptions open;
  open.directory = folder.path() + "/data";
  open.create = true;
  open.codec = &codec;
  const std::unique_ptr<store::Store> store =
      without_entries(std::move(store::open_rocksdb_store(open)->store));
  const Transaction entry{{store::RequireKillVersion{}, store::AppendAudit{}}, {}};
  store::Workspace workspace;
  workspace.id = store::id_of(1);
  const Transaction made{{store::Put<store::Workspace>{workspace, 0}, store::AppendAudit{}}, {}};
  const std::vector<const Transaction*> batch = {&entry, &made, &entry, &made};
  const std::vector<store::Outcome> outcomes = store->apply(batch);
  ASSERT_EQ(outcomes.size(), 4u);
  EXPECT_TRUE(outcomes[0].status && outcomes[1].status && outcomes[2].status);
  EXPECT_EQ(outcomes[3].status.error().code, Errc::conflict) << "what is kept is checked";
  EXPECT_EQ(outcomes[0].audit_count, 1u);
  EXPECT_EQ(outcomes[2].first_sequence, outcomes[0].first_sequence + 1);
  EXPECT_EQ(store->audit_head().size, 1u) << "only that of the workspace";
  EXPECT_TRUE(store->get_workspace(workspace.id)->has_value());
  EXPECT_TRUE(store->health());
}

}  // namespace
}  // namespace sentrail::bench
