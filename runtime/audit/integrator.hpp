// Turns entries, in order, into the tiles of the log.
//
// Neighbours: log_keeper.hpp feeds it from the store, tile_files.hpp writes, merkle.hpp hashes.
// Must not know: the store, signatures, threads. Doing the same again writes the same bytes: a
// process that ends anywhere goes on at the size that was signed last.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/sync_point.hpp"
#include "runtime/audit/merkle.hpp"
#include "runtime/audit/tile_files.hpp"

namespace sentrail::audit {

// threads: one at a time.
class Integrator {
 public:
  // A log without entries in a folder. `hook` outlives this.
  explicit Integrator(const std::string& folder, SyncPointHook* hook = nullptr);

  // Goes on behind the first `size` entries, whose tiles are in the folder.
  // fails: not_found or corrupt where one is not, or has not the right form; io.
  [[nodiscard]] static Result<Integrator> resume(const std::string& folder, std::uint64_t size,
                                                 SyncPointHook* hook = nullptr);

  // Adds the next entry; tiles that it completes are written. fails: io; then only resume() helps.
  [[nodiscard]] Status add(std::string_view leaf);
  // Writes the partial tiles of this size too, and waits until the disk has all. fails: as add().
  [[nodiscard]] Status flush();
  // Removes what no reader of this size needs any more: call it once this size is published.
  void tidy();

  [[nodiscard]] std::uint64_t size() const noexcept { return frontier_.size(); }
  [[nodiscard]] crypto::Digest root() const { return frontier_.root(); }

 private:
  [[nodiscard]] Status complete(unsigned level);

  TileWriter writer_;
  SyncPointHook* hook_;
  Frontier frontier_;
  std::vector<std::string> edges_;  // of each level: the hashes that fill no tile yet
  std::string bundle_;
  std::vector<TileId> completed_;  // since the last tidy()
};

}  // namespace sentrail::audit
