// A `.tlog-proof` file: one entry, its place in the log, and a checkpoint that covers it; all that
// is needed to check that entry without the log.
//
// Neighbours: merkle.hpp walks up the hashes, checkpoint.hpp opens the signature. Must not know:
// where it came from. Of an entry's file `extra` is its leaf, which the tree commits to.
// source: c2sp.org/tlog-proof@v1.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "crypto/note.hpp"
#include "runtime/audit/checkpoint.hpp"

namespace sentrail::audit {

// What such a file says. Nothing of it is true before verify_proof() has said so.
struct TlogProof {
  std::string extra;                   // the leaf
  std::uint64_t index = 0;             // of the leaf in its shard
  std::vector<crypto::Digest> hashes;  // the leaf's sibling first
  std::string checkpoint;              // a signed note, cosignatures included

  friend bool operator==(const TlogProof&, const TlogProof&) = default;
};

// Writes the file.
[[nodiscard]] std::string format_proof(const TlogProof& proof);

// Reads a file: exactly what format_proof() writes. fails: corrupt; limit_exceeded.
[[nodiscard]] Result<TlogProof> parse_proof(std::string_view text);

// Checks the leaf's form and number, the way up to the root, and the signature on that of a shard.
// in: the key of the log. out: the shard's checkpoint that covers it. fails: as open_checkpoint();
// permission_denied if it is of another log; corrupt, saying what is wrong.
[[nodiscard]] Result<Checkpoint> verify_proof(const TlogProof& proof,
                                              const crypto::NoteVerifier& key);

}  // namespace sentrail::audit
