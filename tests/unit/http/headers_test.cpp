// What passes the gate, and links that keep clients behind it.
//
// Neighbours: runtime/http/headers.hpp.
#include "runtime/http/headers.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "core/gate_headers.hpp"

namespace sentrail::http {
namespace {

Headers fields(std::initializer_list<HeaderField> list) {
  Headers out;
  for (const HeaderField field : list) out.add(field.name, field.value);
  return out;
}

TEST(HopByHop, AlsoWhatConnectionNames) {
  const Headers headers = fields({{"Connection", "close, X-Mine ,"},
                                  {"connection", "x-other"},
                                  {"X-MINE", "1"},
                                  {"X-Other", "2"},
                                  {"TE", "trailers"},
                                  {"Keep-Alive", "timeout=5"},
                                  {"Trailer", "X"},
                                  {"Proxy-Authorization", "Basic x"},
                                  {"Accept", "*/*"}});
  EXPECT_EQ(forwarded_request_headers(headers, "a.example"),
            fields({{"Accept", "*/*"}, {"Host", "a.example"}}));
}

TEST(ForwardedRequest, KeepsOrderAndDropsTheListed) {
  const Headers client = fields({{"Accept", "*/*"},
                                 {"host", "gate:8080"},
                                 {"Authorization", "token agk_x"},
                                 {"Cookie", "a=b"},
                                 {"X-Agent-Id", "bot"},
                                 {"X-Sentrail-Anything", "1"},
                                 {"X-HTTP-Method-Override", "DELETE"},
                                 {"X-Forwarded-Host", "evil"},
                                 {"Connection", "keep-alive, X-Hop"},
                                 {"X-Hop", "1"},
                                 {"Accept-Encoding", "gzip"},
                                 {"content-length", "5"},
                                 {"X-GitHub-Api-Version", "2022-11-28"}});
  EXPECT_EQ(forwarded_request_headers(client, "api.github.com"),
            fields({{"Accept", "*/*"},
                    {"host", "api.github.com"},
                    {"Accept-Encoding", "gzip"},
                    {"content-length", "5"},
                    {"X-GitHub-Api-Version", "2022-11-28"}}));
  EXPECT_EQ(forwarded_request_headers(Headers{}, "h"), fields({{"Host", "h"}}));
}

// Also as CGI, WSGI and Rack spell it: to upstreams of that kind it is the same name.
TEST(ForwardedRequest, EveryListedNameIsDroppedInEverySpelling) {
  for (const std::string_view name : dropped_request_names()) {
    std::string spelling(name);
    std::replace(spelling.begin(), spelling.end(), '-', '_');
    for (const std::string& spelled : {std::string(name), spelling}) {
      Headers client;
      client.add(spelled, "x");
      EXPECT_EQ(forwarded_request_headers(client, "h"), fields({{"Host", "h"}})) << spelled;
    }
  }
}

TEST(ForwardedRequest, AnUnderscoreIsADashInEveryRule) {
  const Headers client = fields({{"X_HTTP-Method_Override", "DELETE"},
                                 {"X_SENTRAIL_Anything", "1"},
                                 {"Keep_Alive", "timeout=5"},
                                 {"Connection", "x_hop, X-Other"},
                                 {"X-Hop", "1"},
                                 {"X_Other", "2"},
                                 {"X_Kept", "3"}});
  EXPECT_EQ(forwarded_request_headers(client, "h"), fields({{"X_Kept", "3"}, {"Host", "h"}}));
}

TEST(PassedResponse, DropsWhatWouldBindToOurOrigin) {
  const Headers upstream = fields({{"ETag", "\"a\""},
                                   {"Set-Cookie", "a=b"},
                                   {"set-cookie", "c=d"},
                                   {"Alt-Svc", "h3"},
                                   {"Strict-Transport-Security", "max-age=1"},
                                   {"X-Sentrail-Decision", "allow"},
                                   {"Transfer-Encoding", "chunked"},
                                   {"Content-Encoding", "gzip"},
                                   {"X-RateLimit-Remaining", "4"}});
  EXPECT_EQ(
      passed_response_headers(upstream),
      fields({{"ETag", "\"a\""}, {"Content-Encoding", "gzip"}, {"X-RateLimit-Remaining", "4"}}));
  for (const std::string_view name : dropped_response_names()) {
    Headers one;
    one.add(name, "x");
    EXPECT_TRUE(passed_response_headers(one).empty()) << name;
  }
}

const PublicPlace kPlace{"api.github.com", 443, true, "https://gate/gateway-proxy/github"};

TEST(Rewrite, UrlsThatNameThePinnedHost) {
  const std::string base = "https://gate/gateway-proxy/github";
  EXPECT_EQ(rewrite_url("https://api.github.com/a?b=c#d", kPlace), base + "/a?b=c#d");
  EXPECT_EQ(rewrite_url("HTTPS://API.GitHub.com:443/a", kPlace), base + "/a");
  EXPECT_EQ(rewrite_url("https://api.github.com", kPlace), base + "/");
  EXPECT_EQ(rewrite_url("https://api.github.com?x", kPlace), base + "/?x");
  EXPECT_EQ(rewrite_url("http://api.github.com/a", kPlace), base + "/a");
  EXPECT_EQ(rewrite_url("//api.github.com/a", kPlace), base + "/a");
  EXPECT_EQ(rewrite_url("/a/b", kPlace), base + "/a/b");
}

TEST(Rewrite, OtherUrlsStay) {
  for (const char* url :
       {"https://api.github.com.evil/a", "https://api.github.com:8443/a", "https://github.com/a",
        "https://u@api.github.com/a", "ftp://api.github.com/a", "a/b", "?page=2", "#x", "",
        "https://api.github.com:bad/a", "//other/a"}) {
    EXPECT_EQ(rewrite_url(url, kPlace), url);
  }
}

TEST(Rewrite, LinkKeepsParametersAndForeignTargets) {
  EXPECT_EQ(rewrite_link("<https://api.github.com/r?page=2>; rel=\"next\", "
                         "<https://other/>; title=\"a <https://api.github.com/> \\\" b\", </z>",
                         kPlace),
            "<https://gate/gateway-proxy/github/r?page=2>; rel=\"next\", "
            "<https://other/>; title=\"a <https://api.github.com/> \\\" b\", "
            "<https://gate/gateway-proxy/github/z>");
  EXPECT_EQ(rewrite_link("<https://api.github.com/unclosed", kPlace),
            "<https://api.github.com/unclosed");
  EXPECT_EQ(rewrite_link("", kPlace), "");
}

TEST(Rewrite, HeadersInPlace) {
  Headers headers = fields({{"A", "https://api.github.com/"},
                            {"LINK", "<https://api.github.com/2>; rel=next"},
                            {"Location", "https://api.github.com/3"}});
  rewrite_places(headers, kPlace);
  EXPECT_EQ(headers, fields({{"A", "https://api.github.com/"},
                             {"LINK", "<https://gate/gateway-proxy/github/2>; rel=next"},
                             {"Location", "https://gate/gateway-proxy/github/3"}}));
}

TEST(Redaction, HidesCredentials) {
  EXPECT_EQ(redacted("AUTHORIZATION", "token x"), "[redacted]");
  EXPECT_EQ(redacted("Cookie", "x"), "[redacted]");
  EXPECT_EQ(redacted("X-Hub-Signature-256", "x"), "[redacted]");
  EXPECT_EQ(redacted("Accept", "x"), "x");
}

}  // namespace
}  // namespace sentrail::http
