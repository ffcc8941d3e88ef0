// One walk over bundles and tiles. See log_verify.hpp.
#include "runtime/audit/log_verify.hpp"

#include <algorithm>
#include <bit>
#include <utility>
#include <vector>

#include "core/encoding.hpp"
#include "runtime/audit/leaf.hpp"

namespace sentrail::audit {
namespace {

using crypto::Digest;

// A verification under way. Its steps return false once the verdict is there.
class Walk {
 public:
  Walk(TileSource& source, const Checkpoint& checkpoint, const LogVerifyOptions& options)
      : source_(source), size_(checkpoint.size), options_(options) {
    report_.checkpoint = checkpoint;
    levels_.resize(std::max(1u, tile_levels(size_)));
  }

  Result<LogReport> run() {
    for (std::uint64_t index = 0; report_.entries < size_ && !report_.fault; ++index) {
      SENTRAIL_ASSIGN_OR_RETURN(const bool good, take_bundle(index));
      if (!good) break;
      if (options_.progress && !options_.progress(report_.entries)) return report_;
    }
    // The tiles that the size leaves partial.
    for (unsigned level = 0; level < levels_.size() && !report_.fault; ++level) {
      if (!levels_[level].empty()) SENTRAIL_TRY(compare_tile(level));
    }
    if (!report_.fault && root() != report_.checkpoint->root) {
      report_.fault =
          LogFault{"checkpoint", std::nullopt,
                   "its root is not that of the log's " + std::to_string(size_) + " entries"};
    }
    return report_;
  }

 private:
  // A file, or a fault if it is missing or has not the right length.
  Result<std::optional<std::string>> read(const TileId& tile) {
    Result<std::string> bytes = read_tile(source_, tile);
    if (bytes) return std::optional(*std::move(bytes));
    if (bytes.error().code != Errc::not_found && bytes.error().code != Errc::corrupt) {
      return tl::make_unexpected(bytes.error());
    }
    const bool missing = bytes.error().code == Errc::not_found;
    fail_at(tile, missing ? "the file is missing" : bytes.error().message);
    return std::optional<std::string>();
  }

  void fail_at(const TileId& tile, std::string why, std::optional<std::uint64_t> sequence = {}) {
    report_.fault = LogFault{tile_path(tile), sequence, std::move(why)};
  }

  Result<bool> take_bundle(std::uint64_t index) {
    const TileId tile{true, 0, index, tile_width(0, index, size_)};
    SENTRAIL_ASSIGN_OR_RETURN(const std::optional<std::string> bytes, read(tile));
    if (!bytes) return false;
    const auto entries = split_bundle(*bytes, tile.width);
    if (!entries) {
      fail_at(tile, entries.error().message);
      return false;
    }
    for (const std::string_view leaf : *entries) {
      if (auto why = wrong_with(leaf)) {
        fail_at(tile, *std::move(why), report_.entries);
        return false;
      }
      levels_.front() += as_chars(leaf_hash(leaf));
      ++report_.entries;
    }
    return take_whole_tiles();
  }

  std::optional<std::string> wrong_with(std::string_view leaf) {
    const Result<std::uint64_t> sequence = check_leaf(leaf);
    if (!sequence) return sequence.error().message;
    if (*sequence != report_.entries) {
      return "numbered " + std::to_string(*sequence) +
             ": an entry is missing, repeated or out of order";
    }
    return options_.check ? options_.check(*sequence, leaf) : std::nullopt;
  }

  Result<bool> take_whole_tiles() {
    for (unsigned level = 0; levels_[level].size() == kTileWidth * sizeof(Digest); ++level) {
      SENTRAIL_TRY(compare_tile(level));
      if (report_.fault) return false;
      levels_[level + 1] += as_chars(fold_hashes(levels_[level]));
      levels_[level].clear();
    }
    return true;
  }

  // Compares what was computed of a level's newest tile with the file.
  Status compare_tile(unsigned level) {
    const std::string& computed = levels_[level];
    const std::uint64_t width = computed.size() / sizeof(Digest);
    const std::uint64_t hashes = report_.entries >> (kTileHeight * level);
    const TileId tile{false, level, (hashes - 1) / kTileWidth, width};
    SENTRAIL_ASSIGN_OR_RETURN(const std::optional<std::string> bytes, read(tile));
    if (!bytes || *bytes == computed) return {};
    const auto at = std::mismatch(computed.begin(), computed.end(), bytes->begin()).first;
    const auto hash = static_cast<std::uint64_t>(at - computed.begin()) / sizeof(Digest);
    const std::uint64_t first = (tile.index * kTileWidth + hash) << (kTileHeight * level);
    fail_at(tile,
            level == 0 ? "the entry does not hash to what the tile says"
                       : "a hash is not that of the entries from this one on",
            first);
    return {};
  }

  // The root over what is left of each level: whole subtrees, the largest first.
  [[nodiscard]] Digest root() const {
    std::vector<Digest> roots;
    for (std::size_t level = levels_.size(); level-- > 0;) {
      std::string_view hashes = levels_[level];
      while (!hashes.empty()) {
        const std::size_t bytes = std::bit_floor(hashes.size() / sizeof(Digest)) * sizeof(Digest);
        roots.push_back(fold_hashes(hashes.substr(0, bytes)));
        hashes.remove_prefix(bytes);
      }
    }
    return Frontier(report_.entries, std::move(roots)).root();
  }

  TileSource& source_;
  const std::uint64_t size_;
  const LogVerifyOptions& options_;
  LogReport report_;
  std::vector<std::string> levels_;  // of each level: the hashes that fill no tile yet
};

}  // namespace

Result<LogReport> verify_log(TileSource& source, const crypto::NoteVerifier& key,
                             const LogVerifyOptions& options) {
  const auto broken = [](std::string why) {
    LogReport report;
    report.fault = LogFault{"checkpoint", std::nullopt, std::move(why)};
    return report;
  };
  const Result<std::string> note = source.read("checkpoint");
  if (!note && note.error().code == Errc::not_found) return broken("the file is missing");
  if (!note) return tl::make_unexpected(note.error());
  const Result<Checkpoint> checkpoint = open_checkpoint(*note, key);
  if (!checkpoint) return broken(checkpoint.error().message);
  return Walk(source, *checkpoint, options).run();
}

}  // namespace sentrail::audit
