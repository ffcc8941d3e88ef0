// Formatting and writing log lines.
//
// Neighbours: log.hpp. Must not know: Asio.
#include "runtime/server/log.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "core/check.hpp"
#include "core/json_writer.hpp"
#include "core/text.hpp"
#include "runtime/http/headers.hpp"

namespace sentrail::server {
namespace {

// Keys, sessions, one-time tokens, devices.
constexpr std::array<std::string_view, 4> kSecretPrefixes = {"agk_", "sps_", "sbt_", "sdt_"};
constexpr std::size_t kPrefixBytes = 4;

[[nodiscard]] bool is_secret_byte(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         c == '-';
}

// Where the first secret of ours begins; npos if there is none.
[[nodiscard]] std::size_t find_secret(std::string_view text) noexcept {
  std::size_t first = std::string_view::npos;
  for (const std::string_view prefix : kSecretPrefixes) {
    first = std::min(first, text.find(prefix));
  }
  return first;
}

[[nodiscard]] std::string shown(const http::LogField& field) {
  return without_keys(http::redacted(field.key, field.value));
}

// logfmt quotes what a reader could split or misread.
void append_logfmt_value(std::string& out, std::string_view value) {
  const std::string text = escape_display(value);
  const bool plain = !text.empty() && text.find_first_of(" \"=\\") == std::string::npos;
  if (plain) {
    out.append(text);
    return;
  }
  out.push_back('"');
  for (const char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  out.push_back('"');
}

void write_all(int fd, std::string_view bytes) noexcept {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno != EINTR) {
      return;  // nowhere to complain: a full or closed log must not stop the gate
    }
  }
}

}  // namespace

std::string_view name_of(http::LogLevel level) noexcept {
  switch (level) {
    case http::LogLevel::debug:
      return "debug";
    case http::LogLevel::info:
      return "info";
    case http::LogLevel::warning:
      return "warning";
    case http::LogLevel::error:
      return "error";
  }
  SENTRAIL_UNREACHABLE("LogLevel");
}

Result<http::LogLevel> parse_log_level(std::string_view name) {
  using enum http::LogLevel;
  for (const http::LogLevel level : {debug, info, warning, error}) {
    if (name_of(level) == name) return level;
  }
  return fail(Errc::invalid_argument,
              "log level `" + escape_display(name) + "` is not one of debug, info, warning, error");
}

std::string without_keys(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t at = find_secret(text);
    if (at == std::string_view::npos) break;
    std::size_t end = at + kPrefixBytes;
    while (end < text.size() && is_secret_byte(text[end])) ++end;
    out.append(text.substr(0, at + kPrefixBytes)).append("[redacted]");
    text.remove_prefix(end);
  }
  return out.append(text);
}

std::string format_line(LogFormat format, Instant now, http::LogLevel level, std::string_view event,
                        std::initializer_list<http::LogField> fields) {
  std::string out;
  if (format == LogFormat::json) {
    JsonWriter json(&out);
    json.begin_object().key("time").string(format_rfc3339(now));
    json.key("level").string(name_of(level)).key("event").string(event);
    for (const http::LogField& field : fields) json.key(field.key).string(shown(field));
    json.end_object();
    return out;
  }
  out.append("time=").append(format_rfc3339(now)).append(" level=").append(name_of(level));
  out.append(" event=").append(event);
  for (const http::LogField& field : fields) {
    out.append(" ").append(field.key).append("=");
    append_logfmt_value(out, shown(field));
  }
  return out;
}

Logger::Logger(int fd, LogFormat format, http::LogLevel level, const Clock& clock)
    : fd_(fd), format_(format), level_(level), clock_(clock) {}

void Logger::write(http::LogLevel level, std::string_view event,
                   std::initializer_list<http::LogField> fields) noexcept {
  if (!enabled(level)) return;
  std::string line = format_line(format_, clock_.now(), level, event, fields);
  line.push_back('\n');
  const std::lock_guard<std::mutex> lock(mutex_);
  write_all(fd_, line);
}

}  // namespace sentrail::server
