// A key for each data subject, in a small file in which a key can be overwritten.
//
// Neighbours: event.hpp seals with them, erase.hpp destroys them; the server makes one beside the
// store. Must not know: rows, entries. Why not in the store: what a log-structured store deletes
// stays in its files for months, in copies that nobody counts.
// source: docs/audit_log.md (erasure).
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/uuid.hpp"
#include "crypto/hash.hpp"
#include "crypto/seal.hpp"
#include "runtime/store/files.hpp"

namespace sentrail::audit {

// A key, and the id by which sealed parts name it.
struct SubjectKey {
  Uuid id;
  crypto::SealKey key;
};

// The open file. A key is on disk before it is first given out: a stock of unused keys is kept
// ready, so that nobody waits for the disk but when very many subjects are new at once.
// threads: any.
class SubjectKeys {
 public:
  // Opens the file, or makes it. `master` wraps the keys in it.
  // fails: corrupt if the file is no such file; permission_denied if others may read it; io.
  [[nodiscard]] static Result<std::unique_ptr<SubjectKeys>> open(const std::string& path,
                                                                 const crypto::SealKey& master);
  ~SubjectKeys();
  SubjectKeys(const SubjectKeys&) = delete;
  SubjectKeys& operator=(const SubjectKeys&) = delete;

  // The key of a subject, such as `agent` and its id, in a workspace: always the same, until it is
  // erased. fails: io, when the stock is used up and cannot be filled.
  [[nodiscard]] Result<SubjectKey> key_of(const Uuid& workspace_id, std::string_view kind,
                                          std::string_view subject);
  // The key with that id; nothing if it was erased.
  [[nodiscard]] std::optional<crypto::SealKey> find(const Uuid& id) const;

  // Overwrites the keys of a subject and those with these ids, on disk and in memory; when it
  // returns they are gone. out: how many there were. fails: io: some may be left; repeat it.
  [[nodiscard]] Result<std::size_t> erase(const Uuid& workspace_id, std::string_view kind,
                                          std::string_view subject, std::span<const Uuid> ids);

  // Writes down whose keys are whose, and fills the stock: call it now and then, off the I/O
  // threads. What it has not written down at a crash costs a subject a second key, no more.
  // fails: io.
  [[nodiscard]] Status settle();

 private:
  using Tag = Uuid;  // of a subject: half a keyed hash
  struct Slot;

  SubjectKeys(store::FileHandle file, std::string path, const crypto::SealKey& master);

  [[nodiscard]] Status read_all();
  [[nodiscard]] Status fill();
  [[nodiscard]] Status write_slot(std::size_t number, const Slot& slot);
  [[nodiscard]] Status overwrite(std::size_t number);
  [[nodiscard]] Tag tag_of(const Uuid& workspace_id, std::string_view kind,
                           std::string_view subject) const;

  const store::FileHandle file_;
  const std::string path_;
  crypto::SealKey wrap_;
  crypto::HmacKey tags_;
  mutable std::mutex mutex_;
  std::map<std::size_t, Slot> slots_;   // guarded by mutex_; by place in the file
  std::map<Uuid, std::size_t> by_id_;   // guarded by mutex_
  std::map<Tag, std::size_t> by_tag_;   // guarded by mutex_
  std::deque<std::size_t> stock_;       // guarded by mutex_; on disk, and never given out
  std::vector<std::size_t> unwritten_;  // guarded by mutex_; given out, the tag not on disk
  std::size_t next_ = 0;                // guarded by mutex_; slots of the file
};

}  // namespace sentrail::audit
