// Structured log lines: logfmt or JSON, levelled, redacted, one write for each.
//
// Neighbours: io_thread.cpp hands the gateway's lines here, sessions write the access lines. Must
// not know: what is logged about. A line is never split and never holds a secret that can be told
// by its key or by its form.
#pragma once

#include <initializer_list>
#include <mutex>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "core/time.hpp"
#include "runtime/http/handler.hpp"

namespace sentrail::server {

// How lines are written.
enum class LogFormat : std::uint8_t { logfmt, json };

// Writes lines to a file descriptor. threads: any
class Logger {
 public:
  // `fd` stays the caller's. Lines below `level` are dropped.
  Logger(int fd, LogFormat format, http::LogLevel level, const Clock& clock);

  // Writes one line; keys are ours, values anybody's.
  void write(http::LogLevel level, std::string_view event,
             std::initializer_list<http::LogField> fields) noexcept;
  // Whether a line of that level would be written.
  [[nodiscard]] bool enabled(http::LogLevel level) const noexcept { return level >= level_; }

 private:
  int fd_;
  LogFormat format_;
  const http::LogLevel level_;
  const Clock& clock_;
  std::mutex mutex_;
};

// Stable lower-case name of a level, and the level of a name. fails: invalid_argument
[[nodiscard]] std::string_view name_of(http::LogLevel level) noexcept;
[[nodiscard]] Result<http::LogLevel> parse_log_level(std::string_view name);

// One line without its end, as Logger writes it.
[[nodiscard]] std::string format_line(LogFormat format, Instant now, http::LogLevel level,
                                      std::string_view event,
                                      std::initializer_list<http::LogField> fields);

// The text with the secret part of every key of ours (`agk_…`) replaced.
[[nodiscard]] std::string without_keys(std::string_view text);

}  // namespace sentrail::server
