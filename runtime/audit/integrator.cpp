// Growing the right edge of the tree. See integrator.hpp.
#include "runtime/audit/integrator.hpp"

#include <utility>

#include "core/encoding.hpp"
#include "runtime/audit/leaf.hpp"

namespace sentrail::audit {
namespace {

constexpr std::size_t kTileBytes = kTileWidth * sizeof(crypto::Digest);
// Whole tiles between two waits for the disk, where many entries are behind.
constexpr std::size_t kTilesAtOnce = 512;

}  // namespace

Integrator::Integrator(const std::string& folder, SyncPointHook* hook)
    : writer_(folder), hook_(hook), edges_(1) {}

Result<Integrator> Integrator::resume(const std::string& folder, std::uint64_t size,
                                      SyncPointHook* hook) {
  Integrator out(folder, hook);
  TileFolder tiles(folder);
  TileNodes nodes(tiles, size);
  SENTRAIL_ASSIGN_OR_RETURN(out.frontier_, frontier_of(nodes, size));
  out.edges_.resize(std::max(1u, tile_levels(size)));
  for (const TileId& tile : partial_tiles(size)) {
    SENTRAIL_ASSIGN_OR_RETURN(std::string bytes, read_tile(tiles, tile));
    if (tile.entries) SENTRAIL_TRY(split_bundle(bytes, tile.width));
    (tile.entries ? out.bundle_ : out.edges_[tile.level]) = std::move(bytes);
  }
  return out;
}

Status Integrator::complete(unsigned level) {
  if (edges_[level].size() < kTileBytes) return {};
  const std::uint64_t index = (frontier_.size() >> (kTileHeight * level)) / kTileWidth - 1;
  const TileId tile{false, level, index, kTileWidth};
  SENTRAIL_TRY(writer_.add(tile_path(tile), edges_[level]));
  completed_.push_back(tile);
  if (level == 0) {
    const TileId entries{true, 0, index, kTileWidth};
    SENTRAIL_TRY(writer_.add(tile_path(entries), bundle_));
    completed_.push_back(entries);
    bundle_.clear();
  }
  if (edges_.size() == level + 1) edges_.emplace_back();
  edges_[level + 1] += as_chars(fold_hashes(edges_[level]));
  edges_[level].clear();
  return complete(level + 1);
}

Status Integrator::add(std::string_view leaf) {
  const crypto::Digest hash = leaf_hash(leaf);
  frontier_.add(hash);
  edges_.front() += as_chars(hash);
  append_entry(bundle_, leaf);
  SENTRAIL_TRY(complete(0));
  if (completed_.size() < kTilesAtOnce) return {};
  SENTRAIL_TRY(writer_.commit());
  tidy();
  return {};
}

Status Integrator::flush() {
  for (const TileId& tile : partial_tiles(frontier_.size())) {
    SENTRAIL_TRY(writer_.add(tile_path(tile), tile.entries ? bundle_ : edges_[tile.level]));
  }
  reach(hook_, "audit.tiles.written");
  SENTRAIL_TRY(writer_.commit());
  reach(hook_, "audit.tiles.committed");
  return {};
}

void Integrator::tidy() {
  for (const TileId& tile : completed_) writer_.drop_partials(tile);
  completed_.clear();
}

}  // namespace sentrail::audit
