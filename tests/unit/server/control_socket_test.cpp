// The control socket as its owner meets it.
#include "runtime/server/control_socket.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>
#include <vector>

#include "core/limits.hpp"

namespace sentrail::server {
namespace {

class ControlSocketTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = ::testing::TempDir() + "control-XXXXXX";
    folder_ = ::mkdtemp(name.data());
    path_ = folder_ + "/control.sock";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::unique_ptr<ControlSocket> open(ControlAnswer answer,
                                      std::int64_t line_ms = limits::kControlLineMs) {
    auto socket = ControlSocket::open(folder_, std::move(answer), line_ms);
    EXPECT_TRUE(socket) << (socket ? "" : socket.error().message);
    return std::move(*socket);
  }

  [[nodiscard]] int connect() const {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::copy(path_.begin(), path_.end(), address.sun_path);
    EXPECT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    return fd;
  }

  // What comes back for these bytes.
  std::string ask(const std::string& bytes) const {
    const int fd = connect();
    EXPECT_EQ(::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
    ::shutdown(fd, SHUT_WR);
    std::string out;
    char buffer[512];
    for (ssize_t got = 0; (got = ::recv(fd, buffer, sizeof(buffer), 0)) > 0;) {
      out.append(buffer, static_cast<std::size_t>(got));
    }
    ::close(fd);
    return out;
  }

  std::string folder_;
  std::string path_;
};

std::string echo(std::string_view line, const ControlPeer&) {
  return "<" + std::string(line) + ">";
}

TEST_F(ControlSocketTest, AnswersALineAndLeavesNothingBehind) {
  {
    const auto socket = open([](std::string_view line, const ControlPeer& peer) {
      EXPECT_EQ(peer.uid, ::geteuid());
      EXPECT_EQ(peer.pid, ::getpid());
      return echo(line, peer);
    });
    struct stat found{};
    ASSERT_EQ(::stat(path_.c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0777, 0600u);
    EXPECT_EQ(ask("one\n"), "<one>\n");
    EXPECT_EQ(ask("two\nthree\n"), "<two>\n");
  }
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(ControlSocketTest, NoLineNoAnswer) {
  const auto socket = open(&echo);
  EXPECT_EQ(ask("no end"), "");
  EXPECT_EQ(ask(std::string(limits::kControlLineBytesMax + 10, 'x')), "");
  EXPECT_EQ(ask("still there\n"), "<still there>\n");
}

TEST_F(ControlSocketTest, WhoDripsALineIsHungUpOnWhenItsTimeIsOver) {
  constexpr std::int64_t kLineMs = 400;
  const auto socket = open(&echo, kLineMs);
  const auto begun = std::chrono::steady_clock::now();
  const int client = connect();
  // Each byte comes long before its own time would be over.
  pollfd hung_up{client, POLLIN, 0};
  do {
    ASSERT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(20));
    static_cast<void>(::send(client, "x", 1, MSG_NOSIGNAL));
  } while (::poll(&hung_up, 1, kLineMs / 20) == 0);
  EXPECT_GE(std::chrono::steady_clock::now() - begun, std::chrono::milliseconds(kLineMs));
  ::close(client);
  EXPECT_EQ(ask("still there\n"), "<still there>\n");
}

TEST_F(ControlSocketTest, WhoTakesNoAnswerHoldsNoThread) {
  constexpr std::int64_t kLineMs = 100;
  const auto socket = open(
      [](std::string_view line, const ControlPeer& peer) {
        return line == "much" ? std::string(32u << 20, 'x') : echo(line, peer);
      },
      kLineMs);
  std::vector<int> clients;
  for (int i = 0; i < 8; ++i) {  // more than it has threads
    clients.push_back(connect());
    EXPECT_EQ(::send(clients.back(), "much\n", 5, MSG_NOSIGNAL), 5);
  }
  EXPECT_EQ(ask("still there\n"), "<still there>\n");
  for (const int client : clients) ::close(client);
}

TEST_F(ControlSocketTest, TakesThePlaceOfWhatAFormerProcessLeft) {
  std::ofstream(path_) << "left behind";
  const auto socket = open(&echo);
  EXPECT_EQ(ask("one\n"), "<one>\n");
}

TEST_F(ControlSocketTest, ALongPathIsNoHindrance) {
  folder_ += "/" + std::string(150, 'd');
  std::filesystem::create_directory(folder_);
  const auto socket = open(&echo);
  EXPECT_TRUE(std::filesystem::is_socket(folder_ + "/control.sock"));
}

TEST_F(ControlSocketTest, AnswersWhileAnotherCommandTakesItsTime) {
  std::promise<void> slow;
  std::shared_future<void> end = slow.get_future().share();
  const auto socket = open([end](std::string_view line, const ControlPeer& peer) {
    if (line == "slow") end.wait();
    return echo(line, peer);
  });
  auto waiting = std::async(std::launch::async, [&] { return ask("slow\n"); });
  EXPECT_EQ(ask("fast\n"), "<fast>\n");
  slow.set_value();
  EXPECT_EQ(waiting.get(), "<slow>\n");
}

TEST_F(ControlSocketTest, AnswersWhenDescriptorsHaveRunOut) {
  const auto socket = open(&echo);
  EXPECT_EQ(ask("before\n"), "<before>\n");
  const int client = connect();
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(::send(client, "first\n", 6, 0), 6);
  char buffer[64];
  EXPECT_GT(::recv(client, buffer, sizeof(buffer), 0), 0);
  ::close(client);
  const int late = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int next = ::dup(late);
  ::close(next);
  rlimit none = before;
  none.rlim_cur = static_cast<rlim_t>(next);  // not one more than there are
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::copy(path_.begin(), path_.end(), address.sun_path);
  EXPECT_EQ(::connect(late, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  EXPECT_EQ(::send(late, "late\n", 5, 0), 5);
  const ssize_t got = ::recv(late, buffer, sizeof(buffer), 0);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(std::string(buffer, got > 0 ? static_cast<std::size_t>(got) : 0), "<late>\n");
  ::close(late);
}

}  // namespace
}  // namespace sentrail::server
