// Upstreams as they come, and the account that is given of each call.
//
// Neighbours: runtime/server/upstream_call.hpp, upstream_pool.hpp. TLS is tls_test.cpp's.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include "tests/unit/server/peers.hpp"
#include "tests/unit/server/running.hpp"

namespace sentrail::test {
namespace {

using http::Reach;
using http::UpstreamFault;
using http::UpstreamPhase;
using ::testing::HasSubstr;

const std::string kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

std::shared_ptr<LambdaHandler> nobody() {
  return std::make_shared<LambdaHandler>([](std::shared_ptr<http::Exchange>) {});
}

// Reads until the other side closes.
void hang(Conn& conn) {
  conn.wait_end();
}

void expect(const http::UpstreamReport& report, Reach reach, UpstreamFault fault,
            UpstreamPhase phase) {
  EXPECT_EQ(name_of(report.reach), name_of(reach)) << report.detail;
  EXPECT_EQ(name_of(report.fault), name_of(fault)) << report.detail;
  EXPECT_EQ(name_of(report.phase), name_of(phase)) << report.detail;
  EXPECT_EQ(report.detail.empty(), fault == UpstreamFault::none) << report.detail;
}

TEST(Upstream, WholeCallIsReported) {
  ScriptedPeer peer({answering("HTTP/1.1 201 Made\r\nX-Y: z\r\nContent-Length: 2\r\n\r\nok")});
  Running running(nobody());
  const Called got = call(running, request_to(target_at(peer.port()), "POST", "hello"));
  expect(got.report, Reach::complete, UpstreamFault::none, UpstreamPhase::receive);
  EXPECT_EQ(got.report.status, 201);
  EXPECT_EQ(got.body, "ok");
  EXPECT_EQ(got.head.headers.find("x-y"), "z");
  EXPECT_EQ(got.report.response_body_bytes, 2u);
  EXPECT_EQ(got.report.address, "127.0.0.1");
  EXPECT_EQ(got.report.attempts, 1);
  EXPECT_FALSE(got.report.reused_connection);
  const std::string sent = "POST /x HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\n\r\nhello";
  EXPECT_EQ(got.report.request_bytes_sent, sent.size());
  EXPECT_EQ(got.report.request_bytes_total, sent.size());
  peer.finish();
  EXPECT_THAT(peer.received(), ::testing::ElementsAre(::testing::StartsWith(sent.substr(0, 60))));
}

TEST(Upstream, ConnectionIsUsedAgain) {
  ScriptedPeer peer({[](Conn& conn) {
    for (int i = 0; i < 3; ++i) {
      conn.until("\r\n\r\n");
      conn.send(kOk);
    }
  }});
  Running running(nobody());
  for (int i = 0; i < 3; ++i) {
    const Called got = call(running, request_to(target_at(peer.port())));
    expect(got.report, Reach::complete, UpstreamFault::none, UpstreamPhase::receive);
    EXPECT_EQ(got.report.reused_connection, i > 0);
  }
}

TEST(Upstream, ConnectionsThatMustNotBeUsedAgain) {
  for (const std::string& answer :
       {std::string("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"),
        std::string("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok"), kOk + "HTTP/1.1 200"}) {
    const auto script = [answer](Conn& conn) {
      conn.until("\r\n\r\n");
      conn.send(answer);
      hang(conn);
    };
    ScriptedPeer peer({script, script});
    Running running(nobody());
    for (int i = 0; i < 2; ++i) {
      const Called got = call(running, request_to(target_at(peer.port())));
      expect(got.report, Reach::complete, UpstreamFault::none, UpstreamPhase::receive);
      EXPECT_FALSE(got.report.reused_connection) << answer;
    }
  }
}

TEST(Upstream, IdleConnectionFoundClosedIsNotTried) {
  ScriptedPeer peer({answering(kOk), answering(kOk)});
  Running running(nobody());
  EXPECT_EQ(call(running, request_to(target_at(peer.port()))).body, "ok");
  // The first script ended and closed; wait for its FIN to have arrived.
  while (peer.received().empty()) std::this_thread::yield();
  const Called got = call(running, request_to(target_at(peer.port()), "POST", "x"));
  expect(got.report, Reach::complete, UpstreamFault::none, UpstreamPhase::receive);
  EXPECT_EQ(got.report.attempts, 1);
}

// Answers one request, takes the next and closes without a byte.
void answer_then_close(Conn& conn) {
  conn.until("\r\n\r\n");
  conn.send(kOk);
  conn.until("\r\n\r\n");
}

TEST(Upstream, SafeRequestOnAStaleConnectionIsSentAgain) {
  ScriptedPeer peer({answer_then_close, answering(kOk)});
  Running running(nobody());
  EXPECT_EQ(call(running, request_to(target_at(peer.port()))).body, "ok");
  const Called got = call(running, request_to(target_at(peer.port())));
  expect(got.report, Reach::complete, UpstreamFault::none, UpstreamPhase::receive);
  EXPECT_EQ(got.report.attempts, 2);
  EXPECT_FALSE(got.report.reused_connection);
}

TEST(Upstream, UnsafeRequestOnAStaleConnectionIsReportedAsSent) {
  ScriptedPeer peer({answer_then_close});
  Running running(nobody());
  EXPECT_EQ(call(running, request_to(target_at(peer.port()))).body, "ok");
  const Called got = call(running, request_to(target_at(peer.port()), "DELETE"));
  expect(got.report, Reach::all_sent, UpstreamFault::closed, UpstreamPhase::first_byte);
  EXPECT_EQ(got.report.attempts, 1);
  EXPECT_TRUE(got.report.reused_connection);
}

TEST(Upstream, SafeRequestOnAFreshConnectionIsNotSentAgain) {
  ScriptedPeer peer({[](Conn& conn) { conn.until("\r\n\r\n"); }});
  Running running(nobody());
  const Called got = call(running, request_to(target_at(peer.port())));
  expect(got.report, Reach::all_sent, UpstreamFault::closed, UpstreamPhase::first_byte);
  EXPECT_EQ(got.report.attempts, 1);
}

TEST(Upstream, ByteByByteAndChunked) {
  ScriptedPeer peer({[](Conn& conn) {
    conn.until("\r\n\r\n");
    conn.drip(
        "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        "2\r\nab\r\n3;x\r\ncde\r\n0\r\nT: 1\r\n\r\n");
  }});
  Running running(nobody());
  const Called got = call(running, request_to(target_at(peer.port())));
  expect(got.report, Reach::complete, UpstreamFault::none, UpstreamPhase::receive);
  EXPECT_EQ(got.body, "abcde");
}

TEST(Upstream, HeadAndUntilClose) {
  ScriptedPeer peer({[](Conn& conn) {
    conn.until("\r\n\r\n");
    conn.send("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n");
    conn.until("\r\n\r\n");
    conn.send("HTTP/1.1 200 OK\r\n\r\nto the end");
  }});
  Running running(nobody());
  const Called head = call(running, request_to(target_at(peer.port()), "HEAD"));
  expect(head.report, Reach::complete, UpstreamFault::none, UpstreamPhase::receive);
  EXPECT_EQ(head.head.content_length, 99u);
  const Called whole = call(running, request_to(target_at(peer.port())));
  EXPECT_TRUE(whole.report.reused_connection);
  EXPECT_EQ(whole.body, "to the end");
}

TEST(Upstream, RedirectsAreAnswersLikeOthers) {
  ScriptedPeer peer({answering(
      "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")});
  Running running(nobody());
  EXPECT_EQ(call(running, request_to(target_at(peer.port()))).report.status, 302);
}

TEST(Upstream, HangingIsTimedOutByPhase) {
  Running running(nobody());
  ScriptedPeer silent({hang});
  auto target = target_at(silent.port());
  target->deadlines.first_byte_ms = 50;
  expect(call(running, request_to(target)).report, Reach::all_sent, UpstreamFault::timed_out,
         UpstreamPhase::first_byte);
  ScriptedPeer stalls({[](Conn& conn) {
    conn.until("\r\n\r\n");
    conn.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab");
    hang(conn);
  }});
  target = target_at(stalls.port());
  target->deadlines.idle_ms = 50;
  const Called got = call(running, request_to(target));
  expect(got.report, Reach::response_partial, UpstreamFault::timed_out, UpstreamPhase::receive);
  EXPECT_EQ(got.report.status, 200);
  EXPECT_EQ(got.body, "ab");
}

TEST(Upstream, TotalDeadlineHoldsAgainstTrickle) {
  ScriptedPeer peer({[](Conn& conn) {
    conn.until("\r\n\r\n");
    conn.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
    pollfd waiting{conn.fd(), POLLRDHUP, 0};
    while (::poll(&waiting, 1, 10) == 0 && conn.send("x")) {
    }
  }});
  Running running(nobody());
  auto target = target_at(peer.port());
  target->deadlines.total_ms = 200;
  const Called got = call(running, request_to(target));
  expect(got.report, Reach::response_partial, UpstreamFault::timed_out, UpstreamPhase::receive);
  EXPECT_GE(got.report.elapsed_ms, 190);
}

TEST(Upstream, ResetAndCloseInTheMiddleOfTheBody) {
  Running running(nobody());
  for (const bool hard : {true, false}) {
    ScriptedPeer peer({[hard](Conn& conn) {
      conn.until("\r\n\r\n");
      conn.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab");
      // Read what the client never sends, so that the reset does not overtake the bytes.
      if (hard) conn.reset();
    }});
    const Called got = call(running, request_to(target_at(peer.port())));
    EXPECT_EQ(got.report.fault, UpstreamFault::closed) << got.report.detail;
    EXPECT_TRUE(got.report.reach == Reach::response_partial ||
                (hard && got.report.reach == Reach::all_sent));
  }
}

TEST(Upstream, EarlyAnswerEndsTheSending) {
  ScriptedPeer peer({[](Conn& conn) {
    conn.until("\r\n\r\n");
    conn.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig");
    conn.until("never sent");  // drains nothing more than its socket takes
  }});
  Running running(nobody());
  auto target = target_at(peer.port());
  const std::string body(64u << 20, 'x');
  const Called got = call(running, request_to(target, "POST", body));
  expect(got.report, Reach::complete, UpstreamFault::none, UpstreamPhase::receive);
  EXPECT_EQ(got.report.status, 413);
  EXPECT_EQ(got.body, "big");
}

TEST(Upstream, UpstreamThatNeverReadsIsTimedOutInSending) {
  std::promise<void> over;
  ScriptedPeer peer({[&](Conn&) { over.get_future().get(); }});
  Running running(nobody());
  auto target = target_at(peer.port());
  target->deadlines.idle_ms = 100;
  const Called got = call(running, request_to(target, "POST", std::string(64u << 20, 'x')));
  over.set_value();
  expect(got.report, Reach::partially_sent, UpstreamFault::timed_out, UpstreamPhase::send);
  EXPECT_GT(got.report.request_bytes_sent, 0u);
  EXPECT_LT(got.report.request_bytes_sent, got.report.request_bytes_total);
}

TEST(Upstream, ResetWhileSending) {
  ScriptedPeer peer({[](Conn& conn) {
    conn.until("\r\n\r\n");
    conn.reset();
  }});
  Running running(nobody());
  const Called got =
      call(running, request_to(target_at(peer.port()), "POST", std::string(64u << 20, 'x')));
  expect(got.report, Reach::partially_sent, UpstreamFault::closed, UpstreamPhase::send);
}

TEST(Upstream, NothingIsSentWhereNobodyListens) {
  Running running(nobody());
  const Called got = call(running, request_to(target_at(closed_port()), "POST", "x"));
  expect(got.report, Reach::nothing_sent, UpstreamFault::connect_failed, UpstreamPhase::connect);
  EXPECT_EQ(got.report.request_bytes_sent, 0u);
}

TEST(Upstream, PrivateAddressesNeedADeclaration) {
  ScriptedPeer peer({hang});
  Running running(nobody());
  for (const std::string host : {"127.0.0.1", "localhost", "::1", "::ffff:127.0.0.1",
                                 "169.254.169.254", "10.0.0.1", "0.0.0.0", "2002:7f00:1::"}) {
    auto target = target_at(peer.port());
    target->host = host;
    target->private_ranges = {"192.168.0.0/16"};
    http::UpstreamRequest request = request_to(target);
    request.request.headers.set("Host", "a");
    const Called got = call(running, std::move(request));
    expect(got.report, Reach::nothing_sent, UpstreamFault::address_refused, UpstreamPhase::resolve);
    EXPECT_THAT(got.report.detail, HasSubstr("is not declared"));
  }
  Conn::to(peer.port()).close();
}

TEST(Upstream, NamesAreResolvedOnceAndPinned) {
  ScriptedPeer peer({answering(kOk)});
  Running running(nobody());
  auto target = target_at(peer.port());
  target->host = "localhost";
  const Called got = call(running, request_to(target));
  expect(got.report, Reach::complete, UpstreamFault::none, UpstreamPhase::receive);
  EXPECT_EQ(got.report.address, "127.0.0.1");
  target = target_at(peer.port());
  target->host = "no..such..name";
  http::UpstreamRequest request = request_to(target);
  request.request.headers.set("Host", "a");
  expect(call(running, std::move(request)).report, Reach::nothing_sent,
         UpstreamFault::name_not_found, UpstreamPhase::resolve);
}

TEST(Upstream, AnswersWithTwoReadingsAreRefused) {
  ScriptedPeer peer({[](Conn& conn) {
    conn.until("\r\n\r\n");
    conn.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nokx");
    hang(conn);
  }});
  Running running(nobody());
  const Called got = call(running, request_to(target_at(peer.port())));
  expect(got.report, Reach::response_partial, UpstreamFault::response_invalid,
         UpstreamPhase::receive);
  EXPECT_EQ(got.report.status, 0);
}

TEST(Upstream, LongAnswersAreBounded) {
  ScriptedPeer peer({answering("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n01234567890")});
  Running running(nobody());
  http::UpstreamRequest request = request_to(target_at(peer.port()));
  request.response_bytes_max = 10;
  expect(call(running, std::move(request)).report, Reach::response_partial,
         UpstreamFault::response_invalid, UpstreamPhase::receive);
}

TEST(Upstream, RequestsThatCannotBeWrittenAreNot) {
  Running running(nobody());
  http::UpstreamRequest injected = request_to(target_at(closed_port()));
  injected.request.headers.add("X", "a\r\nY: b");
  expect(call(running, injected).report, Reach::nothing_sent, UpstreamFault::invalid_request,
         UpstreamPhase::prepare);
  http::UpstreamRequest shorter = request_to(target_at(closed_port()), "POST", "abc");
  shorter.request.content_length = 4;
  expect(call(running, shorter).report, Reach::nothing_sent, UpstreamFault::invalid_request,
         UpstreamPhase::prepare);
  http::UpstreamRequest bad_range = request_to(target_at(closed_port()));
  auto target = target_at(closed_port());
  target->private_ranges = {"10.0.0.1/8"};
  bad_range.target = target;
  expect(call(running, bad_range).report, Reach::nothing_sent, UpstreamFault::invalid_request,
         UpstreamPhase::prepare);
}

// Tells that a request arrived, then hangs.
ScriptedPeer::Script arriving(std::promise<void>& arrived) {
  return [&arrived](Conn& conn) {
    conn.until("\r\n\r\n");
    arrived.set_value();
    hang(conn);
  };
}

TEST(Upstream, CallsAtOnceAreBounded) {
  std::promise<void> arrived;
  ScriptedPeer peer({arriving(arrived)});
  Running running(nobody());
  auto target = target_at(peer.port());
  target->connections_max = 1;
  target->deadlines.first_byte_ms = 300;
  std::thread first([&] {
    expect(call(running, request_to(target)).report, Reach::all_sent, UpstreamFault::timed_out,
           UpstreamPhase::first_byte);
  });
  arrived.get_future().get();
  expect(call(running, request_to(target)).report, Reach::nothing_sent, UpstreamFault::overloaded,
         UpstreamPhase::prepare);
  first.join();
}

TEST(Upstream, ShutdownEndsCallsWithAnAccount) {
  std::promise<void> arrived;
  ScriptedPeer peer({arriving(arrived)});
  server::ServerLimits limits;
  limits.shutdown_ms = 50;
  Running running(nobody(), limits);
  std::thread caller([&] {
    expect(call(running, request_to(target_at(peer.port()), "POST", "x")).report, Reach::all_sent,
           UpstreamFault::cancelled, UpstreamPhase::first_byte);
  });
  arrived.get_future().get();
  running.server().shutdown();
  caller.join();
}

}  // namespace
}  // namespace sentrail::test
