// Shards: the published log is one log for each calendar year, and each begins with how the one
// before it ended.
//
// Neighbours: log_keeper.hpp begins them, signer.hpp signs them, log_verify.hpp checks the links.
// Must not know: files, the store. Where a shard begins follows from the entries alone, so that it
// can be made again of them: an entry belongs to the greatest year that it or one before it names.
// source: docs/audit_log.md, Shards; docs/adr/0007.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "crypto/hash.hpp"
#include "crypto/note.hpp"
#include "runtime/audit/checkpoint.hpp"

namespace sentrail::audit {

// Years that name a shard. Times before and after them belong to the first and the last.
inline constexpr int kFirstYear = 1970;
inline constexpr int kLastYear = 9999;

// The file that lists the shards, below the prefix of them all.
inline constexpr std::string_view kShardList = "shards";

// Which year, and the number of the first entry in it. All but the first shard have a leaf before
// that entry: the link.
struct Shard {
  int year = 0;
  std::uint64_t first = 0;

  // Leaves that are no entries.
  [[nodiscard]] std::uint64_t links() const noexcept { return first > 0 ? 1 : 0; }
  // The number after the last entry, of a shard with so many leaves.
  [[nodiscard]] std::uint64_t end(std::uint64_t size) const noexcept {
    return first + size - links();
  }
  // How many leaves there are with the entries below a number. REQUIRES: number >= first.
  [[nodiscard]] std::uint64_t size(std::uint64_t number) const noexcept {
    return number - first + links();
  }
  friend bool operator==(const Shard&, const Shard&) = default;
};

// A shard, how many leaves it has, and their root.
struct ShardRoot {
  Shard shard;
  std::uint64_t size = 0;
  crypto::Digest root{};

  [[nodiscard]] std::uint64_t end() const noexcept { return shard.end(size); }
  friend bool operator==(const ShardRoot&, const ShardRoot&) = default;
};

// The year in UTC of a time in milliseconds, from kFirstYear to kLastYear.
[[nodiscard]] int year_of(std::int64_t time_ms) noexcept;

// `<origin>/<year>`: the name of one shard, and of its key.
[[nodiscard]] std::string shard_origin(std::string_view origin, int year);
// The year of a shard's name; nothing if it is no shard of that log.
[[nodiscard]] std::optional<int> shard_year(std::string_view name, std::string_view origin);
// The key of one shard: the log's own, under the shard's name.
[[nodiscard]] Result<crypto::NoteVerifier> shard_key(const crypto::NoteVerifier& log, int year);

// `<year>`: the folder of a shard, and the path below the prefix of them all.
[[nodiscard]] std::string shard_folder(int year);

// The text of a shard's checkpoint. As the last one of a shard it is the link: entry 0 of the next.
[[nodiscard]] std::string shard_text(std::string_view origin, const ShardRoot& root);
// Whether a leaf is a link: entries are JSON objects.
[[nodiscard]] bool is_link(std::string_view leaf) noexcept;
// Reads a link. fails: corrupt unless it is exactly what shard_text() writes for a shard of the
// log.
[[nodiscard]] Result<Checkpoint> parse_link(std::string_view leaf, std::string_view origin);

// The years of the shards in the list, a line each, and what reads it: years that grow.
// fails: corrupt.
[[nodiscard]] std::string shard_list(const std::vector<int>& years);
[[nodiscard]] Result<std::vector<int>> parse_shard_list(std::string_view text);

// A year as text; nothing for what is no year that names a shard.
[[nodiscard]] std::optional<int> parse_year(std::string_view text) noexcept;

}  // namespace sentrail::audit
