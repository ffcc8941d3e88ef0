// A tree of very many leaves of which only a few are told apart, as tiles: those tiles that proofs
// of these leaves read, and the newest of each level, are files; the rest is nowhere.
//
// Neighbours: audit_hashes.cpp proves entries by it. Must not know: proofs. Every leaf that is not
// told apart hashes to one filler, so a subtree of fillers has a root that depends on its height
// alone: a hundred million leaves cost as much as the few.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "core/result.hpp"
#include "crypto/hash.hpp"

namespace sentrail::bench {

// Leaves by number, with their hashes.
using KnownLeaves = std::map<std::uint64_t, crypto::Digest>;

// Writes the tiles of a tree of `size` leaves into a folder, which exists. out: the root.
// REQUIRES: known numbers below `size`, which is not 0. fails: io.
[[nodiscard]] Result<crypto::Digest> write_synthetic_tiles(const std::string& folder,
                                                           std::uint64_t size,
                                                           const KnownLeaves& known);

}  // namespace sentrail::bench
