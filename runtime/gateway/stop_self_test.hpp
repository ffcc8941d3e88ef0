// The daily try of the kill switch: a stop on a name that nothing has, and a call that it must hold
// back before its first byte.
//
// Neighbours: known.hpp takes the stop, stop_permit.hpp must refuse, an I/O thread carries the call
// like any other; operations.cpp shows the outcome. Must not know: policy, the store. Why: a switch
// that is never thrown is found broken on the day it is needed.
// source: docs/api.md A5.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "core/time.hpp"
#include "runtime/gateway/known.hpp"
#include "runtime/http/handler.hpp"

namespace sentrail::gateway {

// What a try found.
struct StopTestOutcome {
  bool passed = false;
  std::string detail;  // what did not hold; empty if it passed
  std::int64_t at_ms = 0;

  friend bool operator==(const StopTestOutcome&, const StopTestOutcome&) = default;
};

// threads: run_on() and try_now() on the I/O thread, the rest from any.
class StopSelfTest {
 public:
  // Both outlive this, and this outlives the I/O threads.
  StopSelfTest(KnownHolder& known, const Clock& clock) : known_(known), clock_(clock) {}

  // Tries at once, then every limits::kStopSelfTestMs, after a failure every
  // limits::kStopSelfTestRetryMs, as long as that thread runs.
  void run_on(http::IoThread& io);
  // Tries once. The outcome is there when the call has ended.
  void try_now(http::IoThread& io);

  // The last outcome; nothing before the first try has ended.
  [[nodiscard]] std::optional<StopTestOutcome> last() const;
  // How many tries failed since the start.
  [[nodiscard]] std::uint64_t failures() const;

  // Notes an outcome, and writes it to the log of the thread.
  void conclude(http::IoThread& io, const std::string& detail);

 private:
  KnownHolder& known_;
  const Clock& clock_;
  std::int64_t passes_left_out_ = 0;  // of the I/O thread
  mutable std::mutex mutex_;
  std::optional<StopTestOutcome> last_;  // guarded by mutex_
  std::uint64_t failures_ = 0;           // guarded by mutex_
};

}  // namespace sentrail::gateway
