// Clients as they come: slow, greedy, broken, gone; and the server's answers on the wire.
//
// Neighbours: runtime/server/session.hpp. Forwarding is forward_test.cpp's.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/resource.h>
#include <atomic>

#include "tests/unit/server/peers.hpp"
#include "tests/unit/server/running.hpp"

namespace sentrail::test {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// Answers with method, target and body.
std::shared_ptr<LambdaHandler> echo() {
  return std::make_shared<LambdaHandler>([](std::shared_ptr<http::Exchange> exchange) {
    const http::HttpRequest& request = exchange->request();
    exchange->respond(http::make_response(
        200, "text/plain", request.method + " " + request.target + " " + request.body));
  });
}

std::string get(std::string_view target, std::string_view more = {}) {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n" + std::string(more) + "\r\n";
}

// One whole response with a Content-Length.
std::string response(Conn& conn) {
  std::string head = conn.until("\r\n\r\n");
  const std::size_t at = head.find("Content-Length: ");
  if (at == std::string::npos) return head;
  return head + conn.exactly(std::stoul(head.substr(at + 16)));
}

TEST(Session, AnswersAndStaysOpen) {
  Running running(echo());
  Conn conn = Conn::to(running.port());
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(conn.send(get("/a")));
    const std::string got = response(conn);
    EXPECT_THAT(got, StartsWith("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"));
    EXPECT_THAT(got, HasSubstr("\r\nDate: "));
    EXPECT_THAT(got, Not(HasSubstr("Connection:")));
    EXPECT_THAT(got, EndsWith("GET /a "));
  }
  EXPECT_EQ(running.server().connections(), 1u);
  EXPECT_THAT(running.log(), HasSubstr("event=request"));
}

