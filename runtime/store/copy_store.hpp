// Copies a store that is running into a new directory that opens by itself.
//
// Neighbours: kv.hpp makes the checkpoint, floor.hpp promises what it holds, open_store.hpp checks
// the result; maintenance/backup.hpp and the server call it. Must not know: RocksDB. The copy's
// floor is made from the copy: that of the running store goes on, and would promise entries which
// the copy was too early for. So does what limits count: the copy has no lineage (adr/0006).
#pragma once

#include <string>

#include "core/result.hpp"
#include "runtime/store/open_store.hpp"

namespace sentrail::store {

// Copies everything that was durable when it was called, and perhaps more, and checks the copy as a
// start would. cost: hard links on the same file system, else all the bytes; writers wait for
// one flush. threads: any, beside apply().
// fails: already_exists if something has that name; corrupt if the copy is not what was promised.
[[nodiscard]] Result<AuditHead> copy_store(const OpenedStore& running, const std::string& directory,
                                           const LeafCodec& codec, const KvOpener& opener);

}  // namespace sentrail::store
