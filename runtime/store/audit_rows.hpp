// The rows of the audit log: a leaf with its chain hash and what is sealed, and what the index keys
// that find it begin with.
//
// Neighbours: staging_events.cpp writes them, kv_store reads them; index_rows.hpp has the index.
// Must not know: what is in a leaf. source: docs/store_format.md.
#pragma once

#include <string>
#include <string_view>

#include "core/result.hpp"
#include "runtime/store/store.hpp"

namespace sentrail::store {

// A leaf as it lies in its row.
struct LeafRow {
  Hash chain{};
  std::string leaf;
  std::string sealed;  // the record SealedParts; empty: nothing is sealed
};

// Writes and reads the row of an entry: a version byte, the chain hash up to and with it, two
// lengths, the leaf, what is sealed beside it.
// fails: corrupt if it is cut short or goes on; unsupported if a newer release wrote it.
[[nodiscard]] std::string encode_leaf_row(const Hash& chain, std::string_view leaf,
                                          std::string_view sealed);
[[nodiscard]] Result<LeafRow> decode_leaf_row(std::string_view row);

// Writes what the index keys of a value begin with into `prefix`; long values are replaced by their
// hash.
void write_term_prefix(std::string& prefix, const LeafCodec& codec, const Uuid& workspace_id,
                       AuditColumn column, std::string_view value);

}  // namespace sentrail::store
