// Requests as text, and back: the same facts, but for what is withheld.
#include "runtime/request/write_requests.hpp"

#include <gtest/gtest.h>

#include "core/limits.hpp"
#include "runtime/request/read_requests.hpp"
#include "tests/support/catalogs.hpp"
#include "tests/unit/request/show.hpp"

namespace sentrail::request {
namespace {

std::vector<Request> read(std::string_view json) {
  static const CatalogView view = tests::github_tables().view();
  auto requests = read_requests(json, view);
  EXPECT_TRUE(requests) << json << ": " << requests.error().message;
  return requests ? *std::move(requests) : std::vector<Request>();
}

std::string shown_all(const std::vector<Request>& requests) {
  std::string out;
  for (const Request& request : requests) {
    // When it was asked stands beside the attributes of a raw request, and among those of others.
    std::string lines = shown(request);
    const std::size_t time = lines.find("time=\"");
    if (time != std::string::npos) lines.erase(time, lines.find('\n', time) + 1 - time);
    out += lines + std::to_string(request.facts().now_ms) + "\n";
  }
  return out;
}

TEST(WriteRequests, WhatIsWrittenIsReadAsTheSame) {
  for (const std::string_view json : {
           R"({"tool":"github","method":"POST","path":"/repos/o/r/issues?a=b&c=%20d.e","headers":
               {"X-A.b":"1","Accept":"*/*"},"body":{"title":"x","n":1.50,"l":[1,{"a":null}]},
               "agent":{"id":"a","name":"n","roles":["r","s"],"registered":true,"owner":"w",
               "client":"c","ip":"::FFFF:A00:7"},"user":{"id":"u","groups":["g"]},"env":"live",
               "workspace":"w","source":"gateway","time":"2026-11-20T17:59:00.123Z"})",
           R"({"tool":"github","method":"GET","path":"/user","agent":{"ip":"nowhere"}})",
           R"({"tool":"github","method":"POST","path":"/user","body_text":"{\"a\":1,\"A\":2}"})",
           R"({"tool":"github","method":"POST","path":"/user","body":[1,2.50,"x",null,true]})",
           R"({"tool":"github","method":"POST","path":"/user","body":"text"})",
           R"({"tool":"other","method":"PUT","path":"/x"})",
           R"({"attributes":{"shell.argv":["git","push"],"shell.parsed":false,"risk":"high",
               "args":{"$unreadable":true},"http.headers.x":{"$unreadable":true}}})",
           R"({"items":[{"tool":"github","method":"GET","path":"/user"},
               {"attributes":{"body":{"a":{"b":1}}}}]})"}) {
    const std::vector<Request> before = read(json);
    ASSERT_FALSE(before.empty());
    const std::string text = write_requests(before);
    EXPECT_EQ(text.find('\n'), std::string::npos);
    EXPECT_EQ(shown_all(read(text)), shown_all(before)) << text;
  }
}

// What stands around a body leaves it as deep as it may be; deeper ones are none.
TEST(WriteRequests, ABodyIsAsDeepAsItMayBe) {
  const auto call = [](std::size_t levels) {
    const std::string body = std::string(levels, '[') + std::string(levels, ']');
    return R"({"tool":"github","method":"POST","path":"/user","body_text":")" + body + "\"}";
  };
  for (const std::size_t levels : {limits::kJsonDepthMax, limits::kJsonDepthMax + 1}) {
    const std::string one = call(levels);
    for (const std::string& json : {one, R"({"items":[)" + one + "," + one + "]}"}) {
      const std::vector<Request> before = read(json);
      const bool readable = levels <= limits::kJsonDepthMax;
      EXPECT_EQ(before.at(0).facts()[AttributeId::body].kind,
                readable ? FactKind::array : FactKind::unreadable);
      EXPECT_EQ(shown_all(read(write_requests(before))), shown_all(before));
    }
  }
}

TEST(WriteRequests, AParameterThatStandsTwiceIsUnreadableByItself) {
  const auto back =
      read(write_requests(read(R"({"tool":"github","method":"GET","path":"/user?a=1&a=2&b=3"})")));
  const auto at = [&back](std::string_view name) {
    const std::string_view step[] = {name};
    return back.at(0).facts().at(AttributeId::http_query, step);
  };
  EXPECT_EQ(at("a").kind, FactKind::unreadable);
  EXPECT_EQ(at("b").text, "3");
  EXPECT_EQ(at("c").kind, FactKind::absent);
}

TEST(WriteRequests, WhatIsWithheldIsNowhere) {
  Withheld withheld;
  withheld.body = [](std::string_view) { return std::string(R"({"a":"[redacted]"})"); };
  withheld.texts = {"s3cret"};
  const std::string text = write_requests(
      read(R"({"tool":"github","method":"POST","path":"/user?q=s3cret","headers":{"x":"s3cret"},
               "body":{"a":"s3cret"},"agent":{"roles":["s3cret","r"],"id":"s3cret"}})"),
      withheld);
  EXPECT_EQ(text.find("s3cret"), std::string::npos) << text;
  const auto back = read(text);
  EXPECT_EQ(back.at(0).facts()[AttributeId::agent_roles].kind, FactKind::unreadable);
  EXPECT_EQ(back.at(0).facts()[AttributeId::agent_id].kind, FactKind::unreadable);
  EXPECT_NE(shown_all(back).find(R"(body={"a":"[redacted]"})"), std::string::npos);
}

// A body that says what the format says of values nobody can read is taken for one of them.
TEST(WriteRequests, TheMarkItselfIsNoBody) {
  const auto back = read(write_requests(read(
      R"({"tool":"github","method":"POST","path":"/user","body":{"$unreadable":true,"a":1}})")));
  EXPECT_EQ(back.at(0).facts()[AttributeId::body].kind, FactKind::unreadable);
}

}  // namespace
}  // namespace sentrail::request
