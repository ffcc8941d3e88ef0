// Facts of calls.
#include "runtime/request/request.hpp"

#include <gtest/gtest.h>

#include "core/gate_headers.hpp"
#include "tests/support/catalogs.hpp"
#include "tests/unit/request/show.hpp"

namespace sentrail::request {
namespace {

RawRequest call(std::string method, std::string target, std::string body = "") {
  RawRequest raw;
  raw.tool = "github";
  raw.method = std::move(method);
  raw.target = std::move(target);
  if (!body.empty()) {
    raw.headers.push_back({"Content-Type", "application/json"});
    raw.body = std::move(body);
  }
  return raw;
}

std::vector<Request> made(RawRequest raw, Identity identity = {}, BodyUse use = BodyUse::asked) {
  static const CatalogView view = tests::github_tables().view();
  auto requests = make_requests(std::move(raw), std::move(identity), view, use);
  EXPECT_TRUE(requests.has_value()) << requests.error().message;
  return requests.has_value() ? *std::move(requests) : std::vector<Request>{};
}

TEST(MakeRequests, FillsEveryFactOfACall) {
  RawRequest raw = call("PUT", "/repos/ACME/web/contents/Src%2Fa.c?x=1",
                        R"({"branch":"main","content":"eA=="})");
  raw.headers.push_back({"X-Trace", "7"});
  Identity who;
  who.agent_id = "ci-1";
  who.agent_name = "CI";
  who.agent_roles = std::vector<std::string>{"bot", "ci"};
  who.agent_registered = true;
  who.agent_owner = "ann";
  who.agent_client = "octokit";
  who.user_id = "ann";
  who.user_groups = std::vector<std::string>{};
  who.env = "live";
  who.workspace = "acme";
  who.source = "gateway";
  const auto requests = made(std::move(raw), who);
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_FALSE(requests[0].declared_read());
  EXPECT_EQ(shown(requests[0]),
            "tool=\"github\"\naction=\"file.write\"\nrisk=\"high\"\nsource=\"gateway\"\n"
            "env=\"live\"\nworkspace=\"acme\"\nresource.type=\"file\"\n"
            "resource.id=\"acme/web\"\nresource.owner=\"acme\"\nresource.repo=\"web\"\n"
            "resource.ref=\"main\"\nresource.ref_type=\"branch\"\nresource.path=\"Src/a.c\"\n"
            "agent.id=\"ci-1\"\nagent.name=\"CI\"\nagent.roles=[\"bot\",\"ci\"]\n"
            "agent.registered=true\nagent.owner=\"ann\"\nagent.client=\"octokit\"\n"
            "user.id=\"ann\"\nuser.groups=[]\nhttp.method=\"PUT\"\nhttp.host=\"api.github.com\"\n"
            "http.path=\"/repos/ACME/web/contents/Src/a.c\"\n"
            "body={\"branch\":\"main\",\"content\":\"eA==\"}\n"
            "http.query.x=\"1\"\nhttp.headers.content-type=\"application/json\"\n"
            "http.headers.x-trace=\"7\"\n");
}

TEST(MakeRequests, WhoIsNotKnownIsAbsent) {
  const auto requests = made(call("GET", "/repos/o/r"));
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_TRUE(requests[0].declared_read());
  const Facts& facts = requests[0].facts();
  for (const AttributeId id : {AttributeId::agent_id, AttributeId::agent_roles, AttributeId::env,
                               AttributeId::user_groups, AttributeId::agent_registered,
                               AttributeId::body, AttributeId::mcp_tool, AttributeId::args}) {
    EXPECT_EQ(facts[id].kind, FactKind::absent) << row_of(id).name;
  }
}

TEST(MakeRequests, OneForEachActionStrictestFirst) {
  const auto requests = made(call("PATCH", "/repos/o/r/git/refs/heads/main", R"({"force":true})"));
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_EQ(requests[0].facts()[AttributeId::action].text, "ref.force_push");
  EXPECT_EQ(requests[0].facts()[AttributeId::risk].text, "critical");
  EXPECT_EQ(requests[1].facts()[AttributeId::action].text, "ref.update");
  EXPECT_EQ(requests[1].facts()[AttributeId::risk].text, "high");
  for (const Request& request : requests) {
    EXPECT_EQ(request.facts()[AttributeId::resource_ref].text, "main");
    EXPECT_EQ(shown(request.facts()[AttributeId::body]), R"({"force":true})");
  }
}

TEST(MakeRequests, FactsOutliveTheOtherRequests) {
  Request kept = made(call("PATCH", "/repos/Acme/r/git/refs/heads/main", R"({"force":true})"))[1];
  EXPECT_EQ(kept.facts()[AttributeId::resource_owner].text, "acme");
  EXPECT_EQ(shown(kept.facts()[AttributeId::body]), R"({"force":true})");
}

TEST(MakeRequests, ABodyThatIsNotJsonIsUnreadableAndMayBeAnything) {
  RawRequest raw = call("PATCH", "/repos/o/r/git/refs/heads/main");
  raw.headers = {{"content-type", "application/x-www-form-urlencoded"}};
  raw.body = R"({"force":false})";
  const auto requests = made(std::move(raw));
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_EQ(requests[0].facts()[AttributeId::action].text, "ref.force_push");
  EXPECT_EQ(requests[0].facts()[AttributeId::body].kind, FactKind::unreadable);
}

TEST(MakeRequests, ABodyThatNobodyAsksForIsNotParsed) {
  const auto unread =
      made(call("POST", "/repos/o/r/issues", R"({"title":"x"})"), {}, BodyUse::not_asked);
  EXPECT_EQ(unread[0].facts()[AttributeId::body].kind, FactKind::unreadable);
  const auto none = made(call("POST", "/repos/o/r/issues"), {}, BodyUse::not_asked);
  EXPECT_EQ(none[0].facts()[AttributeId::body].kind, FactKind::absent);
  const auto needed = made(call("PATCH", "/repos/o/r/git/refs/heads/main", R"({"force":true})"), {},
                           BodyUse::not_asked);
  EXPECT_EQ(needed.size(), 2u);
  EXPECT_EQ(needed[0].facts()[AttributeId::body].kind, FactKind::object);
}

// docs/request_format.md: what the gate removes is in no fact, whoever makes the request.
TEST(MakeRequests, WhatEndsAtTheGateIsNoFact) {
  RawRequest raw = call("GET", "/repos/o/r");
  raw.headers = {{"Authorization", "Bearer secret"},
                 {"COOKIE", "a=b"},
                 {"X-Forwarded-For", "10.0.0.1"},
                 {"X-Api-Key", "secret"},
                 {"X-Sentrail-Anything", "1"},
                 {"Connection", "close, X-Mine"},
                 {"X-Mine", "\xff"},
                 {"X_Mine", "1"},
                 {"X_Forwarded_For", "10.0.0.1"},
                 {"X_Original-URL", "/admin"},
                 {"X_Sentrail_Anything", "1"},
                 {"Accept", "*/*"},
                 {"Proxy-Authorization", "x"}};
  const auto requests = made(std::move(raw));
  EXPECT_FALSE(requests[0].facts().headers.unreadable);
  const auto entries = requests[0].facts().headers.entries;
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].name, "accept");
}

