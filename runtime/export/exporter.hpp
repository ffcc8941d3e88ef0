// One exporter: a thread that reads the log behind its cursor and delivers it, at least once.
//
// Neighbours: store.hpp is read, sink.hpp receives, store/slot_file.hpp keeps the cursor. Must not
// know: formats, HTTP. Decisions never wait for it: it reads what is durable, and nothing else.
// source: docs/exporters.md.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "core/result.hpp"
#include "runtime/export/sink.hpp"
#include "runtime/store/slot_file.hpp"
#include "runtime/store/store.hpp"

namespace sentrail::exporting {

// The next entry to deliver, and the chain before it, by which another log is recognised.
struct Cursor {
  std::uint64_t next = 0;
  store::Hash chain{};

  friend bool operator==(const Cursor&, const Cursor&) = default;
};

// The bytes of a cursor, and back. fails: corrupt.
[[nodiscard]] std::string encode_cursor(const Cursor& cursor);
[[nodiscard]] Result<Cursor> decode_cursor(std::string_view bytes);

// How far an exporter is, for metrics and people.
struct ExporterState {
  std::uint64_t next = 0;
  std::uint64_t lag = 0;       // durable entries that are not delivered yet
  std::uint64_t failures = 0;  // deliveries that failed since the start
  std::string last_error;      // empty: the last delivery succeeded
};

// How it behaves. units: milliseconds
struct ExporterOptions {
  std::string name;
  std::size_t batch_max = 256;
  std::int64_t idle_ms = 250;   // between two looks at a log that does not grow
  std::int64_t retry_ms = 500;  // after the first failure; doubled after each
  std::int64_t retry_ms_max = 60'000;
  // Called, on its thread, when it begins to fail, with why, and, with an empty text, when it goes
  // on. Not for each try.
  std::function<void(const std::string& error)> tell{};
};

// threads: state() from any.
class Exporter {
 public:
  // Takes the cursor's file and the sink. `reader` outlives this. fails: corrupt cursor.
  [[nodiscard]] static Result<std::unique_ptr<Exporter>> make(const store::Reader& reader,
                                                              ExporterOptions options,
                                                              store::SlotFile cursor,
                                                              std::unique_ptr<Sink> sink);
  // Ends the thread; a delivery that is under way is given up and repeated after the next start.
  ~Exporter();
  Exporter(const Exporter&) = delete;
  Exporter& operator=(const Exporter&) = delete;

  // Begins. Call it once.
  void start();
  // Delivers one batch, if there is one; else saves a cursor that could not be saved. out: whether
  // there was one. threads: the exporter's, or a
  // test's instead of start(). fails: as the sink; corrupt if the log is not the one it was.
  [[nodiscard]] Result<bool> step();

  [[nodiscard]] const std::string& name() const noexcept { return options_.name; }
  [[nodiscard]] ExporterState state() const;

 private:
  Exporter(const store::Reader& reader, ExporterOptions options, store::SlotFile file,
           Cursor cursor, std::unique_ptr<Sink> sink);

  void run();
  void note(const Status& done);
  [[nodiscard]] Status check_log();
  [[nodiscard]] bool wait(std::int64_t ms);

  const store::Reader& reader_;
  const ExporterOptions options_;
  store::SlotFile file_;
  const std::unique_ptr<Sink> sink_;
  Cursor cursor_;         // the thread's own
  bool checked_ = false;  // the thread's own; whether the log is the cursor's
  bool unsaved_ = false;  // the thread's own; whether the file is behind the cursor

  mutable std::mutex mutex_;
  std::condition_variable stop_wait_;
  bool stopping_ = false;       // guarded by mutex_
  std::uint64_t next_ = 0;      // guarded by mutex_
  std::uint64_t failures_ = 0;  // guarded by mutex_
  std::string last_error_;      // guarded by mutex_
  std::thread thread_;
};

}  // namespace sentrail::exporting
