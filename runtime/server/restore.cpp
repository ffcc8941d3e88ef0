// Bringing a backup back. See backup.hpp.
#include <algorithm>
#include <filesystem>
#include <utility>

#include "runtime/audit/leaf.hpp"
#include "runtime/audit/signer.hpp"
#include "runtime/audit/subject_keys.hpp"
#include "runtime/server/backup.hpp"
#include "runtime/server/data_directory.hpp"
#include "runtime/server/folder_copy.hpp"
#include "runtime/server/going_back.hpp"
#include "runtime/store/files.hpp"
#include "runtime/store/floor.hpp"
#include "runtime/store/scrub.hpp"
#include "runtime/store/store_rocksdb.hpp"

namespace sentrail::server {
namespace {

namespace fs = std::filesystem;

constexpr const char* kAside = "restore";

// What the folder has promised: its store by the floor, its signer by what it signed last. What
// cannot be read is no reason not to restore, but nobody knows then what is lost.
struct Promise {
  bool readable = true;
  store::AuditHead head;
  std::uint64_t signed_size = 0;

  [[nodiscard]] std::uint64_t size() const { return std::max(head.size, signed_size); }
};

Promise promise_of(const std::string& data) {
  Promise out;
  if (store::exists(data + "/signer")) {
    const auto last = audit::CheckpointSigner::last_in(data + "/signer");
    out.readable = last.has_value();
    if (last) out.signed_size = last->end();
  }
  if (!store::exists(data + "/store")) return out;
  const auto floor = store::Floor::open(data + "/store/floor");
  out.readable = out.readable && floor.has_value();
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
  if (promise.size() > head.size) return promise.size() - head.size;
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
                "nobody can tell what the data folder has promised: its floor or what its signer "
                "signed last cannot be read" +
                    remedy);
  }
  if (lost == 0) return {};
  return fail(Errc::conflict, "the data folder has promised " + std::to_string(promise.size()) +
                                  " entries, the backup holds " + std::to_string(head.size) +
                                  ": at least " + std::to_string(lost) + " would be lost" + remedy);
}

// Brings a file of keys where none is. out: whether one was there.
Result<bool> has_or_takes(const std::string& theirs, const std::string& ours) {
  if (store::exists(ours)) return true;
  SENTRAIL_TRY(copy_durably(theirs, ours));
  return false;
}

// The keys that the sealed parts need: never others than those that are there.
Status bring_keys(const std::string& keys, const std::string& data) {
  const auto differs = [&](const char* name) {
    return fail(Errc::conflict, "the data folder has other keys than the backup: " + data + name +
                                    "; if nothing of this folder is wanted, move it away");
  };
  if (store::exists(keys + "/master.key")) {
    SENTRAIL_ASSIGN_OR_RETURN(const bool had,
                              has_or_takes(keys + "/master.key", data + "/master.key"));
    if (had) {
      SENTRAIL_ASSIGN_OR_RETURN(const std::string ours, read_small_file(data + "/master.key"));
      SENTRAIL_ASSIGN_OR_RETURN(const std::string theirs, read_small_file(keys + "/master.key"));
      if (ours != theirs) return differs("/master.key");
    }
  }
  if (!store::exists(keys + "/subjects")) return {};
  SENTRAIL_ASSIGN_OR_RETURN(const bool had, has_or_takes(keys + "/subjects", data + "/subjects"));
  if (!had) return {};
  // Of the same file the one that is there is the newer: who was erased since stays erased.
  SENTRAIL_ASSIGN_OR_RETURN(const Uuid ours, audit::SubjectKeys::id_in(data + "/subjects"));
  SENTRAIL_ASSIGN_OR_RETURN(const Uuid theirs, audit::SubjectKeys::id_in(keys + "/subjects"));
  if (ours != theirs) return differs("/subjects");
  return {};
}

// What the folder does not have: the last good bundle, cursors. A backup of an older release may
// hold signers, by any name.
Status bring_rest(const std::string& from, const std::string& data) {
  std::error_code error;
  for (fs::directory_iterator at(from, error); !error && at != fs::directory_iterator();
       at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (is_in_no_backup(from, name) || name == "keys" || name == "backup.json") continue;
    if (store::exists(data + "/" + name)) continue;
    SENTRAIL_TRY(copy_durably(at->path().string(), data + "/" + name, &is_signer));
  }
  if (error) return fail(Errc::io, "cannot read the folder " + from + ": " + error.message());
  return {};
}

// Puts the copy in the place of the store. A log that went back is another log: what was published
// is set aside with its key, so that no key signs two histories. out: where the store before is.
Result<std::string> swap_in(const std::string& data, const std::string& copy, bool went_back) {
  // Neither of the two knows what limits counted, should it come back.
  for (const std::string& store : {copy, data + "/store"}) {
    if (store::exists(store)) SENTRAIL_TRY(remove_limits_mark(store));
  }
  SENTRAIL_ASSIGN_OR_RETURN(std::string aside, replace_folder(data + "/store", copy, kAside));
  // Behind the exchange: until then a start finds that more was signed, and refuses.
  if (went_back) SENTRAIL_TRY(set_log_aside(data, kAside));
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
      SENTRAIL_ASSIGN_OR_RETURN(const crypto::SealKey master, folder.master_key());
      SENTRAIL_TRY(acknowledge_loss(
          master, *copy.store,
          {"store.restore", "sentrail restore", out.entries_lost, options.accept_loss}, clock));
    }
    out.head = copy.store->audit_head();
  }
  SENTRAIL_TRY(bring_rest(from, data));
  SENTRAIL_ASSIGN_OR_RETURN(out.set_aside, swap_in(data, guard.path, !options.accept_loss.empty()));
  return out;
}

}  // namespace sentrail::server
