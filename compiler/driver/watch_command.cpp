// `watch`: builds again whenever the policy is saved, and tells a running gate to reload.
#include <fcntl.h>
#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

extern "C" {  // glibc 2.36 declares these as if they were C++
#include <sys/pidfd.h>
}

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
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
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }

  [[nodiscard]] int get() const { return fd_; }

 private:
  const int fd_;
};

class Inotify {
 public:
  [[nodiscard]] Status watch(const fs::path& folder) const {
    constexpr auto kEvents = kFileEvents | IN_DELETE_SELF | IN_MOVE_SELF;
    if (inotify_add_watch(queue_.get(), folder.c_str(), kEvents) < 0) {
      return fail(Errc::io, "cannot watch " + folder.string() + ": " + std::strerror(errno));
    }
    return {};
  }

  // Catalogs beside the policy, which may come and go. Watching them twice is watching them once.
  void watch_catalogs(const fs::path& folder) const {
    inotify_add_watch(queue_.get(), (folder / "catalogs").c_str(), kFileEvents);
  }

  // Waits for a change to a policy or catalog and lets the burst pass. fails: not_found when the
  // folder itself is gone, since no change would ever come.
  [[nodiscard]] Status wait() const {
    for (;;) {
      pollfd ready{queue_.get(), POLLIN, 0};
      if (poll(&ready, 1, -1) < 0) {
        return fail(Errc::io, std::string("watching ended: ") + std::strerror(errno));
      }
      Seen seen = drain();
      while (poll(&ready, 1, kSettleMs) > 0) seen = std::max(seen, drain());
      if (seen == Seen::end) return fail(Errc::not_found, "the watched folder is gone");
      if (seen == Seen::change) return {};
    }
  }

 private:
  static constexpr std::uint32_t kFileEvents = IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_DELETE;

  enum class Seen : std::uint8_t { nothing, change, end };

  static Seen meaning_of(const inotify_event& event) {
    if ((event.mask & (IN_DELETE_SELF | IN_MOVE_SELF)) != 0) return Seen::end;
    const std::string_view name = event.len > 0 ? event.name : "";
    const bool relevant = name.ends_with(".sentrail") || name.ends_with(".yaml") ||
                          name == "catalogs" ||
                          (event.mask & IN_Q_OVERFLOW) != 0;  // whatever was missed
    return relevant ? Seen::change : Seen::nothing;
  }

  [[nodiscard]] Seen drain() const {
    alignas(inotify_event) std::array<char, 8192> buffer;
    Seen seen = Seen::nothing;
    for (;;) {
      const ssize_t got = read(queue_.get(), buffer.data(), buffer.size());
      if (got <= 0) return seen;
      for (ssize_t at = 0; at < got;) {
        const auto* event = reinterpret_cast<const inotify_event*>(buffer.data() + at);
        seen = std::max(seen, meaning_of(*event));
        at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
      }
    }
  }

  const Descriptor queue_{inotify_init1(IN_CLOEXEC | IN_NONBLOCK)};
};

// The process that holds the lock on a pid file; 0 if none does. Asking takes no lock: a gate that
// starts at this moment must find it free.
pid_t holder_of(int file) {
  struct flock lock{};
  lock.l_type = F_RDLCK;
  lock.l_whence = SEEK_SET;
  const bool held = fcntl(file, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
  return held ? lock.l_pid : 0;
}

// Sends SIGHUP to the gate that holds a pid file. The number in the file says nothing: after a
// crash it stays behind, and the system may give it to another process.
Status reload_gate(const std::string& pid_file) {
  const Descriptor file(open(pid_file.c_str(), O_RDONLY | O_CLOEXEC));
  const pid_t pid = holder_of(file.get());
  const Descriptor process(pid > 0 ? pidfd_open(pid, 0) : -1);
  // Held still, so the descriptor is of the holder and not of who came after it.
  if (process.get() < 0 || holder_of(file.get()) != pid ||
      pidfd_send_signal(process.get(), SIGHUP, nullptr, 0) != 0) {
    return fail(Errc::not_found, "no running gate in " + pid_file);
  }
  return {};
}

// in: `files` gets the files of policy text.
void build_and_reload(const Options& options, const LoadOptions& load, const OutputOptions& output,
                      std::vector<std::string>& files) {
  if (build_policy(options.build, load, output, &files) != kFine) return;
  if (options.pid_file.empty()) return;
  const Status told = reload_gate(options.pid_file);
  std::printf("%s\n", told ? "the gate reloads" : told.error().message.c_str());
}

int watch(const Options& options, const LoadOptions& load, const OutputOptions& output) {
  std::error_code error;
  const fs::path path = options.build.policy;
  fs::path folder = fs::is_directory(path, error) ? path : path.parent_path();
  if (folder.empty()) folder = ".";
  const Inotify inotify;
  if (const Status status = inotify.watch(folder); !status) {
    return report(status.error(), output);
  }
  // Whoever reads along, a person or a program, sees each line as it is printed.
  std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
  std::printf("watching %s; Ctrl-C ends\n", folder.string().c_str());
  for (;;) {
    inotify.watch_catalogs(folder);
    std::vector<std::string> files;
    build_and_reload(options, load, output, files);
    // Watching a folder of a module twice is watching it once; one that is gone will be missed.
    for (const std::string& file : files) {
      const fs::path module_folder = fs::path(file).parent_path();
      static_cast<void>(inotify.watch(module_folder.empty() ? "." : module_folder));
    }
    if (const Status status = inotify.wait(); !status) return report(status.error(), output);
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
  command->callback(
      [&program, options] { program.exit_code = watch(*options, program.load, program.output()); });
}

}  // namespace sentrail::compiler
