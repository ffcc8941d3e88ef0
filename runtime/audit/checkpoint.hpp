// A checkpoint: the size and the root of a log, as the text of a signed note.
//
// Neighbours: crypto/note.hpp signs and opens it, signer.hpp decides what may be signed,
// tlog_proof.hpp carries one. Must not know: tiles, files, who cosigns.
// source: c2sp.org/tlog-checkpoint v1.0.0.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "crypto/hash.hpp"
#include "crypto/note.hpp"

namespace sentrail::audit {

// How far a log reaches, and what it is.
struct Checkpoint {
  std::string origin;  // the log's name, and its key's
  std::uint64_t size = 0;
  crypto::Digest root{};

  friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};

// The text that is signed: origin, size in decimal, root in base64, a line each.
[[nodiscard]] std::string checkpoint_text(const Checkpoint& checkpoint);

// Reads such a text; further lines, which extend it, are not looked at. fails: corrupt.
[[nodiscard]] Result<Checkpoint> parse_checkpoint_text(std::string_view text);

// Opens a signed checkpoint of the log whose key is given.
// fails: as crypto::open_note(); corrupt also if its origin is not the key's name.
[[nodiscard]] Result<Checkpoint> open_checkpoint(std::string_view note,
                                                 const crypto::NoteVerifier& key);

// Reads the text of a signed checkpoint without looking at any signature: for finding out whose
// it claims to be. fails: corrupt.
[[nodiscard]] Result<Checkpoint> unverified_checkpoint(std::string_view note);

}  // namespace sentrail::audit
