// Listeners, threads, shutdown, signals, deadlines and log lines.
//
// Neighbours: runtime/server/server.hpp, io_worker.hpp, signals.hpp, deadline.hpp, log.hpp.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <csignal>

#include "runtime/server/deadline.hpp"
#include "tests/unit/server/peers.hpp"
#include "tests/unit/server/running.hpp"

namespace sentrail::test {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::shared_ptr<LambdaHandler> ok() {
  return std::make_shared<LambdaHandler>([](std::shared_ptr<http::Exchange> exchange) {
    exchange->respond(http::make_response(200, "text/plain", "ok"));
  });
}

const std::string kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

Error open_error(server::ServerConfig config) {
  SystemClock clock;
  server::Logger logger(2, server::LogFormat::logfmt, http::LogLevel::error, clock);
  auto opened = server::Server::open(std::move(config), ok(), logger);
  return opened ? Error{} : opened.error();
}

TEST(Server, TakenPortIsSaidSo) {
  Running running(ok(), {}, 2);
  server::ServerConfig config;
  config.listeners.push_back({"main", "127.0.0.1", running.port(), false, {}});
  const Error error = open_error(config);
  EXPECT_EQ(error.code, Errc::unavailable);
  EXPECT_THAT(error.message, HasSubstr("port " + std::to_string(running.port()) + " is taken"));
}

TEST(Server, BadConfigurationIsRefused) {
  for (const char* address : {"localhost", "127.1", "", "300.0.0.1", "fe80::1%lo"}) {
    server::ServerConfig config;
    config.listeners.push_back({"main", address, 0, false, {}});
    EXPECT_EQ(open_error(config).code, Errc::invalid_argument) << address;
  }
  server::ServerConfig none;
  none.threads = 0;
  EXPECT_EQ(open_error(none).code, Errc::invalid_argument);
  none.threads = 65;
  EXPECT_EQ(open_error(none).code, Errc::invalid_argument);
}

TEST(Server, PortCanBeTakenAgainAtOnce) {
  std::uint16_t port = 0;
  for (int i = 0; i < 3; ++i) {
    server::ListenerConfig listener;
    listener.port = port;
    Running running(ok(), {}, 2, listener);
    port = running.port();
    Conn conn = Conn::to(port);
    conn.send(kGet);
    EXPECT_THAT(conn.until("ok"), EndsWith("ok"));
  }
}

TEST(Server, ThreadsAnswerAndPostToEachOther) {
  std::atomic<int> posted{0};
  std::vector<http::IoThread*> threads;
  auto handler = std::make_shared<LambdaHandler>([&](std::shared_ptr<http::Exchange> exchange) {
    // To the other thread and back, as a decided approval wakes a poll elsewhere.
    http::IoThread* other = threads[1 - exchange->io().index()];
    other->post([exchange = std::move(exchange), &posted]() mutable {
      http::IoThread& home = exchange->io();
      ++posted;
      home.post([moved = std::move(exchange)] {
        moved->respond(http::make_response(200, "text/plain", "ok"));
      });
    });
  });
  // Before the threads run: set later, they would read it unsynchronised.
  handler->on_start = [&](const std::vector<http::IoThread*>& all) { threads = all; };
  Running running(handler, {}, 2);
  std::vector<std::thread> clients;
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back([port = running.port()] {
      for (int connection = 0; connection < 5; ++connection) {
        Conn conn = Conn::to(port);
        for (int request = 0; request < 20; ++request) {
          ASSERT_TRUE(conn.send(kGet));
          ASSERT_THAT(conn.until("ok"), EndsWith("ok"));
        }
      }
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(posted.load(), 400);
}

TEST(Server, DrainsInTwoPhases) {
  std::promise<void> handled;
  std::promise<void> drained;
  std::shared_ptr<http::Exchange> held;
  auto handler = std::make_shared<LambdaHandler>([&](std::shared_ptr<http::Exchange> exchange) {
    held = std::move(exchange);
    handled.set_value();
  });
  handler->on_drain = [&](http::IoThread& io) {
    // A waiting poll is answered when the server says that it ends.
    io.post([&] {
      held->respond(http::make_response(200, "text/plain", "last words"));
      held.reset();
    });
    drained.set_value();
  };
  Running running(handler);
  Conn idle = Conn::to(running.port());
  Conn busy = Conn::to(running.port());
  busy.send(kGet);
  handled.get_future().get();
  running.server().shutdown();
  drained.get_future().get();
  EXPECT_THAT(busy.rest(), AllOf(HasSubstr("Connection: close\r\n"), EndsWith("last words")));
  EXPECT_EQ(idle.rest(), "");
  running.server().wait();
  EXPECT_EQ(running.server().connections(), 0u);
  EXPECT_EQ(Conn::to(running.port()).fd(), -1);
}

// The request lies in the socket, not yet read, when its idle connection is to be closed.
TEST(Server, ARequestThatArrivedBeforeTheDrainIsServed) {
  std::promise<void> stands;
  std::promise<void> goes_on;
  auto handler = std::make_shared<LambdaHandler>([&](std::shared_ptr<http::Exchange> exchange) {
    if (exchange->request().path() == "/stop") {
      stands.set_value();
      goes_on.get_future().get();
    }
    exchange->respond(http::make_response(200, "text/plain", "ok"));
  });
  Running running(handler);
  Conn idle = Conn::to(running.port());
  ASSERT_TRUE(idle.send(kGet));
  EXPECT_THAT(idle.until("ok"), StartsWith("HTTP/1.1 200 "));
  Conn busy = Conn::to(running.port());
  ASSERT_TRUE(busy.send("GET /stop HTTP/1.1\r\nHost: a\r\n\r\n"));
  stands.get_future().get();
  running.server().shutdown();
  ASSERT_TRUE(idle.send(kGet));  // loopback: it has arrived when this returns
  goes_on.set_value();
  const std::string answer = idle.rest();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(busy.rest(), StartsWith("HTTP/1.1 200 "));
}

TEST(Server, WhatDoesNotEndIsEnded) {
  server::ServerLimits limits;
  limits.shutdown_ms = 20;
  std::promise<void> handled;
  std::shared_ptr<http::Exchange> held;
  auto handler = std::make_shared<LambdaHandler>([&](std::shared_ptr<http::Exchange> exchange) {
    held = std::move(exchange);
    handled.set_value();
  });
  Running running(handler, limits);
  Conn conn = Conn::to(running.port());
  conn.send(kGet);
  handled.get_future().get();
  running.server().shutdown();
  running.server().wait();
  EXPECT_EQ(conn.rest(), "");
  EXPECT_EQ(running.server().connections(), 0u);
  EXPECT_FALSE(held->respond({}));
  EXPECT_THAT(running.log(), HasSubstr("event=shutdown_forced"));
}

TEST(Server, TimersRunInOrderAndCanBeCancelled) {
  Running running(ok());
  http::IoThread& io = running.io();
  std::promise<std::string> order;
  auto text = std::make_shared<std::string>();
  io.post([&io, &order, text] {
    const auto late = io.after(40, [&order, text] { order.set_value(*text + "b"); });
    const auto never = io.after(1, [text] { *text += "x"; });
    io.after(2, [text] { *text += "a"; });
    io.cancel(never);
    io.cancel(never);
    static_cast<void>(late);
  });
  EXPECT_EQ(order.get_future().get(), "ab");
}

TEST(Server, SignalsReloadThenShutDown) {
  SystemClock clock;
  std::FILE* out = std::tmpfile();
  server::Logger logger(fileno(out), server::LogFormat::logfmt, http::LogLevel::info, clock);
  server::ServerConfig config;
  config.listeners.emplace_back();
  auto opened = server::Server::open(config, ok(), logger);
  ASSERT_TRUE(opened);
  std::promise<void> reloaded;
  (*opened)->handle_signals([&] { reloaded.set_value(); });
  (*opened)->start();
  std::raise(SIGHUP);
  reloaded.get_future().get();
  std::raise(SIGTERM);
  (*opened)->wait();
  opened->reset();
  std::fclose(out);
}

TEST(Deadline, MovesBothWaysAndFiresOnce) {
  server::asio::io_context context;
  int fired = 0;
  server::Deadline deadline(context.get_executor(), [&] { ++fired; });
  deadline.arm(server::after_ms(60'000));
  deadline.arm(server::after_ms(1));  // earlier
  context.run();
  EXPECT_EQ(fired, 1);
  EXPECT_TRUE(deadline.expired());
  context.restart();
  deadline.arm(server::after_ms(1));
  EXPECT_FALSE(deadline.expired());
  const auto later = server::after_ms(30);
  deadline.arm(later);
  context.run();
  EXPECT_EQ(fired, 2);
  EXPECT_GE(server::SteadyClock::now(), later);
  context.restart();
  deadline.arm(server::after_ms(1));
  deadline.disarm();
  context.run();
  EXPECT_EQ(fired, 2);
}

TEST(Deadline, DestroyedWhileItsHandlerIsQueued) {
  server::asio::io_context context;
  int fired = 0;
  {
    server::Deadline deadline(context.get_executor(), [&] { ++fired; });
    deadline.arm(server::SteadyClock::now());
  }
  context.run();
  EXPECT_EQ(fired, 0);
}

TEST(Log, LinesInBothFormats) {
  const Instant now{1'767'225'600'000};
  using server::LogFormat;
  EXPECT_EQ(server::format_line(LogFormat::logfmt, now, http::LogLevel::info, "request",
                                {{"path", "/a b"}, {"n", "1"}, {"q", "say \"x\"\\"}, {"e", ""}}),
            "time=2026-01-01T00:00:00.000Z level=info event=request path=\"/a b\" n=1 "
            "q=\"say \\\"x\\\"\\\\\" e=\"\"");
  EXPECT_EQ(server::format_line(LogFormat::json, now, http::LogLevel::error, "x", {{"k", "a\"\n"}}),
            "{\"time\":\"2026-01-01T00:00:00.000Z\",\"level\":\"error\",\"event\":\"x\","
            "\"k\":\"a\\\"\\n\"}");
}

TEST(Log, NeverSplitsALineNorShowsASecret) {
  const std::string line =
      server::format_line(server::LogFormat::logfmt, Instant{0}, http::LogLevel::warning, "x",
                          {{"authorization", "Bearer abc"},
                           {"note", "key agk_test_0123abcXYZ, and agk_9"},
                           {"more", "sps_1aZ sbt_2bY sdt_3c-X_ xsps_4"},
                           {"evil", "a\nlevel=error\r\x1b[31m\u202e"}});
  EXPECT_THAT(line, HasSubstr("authorization=[redacted]"));
  EXPECT_THAT(line, HasSubstr("note=\"key agk_[redacted], and agk_[redacted]\""));
  EXPECT_THAT(line, HasSubstr("more=\"sps_[redacted] sbt_[redacted] sdt_[redacted] "
                              "xsps_[redacted]\""));
  EXPECT_EQ(line.find_first_of("\n\r\x1b"), std::string::npos);
  EXPECT_EQ(line.find("\u202e"), std::string::npos);
}

TEST(Log, LevelsAreNamedAndFiltered) {
  EXPECT_EQ(server::parse_log_level("warning").value(), http::LogLevel::warning);
  EXPECT_FALSE(server::parse_log_level("loud"));
  SystemClock clock;
  std::FILE* out = std::tmpfile();
  server::Logger logger(fileno(out), server::LogFormat::logfmt, http::LogLevel::warning, clock);
  logger.write(http::LogLevel::info, "dropped", {});
  logger.write(http::LogLevel::error, "kept", {});
  EXPECT_FALSE(logger.enabled(http::LogLevel::info));
  EXPECT_TRUE(logger.enabled(http::LogLevel::warning));
  std::rewind(out);
  char line[256];
  ASSERT_NE(std::fgets(line, sizeof(line), out), nullptr);
  EXPECT_THAT(line, HasSubstr("event=kept"));
  EXPECT_EQ(std::fgets(line, sizeof(line), out), nullptr);
  std::fclose(out);
}

}  // namespace
}  // namespace sentrail::test
