// `watch`: builds again whenever the policy is saved, and tells a running gate to reload.
#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

#include "compiler/driver/build.hpp"
#include "compiler/driver/commands.hpp"

namespace sentrail::compiler {
namespace {

namespace fs = std::filesystem;

// An editor writes several times within this span; they are one save.
constexpr int kSettleMs = 50;

struct Options {
  BuildOptions build;
  std::string pid_file;
};

// Closes its file descriptor.
class Inotify {
 public:
  Inotify() : fd_(inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {}
  Inotify(const Inotify&) = delete;
  Inotify& operator=(const Inotify&) = delete;
  ~Inotify() {
    if (fd_ >= 0) close(fd_);
  }

  [[nodiscard]] Status watch(const std::string& folder) const {
    constexpr auto kEvents = IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_DELETE;
    if (fd_ < 0 || inotify_add_watch(fd_, folder.c_str(), kEvents) < 0) {
      return fail(Errc::io, "cannot watch " + folder + ": " + std::strerror(errno));
    }
    return {};
  }

  // Waits for a change to a policy or catalog and lets the burst pass.
  [[nodiscard]] Status wait() const {
    for (;;) {
      pollfd ready{fd_, POLLIN, 0};
      if (poll(&ready, 1, -1) < 0) {
        return fail(Errc::io, std::string("watching ended: ") + std::strerror(errno));
      }
      bool relevant = drain();
      while (poll(&ready, 1, kSettleMs) > 0) relevant = drain() || relevant;
      if (relevant) return {};
    }
  }

 private:
  [[nodiscard]] bool drain() const {
    alignas(inotify_event) std::array<char, 8192> buffer;
    bool relevant = false;
    for (;;) {
      const ssize_t got = read(fd_, buffer.data(), buffer.size());
      if (got <= 0) return relevant;
      for (ssize_t at = 0; at < got;) {
        const auto* event = reinterpret_cast<const inotify_event*>(buffer.data() + at);
        const std::string_view name = event->len > 0 ? event->name : "";
        relevant = relevant || name.ends_with(".sentrail") || name.ends_with(".yaml");
        at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
      }
    }
  }

  int fd_;
};

// Sends SIGHUP to the gate whose process id is in a file.
Status reload_gate(const std::string& pid_file) {
  SENTRAIL_ASSIGN_OR_RETURN(const std::string text, read_bytes(pid_file, 64));
  pid_t pid = 0;
  std::from_chars(text.data(), text.data() + text.size(), pid);
  if (pid <= 1 || kill(pid, SIGHUP) != 0) {
    return fail(Errc::not_found, "no running gate in " + pid_file);
  }
  return {};
}

void build_and_reload(const Options& options, const OutputOptions& output) {
  if (build_policy(options.build, output) != kFine || options.pid_file.empty()) return;
  const Status told = reload_gate(options.pid_file);
  std::printf("%s\n", told ? "the gate reloads" : told.error().message.c_str());
}

int watch(const Options& options, const OutputOptions& output) {
  std::error_code error;
  const fs::path path = options.build.policy;
  const fs::path folder = fs::is_directory(path, error) ? path : path.parent_path();
  const Inotify inotify;
  if (const Status status = inotify.watch(folder.empty() ? "." : folder.string()); !status) {
    return report(status.error(), output);
  }
  // Whoever reads along, a person or a program, sees each line as it is printed.
  std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
  std::printf("watching %s; Ctrl-C ends\n", folder.string().c_str());
  build_and_reload(options, output);
  for (;;) {
    if (const Status status = inotify.wait(); !status) return report(status.error(), output);
    build_and_reload(options, output);
  }
}

}  // namespace

void add_watch(CLI::App& app, CommandLine& program) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("watch", "build again on every save");
  command->add_option("path", options->build.policy, "a policy, or a folder with one");
  command->add_option("-o,--out", options->build.out, "the bundle to write")->required();
  command->add_option("--sign", options->build.key_files, "a signing key file");
  command->add_option("--reload", options->pid_file,
                      "the pid file of a gate that reads the bundle, told after each build");
  command->callback([&program, options] { program.exit_code = watch(*options, {program.json}); });
}

}  // namespace sentrail::compiler
