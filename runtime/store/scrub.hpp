// Looks at every row of a store: whether it can be read, and how much it takes.
//
// Neighbours: open_store.hpp has checked what a start checks before; maintenance/ shows the report.
// Must not know: RocksDB, what is in a leaf.
// source: docs/store_format.md.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "runtime/store/kv.hpp"
#include "runtime/store/store.hpp"

namespace sentrail::store {

// Rows and their bytes, keys included, before compression.
struct Usage {
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;

  friend bool operator==(const Usage&, const Usage&) = default;
};

// What a walk over everything found.
struct ScrubReport {
  AuditHead head;                                       // as recomputed from the leaves
  std::map<std::pair<std::string, Uuid>, Usage> usage;  // by kind and workspace
  std::uint64_t faults = 0;                             // rows that are not what they should be
  std::vector<std::string> examples;                    // the first of them, for people
};

// Verifies the engine's files, then reads every row: records decode, entries are dense and hash to
// the head. `read_files` false: only the rows. cost: reads all of the store.
// fails: io or corrupt where the engine itself gives up; what it reads and is wrong is a fault.
[[nodiscard]] Result<ScrubReport> scrub(const OrderedKv& kv, const LeafCodec& codec,
                                        bool read_files);

}  // namespace sentrail::store
