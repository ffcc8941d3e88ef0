// A key for each data subject, in a small file in which a key can be overwritten.
//
// Neighbours: event.hpp seals with them, erase.hpp destroys them; the server makes one beside the
// store. Must not know: rows, entries. Why not in the store: what a log-structured store deletes
// stays in its files for months, in copies that nobody counts.
// source: docs/audit_log.md (erasure).
#pragma once

#include <atomic>
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

// The setting of the server in which the store remembers SubjectKeys::id().
inline constexpr std::string_view kSubjectsSetting = "audit.subjects";

// A key, and the id by which sealed parts name it.
struct SubjectKey {
  Uuid id;
  crypto::SealKey key;
};

// The open file. A stock of unused keys is kept ready on disk. Where more subjects are new at once
// than it has, keys are made in memory, and whoever writes entries down calls make_durable()
// before: who seals with a key never waits for the disk. The destructor cuts the stock off the
// file: the lock of its folder is held until then. threads: any.
class SubjectKeys {
 public:
  // Opens the file, or makes it if `expected` is nil. `master` wraps the keys in it; `expected` is
  // the id() that the store remembers: with another file, what is not erased would read as if.
  // fails: not_found if the expected file is missing; conflict if it is another; corrupt if it is
  // no such file; permission_denied if others may read it; io.
  [[nodiscard]] static Result<std::unique_ptr<SubjectKeys>> open(const std::string& path,
                                                                 const crypto::SealKey& master,
                                                                 const Uuid& expected = {});
  // The id() of a file that nobody need have open. fails: corrupt; io.
  [[nodiscard]] static Result<Uuid> id_in(const std::string& path);
  ~SubjectKeys();
  SubjectKeys(const SubjectKeys&) = delete;
  SubjectKeys& operator=(const SubjectKeys&) = delete;

  // What tells this file from all others.
  [[nodiscard]] const Uuid& id() const noexcept { return id_; }

  // The key of a subject, such as `agent` and its id, in a workspace: always the same, until it is
  // erased. What is sealed with it must not be told of before make_durable(). cost: no disk.
  // fails: limit_exceeded beyond limits::kSubjectsPerWorkspaceMax.
  [[nodiscard]] Result<SubjectKey> key_of(const Uuid& workspace_id, std::string_view kind,
                                          std::string_view subject);
  // Returns once every key that was given out before is on disk. cost: nothing where they are, else
  // one sync. fails: io: repeat it. threads: any but I/O threads.
  [[nodiscard]] Status make_durable();
  // How often key_of() had none to give since the start.
  [[nodiscard]] std::uint64_t refusals() const noexcept { return refusals_; }
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
  using Tag = Uuid;  // of a subject: half of it is its workspace's
  struct Slot;

  SubjectKeys(store::FileHandle file, std::string path, const crypto::SealKey& master,
              const Uuid& id);

  [[nodiscard]] Status read_all();
  [[nodiscard]] Status fill();
  [[nodiscard]] Status write_given_out();
  [[nodiscard]] std::size_t make_slot();
  [[nodiscard]] Status read_slot(std::string_view bytes);
  [[nodiscard]] std::string bytes_of(const Slot& slot) const;
  [[nodiscard]] Status overwrite(std::size_t number);
  [[nodiscard]] std::vector<std::size_t> slots_to_erase(const Tag& tag, std::span<const Uuid> ids);
  [[nodiscard]] Tag tag_of(const Uuid& workspace_id, std::string_view kind,
                           std::string_view subject) const;

  const store::FileHandle file_;
  const std::string path_;
  const Uuid id_;
  crypto::SealKey wrap_;
  crypto::HmacKey tags_;
  std::atomic<std::uint64_t> refusals_ = 0;

  std::mutex disk_;  // held by who writes the file; taken before mutex_, never after

  mutable std::mutex mutex_;                           // never held over the disk
  std::size_t next_ = 0;                               // guarded by mutex_; slots of the file
  std::map<std::size_t, Slot> slots_;                  // guarded by mutex_; by place in the file
  std::map<Uuid, std::size_t> by_id_;                  // guarded by mutex_
  std::map<Tag, std::size_t> by_tag_;                  // guarded by mutex_
  std::map<std::uint64_t, std::size_t> by_workspace_;  // guarded by mutex_; how many tags
  std::deque<std::size_t> stock_;                      // guarded by mutex_; on disk, not given out
  std::vector<std::size_t> unwritten_;  // guarded by mutex_; given out, tag not on disk
  // How many keys were made in memory, and how many of them are on disk. Guarded by mutex_.
  std::uint64_t made_ = 0;
  std::uint64_t made_durable_ = 0;
};

}  // namespace sentrail::audit
