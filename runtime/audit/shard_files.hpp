// The tiles of shards, made of a store's entries: continued where they were signed, or made again.
//
// Neighbours: integrator.hpp makes one shard's tiles, shards.hpp says where one ends,
// log_keeper.hpp publishes them. Must not know: signatures, threads. What it makes depends on
// entries and the log's name alone, so that a process which ends anywhere makes the same files the
// next time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "core/sync_point.hpp"
#include "runtime/audit/integrator.hpp"
#include "runtime/audit/shards.hpp"
#include "runtime/store/store.hpp"

namespace sentrail::audit {

// A shard whose tiles grow.
struct GrowingShard {
  Shard shard;
  Integrator tiles;

  [[nodiscard]] ShardRoot root() const { return {shard, tiles.size(), tiles.root()}; }
};

// How a shard ended, and the proof that the next one's leaf 0 says so.
struct EndedShard {
  ShardRoot root;
  std::vector<crypto::Digest> proof;
};

// All shards of a log, made again.
struct RemadeShards {
  std::vector<ShardRoot> ended;  // the oldest first
  std::optional<GrowingShard> newest;
};

// threads: one at a time; path() any.
class ShardFiles {
 public:
  // in: the folder of all shards, the log's name. `reader` and `hook` outlive this.
  ShardFiles(std::string folder, std::string origin, const store::Reader& reader,
             SyncPointHook* hook)
      : folder_(std::move(folder)), origin_(std::move(origin)), reader_(reader), hook_(hook) {}

  // The folder of one shard.
  [[nodiscard]] std::string path(int year) const { return folder_ + "/" + shard_folder(year); }

  // Begins the first shard, without a leaf. fails: corrupt if the store has no entry.
  [[nodiscard]] Result<GrowingShard> first() const;
  // Begins the one behind a shard that ended: with the link.
  [[nodiscard]] Result<GrowingShard> next(const ShardRoot& ended, int year) const;
  // Adds the entries below a number, as long as they belong to the shard.
  // out: the year of the shard that the next one begins; nothing: all of them are in.
  [[nodiscard]] Result<std::optional<int>> grow(GrowingShard& shard, std::uint64_t end) const;

  // The years of the shards that entries below a number begin behind one that has leaves, or none.
  [[nodiscard]] Result<std::vector<int>> years_behind(const ShardRoot& last,
                                                      std::uint64_t end) const;

  // Goes on with a shard where it was signed. fails: not_found or corrupt if files are missing, or
  // are not those of that root and of the store's newest entries; io.
  [[nodiscard]] Result<GrowingShard> resume(const ShardRoot& at) const;
  // How the shard before this one ended, as the files have it. Leaf 0 of both says so, and is
  // believed only under their roots. REQUIRES: the shard has a link, and the root was signed.
  // fails: as resume(); what is damaged is named.
  [[nodiscard]] Result<EndedShard> before(const ShardRoot& at) const;

  // The newest shard, as the entries below a number have it; no file is looked at.
  // REQUIRES: there is an entry. fails: as the reader.
  [[nodiscard]] Result<ShardRoot> root_of(std::uint64_t end) const;
  // Makes one shard's tiles again, up to that size. in: its link, empty for the first.
  // fails: corrupt if the store's entries do not lead to its root; io.
  [[nodiscard]] Result<GrowingShard> remake(const ShardRoot& at, std::string_view link) const;
  // Makes all tiles again of the entries below a number. fails: as the reader; io.
  [[nodiscard]] Result<RemadeShards> remake_all(std::uint64_t end) const;

 private:
  // Leaf 0 of a shard, and the proof that it is one of the shard's.
  struct FirstLeaf {
    std::string text;
    std::vector<crypto::Digest> proof;
  };

  [[nodiscard]] Result<FirstLeaf> proven_first_leaf(int year, std::uint64_t size,
                                                    const crypto::Digest& root) const;
  [[nodiscard]] Status newest_are_the_stores(const GrowingShard& shard) const;
  [[nodiscard]] Status leads_to(const ShardRoot& at, std::string_view link) const;

  const std::string folder_;
  const std::string origin_;
  const store::Reader& reader_;
  SyncPointHook* const hook_;
};

}  // namespace sentrail::audit
