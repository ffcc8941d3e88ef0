// The tiles of a log in memory, made the slow way: from all hashes, at each size anew.
//
// Neighbours: tests of this folder. Must not know: how the product makes tiles.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/encoding.hpp"
#include "runtime/audit/merkle.hpp"
#include "runtime/audit/tile_tree.hpp"

namespace sentrail::test {

// threads: one.
class TileMemory final : public audit::TileSource {
 public:
  // Holds all hash tiles of the first `size` leaves, the partial ones of that size only.
  void grow(const std::vector<crypto::Digest>& leaves, std::size_t size) {
    files.clear();
    std::vector<crypto::Digest> level(leaves.begin(),
                                      leaves.begin() + static_cast<std::ptrdiff_t>(size));
    for (unsigned number = 0; !level.empty(); ++number) {
      for (std::size_t at = 0; at < level.size(); at += 256) {
        audit::TileId tile{false, number, at / 256, std::min<std::size_t>(256, level.size() - at)};
        std::string& bytes = files[audit::tile_path(tile)];
        for (std::size_t i = at; i < at + tile.width; ++i) bytes += as_chars(level[i]);
      }
      // Eight levels up: of each 256 one.
      std::vector<crypto::Digest> above;
      for (std::size_t at = 0; at + 256 <= level.size(); at += 256) {
        audit::Frontier whole;
        for (std::size_t i = at; i < at + 256; ++i) whole.add(level[i]);
        above.push_back(whole.root());
      }
      level = std::move(above);
    }
  }

  [[nodiscard]] Result<std::string> read(const std::string& path) override {
    const auto found = files.find(path);
    if (found == files.end()) return fail(Errc::not_found, "there is no " + path);
    return found->second;
  }

  std::map<std::string, std::string> files;
};

}  // namespace sentrail::test
