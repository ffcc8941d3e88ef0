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

// Some megabytes: what a disk reads in the time of one wait for it.
constexpr std::uint64_t kBundlesAhead = 16;

// The files of one shard, below the prefix of all.
class ShardSource final : public TileSource {
 public:
  ShardSource(TileSource& all, int year) : all_(all), prefix_(shard_folder(year) + "/") {}
  [[nodiscard]] Result<std::string> read(const std::string& path) override {
    return all_.read(prefix_ + path);
  }
  void expect(const std::string& path) override { all_.expect(prefix_ + path); }

 private:
  TileSource& all_;
  const std::string prefix_;
};

// A verification of one shard under way. Its steps return false once the verdict is there.
class Walk {
 public:
  Walk(TileSource& source, std::string_view origin, const Checkpoint& checkpoint, int year,
       const LogVerifyOptions& options)
      : source_(source), origin_(origin), size_(checkpoint.size), options_(options) {
    report_.shard.year = year;
    report_.checkpoint = checkpoint;
    levels_.resize(std::max(1u, tile_levels(size_)));
  }

  Result<ShardReport> run() {
    for (std::uint64_t index = 0; leaves_ < size_ && !report_.fault; ++index) {
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
                   "its root is not that of the shard's " + std::to_string(size_) + " leaves"};
    }
    if (!report_.fault && report_.entries == 0) {
      report_.fault = LogFault{"checkpoint", std::nullopt, "a shard without an entry"};
    }
    return report_;
  }

 private:
  // Reads a file; false, and a fault, if it is missing or has not the right length.
  Result<bool> read(const TileId& tile, std::string& bytes) {
    const Status done = read_tile_into(source_, tile, bytes);
    if (done) return true;
    if (done.error().code != Errc::not_found && done.error().code != Errc::corrupt) {
      return tl::make_unexpected(done.error());
    }
    const bool missing = done.error().code == Errc::not_found;
    fail_at(tile, missing ? "the file is missing" : done.error().message);
    return false;
  }

  void fail_at(const TileId& tile, std::string why, std::optional<std::uint64_t> sequence = {}) {
    report_.fault = LogFault{tile_path(tile), sequence, std::move(why)};
  }

  // The oldest whole bundles, but the one of the link, may be past the log's retention: their
  // hashes stand for them.
  Result<bool> take_denied(const TileId& bundle) {
    const TileId hashes{false, 0, bundle.index, bundle.width};
    SENTRAIL_ASSIGN_OR_RETURN(const bool there, read(hashes, levels_.front()));
    if (!there) return false;
    leaves_ += bundle.width;
    report_.entries += bundle.width;
    report_.past_retention += bundle.width;
    ++deniable_;
    return take_whole_tiles();
  }

  Result<bool> take_bundle(std::uint64_t index) {
    expect_ahead(index);
    const TileId tile{true, 0, index, tile_width(0, index, size_)};
    const Result<bool> there = read(tile, bundle_);
    const bool denied = !there && there.error().code == Errc::conflict;
    if (denied && index == deniable_ && !tile.partial()) return take_denied(tile);
    if (!there) return tl::make_unexpected(there.error());
    if (!*there) return false;
    const auto entries = split_bundle(bundle_, tile.width);
    if (!entries) {
      fail_at(tile, entries.error().message);
      return false;
    }
    for (const std::string_view leaf : *entries) {
      const bool links = leaves_ == 0 && is_link(leaf);
      if (auto why = links ? wrong_with_link(leaf) : wrong_with(leaf)) {
        fail_at(tile, *std::move(why), links ? std::nullopt : std::optional(number_of(leaves_)));
        return false;
      }
      levels_.front() += as_chars(leaf_hash(leaf));
      ++leaves_;
      if (!links) ++report_.entries;
    }
    return take_whole_tiles();
  }

  // A disk that is told what comes next reads it while the entries before are hashed.
  void expect_ahead(std::uint64_t index) {
    for (; expected_ < index + kBundlesAhead; ++expected_) {
      const std::uint64_t width = tile_width(0, expected_, size_);
      if (width == 0) return;
      source_.expect(tile_path({true, 0, expected_, width}));
      source_.expect(tile_path({false, 0, expected_, width}));
    }
  }

  std::optional<std::string> wrong_with_link(std::string_view leaf) {
    Result<Checkpoint> link = parse_link(leaf, origin_);
    if (!link) return link.error().message;
    if (shard_year(link->origin, origin_).value_or(kLastYear) >= report_.shard.year) {
      return "the link is not of a year before";
    }
    report_.link = *std::move(link);
    deniable_ = 1;
    return std::nullopt;
  }

  std::optional<std::string> wrong_with(std::string_view leaf) {
    const Result<std::uint64_t> sequence = check_leaf(leaf);
    if (!sequence) return sequence.error().message;
    // Behind a link the first entry says where the shard begins; the shard before must agree.
    if (report_.entries == 0 && report_.link) report_.shard.first = *sequence;
    if (*sequence != report_.shard.first + report_.entries) {
      return "numbered " + std::to_string(*sequence) +
             ": an entry is missing, repeated or out of order";
    }
    const Result<std::int64_t> time = time_of_leaf(leaf);
    const int year = time ? year_of(*time) : 0;
    if (year > report_.shard.year || (report_.entries == 0 && year != report_.shard.year)) {
      return "an entry of " + std::to_string(year) + " is in the shard of " +
             std::to_string(report_.shard.year);
    }
    return options_.check ? options_.check(*sequence, leaf) : std::nullopt;
  }

  // The number of the entry that a leaf is.
  [[nodiscard]] std::uint64_t number_of(std::uint64_t leaf) const {
    return report_.shard.first + leaf - (report_.link ? 1 : 0);
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
    const std::uint64_t hashes = leaves_ >> (kTileHeight * level);
    const TileId tile{false, level, (hashes - 1) / kTileWidth, width};
    SENTRAIL_ASSIGN_OR_RETURN(const bool there, read(tile, tile_));
    if (!there || tile_ == computed) return {};
    const auto at = std::mismatch(computed.begin(), computed.end(), tile_.begin()).first;
    const auto hash = static_cast<std::uint64_t>(at - computed.begin()) / sizeof(Digest);
    const std::uint64_t first = (tile.index * kTileWidth + hash) << (kTileHeight * level);
    fail_at(tile,
            level == 0 ? "the entry does not hash to what the tile says"
                       : "a hash is not that of the entries from this one on",
            report_.link && first == 0 ? std::nullopt : std::optional(number_of(first)));
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
    return Frontier(leaves_, std::move(roots)).root();
  }

  TileSource& source_;
  const std::string_view origin_;
  const std::uint64_t size_;
  const LogVerifyOptions& options_;
  ShardReport report_;
  std::string bundle_;               // the file at hand
  std::string tile_;                 // the file that is compared
  std::uint64_t expected_ = 0;       // bundles that the source was told of
  std::uint64_t deniable_ = 0;       // the only bundle that may be denied next
  std::uint64_t leaves_ = 0;         // checked and good; entries, and the link
  std::vector<std::string> levels_;  // of each level: the hashes that fill no tile yet
};

