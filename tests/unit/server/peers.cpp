// Blocking sockets.
//
// Neighbours: peers.hpp. Must not know: the product.
#include "tests/unit/server/peers.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <utility>

#include "core/check.hpp"

namespace sentrail::test {
namespace {

constexpr int kWaitSeconds = 10;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

void prepare(int fd) {
  const timeval limit{kWaitSeconds, 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

}  // namespace

Conn::Conn(int fd) : fd_(fd) {
  prepare(fd);
}
Conn::~Conn() {
  close();
}

Conn::Conn(Conn&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      tls_(std::exchange(other.tls_, nullptr)),
      unread_(std::move(other.unread_)),
      seen_(std::move(other.seen_)) {}

Conn& Conn::operator=(Conn&& other) noexcept {
  if (this != &other) {
    close();
    fd_ = std::exchange(other.fd_, -1);
    tls_ = std::exchange(other.tls_, nullptr);
    unread_ = std::move(other.unread_);
    seen_ = std::move(other.seen_);
  }
  return *this;
}

Conn Conn::to(std::uint16_t port, bool small_buffer) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  SENTRAIL_CHECK(fd >= 0);
  if (small_buffer) {
    const int bytes = 4096;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
  }
  const sockaddr_in address = loopback(port);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    ::close(fd);
    return Conn();
  }
  return Conn(fd);
}

bool Conn::connect_tls(ssl_ctx_st* context, const char* host) {
  tls_ = SSL_new(context);
  SSL_set_fd(tls_, fd_);
  SSL_set_tlsext_host_name(tls_, host);
  return SSL_connect(tls_) == 1;
}

bool Conn::accept_tls(ssl_ctx_st* context) {
  tls_ = SSL_new(context);
  SSL_set_fd(tls_, fd_);
  return SSL_accept(tls_) == 1;
}

bool Conn::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = tls_ != nullptr
                              ? SSL_write(tls_, bytes.data(), static_cast<int>(bytes.size()))
                              : ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

bool Conn::drip(std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (!send(bytes.substr(i, 1))) return false;
  }
  return true;
}

std::string Conn::some() {
  if (!unread_.empty()) return std::exchange(unread_, {});
  std::array<char, 65536> buffer;
  const ssize_t count = tls_ != nullptr
                            ? SSL_read(tls_, buffer.data(), static_cast<int>(buffer.size()))
                            : ::recv(fd_, buffer.data(), buffer.size(), 0);
  if (count <= 0) return {};
  seen_.append(buffer.data(), static_cast<std::size_t>(count));
  return std::string(buffer.data(), static_cast<std::size_t>(count));
}

std::string Conn::until(std::string_view mark) {
  std::string all;
  while (true) {
    const std::size_t at = all.find(mark);
    if (at != std::string::npos) {
      unread_ = all.substr(at + mark.size());
      return all.substr(0, at + mark.size());
    }
    const std::string more = some();
    if (more.empty()) return all;
    all += more;
  }
}

std::string Conn::exactly(std::size_t bytes) {
  std::string all;
  while (all.size() < bytes) {
    const std::string more = some();
    if (more.empty()) return all;
    all += more;
  }
  unread_ = all.substr(bytes);
  return all.substr(0, bytes);
}

std::string Conn::rest() {
  std::string all;
  while (true) {
    const std::string more = some();
    if (more.empty()) return all;
    all += more;
  }
}

bool Conn::wait_end() {
  while (true) {
    pollfd waiting{fd_, POLLIN | POLLRDHUP, 0};
    if (::poll(&waiting, 1, kWaitSeconds * 1000) <= 0) return false;
    std::array<char, 65536> buffer;
    if (::recv(fd_, buffer.data(), buffer.size(), 0) <= 0) return true;
  }
}

void Conn::close() {
  if (tls_ != nullptr) SSL_free(std::exchange(tls_, nullptr));
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

void Conn::reset() {
  const linger hard{1, 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
  close();
}

void Conn::finish_writing() {
  ::shutdown(fd_, SHUT_WR);
}

ScriptedPeer::ScriptedPeer(std::vector<Script> scripts, ssl_ctx_st* tls) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  SENTRAIL_CHECK(listener_ >= 0);
  sockaddr_in address = loopback(0);
  SENTRAIL_CHECK(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0);
  SENTRAIL_CHECK(::listen(listener_, 64) == 0);
  socklen_t bytes = sizeof(address);
  ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &bytes);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread(
      [this, scripts = std::move(scripts), tls]() mutable { run(std::move(scripts), tls); });
}

ScriptedPeer::~ScriptedPeer() {
  ::shutdown(listener_, SHUT_RDWR);
  finish();
  ::close(listener_);
}

void ScriptedPeer::run(std::vector<Script> scripts, ssl_ctx_st* tls) {
  for (const Script& script : scripts) {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    Conn conn(fd);
    if (tls == nullptr || conn.accept_tls(tls)) script(conn);
    const std::lock_guard<std::mutex> lock(mutex_);
    received_.push_back(conn.seen());
  }
}

std::vector<std::string> ScriptedPeer::received() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return received_;
}

void ScriptedPeer::finish() {
  if (thread_.joinable()) thread_.join();
}

ScriptedPeer::Script answering(std::string bytes) {
  return [bytes = std::move(bytes)](Conn& conn) {
    conn.until("\r\n\r\n");
    conn.send(bytes);
  };
}

std::uint16_t closed_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  SENTRAIL_CHECK(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0);
  socklen_t bytes = sizeof(address);
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &bytes);
  ::close(fd);
  return ntohs(address.sin_port);
}

}  // namespace sentrail::test
