// Forgets what is older than it may be: what is sealed beside old entries, the search index of
// them, and the stored bytes of old calls. Leaves, hashes and checkpoints stay for ever.
//
// Neighbours: store/forgetting.hpp finds and the writer removes, server/daemon.cpp makes one, the
// gateway tells of it. Must not know: HTTP, exporters. Nothing waits for it: it goes in small
// steps, each of which is a whole transaction, and goes on after a crash where the store says that
// it is. source: docs/audit_log.md (retention).
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "core/result.hpp"
#include "core/time.hpp"
#include "runtime/store/forgetting.hpp"
#include "runtime/store/kv.hpp"
#include "runtime/store/store.hpp"
#include "runtime/store/writer.hpp"

namespace sentrail::audit {

// What grows how old. units: milliseconds; 0: as old as it likes
struct RetentionOptions {
  std::int64_t entries_ms = 0;
  std::int64_t calls_ms = 0;
  std::int64_t every_ms = 5'000;  // between two looks at the clock
  std::int64_t pause_ms = 20;     // between two steps, so that decisions come in between
};

// Before which entry all exporters are; `who` is the slowest.
struct SlowestReader {
  std::uint64_t next = UINT64_MAX;
  std::string who;
};

// How far it is, for metrics and probes.
struct RetentionState {
  std::uint64_t forgotten = 0;   // entries before this number have nothing but their leaf
  std::uint64_t index_rows = 0;  // removed since the start
  std::uint64_t calls = 0;       // whose bytes were removed since the start
  std::string waits;             // what it waits for; empty: for time
  std::string failure;           // why it does not go on; empty: it does
};

// threads: state() from any; the work is done on its own, or by run() on a test's.
class Retention {
 public:
  // All outlive this. `slowest` may be called on its thread. fails: corrupt, io.
  [[nodiscard]] static Result<std::unique_ptr<Retention>> open(
      RetentionOptions options, const store::OrderedKv& engine, const store::Reader& reader,
      store::Writer& writer, const Clock& clock, std::function<SlowestReader()> slowest);
  ~Retention() { stop(); }
  Retention(const Retention&) = delete;
  Retention& operator=(const Retention&) = delete;

  // Begins, where anything grows old. Call it once.
  void start();
  // Ends between two steps; what may be asked still is state().
  void stop();
  // Forgets everything that is old now, step by step. It is a walk over the whole index, so the
  // thread does it once in a 64th of the retention. out: whether anything was; false also if it
  // was ended. REQUIRES: not started. fails: as the store.
  [[nodiscard]] Result<bool> run();

  [[nodiscard]] RetentionState state() const;

 private:
  Retention(RetentionOptions options, const store::OrderedKv& engine, const store::Reader& reader,
            store::Writer& writer, const Clock& clock, std::function<SlowestReader()> slowest);

  [[nodiscard]] Result<std::uint64_t> old_entries(std::uint64_t from, std::int64_t before_ms) const;
  [[nodiscard]] Result<bool> forget_entries(std::int64_t before_ms);
  [[nodiscard]] Result<bool> clean_index();
  [[nodiscard]] Result<bool> clean_calls(std::int64_t before_ms);
  [[nodiscard]] Result<bool> clean_calls_of(const Uuid& workspace_id, std::int64_t before_ms);
  [[nodiscard]] Result<bool> forget_call(const store::ActionRecord& record);
  [[nodiscard]] Status commit(store::Transaction transaction);
  [[nodiscard]] bool pause(std::int64_t ms);
  [[nodiscard]] bool is_due() const;
  void follow();

  const RetentionOptions options_;
  const store::OrderedKv& engine_;
  const store::Reader& reader_;
  store::Writer& writer_;
  const Clock& clock_;
  const std::function<SlowestReader()> slowest_;

  // The thread's own.
  std::int64_t ran_ms_ = INT64_MIN;       // when run() last succeeded
  std::uint64_t index_clean_before_ = 0;  // the index has no row of entries before this number
  bool index_seen_ = false;               // whether that is known; not after a start

  mutable std::mutex mutex_;
  std::condition_variable stop_;
  bool stopping_ = false;  // guarded by mutex_
  RetentionState state_;   // guarded by mutex_
  std::thread thread_;
};

}  // namespace sentrail::audit
