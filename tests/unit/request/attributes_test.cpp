// Attributes given outright, or put over what classification said.
#include "runtime/request/attributes.hpp"

#include <gtest/gtest.h>

#include "core/limits.hpp"
#include "tests/support/catalogs.hpp"
#include "tests/unit/request/show.hpp"

namespace sentrail::request {
namespace {

GivenAttribute given(AttributeId id, std::vector<std::string> steps, std::string json) {
  return {id, std::move(steps), std::move(json), false};
}

GivenAttribute unreadable(AttributeId id, std::vector<std::string> steps = {}) {
  return {id, std::move(steps), "", true};
}

Result<std::string> with(const std::vector<GivenAttribute>& attributes) {
  const auto request = with_attributes(bare_request({}), attributes);
  if (!request.has_value()) return tl::make_unexpected(request.error());
  return shown(*request);
}

std::string error_of(const GivenAttribute& attribute) {
  const auto text = with({attribute});
  return text.has_value() ? "taken: " + *text : text.error().message;
}

TEST(Attributes, OfEveryType) {
  const auto text =
      with({given(AttributeId::tool, {}, "\"github\""), given(AttributeId::risk, {}, "\"high\""),
            given(AttributeId::agent_roles, {}, "[\"a\",\"b\"]"),
            given(AttributeId::agent_registered, {}, "false"),
            given(AttributeId::body, {}, "{\"n\":1.50}"), given(AttributeId::args, {}, "null"),
            given(AttributeId::http_query, {"q"}, "\"x\""),
            given(AttributeId::http_headers, {"X-A"}, "\"y\"")});
  ASSERT_TRUE(text.has_value()) << text.error().message;
  EXPECT_EQ(*text,
            "tool=\"github\"\nrisk=\"high\"\nagent.roles=[\"a\",\"b\"]\nagent.registered=false\n"
            "body={\"n\":1.50}\nargs=null\nhttp.query.q=\"x\"\nhttp.headers.x-a=\"y\"\n");
}

// L16.7.
TEST(Attributes, TimeIsTheInstantOfTheDecision) {
  const auto at = [](const GivenAttribute& one) {
    return with_attributes(bare_request({}), std::vector{one});
  };
  const auto known = at(given(AttributeId::time, {}, "\"2026-11-20T18:59:00+01:00\""));
  ASSERT_TRUE(known.has_value()) << known.error().message;
  EXPECT_EQ(known->facts().now_ms, 1'795'197'540'000);
  EXPECT_EQ(known->facts()[AttributeId::time].text, "2026-11-20T17:59:00.000Z");
  const auto spoilt = at(unreadable(AttributeId::time));
  ASSERT_TRUE(spoilt.has_value());
  EXPECT_EQ(spoilt->facts().now_ms, Facts{}.now_ms);
  for (const char* odd : {"\"noon\"", "17", "\"1970-01-01T00:00:00Z\"", "null", "[]"}) {
    EXPECT_NE(error_of(given(AttributeId::time, {}, odd)).find("instant since 1970"),
              std::string::npos)
        << odd;
  }
}

// L18.5.
TEST(Attributes, AddressesHaveOneForm) {
  EXPECT_EQ(with({given(AttributeId::agent_ip, {}, "\"2001:DB8:0::0:7\"")}).value(),
            "agent.ip=\"2001:db8::7\"\n");
  EXPECT_EQ(with({given(AttributeId::agent_ip, {}, "\"::ffff:10.0.0.7\"")}).value(),
            "agent.ip=\"10.0.0.7\"\n");
  for (const char* odd : {"\"10.0.0.7/8\"", "\"localhost\"", "\"fe80::1%eth0\"", "\"\""}) {
    const auto request =
        with_attributes(bare_request({}), std::vector{given(AttributeId::agent_ip, {}, odd)});
    ASSERT_TRUE(request.has_value()) << odd;
    EXPECT_EQ(request->facts()[AttributeId::agent_ip].kind, FactKind::unreadable) << odd;
  }
  EXPECT_NE(error_of(given(AttributeId::agent_ip, {}, "7")).find("wants an address"),
            std::string::npos);
}

TEST(Attributes, MembersGoIntoWhatIsThere) {
  const auto text =
      with({given(AttributeId::body, {"a", "b"}, "1"),
            given(AttributeId::body, {"a", "c"}, "[true,null,\"x\",{\"y\":{}}]"),
            given(AttributeId::body, {"a", "b"}, "{}"), given(AttributeId::body, {"d"}, "\"\"")});
  ASSERT_TRUE(text.has_value()) << text.error().message;
  EXPECT_EQ(*text, "body={\"a\":{\"b\":{},\"c\":[true,null,\"x\",{\"y\":{}}]},\"d\":\"\"}\n");
}

TEST(Attributes, LaterOnesWin) {
  const auto text =
      with({given(AttributeId::tool, {}, "\"a\""), given(AttributeId::tool, {}, "\"b\""),
            given(AttributeId::http_query, {}, "{\"a\":\"1\",\"b\":\"2\"}"),
            given(AttributeId::http_query, {"a"}, "\"3\""), unreadable(AttributeId::body),
            given(AttributeId::body, {}, "1")});
  ASSERT_TRUE(text.has_value()) << text.error().message;
  EXPECT_EQ(*text, "tool=\"b\"\nbody=1\nhttp.query.b=\"2\"\nhttp.query.a=\"3\"\n");
}

TEST(Attributes, WholeOnesCanBeUnreadable) {
  const auto text = with({unreadable(AttributeId::resource_ref), unreadable(AttributeId::body),
                          unreadable(AttributeId::http_query)});
  ASSERT_TRUE(text.has_value());
  EXPECT_EQ(*text,
            "resource.ref=unreadable\nhttp.query=unreadable\nbody=unreadable\n"
            "http.query=unreadable\n");
}

TEST(Attributes, KeysThatOnlyCaseTellsApartAreUnreadable) {
  EXPECT_EQ(*with({given(AttributeId::body, {}, "{\"a\":1,\"A\":2}")}), "body=unreadable\n");
  // Also where they are given one by one, and wherever they stand.
  for (const auto& step : {std::vector<std::string>{"A"}, {"A", "b"}}) {
    EXPECT_EQ(*with({given(AttributeId::body, step, "1"), given(AttributeId::body, {"a"}, "2"),
                     given(AttributeId::body, {"c"}, "3")}),
              "body=unreadable\n");
  }
  EXPECT_EQ(*with({given(AttributeId::args, {"x"}, "[{\"a\":1,\"A\":2}]")}), "args=unreadable\n");
}

TEST(Attributes, NestsAsDeepAsABody) {
  const auto nested = [](std::size_t levels) {
    return std::string(levels, '[') + std::string(levels, ']');
  };
  EXPECT_TRUE(with({given(AttributeId::body, {}, nested(limits::kJsonDepthMax))}));
  EXPECT_TRUE(with({given(AttributeId::body, {"a", "b"}, nested(limits::kJsonDepthMax - 2))}));
  EXPECT_EQ(error_of(given(AttributeId::body, {"a", "b"}, nested(limits::kJsonDepthMax - 1))),
            "`body.a.b`: JSON nested deeper than 64 levels");
  std::vector<std::string> steps(limits::kPathStepsMax, "a");
  EXPECT_TRUE(with({given(AttributeId::body, steps, "1")}));
  steps.emplace_back("b");
  EXPECT_NE(error_of(given(AttributeId::body, steps, "1")).find("a path has at most 16 steps"),
            std::string::npos);
}

TEST(Attributes, ReplaceWhatClassificationSaid) {
  RawRequest raw;
  raw.tool = "github";
  raw.method = "GET";
  raw.target = "/repos/o/r?x=1";
  const auto classified = make_requests(raw, {}, tests::github_tables().view());
  ASSERT_TRUE(classified.has_value());
  const std::vector<GivenAttribute> attributes = {
      given(AttributeId::resource_repo, {}, "\"other\""),
      given(AttributeId::http_query, {"y"}, "\"2\"")};
  const auto request = with_attributes(classified->front(), attributes);
  ASSERT_TRUE(request.has_value());
  EXPECT_TRUE(request->declared_read());
  EXPECT_EQ(request->facts()[AttributeId::resource_repo].text, "other");
  EXPECT_EQ(request->facts()[AttributeId::resource_owner].text, "o");
  EXPECT_EQ(request->facts().query.entries.size(), 2u);
  EXPECT_EQ(classified->front().facts()[AttributeId::resource_repo].text, "r");
}

TEST(Attributes, RefusesWrongTypes) {
  EXPECT_EQ(error_of(given(AttributeId::tool, {}, "7")), "`tool`: wants a string");
  EXPECT_EQ(error_of(given(AttributeId::tool, {}, "null")), "`tool`: wants a string");
  EXPECT_EQ(error_of(given(AttributeId::risk, {}, "\"severe\"")),
            "`risk`: wants a risk: low, medium, high or critical");
  EXPECT_EQ(error_of(given(AttributeId::agent_roles, {}, "\"a\"")),
            "`agent.roles`: wants a list of strings");
  EXPECT_EQ(error_of(given(AttributeId::agent_roles, {}, "[1]")),
            "`agent.roles`: wants a list of strings");
  EXPECT_EQ(error_of(given(AttributeId::agent_registered, {}, "\"true\"")),
            "`agent.registered`: wants a bool");
  EXPECT_EQ(error_of(given(AttributeId::http_query, {}, "[]")),
            "`http.query`: wants an object of strings");
  EXPECT_EQ(error_of(given(AttributeId::http_query, {"a"}, "1")), "`http.query.a`: wants a string");
  EXPECT_EQ(error_of(given(AttributeId::http_query, {"a", "b"}, "\"\"")),
            "`http.query.a.b`: a parameter has no members");
  EXPECT_EQ(error_of(given(AttributeId::tool, {"a"}, "1")),
            "`tool.a`: this attribute has no members");
  EXPECT_EQ(error_of(unreadable(AttributeId::body, {"a"})),
            "`body.a`: only a whole attribute can be unreadable: write it for `body`");
  EXPECT_NE(error_of(given(AttributeId::body, {}, "{")).find("`body`: "), std::string::npos);
}

TEST(Attributes, RefusesStepsIntoWhatHasNoMembers) {
  EXPECT_FALSE(with({given(AttributeId::body, {}, "[1]"), given(AttributeId::body, {"a"}, "1")})
                   .has_value());
  EXPECT_FALSE(
      with({unreadable(AttributeId::body), given(AttributeId::body, {"a"}, "1")}).has_value());
  EXPECT_FALSE(
      with({given(AttributeId::body, {"a"}, "1"), given(AttributeId::body, {"a", "b"}, "1")})
          .has_value());
}

}  // namespace
}  // namespace sentrail::request
