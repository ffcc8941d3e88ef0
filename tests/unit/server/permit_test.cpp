// A call that is stopped: before its first byte, and in the middle.
//
// Neighbours: runtime/server/upstream_call.hpp, runtime/gateway/stop_self_test.hpp is gateway's.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <thread>

#include "tests/unit/server/peers.hpp"
#include "tests/unit/server/running.hpp"

namespace sentrail::test {
namespace {

using http::Reach;
using http::UpstreamFault;
using http::UpstreamPhase;

// Counts how often it is asked.
class Switch final : public http::SendPermit {
 public:
  [[nodiscard]] std::optional<std::string> refuse_to_send() const override {
    ++asked;
    return thrown ? std::optional<std::string>("it is off") : std::nullopt;
  }
  [[nodiscard]] std::optional<std::string> refuse_to_go_on() const override {
    return refuse_to_send();
  }

  std::atomic<bool> thrown{false};
  mutable std::atomic<int> asked{0};
};

std::shared_ptr<LambdaHandler> nobody() {
  return std::make_shared<LambdaHandler>([](std::shared_ptr<http::Exchange>) {});
}

// A listener whose queue is full: whoever connects waits for the first accept.
class FullListener {
 public:
  FullListener() : listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* any = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(::bind(listener_, any, size), 0);
    EXPECT_EQ(::listen(listener_, 0), 0);
    EXPECT_EQ(::getsockname(listener_, any, &size), 0);
    port_ = ntohs(address.sin_port);
    filler_ = Conn::to(port_);
  }
  ~FullListener() { ::close(listener_); }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  // Lets the filler in, and whoever waits behind it.
  [[nodiscard]] Conn accept() { return Conn(::accept(listener_, nullptr, nullptr)); }

 private:
  int listener_;
  std::uint16_t port_ = 0;
  Conn filler_;
};

// Waits until somebody asked to connect to the port and was not let in.
void wait_for_syn(std::uint16_t port) {
  char mark[64];
  std::snprintf(mark, sizeof(mark), "0100007F:%04X 02", static_cast<unsigned>(port));
  for (std::string table; table.find(mark) == std::string::npos; std::this_thread::yield()) {
    std::ifstream file("/proc/net/tcp");
    table.assign(std::istreambuf_iterator<char>(file), {});
  }
}

TEST(Permit, ACallThatConnectsWhenTheSwitchIsThrownIsNotSent) {
  FullListener listener;
  Running running(nobody());
  auto off = std::make_shared<Switch>();
  http::UpstreamRequest request = request_to(target_at(listener.port()), "POST", "hello");
  request.permit = off;
  Called got;
  std::thread caller([&] { got = call(running, std::move(request)); });
  wait_for_syn(listener.port());
  EXPECT_EQ(off->asked, 0);
  off->thrown = true;
  Conn filler = listener.accept();
  Conn late = listener.accept();
  caller.join();
  EXPECT_EQ(name_of(got.report.reach), "nothing_sent");
  EXPECT_EQ(name_of(got.report.fault), "stopped");
  EXPECT_EQ(got.report.detail, "it is off");
  EXPECT_EQ(got.report.request_bytes_sent, 0u);
  EXPECT_EQ(late.rest(), "");
}

TEST(Permit, IsAskedOnceForACallThatGoesThrough) {
  ScriptedPeer peer({answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")});
  Running running(nobody());
  auto on = std::make_shared<Switch>();
  http::UpstreamRequest request =
      request_to(target_at(peer.port()), "POST", std::string(300'000, 'x'));
  request.permit = on;
  const Called got = call(running, std::move(request));
  EXPECT_EQ(name_of(got.report.reach), "complete");
  EXPECT_EQ(on->asked, 1);
}

TEST(Permit, AStreamIsCutOffWhileNothingComes) {
  std::promise<void> began;
  ScriptedPeer peer({[&](Conn& conn) {
    conn.until("\r\n\r\n");
    conn.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n");
    began.set_value();
    conn.wait_end();
  }});
  Running running(nobody());
  auto off = std::make_shared<Switch>();
  http::UpstreamRequest request = request_to(target_at(peer.port()));
  request.permit = off;
  Called got;
  std::thread caller([&] { got = call(running, std::move(request)); });
  began.get_future().get();
  running.server().ask_permits();  // not thrown: it goes on
  off->thrown = true;
  running.server().ask_permits();
  caller.join();
  EXPECT_EQ(name_of(got.report.fault), "stopped");
  EXPECT_NE(name_of(got.report.reach), "complete");
}

TEST(Permit, APooledConnectionAsksAgain) {
  ScriptedPeer peer({[](Conn& conn) {
    conn.until("\r\n\r\n");
    conn.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    conn.wait_end();
  }});
  Running running(nobody());
  auto off = std::make_shared<Switch>();
  const auto ask = [&] {
    http::UpstreamRequest request = request_to(target_at(peer.port()));
    request.permit = off;
    return call(running, std::move(request)).report;
  };
  EXPECT_EQ(name_of(ask().reach), "complete");
  off->thrown = true;
  const http::UpstreamReport second = ask();
  EXPECT_TRUE(second.reused_connection);
  EXPECT_EQ(name_of(second.fault), "stopped");
  EXPECT_EQ(second.attempts, 1);
  peer.finish();
  EXPECT_EQ(peer.received().at(0).find("GET", 1), std::string::npos);
}

}  // namespace
}  // namespace sentrail::test
