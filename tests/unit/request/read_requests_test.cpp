// The JSON form of requests.
#include "runtime/request/read_requests.hpp"

#include <gtest/gtest.h>

#include "core/limits.hpp"
#include "tests/support/catalogs.hpp"
#include "tests/unit/request/show.hpp"

namespace sentrail::request {
namespace {

Result<std::vector<Request>> read(std::string_view json) {
  static const CatalogView view = tests::github_tables().view();
  return read_requests(json, view);
}

std::string shown_all(std::string_view json) {
  const auto requests = read(json);
  if (!requests.has_value()) return "error: " + requests.error().message;
  std::string out;
  for (const Request& request : *requests) out += (out.empty() ? "" : "--\n") + shown(request);
  return out;
}

std::string actions(std::string_view json) {
  const auto requests = read(json);
  if (!requests.has_value()) return "error: " + requests.error().message;
  std::string out;
  for (const Request& request : *requests) {
    out += (out.empty() ? "" : " ") + std::string(request.facts()[AttributeId::action].text);
  }
  return out;
}

TEST(ReadRequests, RawOnesAreClassified) {
  EXPECT_EQ(shown_all(R"({"tool":"github","method":"POST","path":"/repos/o/r/issues?a=b",
              "query":{"q r":"x&y"},"headers":{"X-A":"1"},"host":"API.github.com",
              "body":{"title":"x","n":1.50},"agent":{"id":"a","name":"n","roles":["r"],
              "registered":true,"owner":"w","client":"c","ip":"::FFFF:A00:7"},"user":{"id":"u","groups":["g"]},
              "env":"live","workspace":"w","source":"gateway"})"),
            "tool=\"github\"\naction=\"issues.create\"\nrisk=\"medium\"\nsource=\"gateway\"\n"
            "env=\"live\"\nworkspace=\"w\"\nresource.type=\"issue\"\nresource.id=\"o/r\"\n"
            "resource.owner=\"o\"\nresource.repo=\"r\"\nagent.id=\"a\"\nagent.name=\"n\"\n"
            "agent.roles=[\"r\"]\nagent.registered=true\nagent.owner=\"w\"\nagent.client=\"c\"\n"
            "user.id=\"u\"\nuser.groups=[\"g\"]\nhttp.method=\"POST\"\n"
            "http.host=\"api.github.com\"\nhttp.path=\"/repos/o/r/issues\"\n"
            "body={\"title\":\"x\",\"n\":1.50}\nagent.ip=\"10.0.0.7\"\nhttp.query.a=\"b\"\nhttp."
            "query.q r=\"x&y\"\n"
            "http.headers.x-a=\"1\"\nhttp.headers.content-type=\"application/json\"\n");
}

TEST(ReadRequests, OneForEachAction) {
  EXPECT_EQ(actions(R"({"tool":"github","method":"PATCH","path":"/repos/o/r/git/refs/heads/a",
              "body":{"force":true}})"),
            "ref.force_push ref.update");
}

TEST(ReadRequests, BodiesToTheByte) {
  const std::string head =
      R"({"tool":"github","method":"PATCH","path":"/repos/o/r/git/refs/heads/a",)";
  EXPECT_EQ(actions(head + R"("body_text":"{\"force\":false}"})"), "ref.update");
  EXPECT_EQ(actions(head + R"("body_text":"{\"force\":false,\"force\":true}"})"),
            "ref.force_push ref.update");
  EXPECT_EQ(actions(head + R"("body_text":"{}","headers":{"content-type":"text/plain"}})"),
            "ref.force_push ref.update");
  EXPECT_EQ(actions(head + R"("body":{},"body_text":"{}"})"),
            "error: `body_text` and `body` are both given: keep one");
}

TEST(ReadRequests, AttributesNestedAndDotted) {
  const std::string facts =
      "tool=\"github\"\nresource.owner=\"acme\"\nresource.ref=\"main\"\n"
      "agent.id=\"a\"\nbody={\"x\":{\"y\":1}}\nhttp.query.q=\"1\"\nhttp.headers.x-a.b=\"2\"\n";
  EXPECT_EQ(shown_all(R"({"attributes":{"tool":"github","resource":{"ref":"main","owner":"acme"},
              "agent":{"id":"a"},"body":{"x":{"y":1}},"http":{"query":{"q":"1"},
              "headers":{"x-a.b":"2"}}}})"),
            facts);
  EXPECT_EQ(shown_all(R"({"attributes":{"tool":"github","resource.ref":"main",
              "resource.owner":"acme","agent.id":"a","body.x.y":1,"http.query.q":"1",
              "http.headers.x-a.b":"2"}})"),
            facts);
  EXPECT_EQ(shown_all(R"({"attributes":{"mcp.annotations":{"a":1},"mcp":{"tool":"t"}}})"),
            "mcp.tool=\"t\"\nmcp.annotations={\"a\":1}\n");
  EXPECT_EQ(shown_all(R"({"attributes":{}})"), "");
}

