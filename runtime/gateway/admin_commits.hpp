// Administrative changes on their way to disk: whoever asked hears in time, and a change that lands
// later still takes effect.
//
// Neighbours: people.cpp commits through this, store/writer.hpp tells what became of a change,
// known.hpp is read anew. Must not know: what a change means. A decision that is late is taken back
// (commits.hpp), because nobody acted on it; a revocation that is late must not be: it stays.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <thread>

#include "core/limits.hpp"
#include "core/result.hpp"
#include "runtime/gateway/known.hpp"
#include "runtime/store/writer.hpp"

namespace sentrail::gateway {

// How long it waits: for the disk, and before it reads again what could not be read.
struct AdminWaits {
  std::int64_t write_ms = limits::kAuditWriteMsMax;
  std::int64_t retry_ms = limits::kSweepMs;
};

// Owns a thread that reads the snapshot anew when a change landed after its caller had gone, or
// when reading it failed. threads: any may commit() and reload().
class AdminCommits final : public store::CompletionPort {
 public:
  // `known` outlives this. The writer posts to this as long as it runs: it must end first.
  AdminCommits(store::Writer& writer, KnownHolder& known, AdminWaits waits = {});
  ~AdminCommits() override;
  AdminCommits(const AdminCommits&) = delete;
  AdminCommits& operator=(const AdminCommits&) = delete;

  // Submits and waits. fails: as the store; timed_out when the change is
  // not on disk by then: it is not given up, and takes effect once it is.
  [[nodiscard]] Status commit(store::Transaction transaction);

  // Puts in force what is on disk. fails: as KnownHolder::reload; it is then tried again, here,
  // until it succeeds.
  [[nodiscard]] Status reload();

  void post(std::span<store::Completion> completions) noexcept override;

 private:
  void run();

  store::Writer& writer_;
  KnownHolder& known_;
  const AdminWaits waits_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t next_token_ = 1;                                    // guarded by mutex_
  std::map<std::uint64_t, std::optional<store::Outcome>> waiting_;  // guarded by mutex_
  bool stale_ = false;                                              // guarded by mutex_
  bool stopping_ = false;                                           // guarded by mutex_
  std::thread thread_;
};

}  // namespace sentrail::gateway