// What is wrong with where a shard begins, given the one before it.
std::optional<std::string> wrong_with_beginning(const ShardReport& shard,
                                                const ShardReport* before) {
  if (before == nullptr && !shard.link) return std::nullopt;
  if (before == nullptr) {
    return "it goes on behind " + shard.link->origin + ", which is not in the list";
  }
  if (!shard.link) return "it does not begin with how the shard before it ended";
  if (*shard.link != *before->checkpoint) {
    return "it begins with another checkpoint of " + shard.link->origin + ", of size " +
           std::to_string(shard.link->size) + ", than is there, of size " +
           std::to_string(before->checkpoint->size);
  }
  if (shard.shard.first != before->shard.first + before->entries) {
    return "its first entry is numbered " + std::to_string(shard.shard.first) +
           ", the shard before it ended at " +
           std::to_string(before->shard.first + before->entries);
  }
  return std::nullopt;
}

}  // namespace

std::string describe(const LogFault& fault) {
  return fault.path + (fault.sequence ? ", entry " + std::to_string(*fault.sequence) : "") + ": " +
         fault.why;
}

Result<ShardReport> verify_shard(TileSource& source, const crypto::NoteVerifier& key, int year,
                                 const LogVerifyOptions& options) {
  const auto broken = [year](std::string why) {
    ShardReport report;
    report.shard.year = year;
    report.fault = LogFault{"checkpoint", std::nullopt, std::move(why)};
    return report;
  };
  SENTRAIL_ASSIGN_OR_RETURN(const crypto::NoteVerifier verifier, shard_key(key, year));
  const Result<std::string> note = source.read("checkpoint");
  if (!note && note.error().code == Errc::not_found) return broken("the file is missing");
  if (!note) return tl::make_unexpected(note.error());
  const Result<Checkpoint> checkpoint = open_checkpoint(*note, verifier);
  if (!checkpoint) return broken(checkpoint.error().message);
  return Walk(source, key.name(), *checkpoint, year, options).run();
}

Result<LogReport> verify_log(TileSource& source, const crypto::NoteVerifier& key,
                             const LogVerifyOptions& options) {
  LogReport report;
  const auto broken = [&report](std::string path, std::string why) {
    report.fault = LogFault{std::move(path), std::nullopt, std::move(why)};
    return report;
  };
  const std::string list(kShardList);
  const Result<std::string> text = source.read(list);
  if (!text && text.error().code == Errc::not_found) return broken(list, "the file is missing");
  if (!text) return tl::make_unexpected(text.error());
  const Result<std::vector<int>> years = parse_shard_list(*text);
  if (!years) return broken(list, years.error().message);
  if (years->empty()) return broken(list, "it names no shard");
  bool goes_on = true;
  LogVerifyOptions each = options;
  each.progress = [&](std::uint64_t entries) {
    goes_on = !options.progress || options.progress(report.entries + entries);
    return goes_on;
  };
  for (const int year : *years) {
    ShardSource files(source, year);
    SENTRAIL_ASSIGN_OR_RETURN(ShardReport shard, verify_shard(files, key, year, each));
    report.entries += shard.entries;
    report.past_retention += shard.past_retention;
    if (shard.fault) {
      report.fault = shard.fault;
      report.fault->path = shard_folder(year) + "/" + shard.fault->path;
      // Where a later shard begins is not known without its link.
      if (!report.shards.empty() && !shard.link) report.fault->sequence.reset();
    } else if (goes_on) {
      const ShardReport* const before = report.shards.empty() ? nullptr : &report.shards.back();
      if (auto why = wrong_with_beginning(shard, before)) {
        broken(shard_folder(year) + "/tile/entries/000", *std::move(why));
      }
    }
    report.shards.push_back(std::move(shard));
    if (report.fault || !goes_on) break;
  }
  return report;
}

}  // namespace sentrail::audit
