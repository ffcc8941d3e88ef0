// One line each way over a Unix socket. See control_client.hpp.
#include "interceptor/cli/control_client.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "core/limits.hpp"
#include "interceptor/cli/table.hpp"
#include "wire/json.hpp"

namespace sentrail::cli {
namespace {

// Closes a descriptor when it goes.
struct Descriptor {
  explicit Descriptor(int fd) : number(fd) {}
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  const int number;
};

tl::unexpected<Error> no_gate(const std::string& data) {
  const std::string why = std::strerror(errno);
  return fail(Errc::unavailable, "no gate answers in " + data + ": " + why +
                                     "; is sentraild running, and is this its data folder?");
}

// A path of any length fits into an address by way of an open folder.
sockaddr_un address_in(int folder) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = "/proc/self/fd/" + std::to_string(folder) + "/control.sock";
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

Status check_peer(int socket, const std::string& data) {
  ucred peer{};
  socklen_t size = sizeof(peer);
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return no_gate(data);
  // Root may command everybody's gate.
  if (peer.uid == ::geteuid() || ::geteuid() == 0) return {};
  return fail(Errc::permission_denied, "the gate in " + data + " belongs to somebody else");
}

Status send_line(int socket, std::string line, const std::string& data) {
  line.push_back('\n');
  std::string_view rest = line;
  while (!rest.empty()) {
    const ssize_t sent = ::send(socket, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return no_gate(data);
    rest.remove_prefix(static_cast<std::size_t>(sent));
  }
  return {};
}

Result<std::string> receive_line(int socket, const std::string& data) {
  std::string line;
  std::array<char, 4096> buffer{};
  while (line.find('\n') == std::string::npos) {
    const ssize_t got = ::recv(socket, buffer.data(), buffer.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      return fail(Errc::timed_out, "the gate in " + data + " did not answer in time");
    }
    if (got <= 0) {
      return fail(Errc::permission_denied,
                  "the gate in " + data + " hung up; only its owner may command it");
    }
    line.append(buffer.data(), static_cast<std::size_t>(got));
    if (line.size() > limits::kPeopleBodyBytesMax) {
      return fail(Errc::corrupt, "what answers in " + data + " is not a gate");
    }
  }
  line.resize(line.find('\n'));
  return line;
}

}  // namespace

Result<Answer> ask_control(const std::string& data, const std::string& line, std::int64_t wait_ms) {
  const Descriptor folder(::open(data.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (folder.number < 0) return no_gate(data);
  const Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_un address = address_in(folder.number);
  if (socket.number < 0 ||
      ::connect(socket.number, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    return no_gate(data);
  }
  SENTRAIL_TRY(check_peer(socket.number, data));
  timeval wait{};
  wait.tv_sec = wait_ms / 1000;
  static_cast<void>(::setsockopt(socket.number, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)));
  SENTRAIL_TRY(send_line(socket.number, line, data));
  Answer answer;
  SENTRAIL_ASSIGN_OR_RETURN(answer.body, receive_line(socket.number, data));
  SENTRAIL_ASSIGN_OR_RETURN(answer.json, wire::parse_json(answer.body));
  const JsonValue ok = answer.json.empty() ? JsonValue{} : answer.json.root().find("ok");
  if (!ok.exists() || ok.kind() != JsonKind::boolean) {
    return fail(Errc::corrupt, "what answers in " + data + " is not a gate");
  }
  answer.status = ok.boolean() ? 200 : 409;
  if (!ok.boolean()) return fail(Errc::permission_denied, cell(answer.json.root(), "error"));
  return answer;
}

}  // namespace sentrail::cli
