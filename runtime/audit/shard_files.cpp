// Growing shard by shard. See shard_files.hpp.
#include "runtime/audit/shard_files.hpp"

#include <algorithm>

#include "core/encoding.hpp"
#include "runtime/audit/leaf.hpp"
#include "runtime/audit/merkle.hpp"
#include "runtime/audit/store_leaves.hpp"
#include "runtime/audit/tile_files.hpp"

namespace sentrail::audit {
namespace {

// The bundle that a shard begins with.
TileId first_bundle(std::uint64_t size) {
  return {true, 0, 0, std::min(size, kTileWidth)};
}

// Leaf 0 of a shard, as its file has it. fails: as read_tile().
Result<std::string> first_leaf(const std::string& path, std::uint64_t size) {
  TileFolder tiles(path);
  const TileId tile = first_bundle(size);
  SENTRAIL_ASSIGN_OR_RETURN(const std::string bundle, read_tile(tiles, tile));
  SENTRAIL_ASSIGN_OR_RETURN(const auto leaves, split_bundle(bundle, tile.width));
  return std::string(leaves.front());
}

}  // namespace

Result<ShardFiles::FirstLeaf> ShardFiles::proven_first_leaf(int year, std::uint64_t size,
                                                            const crypto::Digest& root) const {
  const auto damaged = [&](const std::string& why) {
    return fail(Errc::corrupt,
                shard_folder(year) + "/" + tile_path(first_bundle(size)) + ": " + why);
  };
  const std::string shard = path(year);
  FirstLeaf first;
  Result<std::string> leaf = first_leaf(shard, size);
  if (!leaf && leaf.error().code == Errc::corrupt) return damaged(leaf.error().message);
  if (!leaf) return tl::make_unexpected(leaf.error());
  first.text = *std::move(leaf);
  TileFolder tiles(shard);
  TileNodes nodes(tiles, size);
  SENTRAIL_ASSIGN_OR_RETURN(first.proof, inclusion_proof(nodes, 0, size));
  if (root_by_inclusion(0, size, leaf_hash(first.text), first.proof) != root) {
    return damaged("leaf 0 does not lead to the root that was signed");
  }
  return first;
}

Result<GrowingShard> ShardFiles::first() const {
  StoreLeaves leaves(reader_, 0);
  SENTRAIL_ASSIGN_OR_RETURN(const std::string_view leaf, leaves.next());
  SENTRAIL_ASSIGN_OR_RETURN(const std::int64_t time, time_of_leaf(leaf));
  const int year = year_of(time);
  return GrowingShard{{year, 0}, Integrator(path(year), hook_)};
}

Result<GrowingShard> ShardFiles::next(const ShardRoot& ended, int year) const {
  GrowingShard next{{year, ended.end()}, Integrator(path(year), hook_)};
  SENTRAIL_TRY(next.tiles.add(shard_text(origin_, ended)));
  return next;
}

Result<std::optional<int>> ShardFiles::grow(GrowingShard& shard, std::uint64_t end) const {
  std::uint64_t number = shard.root().end();
  StoreLeaves leaves(reader_, number);
  for (; number < end; ++number) {
    SENTRAIL_ASSIGN_OR_RETURN(const std::string_view leaf, leaves.next());
    SENTRAIL_ASSIGN_OR_RETURN(const std::int64_t time, time_of_leaf(leaf));
    if (const int year = year_of(time); year > shard.shard.year) return std::optional(year);
    SENTRAIL_TRY(shard.tiles.add(leaf));
  }
  return std::optional<int>();
}

Result<std::vector<int>> ShardFiles::years_behind(const ShardRoot& last, std::uint64_t end) const {
  std::vector<int> years;
  int newest = last.size > 0 ? last.shard.year : 0;
  StoreLeaves leaves(reader_, last.end());
  for (std::uint64_t number = last.end(); number < end; ++number) {
    SENTRAIL_ASSIGN_OR_RETURN(const std::string_view leaf, leaves.next());
    SENTRAIL_ASSIGN_OR_RETURN(const std::int64_t time, time_of_leaf(leaf));
    if (const int year = year_of(time); year > newest) years.push_back(newest = year);
  }
  return years;
}

// The entries that fill no tile yet are in both the tiles and the store.
Status ShardFiles::newest_are_the_stores(const GrowingShard& shard) const {
  const std::uint64_t size = shard.tiles.size();
  if (size == 0) return {};
  const std::uint64_t begin = (size - 1) / kTileWidth * kTileWidth;  // of leaves
  const std::uint64_t links = begin == 0 ? shard.shard.links() : 0;
  StoreLeaves leaves(reader_, shard.shard.end(begin + links));
  std::string hashes, entries;
  if (links > 0) {
    SENTRAIL_ASSIGN_OR_RETURN(const std::string link, first_leaf(path(shard.shard.year), size));
    hashes += as_chars(leaf_hash(link));
    append_entry(entries, link);
  }
  for (std::uint64_t i = begin + links; i < size; ++i) {
    SENTRAIL_ASSIGN_OR_RETURN(const std::string_view leaf, leaves.next());
    hashes += as_chars(leaf_hash(leaf));
    append_entry(entries, leaf);
  }
  TileFolder tiles(path(shard.shard.year));
  const std::uint64_t width = size - begin;
  SENTRAIL_ASSIGN_OR_RETURN(const std::string hashed,
                            read_tile(tiles, {false, 0, begin / kTileWidth, width}));
  SENTRAIL_ASSIGN_OR_RETURN(const std::string bundle,
                            read_tile(tiles, {true, 0, begin / kTileWidth, width}));
  if (hashes == hashed && entries == bundle) return {};
  return fail(Errc::corrupt, "the newest tiles are not of the store's entries");
}

Result<GrowingShard> ShardFiles::resume(const ShardRoot& at) const {
  SENTRAIL_ASSIGN_OR_RETURN(Integrator tiles,
                            Integrator::resume(path(at.shard.year), at.size, hook_));
  GrowingShard shard{at.shard, std::move(tiles)};
  if (shard.root() != at) return fail(Errc::corrupt, "a tile has other hashes");
  SENTRAIL_TRY(newest_are_the_stores(shard));
  return shard;
}

Result<EndedShard> ShardFiles::before(const ShardRoot& at) const {
  SENTRAIL_ASSIGN_OR_RETURN(FirstLeaf first, proven_first_leaf(at.shard.year, at.size, at.root));
  SENTRAIL_ASSIGN_OR_RETURN(const Checkpoint link, parse_link(first.text, origin_));
  EndedShard ended;
  ended.root.shard.year = shard_year(link.origin, origin_).value_or(0);
  ended.root.size = link.size;
  ended.root.root = link.root;
  ended.proof = std::move(first.proof);
  if (link.size == 0 || link.size > at.shard.first + 1) {
    return fail(Errc::corrupt, "the link names more leaves than there are entries");
  }
  // Where it begins is known once it is known whether it has a link, too.
  SENTRAIL_ASSIGN_OR_RETURN(const FirstLeaf its,
                            proven_first_leaf(ended.root.shard.year, link.size, link.root));
  ended.root.shard.first = at.shard.first - link.size + (is_link(its.text) ? 1 : 0);
  return ended;
}

Result<ShardRoot> ShardFiles::root_of(std::uint64_t end) const {
  StoreLeaves leaves(reader_, 0);
  ShardRoot at;
  Frontier tree;
  for (std::uint64_t number = 0; number < end; ++number) {
    SENTRAIL_ASSIGN_OR_RETURN(const std::string_view leaf, leaves.next());
    SENTRAIL_ASSIGN_OR_RETURN(const std::int64_t time, time_of_leaf(leaf));
    const int year = year_of(time);
    if (number > 0 && year > at.shard.year) {
      at.size = tree.size();
      at.root = tree.root();
      tree = Frontier();
      tree.add(leaf_hash(shard_text(origin_, at)));
    }
    if (number == 0 || year > at.shard.year) at.shard = {year, number};
    tree.add(leaf_hash(leaf));
  }
  at.size = tree.size();
  at.root = tree.root();
  return at;
}

// Whether the store's entries, behind that link, have the shard's root.
Status ShardFiles::leads_to(const ShardRoot& at, std::string_view link) const {
  Frontier tree;
  if (at.shard.links() > 0) tree.add(leaf_hash(link));
  StoreLeaves leaves(reader_, at.shard.first);
  for (std::uint64_t number = at.shard.first; number < at.end(); ++number) {
    SENTRAIL_ASSIGN_OR_RETURN(const std::string_view leaf, leaves.next());
    tree.add(leaf_hash(leaf));
  }
  if (tree.root() == at.root) return {};
  return fail(Errc::corrupt, "entries " + std::to_string(at.shard.first) + " to " +
                                 std::to_string(at.end() - 1) +
                                 " of the store are not the log that was signed");
}

Result<GrowingShard> ShardFiles::remake(const ShardRoot& at, std::string_view link) const {
  // Before a file is touched: under another store the tiles are the last that is left of the log.
  SENTRAIL_TRY(leads_to(at, link));
  GrowingShard shard{at.shard, Integrator(path(at.shard.year), hook_)};
  if (at.shard.links() > 0) SENTRAIL_TRY(shard.tiles.add(link));
  SENTRAIL_TRY(grow(shard, at.end()));
  if (shard.root() != at) return fail(Errc::corrupt, "an entry is of another year's shard");
  SENTRAIL_TRY(shard.tiles.flush());
  return shard;
}

Result<RemadeShards> ShardFiles::remake_all(std::uint64_t end) const {
  RemadeShards made;
  if (end == 0) return made;
  SENTRAIL_ASSIGN_OR_RETURN(GrowingShard shard, first());
  while (true) {
    SENTRAIL_ASSIGN_OR_RETURN(const std::optional<int> year, grow(shard, end));
    SENTRAIL_TRY(shard.tiles.flush());
    if (!year) break;
    made.ended.push_back(shard.root());
    SENTRAIL_ASSIGN_OR_RETURN(shard, next(made.ended.back(), *year));
  }
  made.newest.emplace(std::move(shard));
  return made;
}

}  // namespace sentrail::audit
