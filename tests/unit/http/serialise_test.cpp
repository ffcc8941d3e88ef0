// Nothing breaks out of its line, and what is written is read back the same.
//
// Neighbours: runtime/http/serialise.hpp, message.hpp.
#include "runtime/http/serialise.hpp"

#include <gtest/gtest.h>

#include "runtime/http/codec.hpp"

namespace sentrail::http {
namespace {

HttpRequest request_with(std::string method, std::string target) {
  HttpRequest request;
  request.method = std::move(method);
  request.target = std::move(target);
  request.headers.add("Host", "a");
  return request;
}

TEST(SerialiseRequest, KeepsOrderAndAddsOnlyFraming) {
  HttpRequest request = request_with("POST", "/x?y");
  request.headers.add("x-B", "2");
  request.headers.add("X-a", "1");
  request.framing = BodyFraming::length;
  request.body = "hello";
  request.content_length = 5;
  EXPECT_EQ(serialise_request(request).value(),
            "POST /x?y HTTP/1.1\r\nHost: a\r\nx-B: 2\r\nX-a: 1\r\nContent-Length: 5\r\n\r\nhello");
  request.headers = Headers{};
  request.headers.add("content-LENGTH", "5");
  request.headers.add("Host", "a");
  EXPECT_EQ(serialise_request(request).value(),
            "POST /x?y HTTP/1.1\r\ncontent-LENGTH: 5\r\nHost: a\r\n\r\nhello");
}

TEST(SerialiseRequest, ChunkedBodyIsOneChunk) {
  HttpRequest request = request_with("PUT", "/");
  request.framing = BodyFraming::chunked;
  request.body = std::string(26, 'x');
  EXPECT_EQ(serialise_request(request).value(),
            "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1a\r\n" + request.body +
                "\r\n0\r\n\r\n");
  request.body.clear();
  EXPECT_TRUE(serialise_request(request).value().ends_with("\r\n\r\n0\r\n\r\n"));
}

TEST(SerialiseRequest, RefusesInjection) {
  const auto refuses = [](const HttpRequest& request) {
    const auto written = serialise_request_head(request);
    return !written && written.error().code == Errc::invalid_argument;
  };
  EXPECT_FALSE(refuses(request_with("GET", "/")));
  for (const char* target : {"/a b", "/a\r\nX: y", "/#x", "a", "", "http://h/", "*", "/\x80"}) {
    EXPECT_TRUE(refuses(request_with("GET", target))) << target;
  }
  for (const char* method : {"", "get", "GET /x HTTP/1.1\r\n", "G T"}) {
    EXPECT_TRUE(refuses(request_with(method, "/"))) << method;
  }
  for (const std::string bad : {"a\r\nB: c", "a\nb", "a\rb", "\x01", "\x7f"}) {
    HttpRequest in_value = request_with("GET", "/");
    in_value.headers.add("X", bad);
    EXPECT_TRUE(refuses(in_value));
    HttpRequest in_name = request_with("GET", "/");
    in_name.headers.add(bad, "x");
    EXPECT_TRUE(refuses(in_name));
  }
  HttpRequest nul = request_with("GET", "/");
  nul.headers.add("X", std::string_view("a\0b", 3));
  EXPECT_TRUE(refuses(nul));
  HttpRequest unnamed = request_with("GET", "/");
  unnamed.headers.add("", "x");
  EXPECT_TRUE(refuses(unnamed));
}

TEST(SerialiseRequest, RefusesFramingThatContradicts) {
  const auto refused = [](auto change) {
    HttpRequest request = request_with("POST", "/");
    change(request);
    return !serialise_request_head(request);
  };
  EXPECT_TRUE(refused([](HttpRequest& r) { r.headers.add("Content-Length", "5"); }));
  EXPECT_TRUE(refused([](HttpRequest& r) { r.headers.add("Transfer-Encoding", "chunked"); }));
  EXPECT_TRUE(refused([](HttpRequest& r) { r.headers.add("host", "b"); }));
  EXPECT_TRUE(refused([](HttpRequest& r) { r.headers.remove("host"); }));
  EXPECT_TRUE(refused([](HttpRequest& r) { r.framing = BodyFraming::close; }));
  EXPECT_TRUE(refused([](HttpRequest& r) {
    r.framing = BodyFraming::length;
    r.content_length = 4;
    r.headers.add("Content-Length", "5");
  }));
  EXPECT_TRUE(refused([](HttpRequest& r) {
    r.framing = BodyFraming::chunked;
    r.headers.add("Transfer-Encoding", "gzip, chunked");
  }));
  EXPECT_TRUE(refused([](HttpRequest& r) {
    r.framing = BodyFraming::chunked;
    r.version = HttpVersion::http10;
  }));
}

TEST(SerialiseResponse, TransportDecidesFraming) {
  HttpResponse response = make_response(404, "text/plain", "no");
  response.headers.add("Content-Length", "999");
  response.headers.add("Connection", "keep-alive");
  response.headers.add("X-Y", "z");
  ResponseFraming framing;
  framing.length = 2;
  EXPECT_EQ(serialise_response_head(response, framing).value(),
            "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nX-Y: z\r\n"
            "Content-Length: 2\r\n\r\n");
  framing.framing = BodyFraming::chunked;
  framing.keep_alive = false;
  EXPECT_EQ(serialise_response_head(response, framing).value(),
            "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nX-Y: z\r\n"
            "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n");
  framing = {BodyFraming::none, 0, true, true};
  EXPECT_EQ(serialise_response_head(response, framing).value(),
            "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nX-Y: z\r\n"
            "Connection: keep-alive\r\n\r\n");
}

TEST(SerialiseResponse, RefusesInjection) {
  const ResponseFraming framing;
  HttpResponse response;
  response.reason = "OK\r\nX: y";
  EXPECT_FALSE(serialise_response_head(response, framing));
  response = make_response(200, "a\r\nSet-Cookie: b", "");
  EXPECT_FALSE(serialise_response_head(response, framing));
  response = make_response(100, "a", "");
  EXPECT_FALSE(serialise_response_head(response, framing));
}

TEST(SerialiseResponse, ChunksAreReadBack) {
  HttpResponse response;
  ResponseFraming framing;
  framing.framing = BodyFraming::chunked;
  std::string bytes = serialise_response_head(response, framing).value();
  for (const std::string part : {"abc", "0123456789abcdef0"}) {
    bytes += chunk_opening(part.size()) + part + std::string(kChunkClosing);
  }
  bytes += kLastChunk;
  ResponseParser parser(false);
  const Fed head = parser.feed(bytes);
  EXPECT_EQ(head.progress, Progress::head);
  EXPECT_EQ(parser.feed(std::string_view(bytes).substr(head.consumed)).progress, Progress::message);
  EXPECT_EQ(parser.take_body(), "abc0123456789abcdef0");
}

TEST(Headers, SetReplacesInPlaceAndRemovesTheRest) {
  Headers headers;
  headers.add("A", "1");
  headers.add("b", "2");
  headers.add("a", "3");
  headers.set("a", "4");
  ASSERT_EQ(headers.size(), 2u);
  EXPECT_EQ(headers[0], (HeaderField{"a", "4"}));
  EXPECT_EQ(headers[1], (HeaderField{"b", "2"}));
  headers.set("c", "5");
  EXPECT_EQ(headers.find("C"), "5");
  EXPECT_EQ(headers.remove("B"), 1u);
  EXPECT_EQ(headers.remove("B"), 0u);
  EXPECT_EQ(headers.find("b"), std::nullopt);
  Headers same;
  same.add("a", "4");
  same.add("c", "5");
  EXPECT_EQ(headers, same);
}

TEST(Reasons, StatusesHavePhrases) {
  EXPECT_EQ(reason_phrase(202), "Accepted");
  EXPECT_EQ(reason_phrase(299), "Unknown");
}

}  // namespace
}  // namespace sentrail::http
