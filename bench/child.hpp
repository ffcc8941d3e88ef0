// Programs that a benchmark runs beside itself, and the processor time they used.
//
// Neighbours: http_bench.cpp, gate_under_load.hpp. Must not know: what they are. Linux only: times
// come from /proc, as the kernel accounts them. source: proc(5).
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <vector>

#include "core/result.hpp"

namespace sentrail::bench {

// One running program; killed and reaped with its object. threads: one.
class Child {
 public:
  // Starts a program, found along PATH; its output goes to a file. fails: not_found, io.
  [[nodiscard]] static Result<Child> start(const std::vector<std::string>& command,
                                           const std::string& output_file);
  Child(Child&& other) noexcept : pid_(other.pid_) { other.pid_ = 0; }
  Child& operator=(Child&&) = delete;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child();

  // Waits for its end. out: the exit code, or 128 + the signal.
  [[nodiscard]] int wait();

  // How a program ended and what it took. units: seconds of processor time, bytes.
  struct Usage {
    int exit_code = 0;
    double cpu_seconds = 0;
    std::size_t peak_bytes = 0;  // that were resident at once
  };
  // Waits for its end too. source: getrusage(2).
  [[nodiscard]] Usage wait_usage();

  // Processor time of the process and of its children that are alive, user and system together.
  // units: seconds, in steps of 0.01.
  [[nodiscard]] double cpu_seconds() const;

 private:
  explicit Child(pid_t pid) : pid_(pid) {}

  pid_t pid_ = 0;
};

}  // namespace sentrail::bench
