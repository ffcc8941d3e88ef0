// Bringing a backup back. See backup.hpp.
#include <cstdio>
#include <filesystem>
#include <set>
#include <span>
#include <utility>

#include "crypto/random.hpp"
#include "runtime/audit/event.hpp"
#include "runtime/audit/leaf.hpp"
#include "runtime/server/backup.hpp"
#include "runtime/server/data_directory.hpp"
#include "runtime/server/folder_copy.hpp"
#include "runtime/store/files.hpp"
#include "runtime/store/floor.hpp"
#include "runtime/store/scrub.hpp"
#include "runtime/store/store_rocksdb.hpp"

namespace sentrail::server {
namespace {

namespace fs = std::filesystem;

// What the folder's store has promised; nothing if there is none. A floor that cannot be read is no
// reason not to restore, but nobody knows then what is lost.
struct Promise {
  bool there = false;
  bool readable = true;
  store::AuditHead head;
};

Promise promise_of(const std::string& data) {
  Promise out;
  out.there = store::exists(data + "/store");
  if (!out.there) return out;
  const auto floor = store::Floor::open(data + "/store/floor");
  out.readable = floor.has_value();
  if (floor) out.head = (*floor)->mark().head;
  return out;
}

Result<store::OpenedStore> open_copy(const std::string& path, const audit::LeafCodec& codec) {
  store::OpenOptions options;
  options.directory = path;
  options.codec = &codec;
  return store::open_rocksdb_store(options);
}

// All of the copy is what the backup said.
Status check_copy(const store::OpenedStore& copy, const audit::LeafCodec& codec,
                  const BackupFacts& facts) {
  SENTRAIL_ASSIGN_OR_RETURN(const store::ScrubReport report,
                            store::scrub(*copy.engine, codec, true));
  if (report.faults > 0) {
    return fail(Errc::corrupt, "the backup is damaged in " + std::to_string(report.faults) +
                                   " places; the first: " + report.examples.front());
  }
  if (report.head == facts.head) return {};
  return fail(Errc::corrupt, "the backup holds another log than its backup.json says");
}

// What going back to the backup costs.
Result<std::uint64_t> loss_of(const Promise& promise, const store::OpenedStore& copy) {
  const store::AuditHead head = copy.store->audit_head();
  if (promise.head.size > head.size) return promise.head.size - head.size;
  if (promise.head.size == 0) return std::uint64_t{0};
  SENTRAIL_ASSIGN_OR_RETURN(const std::vector<store::AuditRow> rows,
                            copy.store->audit_range(promise.head.size - 1, 1));
  const bool same = !rows.empty() && rows.front().chain == promise.head.chain;
  return same ? std::uint64_t{0} : promise.head.size;
}

Status check_loss(const Promise& promise, std::uint64_t lost, const store::AuditHead& head,
                  const RestoreOptions& options) {
  if (!options.accept_loss.empty()) return {};
  const std::string remedy = "; find a newer backup, or accept it with --accept-loss REASON";
  if (!promise.readable) {
    return fail(Errc::conflict,
                "nobody can tell what the store that is there has promised" + remedy);
  }
  if (lost == 0) return {};
  return fail(Errc::conflict, "the data folder has promised " + std::to_string(promise.head.size) +
                                  " entries, the backup holds " + std::to_string(head.size) +
                                  ": at least " + std::to_string(lost) + " would be lost" + remedy);
}

// The key that the sealed parts need: never another than the one that is there.
Status bring_keys(const std::string& keys, const std::string& data) {
  for (const char* name : {"/master.key", "/subjects"}) {
    if (!store::exists(keys + name)) continue;
    if (!store::exists(data + name)) {
      SENTRAIL_TRY(copy_durably(keys + name, data + name));
      continue;
    }
    // Subjects that were erased since stay erased: the file that is there is the newer one.
    if (std::string_view(name) == "/subjects") continue;
    SENTRAIL_ASSIGN_OR_RETURN(const std::string ours, read_small_file(data + name));
    SENTRAIL_ASSIGN_OR_RETURN(const std::string theirs, read_small_file(keys + name));
    if (ours != theirs) {
      return fail(Errc::conflict,
                  "the data folder has another master key than the backup: " + data + name);
    }
  }
  return {};
}

// What the folder does not have: the last good bundle, cursors.
Status bring_rest(const std::string& from, const std::string& data) {
  std::error_code error;
  for (fs::directory_iterator at(from, error); !error && at != fs::directory_iterator();
       at.increment(error)) {
    const std::string name = at->path().filename().string();
    static const std::set<std::string> kNotBrought = {"store", "keys", "backup.json", "log",
                                                      "signer"};
    if (kNotBrought.contains(name)) continue;
    if (store::exists(data + "/" + name)) continue;
    SENTRAIL_TRY(copy_durably(at->path().string(), data + "/" + name));
  }
  if (error) return fail(Errc::io, "cannot read the folder " + from + ": " + error.message());
  return {};
}

// The log says itself that it went back, and who let it.
Status acknowledge(const DataDirectory& folder, store::OpenedStore& copy, std::uint64_t lost,
                   const RestoreOptions& options, const Clock& clock) {
  SENTRAIL_ASSIGN_OR_RETURN(const crypto::SealKey master, folder.master_key());
  const audit::Recorder recorder(master, crypto::uuid_v4());
  store::AuditEntry entry;
  entry.kind = store::AuditKind::rollback_ack;
  entry.time_ms = clock.now().unix_ms;
  entry.correlation_id = crypto::uuid_v7(entry.time_ms);
  entry.source = "manual";
  entry.tool = "system";
  entry.action = "store.restore";
  audit::Personal personal;
  personal.requested_by = "sentrail restore";
  personal.reason = std::to_string(lost) + " entries or more are lost: " + options.accept_loss;
  store::Transaction transaction;
  transaction.operations.emplace_back(
      store::AppendAudit{recorder.record(std::move(entry), personal)});
  const store::Transaction* one = &transaction;
  SENTRAIL_TRY(copy.store->apply(std::span(&one, 1)).front().status);
  return copy.store->sync_floor();
}

// A folder's name that nothing has yet.
std::string name_aside(const std::string& place) {
  for (int number = 1;; ++number) {
    std::string aside = place + ".before-restore-" + std::to_string(number);
    if (!store::exists(aside)) return aside;
  }
}

// Sets a folder aside, if there is one. out: where it is now; empty: there was none.
Result<std::string> set_aside(const std::string& place) {
  if (!store::exists(place)) return std::string();
  std::string aside = name_aside(place);
  if (std::rename(place.c_str(), aside.c_str()) != 0) return store::io_failure("rename", place);
  return aside;
}

// Puts the copy in the place of the store. A log that went back is another log: what was published
// is set aside with its key, so that no key signs two histories. out: where the store before is.
Result<std::string> swap_in(const std::string& data, const std::string& copy, bool went_back) {
  const std::string place = data + "/store";
  if (went_back) {
    for (const char* name : {"/signer", "/log"}) {
      if (Result<std::string> moved = set_aside(data + name); !moved) return moved;
    }
  }
  SENTRAIL_ASSIGN_OR_RETURN(std::string aside, set_aside(place));
  if (std::rename(copy.c_str(), place.c_str()) != 0) return store::io_failure("rename", copy);
  SENTRAIL_TRY(store::sync_directory(data));
  return aside;
}

// Removes the copy of a restore that was refused.
struct CopyGuard {
  ~CopyGuard() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
  const std::string path;
};

}  // namespace

Result<Restored> restore_backup(const std::string& from, const std::string& data,
                                const RestoreOptions& options, const Clock& clock) {
  SENTRAIL_ASSIGN_OR_RETURN(const BackupFacts facts, read_backup(from));
  SENTRAIL_ASSIGN_OR_RETURN(const DataDirectory folder, DataDirectory::open(data));
  const CopyGuard guard{data + "/store.restoring"};
  std::error_code ignored;
  fs::remove_all(guard.path, ignored);
  SENTRAIL_TRY(copy_durably(from + "/store", guard.path));
  const audit::LeafCodec codec;
  const Promise promise = promise_of(data);
  Restored out;
  {
    SENTRAIL_ASSIGN_OR_RETURN(store::OpenedStore copy, open_copy(guard.path, codec));
    SENTRAIL_TRY(check_copy(copy, codec, facts));
    SENTRAIL_ASSIGN_OR_RETURN(out.entries_lost, loss_of(promise, copy));
    SENTRAIL_TRY(check_loss(promise, out.entries_lost, facts.head, options));
    SENTRAIL_TRY(bring_keys(options.keys.empty() ? from + "/keys" : options.keys, data));
    if (!options.accept_loss.empty()) {
      if (!store::exists(data + "/master.key")) {
        return fail(Errc::not_found,
                    "the backup's master key is not there; name its folder "
                    "with --keys");
      }
      SENTRAIL_TRY(acknowledge(folder, copy, out.entries_lost, options, clock));
    }
    out.head = copy.store->audit_head();
  }
  SENTRAIL_TRY(bring_rest(from, data));
  SENTRAIL_ASSIGN_OR_RETURN(out.set_aside, swap_in(data, guard.path, !options.accept_loss.empty()));
  return out;
}

}  // namespace sentrail::server
