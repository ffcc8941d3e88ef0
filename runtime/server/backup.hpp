// Backups: a folder that holds a whole data folder as it was at one moment, and bringing one back.
//
// Neighbours: control_commands.hpp makes one while the server runs, store_tool.cpp without one and
// restores; store/copy_store.hpp copies the store. Must not know: RocksDB, what a signer keeps.
// What a log's signer has signed is copied before the entries: a backup never claims more than it
// has. source: docs/runbooks/restore.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "core/time.hpp"
#include "runtime/store/open_store.hpp"

namespace sentrail::server {

// What a backup says of itself, in `backup.json`.
struct BackupFacts {
  store::AuditHead head;
  std::int64_t made_ms = 0;

  friend bool operator==(const BackupFacts&, const BackupFacts&) = default;
};

// Whether what has that name in a data folder or a backup is neither copied nor brought back beside
// the store: keys, the published log and its signer, also where they were set aside; what is of one
// process; drafts. A signer's folder of any other name is left out by is_signer().
[[nodiscard]] bool is_in_no_backup(const std::string& folder, std::string_view name);

// Whether a folder is that of a log's signer, or of one that was: `audit.signer` may put it
// anywhere.
[[nodiscard]] bool is_signer(const std::string& folder);

// Copies a data folder whose store is open into a new folder, and checks the copy. The keys
// (`master.key`, `subjects`) go into `keys`, or stay out if that is empty: what they seal can only
// be erased if they are kept for a shorter time than the rest. The private key of a log's signer is
// in neither, however deep in the data folder its own folder lies.
// fails: already_exists; as store::copy_store(); io. A folder without `backup.json` is no backup.
[[nodiscard]] Result<BackupFacts> make_backup(const store::OpenedStore& running,
                                              const std::string& data, const std::string& to,
                                              const std::string& keys, const Clock& clock);

// Reads what a backup says of itself. fails: not_found; corrupt; unsupported.
[[nodiscard]] Result<BackupFacts> read_backup(const std::string& from);

// How a backup is brought back.
struct RestoreOptions {
  std::string keys;         // folder of the keys; empty: `keys` in the backup, if it is there
  std::string accept_loss;  // a person's reason for going back; empty: nothing may be lost
};

// What was brought back, and at what price.
struct Restored {
  store::AuditHead head;
  std::uint64_t entries_lost = 0;  // that the data folder had promised, at least
  std::string set_aside;           // where the store that was there is now; empty: there was none
};

// Brings a backup into a data folder that no server uses. Nothing of the folder is touched before
// the copy was opened and read whole; what was there is set aside, never removed; keys are never
// replaced. No log's signer is ever brought back: if a loss is accepted it is set aside, too.
// fails: conflict, naming the loss, if the folder has promised entries that the backup lacks and no
// loss is accepted, or if its master key is another; corrupt if the backup is; unavailable if a
// server uses the folder; io.
[[nodiscard]] Result<Restored> restore_backup(const std::string& from, const std::string& data,
                                              const RestoreOptions& options, const Clock& clock);

}  // namespace sentrail::server
