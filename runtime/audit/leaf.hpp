// The bytes of one entry of the audit log: sorted-key JSON, written one way and read strictly.
//
// Neighbours: store/ numbers entries and keeps leaves, event.hpp builds entries, verify.hpp reads
// leaves of others. Must not know: rows, keys, clear values. These bytes are hashed and can never
// change: a new field needs a new `v`.
// source: docs/audit_log.md; RFC 6962 §2.1 (leaf hash).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "crypto/hash.hpp"
#include "runtime/store/store.hpp"

namespace sentrail::audit {

// A leaf read back. The entry has neither sealed parts nor search terms: those are no part of it.
struct Leaf {
  std::uint64_t sequence = 0;
  store::AuditEntry entry;

  friend bool operator==(const Leaf&, const Leaf&) = default;
};

// Writes the leaf of an entry.
// fails: limit_exceeded if it would not fit into an entry bundle; invalid_argument if a text is not
// UTF-8 or a number is past 63 bits.
[[nodiscard]] Result<std::string> encode_leaf(const store::AuditEntry& entry,
                                              std::uint64_t sequence);

// Reads a leaf: accepts exactly what encode_leaf() writes, so that equal meanings have equal bytes.
// fails: corrupt, saying where; unsupported if `v` is of a newer release.
[[nodiscard]] Result<Leaf> decode_leaf(std::string_view bytes);

// Checks what decode_leaf() checks, and gives the leaf's number only: for who reads many.
// fails: as decode_leaf(). cost: a tenth of it.
[[nodiscard]] Result<std::uint64_t> check_leaf(std::string_view bytes);

// The time that a leaf names, without a look at the rest of it. fails: corrupt if it names none.
[[nodiscard]] Result<std::int64_t> time_of_leaf(std::string_view leaf);

// SHA-256(0x00 || leaf), as in a Merkle tree.
[[nodiscard]] crypto::Digest leaf_hash(std::string_view leaf);

// The chain hash that follows `chain`: SHA-256(chain || leaf_hash(leaf)). The chain of no leaves is
// 32 zero bytes.
[[nodiscard]] crypto::Digest extend_chain(const crypto::Digest& chain, std::string_view leaf);

// What the store needs of this format.
class LeafCodec final : public store::LeafCodec {
 public:
  [[nodiscard]] Result<std::string> encode(const store::AuditEntry& entry,
                                           std::uint64_t sequence) const override {
    return encode_leaf(entry, sequence);
  }
  [[nodiscard]] store::Hash extend(const store::Hash& chain, std::string_view leaf) const override {
    return extend_chain(chain, leaf);
  }
};

}  // namespace sentrail::audit