TEST(Session, ReadsByteByByte) {
  Running running(echo());
  Conn conn = Conn::to(running.port());
  ASSERT_TRUE(
      conn.drip("POST /p HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                "3\r\nabc\r\n0\r\n\r\n"));
  EXPECT_THAT(response(conn), EndsWith("POST /p abc"));
}

TEST(Session, PipelineIsAnsweredInOrderThoughTheFirstIsLate) {
  std::shared_ptr<http::Exchange> held;
  auto handler = std::make_shared<LambdaHandler>([&](std::shared_ptr<http::Exchange> exchange) {
    if (exchange->request().target == "/late") {
      held = std::move(exchange);
      // Only once the rest of the pipeline has surely arrived with it: same packet.
      held->io().post([&held] {
        held->respond(http::make_response(200, "text/plain", "late"));
        held.reset();
      });
      return;
    }
    exchange->respond(http::make_response(200, "text/plain", exchange->request().target));
  });
  Running running(handler);
  Conn conn = Conn::to(running.port());
  ASSERT_TRUE(conn.send(get("/late") + get("/2") + get("/3", "Connection: close\r\n")));
  EXPECT_THAT(response(conn), EndsWith("late"));
  EXPECT_THAT(response(conn), EndsWith("/2"));
  const std::string last = response(conn);
  EXPECT_THAT(last, EndsWith("/3"));
  EXPECT_THAT(last, HasSubstr("Connection: close\r\n"));
  EXPECT_EQ(conn.rest(), "");
}

TEST(Session, HeaderFloodIsRefused) {
  Running running(echo());
  Conn conn = Conn::to(running.port());
  conn.send("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(100'000, 'x'));
  EXPECT_THAT(conn.rest(), AllOf(StartsWith("HTTP/1.1 431 "), EndsWith("head_too_large")));
}

TEST(Session, SmugglingIsRefusedAndTheConnectionEnds) {
  Running running(echo());
  Conn conn = Conn::to(running.port());
  conn.send(
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
      "0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
  const std::string got = conn.rest();
  EXPECT_THAT(got, AllOf(StartsWith("HTTP/1.1 400 "), EndsWith("coding_with_length")));
  EXPECT_THAT(got, HasSubstr("Connection: close\r\n"));
}

TEST(Session, AnotherProtocolIsTold) {
  Running running(echo());
  Conn conn = Conn::to(running.port());
  conn.send("\x16\x03\x01\x02");
  EXPECT_THAT(conn.rest(), StartsWith("HTTP/1.1 400 "));
}

TEST(Session, SlowHeadTimesOutWhateverTrickles) {
  server::ServerLimits limits;
  limits.head_ms = 100;
  Running running(echo(), limits);
  Conn conn = Conn::to(running.port());
  conn.send("GET / HT");
  EXPECT_THAT(conn.rest(), AllOf(StartsWith("HTTP/1.1 408 "), EndsWith("head_timed_out")));
}

TEST(Session, SilenceEndsWithoutAnAnswer) {
  server::ServerLimits limits;
  limits.head_ms = 50;
  limits.idle_ms = 50;
  Running running(echo(), limits);
  Conn silent = Conn::to(running.port());
  EXPECT_EQ(silent.rest(), "");
  Conn once = Conn::to(running.port());
  once.send(get("/"));
  EXPECT_THAT(response(once), HasSubstr("200 OK"));
  EXPECT_EQ(once.rest(), "");
}

TEST(Session, BodyTimesOut) {
  server::ServerLimits limits;
  limits.body_ms = 50;
  Running running(echo(), limits);
  Conn conn = Conn::to(running.port());
  conn.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
  EXPECT_THAT(conn.rest(), EndsWith("body_timed_out"));
}

TEST(Session, TooLargeABodyIsRefusedBeforeItIsSent) {
  auto handler = echo();
  handler->on_plan = [](const http::HttpRequest&) { return http::BodyPlan{10, 0, {}}; };
  Running running(handler);
  Conn conn = Conn::to(running.port());
  conn.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_THAT(conn.rest(), AllOf(StartsWith("HTTP/1.1 413 "), EndsWith("body_too_large")));
  // One that is already on its way gets its answer, too, not a reset.
  Conn sender = Conn::to(running.port());
  sender.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 500000\r\n\r\n" +
              std::string(500'000, 'x'));
  EXPECT_THAT(sender.rest(), StartsWith("HTTP/1.1 413 "));
}

TEST(Session, ContinueIsSentToThoseWhoWait) {
  Running running(echo());
  Conn conn = Conn::to(running.port());
  conn.send("PUT /c HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(conn.until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  conn.send("ok");
  EXPECT_THAT(response(conn), EndsWith("PUT /c ok"));
  // Not to those who did not wait.
  conn.send("PUT /c HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\nok");
  EXPECT_THAT(response(conn), StartsWith("HTTP/1.1 200 "));
}

TEST(Session, PlanMayAnswerWithoutReadingTheBody) {
  auto handler = echo();
  handler->on_plan = [](const http::HttpRequest& head) {
    http::BodyPlan plan;
    if (head.headers.count("authorization") == 0) {
      plan.answer = http::make_response(401, "text/plain", "who");
    }
    return plan;
  };
  Running running(handler);
  Conn conn = Conn::to(running.port());
  conn.send(get("/") + get("/again", "Authorization: x\r\n"));
  EXPECT_THAT(response(conn), AllOf(StartsWith("HTTP/1.1 401 "), EndsWith("who")));
  EXPECT_THAT(response(conn), EndsWith("GET /again "));
  conn.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nabc");
  const std::string got = conn.rest();
  EXPECT_THAT(got, AllOf(StartsWith("HTTP/1.1 401 "), HasSubstr("Connection: close")));
}

TEST(Session, BodilessAnswers) {
  auto handler = std::make_shared<LambdaHandler>([](std::shared_ptr<http::Exchange> exchange) {
    const int status = std::stoi(exchange->request().target.substr(1));
    exchange->respond(http::make_response(status, "text/plain", status == 204 ? "" : "body"));
  });
  Running running(handler);
  Conn conn = Conn::to(running.port());
  conn.send("HEAD /200 HTTP/1.1\r\nHost: a\r\n\r\n" + get("/204") + get("/304") + get("/200"));
  EXPECT_THAT(conn.until("\r\n\r\n"), HasSubstr("Content-Length: 4"));
  EXPECT_THAT(conn.until("\r\n\r\n"),
              AllOf(StartsWith("HTTP/1.1 204 "), Not(HasSubstr("Content-Length"))));
  EXPECT_THAT(conn.until("\r\n\r\n"), StartsWith("HTTP/1.1 304 "));
  EXPECT_THAT(response(conn), AllOf(StartsWith("HTTP/1.1 200 "), EndsWith("body")));
}

TEST(Session, Http10ClosesUnlessAskedToStay) {
  Running running(echo());
  Conn conn = Conn::to(running.port());
  conn.send("GET /1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_THAT(response(conn), HasSubstr("Connection: keep-alive\r\n"));
  conn.send("GET /2 HTTP/1.0\r\n\r\n");
  EXPECT_THAT(conn.rest(), AllOf(HasSubstr("Connection: close\r\n"), EndsWith("GET /2 ")));
}

TEST(Session, RequestsOfAConnectionAreBounded) {
  server::ServerLimits limits;
  limits.requests_per_connection_max = 2;
  Running running(echo(), limits);
  Conn conn = Conn::to(running.port());
  conn.send(get("/1") + get("/2") + get("/3"));
  EXPECT_THAT(response(conn), Not(HasSubstr("Connection: close")));
  EXPECT_THAT(response(conn), HasSubstr("Connection: close"));
  EXPECT_EQ(conn.rest(), "");
}

// The last answer of a connection whose client has sent ahead: closing with bytes unread would
// reset the connection, and with it what of the answer is still in the socket.
TEST(Session, TheLastAnswerIsNotResetAwayByWhatWasSentAhead) {
  server::ServerLimits limits;
  limits.requests_per_connection_max = 1;
  const std::string large(2u << 20, 'y');
  Running running(std::make_shared<LambdaHandler>([&](std::shared_ptr<http::Exchange> exchange) {
                    exchange->respond(http::make_response(200, "text/plain", large));
                  }),
                  limits);
  Conn client = Conn::to(running.port(), true);
  const std::string ahead = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n";
  ASSERT_TRUE(client.send(get("/") + ahead + std::string(50'000, 'x')));
  EXPECT_THAT(client.until("\r\n\r\n"), HasSubstr("Connection: close\r\n"));
  EXPECT_TRUE(client.exactly(large.size()) == large);
  EXPECT_EQ(client.rest(), "");
}

TEST(Session, ConnectionsAreBounded) {
  server::ServerLimits limits;
  limits.connections_max = 1;
  Running running(echo(), limits);
  Conn first = Conn::to(running.port());
  first.send(get("/"));
  EXPECT_THAT(response(first), HasSubstr("200 OK"));
  Conn second = Conn::to(running.port());
  EXPECT_THAT(second.rest(), StartsWith("HTTP/1.1 503 "));
  first.send(get("/"));
  EXPECT_THAT(response(first), HasSubstr("200 OK"));
}

TEST(Session, SlowReaderIsDropped) {
  server::ServerLimits limits;
  limits.write_ms = 100;
  std::atomic<bool> answered = false;
  auto handler = std::make_shared<LambdaHandler>([&](std::shared_ptr<http::Exchange> exchange) {
    exchange->respond(http::make_response(200, "text/plain", std::string(32u << 20, 'x')));
    answered = true;
  });
  Running running(handler, limits);
  Conn conn = Conn::to(running.port(), true);
  conn.send(get("/"));
  // It never reads; only the server's deadline can end this.
  while (!answered || running.server().connections() > 0) {
    std::this_thread::yield();
  }
  EXPECT_LT(conn.rest().size(), 32u << 20);
}

TEST(Session, ClientThatLeavesInItsBodyIsForgotten) {
  bool handled = false;
  auto handler = std::make_shared<LambdaHandler>([&](std::shared_ptr<http::Exchange> exchange) {
    handled = exchange->request().method == "POST";
    exchange->respond({});
  });
  {
    Running running(handler);
    Conn conn = Conn::to(running.port());
    conn.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
    conn.reset();
    Conn other = Conn::to(running.port());
    other.send(get("/"));
    EXPECT_THAT(response(other), HasSubstr("200 OK"));
  }
  EXPECT_FALSE(handled);
}

TEST(Session, DroppedExchangeIsAnswered) {
  Running running(std::make_shared<LambdaHandler>([](std::shared_ptr<http::Exchange>) {}));
  Conn conn = Conn::to(running.port());
  conn.send(get("/"));
  EXPECT_THAT(response(conn), AllOf(StartsWith("HTTP/1.1 500 "), EndsWith("handler_failed")));
}

TEST(Session, LateAnswerIsRefused) {
  server::ServerLimits limits;
  limits.handler_ms = 50;
  std::shared_ptr<http::Exchange> held;
  auto handler = std::make_shared<LambdaHandler>(
      [&](std::shared_ptr<http::Exchange> exchange) { held = std::move(exchange); });
  Running running(handler, limits);
  Conn conn = Conn::to(running.port());
  conn.send(get("/"));
  EXPECT_THAT(response(conn), AllOf(StartsWith("HTTP/1.1 503 "), EndsWith("handler_timed_out")));
  std::promise<bool> taken;
  running.io().post([&] {
    taken.set_value(held->respond(http::make_response(200, "text/plain", "late")));
    held.reset();
  });
  EXPECT_FALSE(taken.get_future().get());
  conn.send(get("/"));  // the connection goes on with the next request
  EXPECT_THAT(response(conn), EndsWith("handler_timed_out"));
  std::promise<void> freed;
  running.io().post([&] {
    held.reset();
    freed.set_value();
  });
  freed.get_future().get();
}

TEST(Session, OnlyTheFirstAnswerCounts) {
  auto handler = std::make_shared<LambdaHandler>([](std::shared_ptr<http::Exchange> exchange) {
    EXPECT_TRUE(exchange->respond(http::make_response(200, "text/plain", "first")));
    EXPECT_FALSE(exchange->respond(http::make_response(200, "text/plain", "second")));
  });
  Running running(handler);
  Conn conn = Conn::to(running.port());
  conn.send(get("/"));
  EXPECT_THAT(response(conn), EndsWith("first"));
}

TEST(Session, LongPollIsAnsweredByTimerOrByEvent) {
  http::IoThread::TimerId timer = 0;
  std::shared_ptr<http::Exchange> waiting;
  auto handler = std::make_shared<LambdaHandler>([&](std::shared_ptr<http::Exchange> exchange) {
    http::IoThread& io = exchange->io();
    if (exchange->request().target == "/wake") {
      io.cancel(timer);
      waiting->respond(http::make_response(200, "text/plain", "woken"));
      waiting.reset();
      exchange->respond(http::make_response(200, "text/plain", "done"));
      return;
    }
    const std::int64_t wait_ms = exchange->request().target == "/short" ? 20 : 60'000;
    waiting = std::move(exchange);
    timer = io.after(wait_ms, [&waiting] {
      waiting->respond(http::make_response(200, "text/plain", "nothing yet"));
      waiting.reset();
    });
  });
  Running running(handler);
  Conn poller = Conn::to(running.port());
  poller.send(get("/short"));
  EXPECT_THAT(response(poller), EndsWith("nothing yet"));
  poller.send(get("/long"));
  // The poll is registered before the second connection's request, both on the one thread.
  std::promise<void> registered;
  std::function<void()> look = [&] {
    if (waiting) {
      registered.set_value();
    } else {
      running.io().post(look);
    }
  };
  running.io().post(look);
  registered.get_future().get();
  Conn waker = Conn::to(running.port());
  waker.send(get("/wake"));
  EXPECT_THAT(response(poller), EndsWith("woken"));
  EXPECT_THAT(response(waker), EndsWith("done"));
}

TEST(Session, HandlersMistakeIsNotPassedOn) {
  auto handler = std::make_shared<LambdaHandler>([](std::shared_ptr<http::Exchange> exchange) {
    http::HttpResponse bad = http::make_response(200, "text/plain", "x");
    bad.headers.add("X-Bad", "a\r\nSet-Cookie: b");
    exchange->respond(std::move(bad));
  });
  Running running(handler);
  Conn conn = Conn::to(running.port());
  conn.send(get("/"));
  EXPECT_THAT(response(conn), AllOf(StartsWith("HTTP/1.1 500 "), Not(HasSubstr("Set-Cookie"))));
}

TEST(Session, OutOfDescriptorsItWaitsAndGoesOn) {
  Running running(echo());
  Conn warm = Conn::to(running.port());
  warm.send(get("/"));
  response(warm);
  Conn conn = Conn::to(running.port());  // accepted by the kernel; perhaps by the server, too
  Conn late = Conn::to(running.port());
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit none = before;
  none.rlim_cur = 3;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  // This one's socket exists already in the backlog; accepting it needs a descriptor.
  warm.send(get("/still-served"));
  EXPECT_THAT(response(warm), EndsWith("GET /still-served "));
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  for (Conn* each : {&conn, &late}) {
    each->send(get("/later"));
    EXPECT_THAT(response(*each), EndsWith("GET /later "));
  }
}

}  // namespace
}  // namespace sentrail::test
