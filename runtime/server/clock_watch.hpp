// Notices when the wall clock moves against the monotonic one: somebody set it, or the machine
// slept.
//
// Neighbours: daemon.cpp has the news written into the audit log. Must not know: the log. Deadlines
// hold anyway (execute/coordinator.hpp); the entry explains time stamps that do not fit.
#pragma once

#include <cstdint>
#include <functional>

#include "core/time.hpp"
#include "runtime/http/handler.hpp"

namespace sentrail::server {

// threads: one at a time.
class ClockWatch {
 public:
  // Hears by how much the clock jumped, forwards or back. units: milliseconds.
  using Told = std::function<void(std::int64_t jump_ms)>;

  // The clock outlives the watch.
  ClockWatch(const Clock& clock, Told told);

  // Looks again and again on that thread as long as it runs. Outlives the thread. threads: any.
  void run_on(http::IoThread& io);
  // Looks once; a jump since the last look is told.
  void look();

 private:
  [[nodiscard]] std::int64_t offset_ms() const noexcept;

  const Clock& clock_;
  const Told told_;
  std::int64_t last_ms_;
};

}  // namespace sentrail::server