// Every name of the lists but those that would override the method, which are refused.
TEST(MakeRequests, EveryNameThatTheGateDropsIsHidden) {
  std::vector<std::string_view> names(hop_by_hop_names().begin(), hop_by_hop_names().end());
  names.insert(names.end(), dropped_request_names().begin(), dropped_request_names().end());
  std::size_t hidden = 0;
  for (const std::string_view name : names) {
    RawRequest raw = call("GET", "/repos/o/r");
    raw.headers = {{std::string(name), "x"}};
    const CatalogView view = tests::github_tables().view();
    const auto requests = make_requests(std::move(raw), {}, view);
    if (!requests) {
      EXPECT_NE(name.find("method"), std::string_view::npos) << name;
      continue;
    }
    EXPECT_TRUE(requests->front().facts().headers.entries.empty()) << name;
    ++hidden;
  }
  EXPECT_EQ(hidden + 3, names.size());
}

TEST(MakeRequests, HostsAreCanonical) {
  for (const auto& [host, fact] : std::vector<std::pair<std::string, std::string>>{
           {"", "\"api.github.com\""},
           {"API.GitHub.com", "\"api.github.com\""},
           {"api.github.com:443", "\"api.github.com\""},
           {"b\xc3\xbc"
            "cher.example",
            "\"xn--bcher-kva.example\""},
           {"a b", "unreadable"},
           {"[::1", "unreadable"}}) {
    RawRequest raw = call("GET", "/repos/o/r");
    raw.host = host;
    EXPECT_EQ(shown(made(std::move(raw))[0].facts()[AttributeId::http_host]), fact) << host;
  }
  RawRequest other = call("GET", "/x");
  other.tool = "internal_api";
  EXPECT_EQ(shown(made(std::move(other))[0].facts()[AttributeId::http_host]), "absent");
}

TEST(MakeRequests, TextThatIsNotUtf8IsUnreadable) {
  RawRequest raw = call("GET", "/repos/o/r");
  raw.headers = {{"x-a", "\xff"}};
  raw.tool = "\xff";
  Identity who;
  who.agent_id = "\xc3";
  const auto requests = made(std::move(raw), who);
  EXPECT_TRUE(requests[0].facts().headers.unreadable);
  EXPECT_EQ(requests[0].facts()[AttributeId::agent_id].kind, FactKind::unreadable);
  EXPECT_EQ(requests[0].facts()[AttributeId::tool].kind, FactKind::unreadable);
}

TEST(MakeRequests, RefusesWhatTheClassifierRefuses) {
  const CatalogView view = tests::github_tables().view();
  const auto path = make_requests(call("GET", "/repos/o/../r"), {}, view);
  ASSERT_FALSE(path.has_value());
  EXPECT_EQ(path.error().code, Errc::invalid_argument);
  const auto method = make_requests(call("TRACE", "/repos/o/r"), {}, view);
  ASSERT_FALSE(method.has_value());
  EXPECT_EQ(method.error().code, Errc::unsupported);
  RawRequest override = call("POST", "/repos/o/r/issues");
  override.headers = {{"X-HTTP-Method-Override", "DELETE"}};
  EXPECT_FALSE(make_requests(override, {}, view).has_value());
  override.headers = {{"X_HTTP_Method-Override", "DELETE"}};
  EXPECT_FALSE(make_requests(std::move(override), {}, view).has_value()) << "as CGI reads it";
}

}  // namespace
}  // namespace sentrail::request
