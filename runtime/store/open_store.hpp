// Opens a data directory: one process, one format, nothing missing that was promised.
//
// Neighbours: store_rocksdb.hpp gives the engine, floor.hpp the promise, kv_store.hpp what comes
// out. Must not know: RocksDB, what is in a leaf.
// source: docs/store_format.md.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "core/sync_point.hpp"
#include "runtime/store/floor.hpp"
#include "runtime/store/kv.hpp"
#include "runtime/store/store.hpp"

namespace sentrail::store {

// What brings a store of one format to the next: rows to write, in one batch with the new number,
// so that a store has either format and never a mixture. Keep every step for ever.
struct FormatStep {
  std::uint32_t from = 0;
  Result<std::vector<KvWrite>> (*writes)(const OrderedKv& kv) = nullptr;
};

// Where a store lives and what it needs. `codec` and `hook` outlive the store.
struct OpenOptions {
  std::string directory;
  bool create = false;  // make a new store if there is none at all
  const LeafCodec* codec = nullptr;
  SyncPointHook* hook = nullptr;
  // In order, each from the format that the one before leads to; the last leads to the format that
  // is wanted. Empty: those of this release, which lead to kFormatVersion.
  std::vector<FormatStep> steps{};
};

// Opens an engine in a directory of its own, which exists; makes one there if `create`.
using KvOpener =
    std::function<Result<std::unique_ptr<OrderedKv>>(const std::string& directory, bool create)>;

// What was found when the store was opened.
struct OpenReport {
  bool created = false;  // nothing was in it
  AuditHead head;
  FloorMark floor;
  // Entries on disk behind the floor: after a killed process nobody was told of them; after a power
  // failure they may have been promised within the last second. A `restart` entry should say so.
  std::uint64_t unconfirmed = 0;
};

// An open store, with what was found.
struct OpenedStore {
  std::unique_ptr<Store> store;
  OpenReport report;
  const OrderedKv* engine = nullptr;  // the store's, for copying and looking at all of it
};

// Opens the store in a directory and checks that the log is dense, as long as the floor says, and
// has the floor's chain hash at the floor. cost: bounded by limits::kFrontierEntriesMax.
// fails: unavailable if another process holds it; not_found if there is none (and not `create`);
// corrupt if something promised is missing or damaged, naming what; unsupported if a newer release
// wrote it; io.
[[nodiscard]] Result<OpenedStore> open_store(const OpenOptions& options, const KvOpener& opener);

}  // namespace sentrail::store
