// The published log of a running server: tiles follow the store's entries, a signed checkpoint
// follows the tiles, at least once a second while there is news; each year has a log of its own.
//
// Neighbours: shard_files.hpp, signer.hpp and witness.hpp do the parts; the gateway serves what is
// published; server/daemon.cpp starts and ends it. Must not know: HTTP, how decisions are made.
// Nothing waits for it: it may lag or fail, and then says so; entries are durable in the store.
// source: docs/audit_log.md.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/limits.hpp"
#include "core/result.hpp"
#include "core/sync_point.hpp"
#include "core/time.hpp"
#include "runtime/audit/checkpoint.hpp"
#include "runtime/audit/shard_files.hpp"
#include "runtime/audit/signer.hpp"
#include "runtime/audit/tlog_proof.hpp"
#include "runtime/audit/witness.hpp"
#include "runtime/store/store.hpp"

namespace sentrail::audit {

// Where a log lives and who is told. `witness` and `hook` outlive the keeper.
struct LogKeeperOptions {
  std::string folder;         // of the shards
  std::string signer_folder;  // outside of it and of the store
  std::string origin;         // empty: that of the key, or one by chance
  Witness* witness = nullptr;
  const Clock* clock =
      nullptr;  // of the years that a witness is asked about; null: none beyond entries
  SyncPointHook* hook = nullptr;
  // Told of what goes wrong and right again, each once. threads: the keeper's.
  std::function<void(bool good, const std::string& event, const std::string& text)> tell;
  std::int64_t every_ms = limits::kIntegrateEveryMs;
  std::int64_t witness_again_ms = limits::kWitnessAgainMs;  // how long a witness is left alone
};

// How the log is, for metrics and probes.
struct LogState {
  std::uint64_t size = 0;         // entries under the published checkpoints
  std::uint64_t cosigned = 0;     // entries under the newest one that the witness signed
  std::uint64_t shards = 0;       // that are published
  std::uint64_t scrubbed = 0;     // entries that the last whole scrub found good
  std::uint64_t scrubs = 0;       // that were whole
  std::string failure;            // why it does not go on; empty: it does
  std::string scrub_fault;        // what the last scrub found; empty: nothing
  std::string witness_complaint;  // why the newest checkpoint has no cosignature
};

// threads: any; the work is done on its own.
class LogKeeper {
 public:
  // Opens the signer, checks the floor of every shard, and publishes what was signed last. `reader`
  // outlives the keeper. cost: the newest tiles of each; the shard's or all entries where tiles are
  // missing.
  // fails: corrupt if the store's log is shorter or another one than was signed: nothing may be
  // served then; as CheckpointSigner::open(); io.
  [[nodiscard]] static Result<std::unique_ptr<LogKeeper>> open(LogKeeperOptions options,
                                                               const store::Reader& reader);
  // Ends what runs.
  ~LogKeeper();
  LogKeeper(const LogKeeper&) = delete;
  LogKeeper& operator=(const LogKeeper&) = delete;

  // Asks the witness, if there is one, whether it knows more than store, tiles and signer do
  // together. One that cannot be asked is told of, and no failure. REQUIRES: not started.
  // fails: corrupt if it does: nothing may be served then.
  [[nodiscard]] Status ask_witness();
  // Begins to follow the store, and to scrub. Call it once.
  void start();
  // Publishes what the store has now, on this thread. REQUIRES: not started. fails: as it may;
  // conflict for a year behind one of which the witness has seen another history.
  [[nodiscard]] Status step();
  // Compares all tiles and entries with each other, the store, and the published checkpoint.
  // REQUIRES: not started.
  [[nodiscard]] Status scrub();

  // The newest shard's checkpoint as a signed note; empty before the first.
  [[nodiscard]] std::string checkpoint() const;
  // That of one shard. fails: not_found.
  [[nodiscard]] Result<std::string> checkpoint(int year) const;
  // How many leaves that one has, and where it begins; nothing if there is no such shard.
  [[nodiscard]] std::optional<ShardRoot> newest(int year) const;
  // The list of the shards; empty before the first.
  [[nodiscard]] std::string shards() const;
  // The bytes of a tile of one shard. fails: not_found; io.
  [[nodiscard]] Result<std::string> tile(int year, const TileId& tile) const;
  // The file that proves one entry to be in the published log.
  // fails: not_found for an entry that is not in it yet; io or corrupt.
  [[nodiscard]] Result<TlogProof> prove(std::uint64_t sequence) const;
  // The key of the log; that of a shard is shard_key() of it.
  [[nodiscard]] const crypto::NoteVerifier& key() const noexcept { return signer_->key(); }
  [[nodiscard]] LogState state() const;

 private:
  // A shard's newest checkpoint.
  struct Published {
    ShardRoot root;
    std::string note;
  };
  // The oldest shard of which the witness has seen another history, until it signs this one's.
  struct Dispute {
    int year = 0;
    std::string why;
  };

  LogKeeper(LogKeeperOptions options, const store::Reader& reader,
            std::unique_ptr<CheckpointSigner> signer);

  [[nodiscard]] static tl::unexpected<Error> refuse(const std::string& what);
  [[nodiscard]] Status check_floor();
  [[nodiscard]] Status resume();
  [[nodiscard]] Status resume_newest();
  [[nodiscard]] Status recall_finals();
  [[nodiscard]] Status rebuild(const std::string& why);
  [[nodiscard]] std::string link_of_newest() const;
  [[nodiscard]] Status publish_finals();
  [[nodiscard]] bool is_newest_published() const;
  [[nodiscard]] Result<std::vector<ShardRoot>> roots_to_ask() const;
  [[nodiscard]] Status advance(std::uint64_t end);
  [[nodiscard]] Status publish();
  [[nodiscard]] Status write(const ShardRoot& root, std::string note);
  [[nodiscard]] bool may_ask_witness() const;
  [[nodiscard]] bool wants_cosignature() const;
  [[nodiscard]] std::optional<Published> final_without_cosignature() const;
  [[nodiscard]] Status check_undisputed(int year) const;
  [[nodiscard]] Result<std::string> ask(const ShardRoot& root, const std::string& note);
  [[nodiscard]] std::string cosigned(const ShardRoot& root, std::string note);
  [[nodiscard]] Status cosign_final();
  void complain(const std::string& complaint);
  void follow();
  void scrub_from_time_to_time();
  void note_failure(const Status& done);
  void tell(bool good, const std::string& event, const std::string& text) const;
  [[nodiscard]] bool pause(std::int64_t ms);
  [[nodiscard]] bool stopping() const;

  const LogKeeperOptions options_;
  const store::Reader& reader_;
  const std::unique_ptr<CheckpointSigner> signer_;
  const ShardFiles files_;
  std::optional<GrowingShard> growing_;  // none: no entry is in tiles, or they must be looked at
  bool is_open_ = false;
  std::optional<Dispute> dispute_;
  int final_given_up_ = 0;  // year of a shard whose last checkpoint the witness will not sign
  std::int64_t witness_after_ms_ = 0;  // on the steady clock

  mutable std::mutex mutex_;
  std::condition_variable stop_;
  bool stopping_ = false;
  std::vector<Published> shards_;  // the oldest first
  std::string listed_;             // the list that is on disk
  LogState state_;
  std::thread follower_;
  std::thread scrubber_;
};

}  // namespace sentrail::audit
