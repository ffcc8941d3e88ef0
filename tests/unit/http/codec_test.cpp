// The parsers on good messages: pipelines, bodies, keep-alive, and upstreams' habits.
//
// Neighbours: runtime/http/codec.hpp. Bad messages are refusal_test.cpp's and corpus_test.cpp's.
#include "runtime/http/codec.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sentrail::http {
namespace {

std::vector<HttpRequest> all_requests(std::string_view bytes, std::size_t step) {
  RequestParser parser;
  std::vector<HttpRequest> out;
  std::size_t at = 0;
  while (true) {
    const Fed fed = parser.feed(bytes.substr(at, step));
    at += fed.consumed;
    EXPECT_NE(fed.progress, Progress::refused) << name_of(parser.refusal());
    if (fed.progress == Progress::refused) return out;
    if (fed.progress == Progress::message) out.push_back(parser.take());
    if (fed.progress == Progress::need_more && at == bytes.size()) return out;
  }
}

HttpRequest one(std::string_view bytes) {
  auto all = all_requests(bytes, bytes.size());
  EXPECT_EQ(all.size(), 1u);
  return all.empty() ? HttpRequest{} : std::move(all.front());
}

TEST(RequestParser, KeepsRawTargetAndHeaderSpelling) {
  const HttpRequest request =
      one("GET /a%2Fb?x=%20&y HTTP/1.1\r\nHOST: Example.COM:8080\r\nx-EMPTY:\r\nX-Two:  a b \t\r\n"
          "x-two: c\r\n\r\n");
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.target, "/a%2Fb?x=%20&y");
  EXPECT_EQ(request.path(), "/a%2Fb");
  EXPECT_EQ(request.query(), "x=%20&y");
  ASSERT_EQ(request.headers.size(), 4u);
  EXPECT_EQ(request.headers[0], (HeaderField{"HOST", "Example.COM:8080"}));
  EXPECT_EQ(request.headers[1], (HeaderField{"x-EMPTY", ""}));
  EXPECT_EQ(request.headers.find("X-TWO"), "a b");
  EXPECT_EQ(request.headers.count("x-two"), 2u);
  EXPECT_EQ(request.framing, BodyFraming::none);
}

TEST(RequestParser, PipelineIsReadAlikeHoweverCut) {
  const std::string bytes =
      "POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
      "GET /2 HTTP/1.1\r\nHost: a\r\n\r\n"
      "POST /3 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n"
      "2;x=\"y\"\r\nde\r\n00A\r\n0123456789\r\n0;z\r\nTrailer-Dropped: 1\r\n\r\n"
      "OPTIONS * HTTP/1.0\r\n\r\n";
  for (std::size_t step = 1; step <= bytes.size(); ++step) {
    const auto all = all_requests(bytes, step);
    ASSERT_EQ(all.size(), 4u) << step;
    EXPECT_EQ(all[0].body, "abc");
    EXPECT_EQ(all[1].target, "/2");
    EXPECT_EQ(all[2].body, "de0123456789");
    EXPECT_EQ(all[2].framing, BodyFraming::chunked);
    EXPECT_EQ(all[2].headers.count("trailer-dropped"), 0u);
    EXPECT_EQ(all[3].version, HttpVersion::http10);
  }
}

TEST(RequestParser, KeepAliveFollowsVersionAndConnection) {
  EXPECT_TRUE(one("GET / HTTP/1.1\r\nHost: a\r\n\r\n").keep_alive);
  EXPECT_FALSE(one("GET / HTTP/1.1\r\nHost: a\r\nConnection: foo, CLOSE\r\n\r\n").keep_alive);
  EXPECT_FALSE(one("GET / HTTP/1.0\r\nHost: a\r\n\r\n").keep_alive);
  EXPECT_TRUE(one("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n").keep_alive);
  EXPECT_FALSE(
      one("GET / HTTP/1.0\r\nConnection: keep-alive\r\nConnection: close\r\n\r\n").keep_alive);
}

TEST(RequestParser, ExpectContinueOnlyWhereABodyFollows) {
  const std::string expect = "Host: a\r\nExpect: 100-Continue\r\n";
  EXPECT_TRUE(one("PUT / HTTP/1.1\r\n" + expect + "Content-Length: 1\r\n\r\nx").expects_continue);
  EXPECT_FALSE(one("PUT / HTTP/1.1\r\n" + expect + "\r\n").expects_continue);
  EXPECT_FALSE(one("PUT / HTTP/1.0\r\n" + expect + "Content-Length: 1\r\n\r\nx").expects_continue);
}

TEST(RequestParser, HostsThatAreFine) {
  for (const std::string host :
       {"a", "a.b-c_d.example", "127.0.0.1:80", "[::1]", "[2001:db8::1]:8"}) {
    EXPECT_EQ(one("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n").headers.find("host"), host);
  }
}

TEST(RequestParser, LimitsHoldAtTheirEdge) {
  const std::string target(8191, 'a');
  EXPECT_EQ(one("GET /" + target + " HTTP/1.1\r\nHost: a\r\n\r\n").target.size(), 8192u);
  std::string fields = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (int i = 0; i < 99; ++i) fields += "X: y\r\n";
  EXPECT_EQ(one(fields + "\r\n").headers.size(), 100u);
  std::string head = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
  head += std::string(limits::kHttpHeaderBytesMax - head.size() - 4, 'x') + "\r\n\r\n";
  EXPECT_EQ(head.size(), limits::kHttpHeaderBytesMax);
  EXPECT_EQ(one(head).headers.size(), 2u);
}

