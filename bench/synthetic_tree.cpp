// Building it from the leaves up. See synthetic_tree.hpp.
#include "bench/synthetic_tree.hpp"

#include <set>
#include <utility>

#include "core/encoding.hpp"
#include "runtime/audit/merkle.hpp"
#include "runtime/audit/tile_files.hpp"
#include "runtime/audit/tile_tree.hpp"
#include "runtime/audit/tiles.hpp"

namespace sentrail::bench {
namespace {

using audit::kTileWidth;
using crypto::Digest;

// The hashes of one tile: the known ones, and fillers between.
std::string tile_bytes(std::uint64_t index, std::uint64_t width, const KnownLeaves& known,
                       const Digest& filler) {
  std::string out;
  out.reserve(width * sizeof(Digest));
  const std::uint64_t first = index * kTileWidth;
  auto next = known.lower_bound(first);
  for (std::uint64_t at = first; at < first + width; ++at) {
    const bool is_known = next != known.end() && next->first == at;
    out += as_chars(is_known ? next->second : filler);
    if (is_known) ++next;
  }
  return out;
}

}  // namespace

Result<Digest> write_synthetic_tiles(const std::string& folder, std::uint64_t size,
                                     const KnownLeaves& known) {
  audit::TileWriter writer(folder);
  Digest filler{};
  KnownLeaves hashes = known;  // of this level
  for (unsigned level = 0; level < audit::tile_levels(size); ++level) {
    const std::uint64_t count = size >> (level * audit::kTileHeight);
    std::set<std::uint64_t> wanted = {(count - 1) / kTileWidth};
    for (const auto& [number, hash] : hashes) wanted.insert(number / kTileWidth);
    KnownLeaves above;
    for (const std::uint64_t index : wanted) {
      const std::uint64_t width = audit::tile_width(level, index, size);
      const std::string bytes = tile_bytes(index, width, hashes, filler);
      SENTRAIL_TRY(writer.add(audit::tile_path({false, level, index, width}), bytes));
      if (width == kTileWidth) above.emplace(index, audit::fold_hashes(bytes));
    }
    hashes = std::move(above);
    for (unsigned i = 0; i < audit::kTileHeight; ++i) filler = audit::node_hash(filler, filler);
  }
  SENTRAIL_TRY(writer.commit());
  audit::TileFolder tiles(folder);
  audit::TileNodes nodes(tiles, size);
  SENTRAIL_ASSIGN_OR_RETURN(const audit::Frontier frontier, audit::frontier_of(nodes, size));
  return frontier.root();
}

}  // namespace sentrail::bench
