// Nodes of the Merkle tree, found in tiles wherever those are.
//
// Neighbours: merkle.hpp asks for nodes, tile_files.hpp and the command line have tiles. Must not
// know: files, HTTP. Nothing here trusts a tile: who asks compares with a root.
#pragma once

#include <cstdint>
#include <list>
#include <string>
#include <utility>

#include "core/result.hpp"
#include "runtime/audit/merkle.hpp"
#include "runtime/audit/tiles.hpp"

namespace sentrail::audit {

// Where the files of a log are: a folder, a server, memory. threads: one at a time.
class TileSource {
 public:
  virtual ~TileSource() = default;
  // The bytes of a file below the log's prefix: `checkpoint` or tile_path().
  // fails: not_found if there is none; io or unavailable where it cannot be told.
  [[nodiscard]] virtual Result<std::string> read(const std::string& path) = 0;
  // The same into a text whose memory may serve: for who reads many files, one after the other.
  [[nodiscard]] virtual Status read_into(const std::string& path, std::string& bytes) {
    SENTRAIL_ASSIGN_OR_RETURN(bytes, read(path));
    return {};
  }
  // Says that a file will be read soon. Nothing comes of it where it is not there.
  virtual void expect(const std::string&) {}
};

// The bytes of a tile, whole or partial. A partial one that is gone is cut out of the whole one.
// fails: as the source; corrupt for hashes that have another length than the tile's.
[[nodiscard]] Result<std::string> read_tile(TileSource& source, const TileId& tile);
// The same into a text whose memory may serve.
[[nodiscard]] Status read_tile_into(TileSource& source, const TileId& tile, std::string& bytes);

// Nodes of a tree of a given size. It keeps the tiles that it read last.
class TileNodes final : public NodeSource {
 public:
  // in: the size whose tiles are there. `source` outlives this.
  TileNodes(TileSource& source, std::uint64_t size) : source_(source), size_(size) {}

  [[nodiscard]] Result<crypto::Digest> node(unsigned level, std::uint64_t index) override;

 private:
  [[nodiscard]] Result<std::string_view> tile(unsigned level, std::uint64_t index);

  TileSource& source_;
  const std::uint64_t size_;
  std::list<std::pair<TileId, std::string>> kept_;  // the newest first
};

}  // namespace sentrail::audit