TEST(RequestParser, BodyLimitIsSetPerRequestAndToldBeforeTheBody) {
  RequestParser parser;
  const std::string head = "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n";
  EXPECT_EQ(parser.feed(head).progress, Progress::head);
  parser.limit_body(10);
  EXPECT_EQ(parser.feed("").progress, Progress::refused);
  EXPECT_EQ(parser.refusal(), Refusal::body_too_large);
}

TEST(RequestParser, StreamsBodyInParts) {
  RequestParser parser;
  std::string body;
  EXPECT_EQ(parser.feed("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\n").progress,
            Progress::head);
  parser.limit_body(6);
  EXPECT_EQ(parser.feed("abc").progress, Progress::need_more);
  body += parser.take_body();
  EXPECT_EQ(body, "abc");
  const Fed fed = parser.feed("defGET");
  EXPECT_EQ(fed.progress, Progress::message);
  EXPECT_EQ(fed.consumed, 3u);
  EXPECT_EQ(parser.take_body(), "def");
  EXPECT_EQ(parser.take().method, "PUT");
  EXPECT_TRUE(parser.at_start());
}

struct Answer {
  HttpResponse response;
  Progress last = Progress::need_more;
  Refusal refusal = Refusal::none;
  std::size_t consumed = 0;
};

Answer answer(std::string_view bytes, bool to_head = false, bool end = true) {
  ResponseParser parser(to_head);
  Answer out;
  while (true) {
    const Fed fed = parser.feed(bytes.substr(out.consumed));
    out.consumed += fed.consumed;
    out.last = fed.progress;
    const bool starved = fed.progress == Progress::need_more && out.consumed == bytes.size();
    if (starved && end) out.last = parser.finish();
    if (starved || fed.progress == Progress::message || fed.progress == Progress::refused) break;
  }
  out.response = parser.response();
  out.refusal = parser.refusal();
  return out;
}

TEST(ResponseParser, SkipsInterimResponses) {
  const Answer got = answer(
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
      "HTTP/1.1 201 Made\r\nContent-Length: 2\r\n\r\nokNEXT");
  EXPECT_EQ(got.last, Progress::message);
  EXPECT_EQ(got.response.status, 201);
  EXPECT_EQ(got.response.reason, "Made");
  EXPECT_EQ(got.response.body, "ok");
  EXPECT_EQ(got.response.headers.count("link"), 0u);
  EXPECT_TRUE(got.response.keep_alive);
}

TEST(ResponseParser, EndlessInterimResponsesAreRefused) {
  std::string bytes;
  for (int i = 0; i < 20; ++i) bytes += "HTTP/1.1 102 Wait\r\n\r\n";
  EXPECT_EQ(answer(bytes).refusal, Refusal::status_invalid);
}

TEST(ResponseParser, BodiesThatCannotBe) {
  const std::string length = "Content-Length: 5\r\n\r\n";
  EXPECT_EQ(answer("HTTP/1.1 200 OK\r\n" + length, true).last, Progress::message);
  EXPECT_EQ(answer("HTTP/1.1 304 Not Modified\r\n" + length).last, Progress::message);
  EXPECT_EQ(answer("HTTP/1.1 204 No Content\r\n\r\n").last, Progress::message);
  EXPECT_EQ(answer("HTTP/1.1 204 No Content\r\n\r\n").response.framing, BodyFraming::none);
  EXPECT_EQ(answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", true).last,
            Progress::message);
}

TEST(ResponseParser, BodyUntilTheConnectionEnds) {
  const Answer got = answer("HTTP/1.0 200\r\n\r\nall of it");
  EXPECT_EQ(got.last, Progress::message);
  EXPECT_EQ(got.response.body, "all of it");
  EXPECT_FALSE(got.response.keep_alive);
  EXPECT_EQ(answer("HTTP/1.1 200 OK\r\n\r\nnot yet", false, false).last, Progress::need_more);
}

TEST(ResponseParser, EndsEarly) {
  for (const std::string bytes :
       {"", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n"}) {
    EXPECT_EQ(answer(bytes).refusal, Refusal::ended_early) << bytes;
  }
}

TEST(ResponseParser, RefusesWhatTwoReadersTakeDifferently) {
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  EXPECT_EQ(answer(ok + "Content-Length: 5\r\nContent-Length: 6\r\n\r\n").refusal,
            Refusal::length_repeated);
  EXPECT_EQ(answer(ok + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n").refusal,
            Refusal::coding_with_length);
  EXPECT_EQ(answer(ok + "Transfer-Encoding: gzip\r\n\r\n").refusal, Refusal::coding_unsupported);
  EXPECT_EQ(answer("HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n").refusal,
            Refusal::upgrade_refused);
  EXPECT_EQ(answer("HTTP/1.1 99 Low\r\n\r\n").refusal, Refusal::status_invalid);
  EXPECT_EQ(answer("HTTP/1.1 600 High\r\n\r\n").refusal, Refusal::status_invalid);
  EXPECT_EQ(answer("HTTP/1.1 2000 Long\r\n\r\n").refusal, Refusal::status_invalid);
  EXPECT_EQ(answer(ok + "X: a\r\n b\r\n\r\n").refusal, Refusal::field_fold);
  EXPECT_EQ(answer("ICY 200 OK\r\n\r\n").refusal, Refusal::start_line_invalid);
  EXPECT_EQ(answer(ok + "X: " + std::string(40'000, 'x')).refusal, Refusal::head_too_large);
}

TEST(ResponseParser, TellsWhetherAnythingCame) {
  ResponseParser parser(false);
  EXPECT_FALSE(parser.began());
  EXPECT_EQ(parser.feed("H").progress, Progress::need_more);
  EXPECT_TRUE(parser.began());
}

}  // namespace
}  // namespace sentrail::http
