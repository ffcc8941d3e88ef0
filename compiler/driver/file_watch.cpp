// Asks the kernel, which tells of folders. See file_watch.hpp.
#include "compiler/driver/file_watch.hpp"

#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string_view>

#include "compiler/driver/descriptor.hpp"
#include "core/result.hpp"

namespace sentrail::compiler {
namespace {

namespace fs = std::filesystem;

// An editor writes several times within this span; they are one save.
constexpr int kSettleMs = 50;

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
                          name.ends_with(".lock.json") || name == "catalogs" ||
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

}  // namespace

int watch_policy(const std::string& path, const OutputOptions& output, const OnSave& on_save) {
  if (output.format != Format::text) {
    return report(Error{Errc::invalid_argument, "watching prints text: leave out --format"},
                  output);
  }
  std::error_code error;
  fs::path folder = fs::is_directory(path, error) ? fs::path(path) : fs::path(path).parent_path();
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
    // Watching a folder of a module twice is watching it once; one that is gone will be missed.
    for (const std::string& file : on_save()) {
      const fs::path parent = fs::path(file).parent_path();
      const fs::path module_folder = parent.empty() ? "." : parent;
      static_cast<void>(inotify.watch(module_folder));
      inotify.watch_catalogs(module_folder);
    }
    if (const Status status = inotify.wait(); !status) return report(status.error(), output);
  }
}

}  // namespace sentrail::compiler
