// Finding nodes. See tile_tree.hpp.
#include "runtime/audit/tile_tree.hpp"

#include <algorithm>

#include "core/check.hpp"

namespace sentrail::audit {
namespace {

using crypto::Digest;

// A proof reads at most two tiles a level, and at most eight levels there are.
constexpr std::size_t kTilesKept = 16;

// The bytes of the first entries of a bundle. fails: corrupt if it has fewer.
Result<std::string> first_entries(std::string_view bundle, std::uint64_t width) {
  SENTRAIL_ASSIGN_OR_RETURN(const std::vector<std::string_view> entries,
                            split_bundle(bundle, kTileWidth));
  const char* const end = entries[width - 1].data() + entries[width - 1].size();
  return std::string(bundle.substr(0, static_cast<std::size_t>(end - bundle.data())));
}

}  // namespace

Status read_tile_into(TileSource& source, const TileId& tile, std::string& bytes) {
  const Status found = source.read_into(tile_path(tile), bytes);
  if (!found && found.error().code == Errc::not_found && tile.partial()) {
    TileId whole = tile;
    whole.width = kTileWidth;
    const Result<std::string> longer = source.read(tile_path(whole));
    if (!longer) return found;  // names the tile that was asked for
    if (tile.entries) {
      SENTRAIL_ASSIGN_OR_RETURN(bytes, first_entries(*longer, tile.width));
      return {};
    }
    bytes = longer->substr(0, tile.width * sizeof(Digest));
  } else if (!found) {
    return found;
  }
  if (!tile.entries && bytes.size() != tile.width * sizeof(Digest)) {
    return fail(Errc::corrupt, tile_path(tile) + " has " + std::to_string(bytes.size()) +
                                   " bytes, not " + std::to_string(tile.width * sizeof(Digest)));
  }
  return {};
}

Result<std::string> read_tile(TileSource& source, const TileId& tile) {
  std::string bytes;
  SENTRAIL_TRY(read_tile_into(source, tile, bytes));
  return bytes;
}

Result<std::string_view> TileNodes::tile(unsigned level, std::uint64_t index) {
  const TileId wanted{false, level, index, tile_width(level, index, size_)};
  SENTRAIL_CHECK(wanted.width > 0);
  const auto found = std::find_if(kept_.begin(), kept_.end(),
                                  [&](const auto& one) { return one.first == wanted; });
  if (found != kept_.end()) {
    kept_.splice(kept_.begin(), kept_, found);
  } else {
    SENTRAIL_ASSIGN_OR_RETURN(std::string bytes, read_tile(source_, wanted));
    kept_.emplace_front(wanted, std::move(bytes));
    if (kept_.size() > kTilesKept) kept_.pop_back();
  }
  return std::string_view(kept_.front().second);
}

Result<Digest> TileNodes::node(unsigned level, std::uint64_t index) {
  SENTRAIL_CHECK(level < 64 && index < (size_ >> level));
  // A node between two levels of tiles is folded of the hashes below it in one tile.
  const unsigned above = level % kTileHeight;
  const std::uint64_t first = index << above;  // among the hashes of the tile's level
  SENTRAIL_ASSIGN_OR_RETURN(const std::string_view bytes,
                            tile(level / kTileHeight, first / kTileWidth));
  const std::size_t count = std::size_t{1} << above;
  const std::string_view hashes =
      bytes.substr(first % kTileWidth * sizeof(Digest), count * sizeof(Digest));
  return fold_hashes(hashes);
}

}  // namespace sentrail::audit
