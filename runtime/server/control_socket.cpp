// Accepting, proving who it is, one line each way. See control_socket.hpp.
#include "runtime/server/control_socket.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <utility>

#include "core/limits.hpp"

namespace sentrail::server {
namespace {

using store::FileHandle;
using store::io_failure;

constexpr const char* kName = "control.sock";
constexpr int kBacklog = 16;

// A path of any length fits into an address by way of an open folder.
sockaddr_un address_in(int folder) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = "/proc/self/fd/" + std::to_string(folder) + "/" + kName;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

// When a whole line must have passed, however small the pieces are in which it comes or goes.
class Deadline {
 public:
  explicit Deadline(std::int64_t ms) : until_(Clock::now() + std::chrono::milliseconds(ms)) {}

  // Waits for `events`. out: whether they came in time
  [[nodiscard]] bool wait_for(int socket, short events) const {
    for (;;) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(until_ - Clock::now());
      if (left.count() <= 0) return false;
      pollfd wait{socket, events, 0};
      const int ready = ::poll(&wait, 1, static_cast<int>(left.count()));
      if (ready > 0) return true;
      if (ready < 0 && errno != EINTR) return false;
    }
  }

 private:
  using Clock = std::chrono::steady_clock;
  const Clock::time_point until_;
};

// Whether the call may be made again.
bool is_passing(int error) {
  return error == EINTR || error == EAGAIN || error == EWOULDBLOCK;
}

// out: the line without its newline; empty if none came in time
std::string read_line(int socket, const Deadline& deadline) {
  std::string line;
  std::array<char, 1024> buffer{};
  while (line.size() < limits::kControlLineBytesMax) {
    if (!deadline.wait_for(socket, POLLIN)) return {};
    const ssize_t got = ::recv(socket, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got < 0 && is_passing(errno)) continue;
    if (got <= 0) return {};
    line.append(buffer.data(), static_cast<std::size_t>(got));
    const std::size_t end = line.find('\n');
    if (end == std::string::npos) continue;
    line.resize(end);
    return line;
  }
  return {};
}

void write_line(int socket, std::string line, const Deadline& deadline) {
  line.push_back('\n');
  std::string_view rest = line;
  while (!rest.empty()) {
    if (!deadline.wait_for(socket, POLLOUT)) return;
    const ssize_t sent = ::send(socket, rest.data(), rest.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && is_passing(errno)) continue;
    if (sent <= 0) return;
    rest.remove_prefix(static_cast<std::size_t>(sent));
  }
}

// The kernel's word on who is there. out: whether it may ask
bool is_owner(int socket, ControlPeer& peer) {
  ucred credentials{};
  socklen_t size = sizeof(credentials);
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return false;
  peer = {credentials.uid, credentials.pid};
  return credentials.uid == ::geteuid() || credentials.uid == 0;
}

// Takes the next connection; gives the spare descriptor up for it where there is no other.
FileHandle accept_with(int listener, FileHandle& spare) {
  FileHandle peer(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC));
  if (peer.get() < 0 && (errno == EMFILE || errno == ENFILE) && spare.get() >= 0) {
    spare = FileHandle();
    peer = FileHandle(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC));
  }
  return peer;
}

}  // namespace

Result<std::unique_ptr<ControlSocket>> ControlSocket::open(const std::string& folder,
                                                           ControlAnswer answer,
                                                           std::int64_t line_ms) {
  std::unique_ptr<ControlSocket> out(
      new ControlSocket(folder + "/" + kName, std::move(answer), line_ms));
  SENTRAIL_TRY(out->listen_in(folder));
  for (int i = 0; i < kControlThreads; ++i) {
    out->threads_.emplace_back([socket = out.get()] { socket->serve(); });
  }
  return out;
}

Status ControlSocket::listen_in(const std::string& folder) {
  const FileHandle held(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (held.get() < 0) return io_failure("open", folder);
  if (::unlink(path_.c_str()) != 0 && errno != ENOENT) return io_failure("remove", path_);
  listener_ = FileHandle(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  stop_ = FileHandle(::eventfd(0, EFD_CLOEXEC));
  if (listener_.get() < 0 || stop_.get() < 0) return io_failure("make", path_);
  const sockaddr_un address = address_in(held.get());
  // The folder lets nobody else in, so that nobody comes before the mode is set.
  if (::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 ||
      ::chmod(path_.c_str(), 0600) != 0 || ::listen(listener_.get(), kBacklog) != 0) {
    return io_failure("listen on", path_);
  }
  return {};
}

ControlSocket::~ControlSocket() {
  const std::uint64_t one = 1;
  if (stop_.get() >= 0) static_cast<void>(::write(stop_.get(), &one, sizeof(one)) < 0);
  for (std::thread& thread : threads_) thread.join();
  if (listener_.get() >= 0) static_cast<void>(::unlink(path_.c_str()));
}

void ControlSocket::serve() {
  FileHandle spare(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  for (;;) {
    std::array<pollfd, 2> waits = {pollfd{listener_.get(), POLLIN, 0},
                                   pollfd{stop_.get(), POLLIN, 0}};
    if (::poll(waits.data(), waits.size(), -1) < 0) continue;
    if (waits[1].revents != 0) return;
    {
      const FileHandle peer = accept_with(listener_.get(), spare);
      if (peer.get() >= 0) converse(peer);
    }
    if (spare.get() < 0) spare = FileHandle(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  }
}

void ControlSocket::converse(const FileHandle& peer) {
  ControlPeer who;
  if (!is_owner(peer.get(), who)) return;
  const std::string line = read_line(peer.get(), Deadline(line_ms_));
  if (line.empty()) return;
  std::string answer = answer_(line, who);
  write_line(peer.get(), std::move(answer), Deadline(line_ms_));
}

}  // namespace sentrail::server
