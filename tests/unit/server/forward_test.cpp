// A client, the gate and an upstream: what passes, byte for byte, and what happens when one leaves.
//
// Neighbours: runtime/server/session_forward.cpp. Failures of the upstream alone are
// upstream_test.cpp's.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/http/headers.hpp"
#include "tests/unit/server/peers.hpp"
#include "tests/unit/server/running.hpp"

namespace sentrail::test {
namespace {

using http::Reach;
using http::UpstreamFault;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// What observers of a test's forwards were told.
struct Told {
  std::promise<http::UpstreamReport> done;
  std::string streamed;  // of the request, beyond what was buffered
  std::string body;      // of the response
};

class Passing final : public http::ForwardObserver {
 public:
  explicit Passing(Told& told) : told_(told) {}

  void on_request_body(std::string_view bytes) override { told_.streamed += bytes; }
  void on_body(std::string_view bytes) override { told_.body += bytes; }
  void on_done(const http::UpstreamReport& report) override { told_.done.set_value(report); }
  [[nodiscard]] http::HttpResponse answer(const http::HttpResponse& head) override {
    http::HttpResponse out;
    out.status = head.status;
    out.reason = head.reason;
    out.headers = http::passed_response_headers(head.headers);
    out.headers.add("X-Sentrail-Decision", "allow");
    return out;
  }
  [[nodiscard]] http::HttpResponse failure(const http::UpstreamReport& report) override {
    return http::make_response(502, "text/plain", std::string(name_of(report.fault)));
  }

 private:
  Told& told_;
};

// Forwards everything to the port; long bodies are streamed.
std::shared_ptr<LambdaHandler> forwarding(std::uint16_t port, Told& told,
                                          std::size_t buffer_bytes = 1u << 20) {
  auto handler =
      std::make_shared<LambdaHandler>([port, &told](std::shared_ptr<http::Exchange> exchange) {
        http::UpstreamRequest call;
        call.target = target_at(port);
        call.request = std::move(exchange->request());
        call.request.version = http::HttpVersion::http11;
        call.request.headers =
            http::forwarded_request_headers(call.request.headers, "api.example.com");
        exchange->forward(std::move(call), std::make_unique<Passing>(told));
      });
  handler->on_plan = [buffer_bytes](const http::HttpRequest&) {
    return http::BodyPlan{buffer_bytes, 64u << 20, {}};
  };
  return handler;
}

struct Scene {
  explicit Scene(std::vector<ScriptedPeer::Script> scripts, std::size_t buffer_bytes = 1u << 20,
                 server::ServerLimits limits = {})
      : peer(std::move(scripts)),
        running(forwarding(peer.port(), told, buffer_bytes), limits),
        client(Conn::to(running.port())) {}

  [[nodiscard]] http::UpstreamReport report() { return told.done.get_future().get(); }

  Told told;
  ScriptedPeer peer;
  Running running;
  Conn client;
};

TEST(Forward, WhatTheClientSentIsWhatArrives) {
  Scene scene({[](Conn& conn) {
    conn.until("{\"a\":1}");
    conn.send("HTTP/1.1 201 Made\r\nETag: \"x\"\r\nSet-Cookie: a=b\r\nContent-Length: 2\r\n\r\nok");
  }});
  scene.client.send(
      "POST /repos/o%2Fr?x=%20y HTTP/1.1\r\nUser-agent: t\r\nHOST: gate\r\n"
      "Authorization: token agk_secret\r\nX-Multi: 1\r\nContent-length: 7\r\n"
      "x-multi: 2\r\nConnection: keep-alive\r\n\r\n{\"a\":1}");
  const std::string head = scene.client.until("\r\n\r\n");
  EXPECT_THAT(head, StartsWith("HTTP/1.1 201 Made\r\nETag: \"x\"\r\nX-Sentrail-Decision: allow\r\n"
                               "Content-Length: 2\r\n"));
  EXPECT_EQ(scene.client.exactly(2), "ok");
  EXPECT_EQ(name_of(scene.report().reach), "complete");
  scene.peer.finish();
  EXPECT_EQ(scene.peer.received().at(0),
            "POST /repos/o%2Fr?x=%20y HTTP/1.1\r\nUser-agent: t\r\nHOST: api.example.com\r\n"
            "X-Multi: 1\r\nContent-length: 7\r\nx-multi: 2\r\n\r\n{\"a\":1}");
  EXPECT_THAT(scene.running.log(), Not(HasSubstr("secret")));
}

TEST(Forward, ChunksArriveAsTheyCome) {
  std::promise<void> first_seen;
  Scene scene({[&](Conn& conn) {
    conn.until("\r\n\r\n");
    conn.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n");
    first_seen.get_future().get();
    conn.send("3\r\ntwo\r\n0\r\n\r\n");
  }});
  scene.client.send("GET / HTTP/1.1\r\nHost: gate\r\n\r\n");
  EXPECT_THAT(scene.client.until("one\r\n"), HasSubstr("Transfer-Encoding: chunked\r\n"));
  first_seen.set_value();
  EXPECT_EQ(scene.client.until("0\r\n\r\n"), "3\r\ntwo\r\n0\r\n\r\n");
  EXPECT_EQ(scene.report().response_body_bytes, 6u);
  EXPECT_EQ(scene.told.body, "onetwo");
}

TEST(Forward, Http10ClientReadsToTheEnd) {
  Scene scene(
      {answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                 "3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n")});
  scene.client.send("GET / HTTP/1.0\r\nHost: gate\r\nConnection: keep-alive\r\n\r\n");
  const std::string got = scene.client.rest();
  EXPECT_THAT(got, AllOf(EndsWith("\r\n\r\nonetwo"), HasSubstr("Connection: close\r\n"),
                         Not(HasSubstr("chunked"))));
}

TEST(Forward, BodilessAnswersKeepTheirLength) {
  Scene scene({[](Conn& conn) {
    conn.until("\r\n\r\n");
    conn.send("HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n");
  }});
  scene.client.send("HEAD / HTTP/1.1\r\nHost: gate\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(scene.client.rest(),
              AllOf(HasSubstr("Content-Length: 1234\r\n"), EndsWith("\r\n\r\n")));
  Scene none({answering("HTTP/1.1 204 No Content\r\n\r\n")});
  none.client.send("DELETE / HTTP/1.1\r\nHost: gate\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(none.client.rest(), AllOf(StartsWith("HTTP/1.1 204 "), EndsWith("\r\n\r\n"),
                                        Not(HasSubstr("Content-Length"))));
}

