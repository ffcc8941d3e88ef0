// Checks a whole log from its files alone: the checkpoint's signature, every entry, every tile.
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

#include "core/result.hpp"
#include "crypto/note.hpp"
#include "runtime/audit/checkpoint.hpp"
#include "runtime/audit/tile_tree.hpp"

namespace sentrail::audit {

// The first thing that is wrong: in which file, at which entry if it is one, and why.
struct LogFault {
  std::string path;
  std::optional<std::uint64_t> sequence;
  std::string why;

  friend bool operator==(const LogFault&, const LogFault&) = default;
};

// What a verification found.
struct LogReport {
  std::optional<Checkpoint> checkpoint;  // none: it is what is wrong
  std::uint64_t entries = 0;             // checked and good
  std::optional<LogFault> fault;         // nothing: all of it is good
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

// Verifies a log. cost: reads every file of it once.
// fails: as the source, where a file is there and cannot be read; what is missing or wrong is a
// fault.
[[nodiscard]] Result<LogReport> verify_log(TileSource& source, const crypto::NoteVerifier& key,
                                           const LogVerifyOptions& options = {});

}  // namespace sentrail::audit
