// One thread over poll(2). See upstream_clock.hpp.
#include "bench/upstream_clock.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <string_view>
#include <utility>

namespace sentrail::bench {
namespace {

constexpr std::string_view kAnswer =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
constexpr int kWaiting = 64;

struct Connection {
  store::FileHandle socket;
  std::string unread;
};

bool starts_with_name(std::string_view line, std::string_view name) {
  return line.size() > name.size() && std::equal(name.begin(), name.end(), line.begin(),
                                                 [](char a, char b) { return a == (b | 0x20); });
}

}  // namespace

std::size_t whole_request(std::string_view text) {
  const std::size_t head = text.find("\r\n\r\n");
  if (head == std::string_view::npos) return 0;
  std::size_t body = 0;
  for (std::string_view lines = text.substr(0, head + 2); !lines.empty();) {
    const std::size_t end = lines.find("\r\n");
    constexpr std::string_view kLength = "content-length:";
    if (starts_with_name(lines.substr(0, end), kLength)) {
      std::string_view value = lines.substr(kLength.size(), end - kLength.size());
      value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
      std::from_chars(value.data(), value.data() + value.size(), body);
    }
    lines.remove_prefix(end + 2);
  }
  const std::size_t whole = head + 4 + body;
  return text.size() >= whole ? whole : 0;
}

UpstreamClock::UpstreamClock()
    : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)),
      ended_(::eventfd(0, EFD_CLOEXEC)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_.get(), any, size) != 0 || ::listen(listener_.get(), kWaiting) != 0) return;
  if (::getsockname(listener_.get(), any, &size) != 0) return;
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

UpstreamClock::~UpstreamClock() {
  if (!thread_.joinable()) return;
  const std::uint64_t one = 1;
  if (::write(ended_.get(), &one, sizeof one) == sizeof one) thread_.join();
}

std::vector<UpstreamClock::Time> UpstreamClock::take_arrivals() {
  const std::lock_guard lock(mutex_);
  return std::exchange(arrivals_, {});
}

void UpstreamClock::serve() {
  std::vector<Connection> connections;
  std::array<char, 16384> bytes{};
  for (;;) {
    std::vector<pollfd> polled = {{ended_.get(), POLLIN, 0}, {listener_.get(), POLLIN, 0}};
    for (const Connection& one : connections) polled.push_back({one.socket.get(), POLLIN, 0});
    if (::poll(polled.data(), polled.size(), -1) < 0) continue;
    const Time now = std::chrono::steady_clock::now();
    if (polled[0].revents != 0) return;
    for (std::size_t i = connections.size(); i-- > 0;) {
      Connection& one = connections[i];
      if (polled[i + 2].revents == 0) continue;
      const ssize_t got = ::recv(one.socket.get(), bytes.data(), bytes.size(), 0);
      if (got <= 0) {
        connections.erase(connections.begin() + static_cast<std::ptrdiff_t>(i));
        continue;
      }
      if (one.unread.empty()) {
        const std::lock_guard lock(mutex_);
        arrivals_.push_back(now);
      }
      one.unread.append(bytes.data(), static_cast<std::size_t>(got));
      const std::size_t whole = whole_request(one.unread);
      if (whole == 0) continue;
      one.unread.erase(0, whole);
      static_cast<void>(::send(one.socket.get(), kAnswer.data(), kAnswer.size(), MSG_NOSIGNAL));
    }
    if (polled[1].revents == 0) continue;
    store::FileHandle accepted(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (accepted.get() >= 0) connections.push_back({std::move(accepted), {}});
  }
}

}  // namespace sentrail::bench
