// The controlling terminal. See terminal.hpp.
#include "interceptor/cli/terminal.hpp"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

#include "core/limits.hpp"

namespace sentrail::cli {
namespace {

// The terminal device, echo off while it lives if asked.
class Tty {
 public:
  explicit Tty(bool quiet) : fd_(open("/dev/tty", O_RDWR | O_CLOEXEC)), quiet_(quiet) {
    if (fd_ < 0 || !quiet_ || tcgetattr(fd_, &before_) != 0) return;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    restore_ = tcsetattr(fd_, TCSAFLUSH, &silent) == 0;
  }
  Tty(const Tty&) = delete;
  Tty& operator=(const Tty&) = delete;
  ~Tty() {
    if (fd_ < 0) return;
    if (restore_) {
      tcsetattr(fd_, TCSAFLUSH, &before_);
      say("\n");
    }
    close(fd_);
  }

  [[nodiscard]] bool is_open() const noexcept { return fd_ >= 0 && (!quiet_ || restore_); }

  void say(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t written = write(fd_, text.data(), text.size());
      if (written <= 0) return;
      text.remove_prefix(static_cast<std::size_t>(written));
    }
  }

  // One line, without its end; bounded.
  [[nodiscard]] Result<std::string> read_line() const {
    std::string line;
    for (;;) {
      char byte = 0;
      const ssize_t got = read(fd_, &byte, 1);
      if (got <= 0) return fail(Errc::io, "the terminal was closed");
      if (byte == '\n') return line;
      if (line.size() >= limits::kPassphraseBytesMax) {
        return fail(Errc::limit_exceeded, "the answer is too long");
      }
      line.push_back(byte);
    }
  }

 private:
  int fd_;
  bool quiet_;
  bool restore_ = false;
  termios before_{};
};

Result<std::string> ask(std::string_view question, bool quiet) {
  const Tty tty(quiet);
  if (!tty.is_open()) {
    return fail(Errc::permission_denied,
                "this needs a person at a terminal: there is no controlling terminal to ask");
  }
  tty.say(question);
  return tty.read_line();
}

}  // namespace

Result<std::string> ask_secret(std::string_view question) {
  return ask(question, true);
}

Result<std::string> ask_new_passphrase() {
  SENTRAIL_ASSIGN_OR_RETURN(std::string first, ask("New passphrase (12 or more): ", true));
  if (first.size() < limits::kPassphraseBytesMin) {
    return fail(Errc::invalid_argument, "the passphrase needs at least 12 characters");
  }
  SENTRAIL_ASSIGN_OR_RETURN(const std::string second, ask("Once more: ", true));
  if (first != second) return fail(Errc::invalid_argument, "the two passphrases differ");
  return first;
}

Result<bool> ask_yes(std::string_view question) {
  const Result<std::string> answer = ask(question, false);
  if (!answer) return tl::make_unexpected(answer.error());
  return *answer == "y" || *answer == "yes";
}

Result<std::string> ask_line(std::string_view question) {
  return ask(question, false);
}

std::string toned(Tone tone, std::string_view text) {
  static const bool colour = isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr;
  constexpr std::array<std::string_view, 6> kCodes = {"",         "\x1b[32m", "\x1b[31m",
                                                      "\x1b[33m", "\x1b[2m",  "\x1b[1m"};
  if (!colour || tone == Tone::plain) return std::string(text);
  return std::string(kCodes[static_cast<std::size_t>(tone)]) + std::string(text) + "\x1b[0m";
}

Tone tone_of(std::string_view word) noexcept {
  if (word == "allow" || word == "executed" || word == "approved") return Tone::good;
  if (word == "block" || word == "denied" || word == "failed" || word == "revoked") {
    return Tone::bad;
  }
  if (word == "require_approval" || word == "pending" || word == "in_doubt") return Tone::held;
  return Tone::plain;
}

}  // namespace sentrail::cli
