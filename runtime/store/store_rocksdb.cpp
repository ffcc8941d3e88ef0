// Joins the checks of open_store() with the RocksDB engine.
//
// Neighbours: store_rocksdb.hpp. Must not know: who asks.
#include "runtime/store/store_rocksdb.hpp"

namespace sentrail::store {

Result<OpenedStore> open_rocksdb_store(const OpenOptions& options, const RocksDbOptions& engine) {
  return open_store(options, [&engine](const std::string& directory, bool create) {
    return open_rocksdb_kv(directory, create, engine);
  });
}

}  // namespace sentrail::store
