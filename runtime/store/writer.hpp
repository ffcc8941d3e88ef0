// The one thread that writes: queues transactions, applies everything queued as one batch, and
// tells each waiting I/O thread once per batch.
//
// Neighbours: store.hpp (what it drives), server/ (implements CompletionPort over its I/O
// threads), everything that changes something. Must not know: Asio, HTTP, what a transaction means.
// A batch is whatever queued up while the last one was synced: no timer, no added delay.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "core/limits.hpp"
#include "core/result.hpp"
#include "core/sync_point.hpp"
#include "core/time.hpp"
#include "runtime/store/store.hpp"

namespace sentrail::store {

// What became of one submitted transaction.
struct Completion {
  std::uint64_t token = 0;  // as given to submit()
  Outcome outcome;
};

// Where completions of one I/O thread go.
class CompletionPort {
 public:
  virtual ~CompletionPort() = default;
  // Takes all completions of one batch that belong to this port; the elements may be moved from.
  // Must not block and must not throw. threads: called by the writer's thread only.
  virtual void post(std::span<Completion> completions) noexcept = 0;
};

// Who is told, and under which number. Without a port nobody is.
struct CompletionTarget {
  CompletionPort* port = nullptr;  // outlives the writer
  std::uint64_t token = 0;
  // Also told of what was given up: success if it landed after all, and is being withdrawn.
  bool even_late = false;
};

// The caller's hold on a submitted transaction: the one place where "answered in time" and "too
// late" are decided, so that both sides always agree. Copies share it. threads: any.
class Ticket {
 public:
  // Gives the transaction up. True: the caller may act as if it never happened; if it becomes
  // durable all the same, the writer withdraws it in the log. False: it has been decided, and its
  // completion is posted or about to be.
  bool give_up() noexcept;

 private:
  friend class Writer;
  enum class State : std::uint8_t { open, decided, given_up };

  Ticket() : state_(std::make_shared<std::atomic<State>>(State::open)) {}

  std::shared_ptr<std::atomic<State>> state_;
};

// How much may wait, and what a batch may hold.
struct WriterOptions {
  std::size_t queue_max = limits::kWriterQueueMax;
  std::size_t queue_bytes_max = limits::kWriterQueueBytesMax;
  std::size_t batch_max = limits::kWriterBatchMax;
  std::int64_t floor_interval_ms = limits::kFloorIntervalMs;
  // Has on disk, before a batch is, what its entries need, such as keys that they are sealed with.
  // Where it fails the batch is refused as unavailable. threads: called by the writer's thread
  // only.
  std::function<Status()> before_batch{};
};

// What the writer has done so far, for metrics and tests.
struct WriterCounts {
  std::uint64_t batches = 0;
  std::uint64_t transactions = 0;  // applied, conflicts included
  std::uint64_t skipped = 0;       // given up before they were applied
  std::uint64_t withdrawn = 0;     // given up while they were applied
};

// Whether who submits wakes the writer, or will by Writer::wake(): one who submits many at once
// wakes it once, and it finds them all.
enum class Wake : std::uint8_t { now, later };

// Owns the writing thread. Destroying it applies what is queued, then ends. threads: submit(),
// commit() and counts() from any.
class Writer {
 public:
  // Starts the thread. `store`, `clock` and `hook` outlive the writer; only it may apply().
  Writer(Store& store, const Clock& clock, WriterOptions options = {},
         SyncPointHook* hook = nullptr);
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  // Queues a transaction; never blocks on the disk. The completion comes through `target`. A caller
  // that waits bounds its wait by limits::kAuditWriteMsMax, then gives its ticket up and blocks.
  // fails: unavailable, at once and for good after the store broke, or while the queue is full.
  [[nodiscard]] Result<Ticket> submit(Transaction transaction, CompletionTarget target,
                                      Wake wake = Wake::now);
  // Has the writer look for what was submitted with Wake::later. threads: any.
  void wake() noexcept { wake_.notify_one(); }

  // Submits and waits; gives up after `wait_ms`, and then the log says `withdrawn`: only for what
  // its caller does not do after a failure. An administrative change is not of that kind: see
  // gateway/admin_commits.hpp.
  [[nodiscard]] Outcome commit(Transaction transaction,
                               std::int64_t wait_ms = limits::kAuditWriteMsMax);

  // What happened so far.
  [[nodiscard]] WriterCounts counts() const noexcept;
  // As Store::health(): where it fails, no later submit() does better. threads: any.
  [[nodiscard]] Status health() const { return store_.health(); }

 private:
  struct Queued {
    Transaction transaction;
    CompletionTarget target;
    Ticket ticket;
    std::size_t bytes = 0;
  };

  void run();
  [[nodiscard]] bool take_batch(std::vector<Queued>& batch);
  void apply_batch(std::vector<Queued>& batch);
  void skip_given_up(std::vector<Queued>& batch);
  void complete(std::vector<Queued>& batch, std::vector<Outcome>& outcomes);
  void withdraw(Queued& late, const Outcome& outcome);
  void sync_floor_if_due();

  Store& store_;
  const Clock& clock_;
  const WriterOptions options_;
  SyncPointHook* const hook_;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Queued> queue_;      // guarded by mutex_
  std::size_t queued_bytes_ = 0;  // guarded by mutex_
  bool stopping_ = false;         // guarded by mutex_

  // The thread's own.
  std::vector<Transaction> withdrawals_;
  std::int64_t floor_synced_ms_ = 0;
  bool floor_dirty_ = false;

  std::atomic<std::uint64_t> batches_{0};
  std::atomic<std::uint64_t> transactions_{0};
  std::atomic<std::uint64_t> skipped_{0};
  std::atomic<std::uint64_t> withdrawn_{0};

  std::thread thread_;
};

}  // namespace sentrail::store
