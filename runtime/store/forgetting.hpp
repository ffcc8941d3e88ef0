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

// Rows of which a walk was looked at from one key on. `next` is where it goes on; empty: the end.
struct OldRows {
  std::vector<std::string> keys;
  std::string next;
};

// Rows of the search index that list entries before a number only. cost: reads `scan` rows.
// fails: corrupt, io.
[[nodiscard]] Result<OldRows> old_index_rows(const OrderedKv& kv, const std::string& from,
                                             std::uint64_t before, std::size_t scan);

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