TEST(Forward, CutOffAnswerIsSeenToBeCutOff) {
  for (const std::string framing :
       {"Content-Length: 10\r\n\r\nab", "Transfer-Encoding: chunked\r\n\r\n5\r\nab"}) {
    Scene scene({answering("HTTP/1.1 200 OK\r\n" + framing)});
    scene.client.send("GET / HTTP/1.1\r\nHost: gate\r\n\r\n");
    EXPECT_THAT(scene.client.rest(), Not(HasSubstr("0\r\n\r\n")));
    const http::UpstreamReport report = scene.report();
    EXPECT_EQ(name_of(report.reach), "response_partial");
    EXPECT_EQ(name_of(report.fault), "closed");
  }
}

TEST(Forward, FailureIsAnsweredByTheHandler) {
  Told told;
  Running running(forwarding(closed_port(), told));
  Conn client = Conn::to(running.port());
  client.send("GET / HTTP/1.1\r\nHost: gate\r\n\r\nGET / HTTP/1.1\r\nHost: gate\r\n");
  EXPECT_THAT(client.until("connect_failed"), StartsWith("HTTP/1.1 502 "));
  EXPECT_EQ(name_of(told.done.get_future().get().reach), "nothing_sent");
}

TEST(Forward, ClientThatLeavesDoesNotEndTheCall) {
  std::promise<void> gone;
  Scene scene({[&](Conn& conn) {
    conn.until("\r\n\r\n");
    gone.get_future().get();
    conn.send("HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n" + std::string(300'000, 'x'));
  }});
  scene.client.send("GET / HTTP/1.1\r\nHost: gate\r\n\r\n");
  scene.client.reset();
  gone.set_value();
  const http::UpstreamReport report = scene.report();
  EXPECT_EQ(name_of(report.reach), "complete");
  EXPECT_EQ(report.response_body_bytes, 300'000u);
}

TEST(Forward, ClientThatLeavesALongAnswerIsGivenUp) {
  std::promise<void> gone;
  Scene scene({[&](Conn& conn) {
    conn.until("\r\n\r\n");
    gone.get_future().get();
    conn.send("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n");
    while (conn.send(std::string(1u << 16, 'x'))) {
    }
  }});
  scene.client.send("GET / HTTP/1.1\r\nHost: gate\r\n\r\n");
  scene.client.reset();
  gone.set_value();
  const http::UpstreamReport report = scene.report();
  EXPECT_EQ(name_of(report.reach), "response_partial");
  EXPECT_EQ(name_of(report.fault), "client_gone");
}

TEST(Forward, LongBodyIsStreamed) {
  const std::string body(3u << 20, 'y');
  Scene scene({[&](Conn& conn) {
    conn.until("\r\n\r\n");
    conn.exactly(body.size());
    conn.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  }});
  scene.client.send("PUT / HTTP/1.1\r\nHost: gate\r\nContent-Length: " +
                    std::to_string(body.size()) + "\r\n\r\n" + body);
  EXPECT_THAT(scene.client.until("\r\n\r\n"), StartsWith("HTTP/1.1 200 "));
  const http::UpstreamReport report = scene.report();
  EXPECT_EQ(report.request_bytes_sent, report.request_bytes_total);
  EXPECT_GT(scene.told.streamed.size(), 1u << 20);
  EXPECT_LT(scene.told.streamed.size(), body.size());
  scene.client.send("PUT / HTTP/1.1\r\n");  // the connection is fit for more
  scene.peer.finish();
  EXPECT_THAT(scene.peer.received().at(0), EndsWith("\r\n\r\n" + body));
}

TEST(Forward, ChunkedBodyIsStreamedAsChunksAfterContinue) {
  Scene scene({[](Conn& conn) {
                conn.until("0\r\n\r\n");
                conn.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
              }},
              4);
  scene.client.send(
      "PUT / HTTP/1.1\r\nHost: gate\r\nTransfer-Encoding: chunked\r\n"
      "Expect: 100-continue\r\n\r\n");
  EXPECT_EQ(scene.client.until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  scene.client.send("8\r\nghijklmn\r\n");
  scene.client.send("2;x\r\nop\r\n0\r\nTrailer: dropped\r\n\r\n");
  EXPECT_THAT(scene.client.until("\r\n\r\n"), StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(name_of(scene.report().reach), "complete");
  scene.peer.finish();
  const std::string got = scene.peer.received().at(0);
  EXPECT_THAT(got, Not(HasSubstr("Expect")));
  EXPECT_THAT(got, Not(HasSubstr("railer")));
  std::string decoded;
  for (const char c : got.substr(got.find("\r\n\r\n"))) {
    if (c >= 'g' && c <= 'p') decoded += c;
  }
  EXPECT_EQ(decoded, "ghijklmnop");
}

TEST(Forward, BodyThatEndsEarlyIsNotCompleted) {
  Scene scene({[](Conn& conn) { conn.wait_end(); }}, 4);
  scene.client.send("PUT / HTTP/1.1\r\nHost: gate\r\nContent-Length: 100\r\n\r\nabcdefgh");
  scene.client.finish_writing();
  const http::UpstreamReport report = scene.report();
  EXPECT_EQ(name_of(report.reach), "partially_sent");
  EXPECT_EQ(name_of(report.fault), "body_unavailable");
}

TEST(Forward, EarlyAnswerReachesAClientThatStillSends) {
  Scene scene({[](Conn& conn) {
                conn.until("\r\n\r\n");
                conn.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
                conn.wait_end();
              }},
              4);
  scene.client.send("PUT / HTTP/1.1\r\nHost: gate\r\nContent-Length: 1000000\r\n\r\nabcdefgh");
  EXPECT_THAT(scene.client.rest(), AllOf(StartsWith("HTTP/1.1 403 "), EndsWith("no"),
                                         HasSubstr("Connection: close\r\n")));
  const http::UpstreamReport report = scene.report();
  EXPECT_EQ(name_of(report.reach), "complete");
  EXPECT_LT(report.request_bytes_sent, report.request_bytes_total);
}

TEST(Forward, SlowReaderDoesNotHoldTheUpstream) {
  server::ServerLimits limits;
  limits.write_ms = 100;
  Told told;
  ScriptedPeer peer({[](Conn& conn) {
    conn.until("\r\n\r\n");
    conn.send("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n");
    while (conn.send(std::string(1u << 16, 'x'))) {
    }
  }});
  Running running(forwarding(peer.port(), told), limits);
  Conn client = Conn::to(running.port(), true);
  client.send("GET / HTTP/1.1\r\nHost: gate\r\n\r\n");
  EXPECT_EQ(name_of(told.done.get_future().get().fault), "client_gone");
}

TEST(Forward, ShutdownTellsTheObserver) {
  std::promise<void> arrived;
  server::ServerLimits limits;
  limits.shutdown_ms = 50;
  Scene scene({[&](Conn& conn) {
                conn.until("\r\n\r\n");
                arrived.set_value();
                conn.wait_end();
              }},
              1u << 20, limits);
  scene.client.send("POST / HTTP/1.1\r\nHost: gate\r\nContent-Length: 0\r\n\r\n");
  arrived.get_future().get();
  scene.running.server().shutdown();
  const http::UpstreamReport report = scene.report();
  EXPECT_EQ(name_of(report.reach), "all_sent");
  EXPECT_EQ(name_of(report.fault), "cancelled");
  EXPECT_EQ(scene.client.rest(), "");
}

}  // namespace
}  // namespace sentrail::test