TEST(ReadRequests, UnreadableAttributes) {
  EXPECT_EQ(shown_all(R"({"attributes":{"resource":{"ref":{"$unreadable":true}},
              "body":{"$unreadable":true},"http.query":{"$unreadable":true}}})"),
            "resource.ref=unreadable\nhttp.query=unreadable\nbody=unreadable\n"
            "http.query=unreadable\n");
  EXPECT_EQ(shown_all(R"({"attributes":{"body":{"$unreadable":false}}})"),
            "error: `attributes.body` is unreadable only as `{\"$unreadable\": true}`");
  EXPECT_EQ(shown_all(R"({"attributes":{"body":{"$unreadable":true,"a":1}}})"),
            "error: `attributes.body` is unreadable only as `{\"$unreadable\": true}`");
  EXPECT_EQ(shown_all(R"({"attributes":{"body.a":{"$unreadable":true}}})"),
            "error: `body.a`: only a whole attribute can be unreadable: write it for `body`");
}

TEST(ReadRequests, AnswersAndSessions) {
  const std::string request = R"({"attributes":{"env":"live"},)";
  EXPECT_EQ(shown_all(request + R"("response":{"status":200,"headers":{"X-A":"1"},"body":{"b":[1]},
                                  "findings":["secret"]}})"),
            "env=\"live\"\ncontent.findings=[\"secret\"]\nresponse=true\nresponse.status=200\n"
            "response.headers={\"x-a\":\"1\"}\nresponse.body={\"b\":[1]}\n");
  EXPECT_EQ(shown_all(request + R"("response":{}})"), "env=\"live\"\nresponse=true\n");
  EXPECT_EQ(shown_all(R"({"attributes":{"response":{"status":404}}})"),
            "response=true\nresponse.status=404\n");
  EXPECT_EQ(shown_all(R"({"attributes":{"response.headers.Etag":"e"}})"),
            "response=true\nresponse.headers={\"etag\":\"e\"}\n");
  EXPECT_EQ(shown_all(R"({"attributes":{"response.headers":{"A":"1","a":"2"}}})"),
            "response=true\nresponse.headers=unreadable\n");
  EXPECT_EQ(shown_all(request + R"("response":{"body":{"$unreadable":true}}})"),
            "env=\"live\"\nresponse=true\nresponse.body=unreadable\n");
  EXPECT_EQ(shown_all(request + R"("session":{"calls":3,"writes":0,"taints":["pii"]}})"),
            "env=\"live\"\nsession.calls=3\nsession.writes=0\nsession.taints=[\"pii\"]\n");
  EXPECT_EQ(
      shown_all(request + R"("session":{"count":{"(a) within 1h":3,"b":{"$unreadable":true}}}})"),
      "env=\"live\"\nsession.count={\"(a) within 1h\":3}\n");
  EXPECT_EQ(
      shown_all(R"({"attributes":{"session.count.(a.b) within 1h":3,"session":{"count.c":0}}})"),
      "session.count={\"(a.b) within 1h\":3,\"c\":0}\n");
  for (const auto& [odd, why] : {
           std::pair{R"("session":{"count":3}})", "wants an object of whole numbers"},
           std::pair{R"("session":{"count":{"a":1.5}}})", "wants whole numbers from 0"},
           std::pair{R"("response":true})", "`response` is not an object"},
           std::pair{R"("response":{"state":1}})", "`response.state` is no key here"},
           std::pair{R"("response":{"headers":{"a":1}}})", "wants an object of strings"},
           std::pair{R"("session":{"calls":-1}})", "wants a whole number from 0"},
           std::pair{R"("session":{"writes":1.5}})", "wants a whole number from 0"},
       }) {
    EXPECT_NE(shown_all(request + odd).find(why), std::string::npos) << shown_all(request + odd);
  }
  for (const char* odd : {R"({"attributes":{"response":false}})",
                          R"({"attributes":{"response":{"$unreadable":true}}})",
                          R"({"items":[{"attributes":{},"response":{}}]})"}) {
    EXPECT_TRUE(shown_all(odd).starts_with("error: ")) << shown_all(odd);
  }
}

TEST(ReadRequests, ItemsShareWhoCalls) {
  EXPECT_EQ(shown_all(R"({"agent":{"id":"a"},"env":"test","items":[
              {"attributes":{"action":"x"}},
              {"attributes":{"action":"y","agent.id":"b"}}]})"),
            "action=\"x\"\nenv=\"test\"\nagent.id=\"a\"\n--\n"
            "action=\"y\"\nenv=\"test\"\nagent.id=\"b\"\n");
  EXPECT_EQ(actions(R"({"items":[{"tool":"github","method":"GET","path":"/repos/o/r"},
              {"tool":"github","method":"DELETE","path":"/repos/o/r"}]})"),
            "read repos.delete");
}

