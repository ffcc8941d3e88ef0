// The store of a single machine: a data directory with RocksDB in it.
//
// Neighbours: open_store.hpp (checks), kv_rocksdb.hpp (engine); the server's composition root and
// the tools that read a stopped server's directory call it. Must not know: who asks.
#pragma once

#include "core/result.hpp"
#include "runtime/store/kv_rocksdb.hpp"
#include "runtime/store/open_store.hpp"

namespace sentrail::store {

// Opens the store in options.directory. fails: as open_store() and open_rocksdb_kv().
[[nodiscard]] Result<OpenedStore> open_rocksdb_store(const OpenOptions& options,
                                                     const RocksDbOptions& engine = {});

}  // namespace sentrail::store
