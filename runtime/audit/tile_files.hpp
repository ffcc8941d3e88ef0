// The files of a log in a folder: whole or not there, and durable once they are committed.
//
// Neighbours: integrator.hpp writes tiles, log_keeper.hpp the checkpoint, `sentrail audit verify`
// reads. Must not know: what is in a file. The folder has the form that any static file server can
// serve: `checkpoint`, `tile/0/000`, `tile/entries/000`.
// source: c2sp.org/tlog-tiles v0.1.0.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "runtime/audit/tile_tree.hpp"

namespace sentrail::audit {

// Reads the files of a log. threads: any.
class TileFolder final : public TileSource {
 public:
  explicit TileFolder(std::string path) : path_(std::move(path)) {}

  [[nodiscard]] Result<std::string> read(const std::string& path) override;
  [[nodiscard]] Status read_into(const std::string& path, std::string& bytes) override;
  void expect(const std::string& path) override;
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  const std::string path_;
};

// Writes files of a log, many with one wait for the disk. Writing one again puts it in the old
// one's place in one step. threads: one at a time.
class TileWriter {
 public:
  explicit TileWriter(std::string path) : path_(std::move(path)) {}

  // Writes a file that commit() will put in its place. fails: io; then nothing of what is not
  // committed counts.
  [[nodiscard]] Status add(const std::string& path, std::string_view bytes);
  // Puts all files in their places, durable together with their names. fails: io.
  [[nodiscard]] Status commit();
  // Removes the partial tiles of a whole one. What is left over is removed the next time.
  void drop_partials(const TileId& whole) const;

 private:
  [[nodiscard]] Status make_folders(const std::string& path);

  std::string path_;
  std::vector<std::string> drafts_;  // final paths
  std::set<std::string> folders_;    // whose names are to be synced
  std::set<std::string> known_;      // folders that are there
};

}  // namespace sentrail::audit
