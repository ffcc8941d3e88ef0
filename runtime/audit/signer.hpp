// The key that signs checkpoints, and the memory of what it signed last: it never signs two logs,
// nor two histories of one shard.
//
// Neighbours: log_keeper.hpp asks it, crypto/note.hpp makes the signature, store/slot_note.hpp has
// the memory. Must not know: entries, tiles, the store. Its folder lies outside the store, so that
// whoever restores an old store cannot make the signer forget.
// source: docs/audit_log.md, Signer.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "core/sync_point.hpp"
#include "crypto/hash.hpp"
#include "crypto/note.hpp"
#include "runtime/audit/shards.hpp"
#include "runtime/store/files.hpp"
#include "runtime/store/slot_note.hpp"

namespace sentrail::audit {

// An open signer's folder: `key`, `key.pub`, `last_signed`, `lock`. threads: one at a time; key()
// any.
class CheckpointSigner {
 public:
  // Opens the folder; makes it with a new key of that name where there is none. Without a name it
  // takes the key that is there, or a name by chance. `hook` outlives the signer.
  // fails: invalid_argument if the key there has another name; permission_denied if others may
  // read it; corrupt or not_found if only a part of the folder is there; unavailable if another
  // process has it; io.
  [[nodiscard]] static Result<std::unique_ptr<CheckpointSigner>> open(
      const std::string& folder, const std::string& origin, SyncPointHook* hook = nullptr);

  // The public key; its name is the log's origin. Shards are signed by shard_key() of it.
  [[nodiscard]] const crypto::NoteVerifier& key() const noexcept { return signer_.verifier(); }
  // What was signed last; size 0: nothing yet.
  [[nodiscard]] const ShardRoot& last() const noexcept { return last_; }
  // How the shards before that one ended, the newest first, as far as it knows.
  [[nodiscard]] const std::vector<ShardRoot>& finals() const noexcept { return finals_; }

  // Signs a checkpoint once it is remembered on disk. in: proof that what was signed last of this
  // shard begins it; of a new shard, the proof that its leaf 0 is the last checkpoint of the one
  // before.
  // The log of no leaves is signed of a shard that has no checkpoint yet, and not remembered.
  // out: the signed note. fails: conflict if that is not so, or the size is smaller, or the same
  // with another root, or the shard an older one which ended otherwise: that is never signed; io.
  [[nodiscard]] Result<std::string> sign(const ShardRoot& next,
                                         std::span<const crypto::Digest> proof);

  // Learns how the shard before the oldest known one ended. in: the proof that leaf 0 of that one
  // says so. fails: conflict if it does not.
  [[nodiscard]] Status recall(const ShardRoot& ended, std::span<const crypto::Digest> proof);

  // Reads what a folder's signer signed last, beside a process that may use it. fails: as open().
  [[nodiscard]] static Result<ShardRoot> last_in(const std::string& folder);
  // Reads a folder's public key. fails: as open(); not_found.
  [[nodiscard]] static Result<crypto::NoteVerifier> key_in(const std::string& folder);

 private:
  CheckpointSigner(store::FileHandle lock, crypto::NoteSigner signer,
                   std::unique_ptr<store::SlotNote> memory, SyncPointHook* hook);

  [[nodiscard]] bool binds_nobody(const ShardRoot& next) const;
  [[nodiscard]] Status check_link(const ShardRoot& shard, const ShardRoot& before,
                                  std::span<const crypto::Digest> proof) const;
  [[nodiscard]] Status check(const ShardRoot& next, std::span<const crypto::Digest> proof) const;
  [[nodiscard]] Status remember(const ShardRoot& next);

  const store::FileHandle lock_;
  const crypto::NoteSigner signer_;
  const std::unique_ptr<store::SlotNote> memory_;
  SyncPointHook* const hook_;
  ShardRoot last_;
  std::vector<ShardRoot> finals_;
  bool broken_ = false;  // what is on disk is not known: nothing more is signed
};

}  // namespace sentrail::audit