TEST(ReadRequests, TellsWhatIsWrongAndWhere) {
  for (const auto& [json, message] : std::vector<std::pair<std::string, std::string>>{
           {"[]", "the request is not an object"},
           {"{}", "`tool` is missing: a request has tool, method and path, or attributes"},
           {R"({"tool":"github","method":"GET"})",
            "`path` is missing: a request has tool, method and path, or attributes"},
           {R"({"tool":7,"method":"GET","path":"/"})", "`tool` is not a string"},
           {R"({"tool":"t","method":"GET","path":"/","pth":1})",
            "`pth` is no key here: did you mean `path`?"},
           {R"({"tool":"t","method":"GET","path":"/","agent":{"rolse":[]}})",
            "`agent.rolse` is no key here: did you mean `roles`?"},
           {R"({"tool":"t","method":"GET","path":"/","agent":"me"})", "`agent` is not an object"},
           {R"({"tool":"t","method":"GET","path":"/","agent":{"roles":"a"}})",
            "`agent.roles` is not a list of strings"},
           {R"({"tool":"t","method":"GET","path":"/","agent":{"roles":[1]}})",
            "`agent.roles` is not a string"},
           {R"({"tool":"t","method":"GET","path":"/","agent":{"registered":1}})",
            "`agent.registered` is neither true nor false"},
           {R"({"tool":"t","method":"GET","path":"/","user":[]})", "`user` is not an object"},
           {R"({"tool":"t","method":"GET","path":"/","user":{"name":"x"}})",
            "`user.name` is no key here"},
           {R"({"tool":"t","method":"GET","path":"/","query":"a=b"})",
            "`query` is not an object of strings"},
           {R"({"tool":"t","method":"GET","path":"/","query":{"a":1}})",
            "`query.a` is not a string"},
           {R"({"tool":"t","method":"GET","path":"/","headers":[]})",
            "`headers` is not an object of strings"},
           {R"({"tool":"t","method":"GET","path":"/../x"})",
            "the gate refuses this request: the request target has a path segment of dots"},
           {R"({"attributes":{"resource.reff":"x"}})",
            "`attributes.resource.reff` is no attribute: did you mean `resource.ref`?"},
           {R"({"attributes":{"resource":{"reff":"x"}}})",
            "`attributes.resource.reff` is no attribute: did you mean `resource.ref`?"},
           {R"({"attributes":{"resource":"x"}})", "`attributes.resource` is not an object"},
           {R"({"attributes":{"zzzzzzzz":1}})", "`attributes.zzzzzzzz` is no attribute"},
           {R"({"attributes":[]})", "`attributes` is not an object"},
           {R"({"attributes":{},"tool":"t"})", "`tool` is no key here"},
           {R"({"attributes":{"risk":"huge"}})",
            "`risk`: wants a risk: low, medium, high or critical"},
           {R"({"items":[]})", "`items` is not a list of requests"},
           {R"({"items":{}})", "`items` is not a list of requests"},
           {R"({"items":[1]})", "`items[0]` is not an object"},
           {R"({"items":[{"items":[]}]})", "`items[0].items` is no key here"},
           {R"({"items":[{"attributes":{"tol":"x"}}]})",
            "`items[0].attributes.tol` is no attribute: did you mean `tool`?"},
           {R"({"items":[{"attributes":{}}],"tool":"t"})", "`tool` is no key here"},
       }) {
    const auto requests = read(json);
    ASSERT_FALSE(requests.has_value()) << json;
    EXPECT_EQ(requests.error().message, message) << json;
  }
}

TEST(ReadRequests, RefusesWhatIsNoJson) {
  for (const char* json : {"", "{", "{\"tool\":\"a\",\"tool\":\"b\"}", "\xff", "nul"}) {
    const auto requests = read(json);
    ASSERT_FALSE(requests.has_value()) << json;
    EXPECT_EQ(requests.error().message.rfind("the request is no JSON: ", 0), 0u);
  }
}

TEST(ReadRequests, RefusesPathsWithoutEnd) {
  std::string name = "body";
  for (int i = 0; i < 1'000'000; ++i) name += ".a";
  const auto requests = read(R"({"attributes":{")" + name + R"(":1}})");
  ASSERT_FALSE(requests);
  EXPECT_NE(requests.error().message.find("at most 16 steps"), std::string::npos);
  EXPECT_LT(requests.error().message.size(), 300u);
}

TEST(ReadRequests, RefusesTooManyItems) {
  std::string json = R"({"items":[{"attributes":{}})";
  for (std::size_t i = 1; i < limits::kRequestItemsMax; ++i) json += R"(,{"attributes":{}})";
  ASSERT_TRUE(read(json + "]}").has_value());
  const auto too_many = read(json + R"(,{"attributes":{}}]})");
  ASSERT_FALSE(too_many.has_value());
  EXPECT_EQ(too_many.error().message, "`items` has more than 100 requests");
}

}  // namespace
}  // namespace sentrail::request
