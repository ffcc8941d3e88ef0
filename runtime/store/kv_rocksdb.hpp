// Ordered keys in RocksDB, set so that it never loses an acknowledged batch in silence.
//
// Neighbours: kv.hpp, store_rocksdb.hpp. Must not know: records. RocksDB's own headers stay in
// kv_rocksdb.cpp.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "core/result.hpp"
#include "runtime/store/kv.hpp"

namespace rocksdb {
class FileSystem;
}  // namespace rocksdb

namespace sentrail::store {

// What differs between machines, and what tests put below.
struct RocksDbOptions {
  std::size_t write_buffer_bytes = 64u << 20;  // of one space, before it is written out
  std::size_t block_cache_bytes = 128u << 20;
  // Opens although the newest entries cannot be read, and forgets them: for a repair alone.
  bool cut_unreadable_end = false;
  std::shared_ptr<rocksdb::FileSystem> file_system;  // null: the host's
};

// Opens a database in `directory`; makes one if `create`.
// fails: corrupt if logs or tables are damaged or missing, with the remedy; unavailable if another
// process has it; unsupported; io.
[[nodiscard]] Result<std::unique_ptr<OrderedKv>> open_rocksdb_kv(const std::string& directory,
                                                                 bool create,
                                                                 const RocksDbOptions& options);

}  // namespace sentrail::store
