// Tiles: which there are at a size, what they are called, and what is in them.
//
// Neighbours: tile_tree.hpp reads hashes out of them, tile_files.hpp keeps them. Must not know:
// files, HTTP, how a node is hashed.
// source: c2sp.org/tlog-tiles v0.1.0.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "crypto/hash.hpp"

namespace sentrail::audit {

// Hashes of a whole tile, and levels of the tree that it spans.
inline constexpr unsigned kTileHeight = 8;
inline constexpr std::uint64_t kTileWidth = 1u << kTileHeight;

// One tile: hashes of one level, or the entries themselves.
struct TileId {
  bool entries = false;
  unsigned level = 0;  // of hash tiles; 0 has the hashes of leaves
  std::uint64_t index = 0;
  std::uint64_t width = kTileWidth;  // fewer than that: a partial tile

  [[nodiscard]] bool partial() const noexcept { return width < kTileWidth; }
  friend bool operator==(const TileId&, const TileId&) = default;
};

// `tile/0/x001/x234/067`, `tile/entries/000.p/7`: the path below the log's prefix.
[[nodiscard]] std::string tile_path(const TileId& tile);

// Reads what tile_path() writes, and nothing else.
[[nodiscard]] std::optional<TileId> parse_tile_path(std::string_view path);

// How many hashes tile `index` of a level has in a tree of `size` leaves; 0: there is none.
[[nodiscard]] std::uint64_t tile_width(unsigned level, std::uint64_t index, std::uint64_t size);

// The last tile of each level in a tree of that size, partial or not; a level whose last tile is
// missing, since the one before is whole, has none.
[[nodiscard]] std::vector<TileId> partial_tiles(std::uint64_t size);

// How many levels of hash tiles a tree of that size has.
[[nodiscard]] unsigned tile_levels(std::uint64_t size);

// Adds an entry to a bundle: two bytes of length, most significant first, and its bytes.
// REQUIRES: at most limits::kAuditEntryBytesMax.
void append_entry(std::string& bundle, std::string_view entry);

// Takes a bundle apart; the parts borrow. fails: corrupt unless it has exactly `width` entries.
[[nodiscard]] Result<std::vector<std::string_view>> split_bundle(std::string_view bundle,
                                                                 std::uint64_t width);

// The root of `1 << n` hashes side by side. REQUIRES: so many.
[[nodiscard]] crypto::Digest fold_hashes(std::string_view hashes);

}  // namespace sentrail::audit
