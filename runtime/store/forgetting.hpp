// What may be removed once its time is over: found here, removed by transactions.
//
// Neighbours: transaction.hpp has ForgetEntries and RemoveIndexRows, audit/retention.hpp decides
// what is old. Must not know: clocks, policy of retention.
// source: docs/store_format.md (retention).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "runtime/store/kv.hpp"
#include "runtime/store/store.hpp"

namespace sentrail::store {

// The row that says how far ForgetEntries went, and its value: entries before that number have
// nothing beside their leaf. fails: corrupt, io.
[[nodiscard]] std::string forgotten_key();
[[nodiscard]] Result<std::uint64_t> forgotten_before(const OrderedKv& kv);

// The keys of rows of the search index that list entries before a number only, of the next `scan`
// rows of a walk over it; the walk goes on behind them. cost: reads `scan` rows. fails: corrupt,
// io.
[[nodiscard]] Result<std::vector<std::string>> old_index_rows(KvCursor& walk, std::uint64_t before,
                                                              std::size_t scan);

// Held calls of a workspace that were made before an instant, the newest of them first, also those
// that are not over. `next` is where it goes on; empty: the end.
struct OldCalls {
  std::vector<Uuid> ids;
  std::string next;
};
[[nodiscard]] Result<OldCalls> old_calls(const OrderedKv& kv, const Uuid& workspace_id,
                                         const std::string& from, std::int64_t before_ms,
                                         std::size_t scan);

}  // namespace sentrail::store
