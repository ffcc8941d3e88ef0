// The local control socket: a line in, a line out, for whoever owns the process.
//
// Neighbours: control_commands.hpp answers the lines, daemon.cpp opens it. Must not know: what a
// line means. Threads of its own and blocking calls: it must answer when the I/O threads are busy,
// the disk hangs and descriptors have run out.
// source: docs/control_socket.md.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/limits.hpp"
#include "core/result.hpp"
#include "runtime/store/files.hpp"

namespace sentrail::server {

// How many lines are answered at once.
inline constexpr int kControlThreads = 4;

// Who is at the other end, as the kernel says.
struct ControlPeer {
  uid_t uid = 0;
  pid_t pid = 0;
};

// Answers one line, without its newline, with one line. threads: several at once.
using ControlAnswer = std::function<std::string(std::string_view line, const ControlPeer& peer)>;

// An open control socket. threads: the one that made it.
class ControlSocket {
 public:
  // Makes `control.sock`, mode 0600, in the folder, in the place of one that a former process left,
  // and answers from then on. A whole line has `line_ms` to arrive, and as long to be taken; then
  // the connection ends. REQUIRES: this process holds the folder. fails: io.
  [[nodiscard]] static Result<std::unique_ptr<ControlSocket>> open(
      const std::string& folder, ControlAnswer answer,
      std::int64_t line_ms = limits::kControlLineMs);
  // Answers what is being asked, then closes and removes the socket.
  ~ControlSocket();
  ControlSocket(const ControlSocket&) = delete;
  ControlSocket& operator=(const ControlSocket&) = delete;

 private:
  ControlSocket(std::string path, ControlAnswer answer, std::int64_t line_ms)
      : path_(std::move(path)), answer_(std::move(answer)), line_ms_(line_ms) {}

  [[nodiscard]] Status listen_in(const std::string& folder);
  void serve();
  void converse(const store::FileHandle& peer);

  const std::string path_;
  const ControlAnswer answer_;
  const std::int64_t line_ms_;
  store::FileHandle listener_;
  store::FileHandle stop_;  // an eventfd that is readable once it ends
  std::vector<std::thread> threads_;
};

}  // namespace sentrail::server
