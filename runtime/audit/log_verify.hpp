// Checks a whole log from its files alone: checkpoints' signatures, every entry, every tile, and
// that each shard goes on where the one before it ended.
//
// Neighbours: tile_tree.hpp is where files come from; `sentrail audit verify` and the server's
// scrub run it. Must not know: the store, HTTP, who cosigned. It believes nothing but the key.
// source: docs/audit_log.md; RFC 6962 §2.1.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "crypto/note.hpp"
#include "runtime/audit/checkpoint.hpp"
#include "runtime/audit/shards.hpp"
#include "runtime/audit/tile_tree.hpp"

namespace sentrail::audit {

// The first thing that is wrong: in which file, at which entry if it is one, and why.
struct LogFault {
  std::string path;
  std::optional<std::uint64_t> sequence;
  std::string why;

  friend bool operator==(const LogFault&, const LogFault&) = default;
};

// In one line.
[[nodiscard]] std::string describe(const LogFault& fault);

// What a verification found of one shard.
struct ShardReport {
  Shard shard;                           // its first entry counts only where there is no fault
  std::optional<Checkpoint> checkpoint;  // none: it is what is wrong
  std::optional<Checkpoint> link;        // its leaf 0, if that says how another shard ended
  std::uint64_t entries = 0;             // checked and good
  std::uint64_t past_retention = 0;      // of them, the first: by their hashes alone
  std::optional<LogFault> fault;         // nothing: all of it is good
};

// What it found of a log. Paths of faults begin with the shard's.
struct LogReport {
  std::vector<ShardReport> shards;
  std::uint64_t entries = 0;
  std::uint64_t past_retention = 0;
  std::optional<LogFault> fault;
};

// Looks at each entry that is good so far, in order; a text it returns is what is wrong with it.
using EntryCheck =
    std::function<std::optional<std::string>(std::uint64_t sequence, std::string_view leaf)>;

// How to verify.
struct LogVerifyOptions {
  // Called after each bundle; false ends the verification early, without a fault.
  std::function<bool(std::uint64_t entries)> progress;
  EntryCheck check;
};

// Verifies one shard, without what its link leads to. in: the log's key, and where the shard is.
// cost: reads every file of it once.
// fails: as the source, where a file is there and cannot be read; what is missing or wrong is a
// fault.
[[nodiscard]] Result<ShardReport> verify_shard(TileSource& source, const crypto::NoteVerifier& key,
                                               int year, const LogVerifyOptions& options = {});

// Verifies all shards of a log, and the links between them. in: the source of the list, below which
// the shards are. cost, fails: as verify_shard().
[[nodiscard]] Result<LogReport> verify_log(TileSource& source, const crypto::NoteVerifier& key,
                                           const LogVerifyOptions& options = {});

}  // namespace sentrail::audit
